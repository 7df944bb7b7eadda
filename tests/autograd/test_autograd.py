"""The face of autograd: its arguments and its answers are PyTorch's."""

import math

import pytest

import minidl as md
from minidl import autograd
from minidl.errors import GraphError, MinidlError, ShapeError


@pytest.fixture
def x():
    return md.tensor([1.0, 2.0], requires_grad=True)


@pytest.fixture
def w():
    return md.tensor(3.0, requires_grad=True)


# grad


def test_grad_gives_zeros_for_unused_inputs_if_asked(x, w):
    assert [g.tolist() for g in autograd.grad(x.sum(), [x, w], materialize_grads=True)] == [[1, 1], 0]
    assert autograd.grad(x.sum(), [x, w], allow_unused=True)[1] is None
    with pytest.raises(GraphError, match=r"the outputs do not depend on inputs\[1\]"):
        autograd.grad(x.sum(), [x, w])
    with pytest.raises(ValueError, match="allow_unused=False refuses them"):
        autograd.grad(x.sum(), x, allow_unused=False, materialize_grads=True)


def test_grad_takes_tensors_sequences_generators_and_dicts(x, w):
    y = (x * w).sum()
    for inputs in (x, [x], (x,), iter([x])):
        assert autograd.grad(y, inputs, retain_graph=True)[0].tolist() == [3, 3]
    found = autograd.grad(y, {"input": x, "weight": w})
    assert {name: g.tolist() for name, g in found.items()} == {"input": [3, 3], "weight": 3}


def test_grad_starts_from_several_outputs(x, w):
    (found,) = autograd.grad([x * w, 2 * w], w, [md.ones(2), None])
    assert found.tolist() == 5
    (found,) = autograd.grad((x * w, 2 * w), (w,), (md.ones(2), md.tensor(2.0)))
    assert found.tolist() == 7


def test_grad_refuses_what_it_cannot_do(x, w):
    with pytest.raises(GraphError, match="there are 2 tensors to start from and 1 gradients"):
        autograd.grad([x * w, 2 * w], w, [md.ones(2)])
    with pytest.raises(GraphError, match="inputs is empty"):
        autograd.grad(x.sum(), [])
    with pytest.raises(TypeError, match=r"inputs\[1\] is a int"):
        autograd.grad(x.sum(), [x, 3])
    with pytest.raises(GraphError, match=r"is_grads_batched=True .* Call grad once for each"):
        autograd.grad(x, x, md.eye(2), is_grads_batched=True)


# backward


def test_backward_adds_the_gradients_of_several_tensors(x, w):
    autograd.backward([(x * w).sum(), 2 * w])
    assert (x.grad.tolist(), w.grad.tolist()) == ([3, 3], 5)
    autograd.backward([x * w, 2 * w], [md.ones(2), None])
    assert (x.grad.tolist(), w.grad.tolist()) == ([6, 6], 10)
    autograd.backward(x * w, grad_variables=md.ones(2), inputs=w)
    assert (x.grad.tolist(), w.grad.tolist()) == ([6, 6], 13)


def test_backward_goes_through_what_tensors_share_once(x):
    calls = []
    shared = x * 2
    shared.register_hook(lambda g: calls.append(g.tolist()))
    autograd.backward([shared.sum(), (shared**2).sum()])
    assert calls == [[5, 9]]
    with pytest.raises(GraphError, match="this graph was already used"):
        shared.sum().backward()


def test_backward_can_be_differentiated(x):
    autograd.backward([(x**3).sum()], create_graph=True)
    (bend,) = autograd.grad(x.grad.sum(), x)
    assert bend.tolist() == [6, 12]


def test_backward_refuses_what_it_cannot_do(x, w):
    with pytest.raises(GraphError, match="there are 2 tensors to start from and 1 gradients"):
        autograd.backward([x * w, 2 * w], md.ones(2))
    with pytest.raises(GraphError, match="grad_variables is the old name"):
        autograd.backward(x, md.ones(2), grad_variables=md.ones(2))
    with pytest.raises(GraphError, match="inputs is empty"):
        autograd.backward(x.sum(), inputs=[])
    with pytest.raises(ShapeError, match="needs one number to start from"):
        autograd.backward([x * w])
    with pytest.raises(GraphError, match="no gradient flows to"):
        autograd.backward([x.sum(), md.ones(())])


# Anomalies


@pytest.mark.filterwarnings("ignore:invalid value")  # NumPy says it too
def test_anomalies_can_be_looked_for_from_here_on():
    autograd.set_detect_anomaly(True)
    try:
        assert md.is_anomaly_enabled()
        with pytest.raises(GraphError, match="log made the first NaN"):
            md.tensor(-1.0).log()
        with autograd.set_detect_anomaly(False):
            assert math.isnan(md.tensor(-1.0).log().item())
        assert md.is_anomaly_enabled()
    finally:
        autograd.set_detect_anomaly(False)
    assert not md.is_anomaly_enabled()


@pytest.mark.filterwarnings("ignore:invalid value")
def test_anomalies_without_a_check_for_nan_look_for_nothing():
    with autograd.detect_anomaly(check_nan=False):
        assert math.isnan(md.tensor(-1.0).log().item())


# Names


def test_a_variable_is_a_tensor_anew(x):
    made = autograd.Variable(x)
    assert made is not x
    assert (made.requires_grad, made.array is x.array) == (False, True)
    assert autograd.Variable(x.detach(), requires_grad=True).requires_grad
    assert isinstance(x, autograd.Variable)
    with pytest.raises(TypeError, match=r"made of a Tensor, not of a list. Did you mean minidl.tensor \?"):
        autograd.Variable([1.0])


@pytest.mark.parametrize(
    ("room", "name", "instead"),
    [
        (autograd, "profiler", r"minidl.watch\(\)"),
        (autograd, "forward_ad", "minidl.func.jvp"),
        (autograd, "jacobien", "Did you mean jacobian"),
        (autograd.graph, "saved_tensors_hooks", "there is nothing to pack or unpack"),
        (autograd.graph, "save_on_cpu", "every tensor is on the CPU"),
    ],
)
def test_what_is_missing_says_what_there_is(room, name, instead):
    with pytest.raises(AttributeError, match=instead):
        getattr(room, name)


# gradcheck


def leaf():
    return md.tensor([0.3, -1.2, 2.0], dtype=md.float64, requires_grad=True)


def test_gradcheck_moves_what_the_function_holds_as_a_layer_holds_its_parameters():
    layer = md.nn.Linear(3, 2, dtype=md.float64)
    before = layer.weight.detach().clone()
    x = md.randn(4, 3, dtype=md.float64, requires_grad=True)
    for mode in (False, True):
        assert md.gradcheck(lambda x, *_: layer(x).tanh(), (x, *layer.parameters()), fast_mode=mode)
    assert layer.weight.equal(before)


def test_gradcheck_in_fast_mode_finds_what_the_slow_mode_finds():
    class Wrong(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 3

    calls = []
    assert md.gradcheck(lambda x: calls.append(x) or x.sin(), leaf(), fast_mode=True)
    assert len(calls) == 3  # once, and moved to either side
    with pytest.raises(autograd.GradientError, match=r"1\.5 times too large"):
        md.gradcheck(Wrong.apply, leaf(), fast_mode=True)
    assert md.gradgradcheck(lambda x: x.sin(), leaf(), fast_mode=True)


def test_gradcheck_finds_a_gradient_that_is_left_to_chance():
    drift = iter(range(100))

    class Drifting(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2 + 1e-9 * next(drift)

    with pytest.raises(autograd.GradientError, match=r"left to chance: .* differ by 1e-09, and nondet_tol is 0"):
        md.gradcheck(Drifting.apply, leaf())
    assert md.gradcheck(Drifting.apply, leaf(), nondet_tol=1e-8)


def test_gradgradcheck_starts_from_the_gradients_it_is_given():
    assert md.gradgradcheck(lambda x: x**3, leaf(), grad_outputs=md.ones(3, dtype=md.float64))


def test_gradcheck_takes_the_arguments_of_pytorch_and_says_what_it_cannot_check():
    assert md.gradcheck(lambda x: x.exp(), leaf(), check_undefined_grad=False, check_grad_dtypes=True, masked=False)
    for option in ("check_forward_ad", "check_batched_grad", "check_batched_forward_grad"):
        with pytest.raises(MinidlError, match=f"{option}=True cannot be checked"):
            md.gradcheck(lambda x: x.exp(), leaf(), **{option: True})
    with pytest.raises(MinidlError, match="check_fwd_over_rev=True cannot be checked"):
        md.gradgradcheck(lambda x: x.exp(), leaf(), check_fwd_over_rev=True)
