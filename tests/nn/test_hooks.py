"""Hooks of modules: what they see and replace, forwards and backwards, is what PyTorch shows them."""

import pytest

import minidl as md
from minidl import nn
from minidl.errors import MinidlError


class Scaled(nn.Module):
    """Two inputs, two outputs, an argument by name."""

    def forward(self, a, b, times=1.0):
        return a * b * times, a + b


def test_pre_hooks_see_and_replace_the_arguments():
    layer, seen = nn.Identity(), []
    first = layer.register_forward_pre_hook(lambda module, args: seen.append(args[0].tolist()))
    layer.register_forward_pre_hook(lambda module, args: args[0] * 2)
    assert layer(md.ones(2)).tolist() == [2.0, 2.0]
    assert seen == [[1.0, 1.0]]
    first.remove()
    layer(md.ones(2))
    assert len(seen) == 1


def test_hooks_come_in_the_order_in_which_they_were_registered_unless_prepended():
    layer, order = nn.Identity(), []
    layer.register_forward_hook(lambda *_: order.append("second"))
    layer.register_forward_hook(lambda *_: order.append("first"), prepend=True)
    layer(md.ones(1))
    assert order == ["first", "second"]


def test_hooks_see_arguments_by_name_if_they_ask():
    net, seen = Scaled(), []
    net.register_forward_pre_hook(lambda module, args, kwargs: (args, {"times": kwargs["times"] + 1}), with_kwargs=True)
    net.register_forward_hook(lambda module, args, kwargs, out: seen.append(kwargs), with_kwargs=True)
    product, _ = net(md.ones(1), md.ones(1), times=2.0)
    assert product.item() == 3.0
    assert seen == [{"times": 3.0}]


def test_an_always_called_hook_runs_after_a_failure_too():
    layer, seen = nn.Linear(2, 2), []
    layer.register_forward_hook(lambda module, args, out: seen.append(out), always_call=True)
    with pytest.raises(ValueError, match="expects 2 input features"):
        layer(md.ones(3))
    assert seen == [None]


def test_a_backward_hook_sees_all_gradients_of_inputs_and_outputs_together():
    net, seen = Scaled(), []
    net.register_full_backward_hook(lambda module, gi, go: seen.append([[g.tolist() for g in gs] for gs in (gi, go)]))
    a, b = md.tensor([2.0, 3.0], requires_grad=True), md.tensor([5.0, 7.0], requires_grad=True)
    product, total = net(a, b)
    (product * md.tensor([1.0, 10.0])).sum().backward(retain_graph=True)
    assert seen == [[[[5.0, 70.0], [2.0, 30.0]], [[1.0, 10.0], [0.0, 0.0]]]]
    (product.sum() + 3 * total.sum()).backward()
    assert seen[1] == [[[8.0, 10.0], [5.0, 6.0]], [[1.0, 1.0], [3.0, 3.0]]]
    assert a.grad.tolist() == [13.0, 80.0]


def test_a_backward_hook_replaces_the_gradient_of_the_input_and_leaves_those_of_weights():
    layer = nn.Linear(2, 1)
    layer.register_full_backward_hook(lambda module, gi, go: (gi[0] * 0,))
    x = md.ones(3, 2, requires_grad=True)
    layer(x).sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0]] * 3
    assert layer.weight.grad.tolist() == [[3.0, 3.0]]


def test_a_backward_pre_hook_replaces_the_gradient_of_the_output():
    layer, seen = nn.Linear(2, 1), []
    layer.register_full_backward_pre_hook(lambda module, go: (go[0] * 10,))
    layer.register_full_backward_hook(lambda module, gi, go: seen.append((gi[0], go[0].tolist())))
    layer(md.ones(3, 2)).sum().backward()
    assert seen == [(None, [[10.0], [10.0], [10.0]])]
    assert layer.bias.grad.tolist() == [30.0]


def test_backward_hooks_leave_a_module_alone_where_nothing_is_recorded():
    layer = nn.Linear(2, 1)
    layer.register_full_backward_hook(lambda *_: pytest.fail("nothing flows back"))
    with md.no_grad():
        assert not layer(md.ones(1, 2, requires_grad=True)).requires_grad


@pytest.mark.parametrize(
    ("replaced", "text"),
    [
        (lambda gi: (gi[0].sum(),), r"returned a gradient of shape \(\) in the place of one of shape \(3, 2\)"),
        (lambda gi: (None,), "returned a gradient of shape None"),
        (lambda gi: (gi[0], gi[0]), "got 1 gradients and returned 2"),
    ],
)
def test_a_backward_hook_that_changes_a_shape_is_refused(replaced, text):
    layer = nn.Linear(2, 1)
    layer.register_full_backward_hook(lambda module, gi, go: replaced(gi))
    with pytest.raises(MinidlError, match=text):
        layer(md.ones(3, 2, requires_grad=True)).sum().backward()


def test_state_dict_hooks():
    net, seen = nn.Linear(2, 1), []
    net.register_state_dict_post_hook(lambda module, state, prefix, _: state.pop(prefix + "bias"))
    net.register_load_state_dict_pre_hook(lambda module, state, *_: state.setdefault("bias", md.zeros(1)))
    net.register_load_state_dict_post_hook(lambda module, keys: seen.append(keys))
    state = net.state_dict()
    assert list(state) == ["weight"]
    net.load_state_dict(state, strict=False)
    assert len(seen) == 1
