"""Checkpoints: the same gradients, less memory."""

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


def test_a_second_derivative_passes_through_a_checkpoint():
    """As PyTorch's with use_reentrant=False: to inputs, to parameters, and to what was computed outside."""
    w, x = md.tensor([0.5, -1.5], requires_grad=True), md.tensor([1.0, 2.0], requires_grad=True)

    def derivatives(run):
        inner = w.exp()
        y = run(lambda a, b: (a**3 * inner + b * w).tanh().sum() + (a * x).sum(), x * x, x)
        slopes = md.autograd.grad(y, [x, w], create_graph=True)
        return [*slopes, *md.autograd.grad(sum((s * s).sum() for s in slopes), [x, w])]

    plain, saved = derivatives(lambda f, *args: f(*args)), derivatives(checkpoint)
    for one, other in zip(plain, saved, strict=True):
        np.testing.assert_allclose(other.detach().numpy(), one.detach().numpy(), rtol=1e-5)


def test_dropout_falls_on_the_same_units_in_a_second_derivative():
    net, x = blocks(), md.randn(5, 16, requires_grad=True)

    def penalty(run):
        md.manual_seed(1)
        (slope,) = md.autograd.grad((run(x) ** 2).sum(), x, create_graph=True)
        return md.autograd.grad((slope**2).sum(), list(net.parameters()))

    for one, other in zip(penalty(net), penalty(lambda x: checkpoint(net, x)), strict=True):
        np.testing.assert_allclose(other.numpy(), one.numpy(), rtol=1e-4, atol=1e-6)


def test_the_same_tensor_as_two_arguments_counts_twice_in_a_gradient_that_is_recorded():
    a = md.tensor(2.0, requires_grad=True)
    (slope,) = md.autograd.grad(checkpoint(lambda b, c: b * c * c, a, a), a, create_graph=True)
    assert slope.item() == 12  # of a³
    assert md.autograd.grad(slope, a)[0].item() == 12


def test_what_is_no_tensor_is_passed_on():
    a = md.tensor(2.0, requires_grad=True)
    y, none, number = checkpoint(lambda a: (a * a, None, 3), a)
    y.backward()
    assert (none, number, a.grad.item()) == (None, 3, 4.0)
    assert checkpoint(lambda a: None, a) is None
    assert checkpoint(lambda a: "text", a) == "text"


@pytest.mark.parametrize("result", [lambda a: [a], lambda a: {"a": a}, lambda a: (a, [a])])
def test_a_result_in_which_gradients_would_be_lost_is_refused(result):
    with pytest.raises(GraphError, match=r"returns a tensor, or a tuple of tensors, and this one returns a (list|dict)"):
        checkpoint(result, md.tensor(2.0, requires_grad=True))
