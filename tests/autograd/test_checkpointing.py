"""Checkpoints: the same gradients, less memory."""

import tracemalloc

import numpy as np
import pytest

import minidl as md
from minidl import nn
from minidl.autograd import checkpoint, checkpoint_sequential
from minidl.errors import GraphError


def blocks(n=4, width=16):
    md.manual_seed(0)
    return nn.Sequential(*[nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Dropout(0.3)) for _ in range(n)])


def gradients(net, run, x):
    md.manual_seed(1)
    net.zero_grad()
    x = x.clone().detach().requires_grad_()
    (run(x) ** 2).sum().backward()
    return [np.array(t.grad) for t in [x, *net.parameters()]]


def test_gradients_are_the_same_bit_for_bit_with_dropout():
    net, x = blocks(), md.randn(5, 16)
    plain = gradients(net, net, x)
    for run in (lambda x: checkpoint(net, x), lambda x: checkpoint_sequential(net, 3, x)):
        assert all(np.array_equal(a, b) for a, b in zip(plain, gradients(net, run, x), strict=True))


def test_nested_checkpoints_give_the_same_gradients():
    net, x = blocks(2), md.randn(5, 16)
    nested = lambda x: checkpoint(lambda x: checkpoint(net[1], checkpoint(net[0], x)), x)
    assert all(np.array_equal(a, b) for a, b in zip(gradients(net, net, x), gradients(net, nested, x), strict=True))


def test_parameters_get_their_gradients_where_the_input_wants_none():
    net = nn.Linear(3, 2)
    checkpoint(net, md.ones(4, 3)).sum().backward()
    assert net.weight.grad.tolist() == [[4.0] * 3] * 2
    (by_grad,) = md.autograd.grad(checkpoint(net, md.ones(4, 3)).sum(), net.bias)
    assert by_grad.tolist() == [4.0, 4.0]


def test_several_results_and_what_was_computed_outside_have_gradients():
    a, b = md.tensor(2.0, requires_grad=True), md.tensor(3.0, requires_grad=True)
    square = b * b
    one, two = checkpoint(lambda a: (a * square, a + 1), a)
    (one + 10 * two).backward()
    assert (a.grad.item(), b.grad.item()) == (19.0, 12.0)


def test_a_result_that_is_not_used_gets_no_gradient():
    a = md.tensor(2.0, requires_grad=True)
    one, _ = checkpoint(lambda a: (a * a, a + 1), a)
    one.backward()
    assert a.grad.item() == 4


def test_random_numbers_go_on_as_without_a_checkpoint():
    net, x = blocks(1), md.ones(2, 16, requires_grad=True)
    md.manual_seed(3)
    net(x).sum().backward()
    after = md.rand(1).item()
    md.manual_seed(3)
    checkpoint(net, x).sum().backward()
    assert md.rand(1).item() == after


def test_what_cannot_be_right_is_refused():
    a = md.tensor(2.0, requires_grad=True)
    with pytest.raises(GraphError, match="returns a tensor, or a tuple of tensors"):
        checkpoint(lambda a: "text", a)
    y = checkpoint(lambda a: a**3, a)
    (slope,) = md.autograd.grad(y, a, create_graph=True)
    with pytest.raises((GraphError, RuntimeError)):
        md.autograd.grad(slope, a)
    net = nn.Linear(2, 2)
    y = checkpoint(net, md.ones(1, 2))
    with md.no_grad():
        net.weight.add_(1)
    with pytest.raises(GraphError, match="changed in place since"):
        y.sum().backward()
    with pytest.raises(ValueError, match="4 functions make 1 to 4 segments, not 5"):
        checkpoint_sequential(blocks(), 5, md.ones(1, 16))


def peak(run):
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_less_memory_is_needed():
    net, x = blocks(16, 64), md.ones(512, 64)
    plain = peak(lambda: net(x).sum().backward())
    net.zero_grad()
    saving = peak(lambda: checkpoint_sequential(net, 4, x).sum().backward())
    assert saving < 0.6 * plain


def test_without_gradients_nothing_is_kept():
    with md.no_grad():
        assert checkpoint(nn.Linear(2, 2), md.ones(1, 2)).node is None
    assert not checkpoint(lambda x: x + 1, md.ones(2)).requires_grad
