"""Every operation: values and gradients are PyTorch's, first and second derivatives are slopes, in every layout."""

from contextlib import suppress

import numpy as np
import pytest

import minidl as md
from minidl import watch
from minidl.engine.registry import REGISTRY
from minidl.nn import functional as F
from tests.fixtures import of_pytorch
from tests.fixtures.make_operations import read
from tests.ops.samples import HELPERS, SAMPLES, SHELVES, mix

PYTORCH = {key: numbers for shelf in SHELVES for key, numbers in read(shelf).items()}
SMOOTH = [key for key, sample in SAMPLES.items() if not sample.corner]
pytestmark = pytest.mark.filterwarnings("ignore:(invalid|divide by zero|overflow) .*:RuntimeWarning")


def computed(expression, tensors):
    """What an expression gives on minidl."""
    return eval(expression, {"T": md, "F": F, **HELPERS, **tensors})


def run(key, arrays=None, dtype=np.float64):
    """The output of a sample on minidl, and its inputs as tensors; of a bare expression, if it is given its arrays."""
    expression = SAMPLES[key].expression if key in SAMPLES else key
    tensors = {}
    for name, array in (SAMPLES[key].arrays() if arrays is None else arrays).items():
        floating = array.dtype.kind == "f"
        tensors[name] = md.Tensor.wrap(array.astype(dtype) if floating and array.dtype != dtype else array)
        if floating and f"{name}.detach()" not in expression:
            tensors[name].requires_grad_()
    return computed(expression, tensors), tensors


def gradients(out, tensors):
    if out.requires_grad:
        (out * md.Tensor(mix(out.shape).astype(out.dtype))).sum().backward()
    return {name: t.grad for name, t in tensors.items()}


def pytorchs(key):
    return of_pytorch(PYTORCH, key, "make_operations")


@pytest.mark.parametrize("key", SAMPLES)
def test_value_and_gradient_are_those_of_pytorch(key):
    out, tensors = run(key)
    expected = pytorchs(key)
    assert out.shape == expected["out"].shape
    assert out.dtype == expected["out"].dtype
    np.testing.assert_allclose(out.array, expected["out"], rtol=1e-9, atol=1e-9)
    for name, grad in gradients(out, tensors).items():
        if name in expected:
            assert grad is not None, f"no gradient for {name}"
            np.testing.assert_allclose(grad.array, expected[name], rtol=1e-9, atol=1e-9, err_msg=f"gradient of {name}")
        else:
            assert grad is None


def test_no_numbers_are_kept_of_samples_that_are_gone():
    assert PYTORCH.keys() <= SAMPLES.keys()


def test_no_sample_stands_twice():
    assert sum(map(len, SHELVES.values())) == len(SAMPLES)


@pytest.mark.parametrize("key", SAMPLES)
def test_neither_direction_writes_into_the_inputs(key):
    arrays = SAMPLES[key].arrays()
    before = {name: array.copy() for name, array in arrays.items()}
    gradients(*run(key, arrays))
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (3, 1)])
def test_a_recurrent_layer_leaves_its_first_states_alone(shape):
    (n, width), x = shape, md.randn(4, shape[0], 2)
    states = [md.randn(1, n, width, requires_grad=True) for _ in range(2)]
    before = [state.array.copy() for state in states]
    md.nn.LSTM(2, width)(x, tuple(states))[0].sum().backward()
    for layer in (md.nn.GRU(2, width), md.nn.RNN(2, width)):
        layer(x, states[0])[0].sum().backward()
    for state, values in zip(states, before, strict=True):
        np.testing.assert_array_equal(state.array, values)


def differentiable(key, arrays):
    out, tensors = run(key, arrays)
    return out.requires_grad and any(t.requires_grad for t in tensors.values())


@pytest.mark.parametrize("key", SMOOTH)
def test_gradient_is_the_slope_and_the_second_derivative_its_slope(key):
    arrays = SAMPLES[key].arrays()
    if not differentiable(key, arrays):
        return
    names, tensors = list(arrays), run(key, arrays)[1]

    def function(*inputs):
        return computed(SAMPLES[key].expression, dict(zip(names, inputs, strict=True)))

    inputs = [tensors[name] for name in names]
    assert md.gradcheck(function, inputs, rtol=1e-5, atol=1e-6)
    with watch() as trace:
        function(*inputs)
    refusing = [event.name for event in trace if REGISTRY[event.name].once_differentiable]
    if refusing:
        with pytest.raises(md.errors.GraphError, match=f"{refusing[0]!r} has a first derivative and no second here"):
            md.gradgradcheck(function, inputs)
    else:
        assert md.gradgradcheck(function, inputs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("key", [key for key in SMOOTH if "float64" not in key])
def test_float32_stays_float32(key):
    arrays = SAMPLES[key].arrays()
    out, tensors = run(key, arrays, np.float32)
    expected = run(key)[0].array
    assert out.dtype == (np.float32 if expected.dtype == np.float64 else expected.dtype)
    scale = max(1.0, float(np.abs(expected).max())) if expected.size else 1.0
    np.testing.assert_allclose(out.array, expected, rtol=2e-4, atol=2e-4 * scale)
    for grad in gradients(out, tensors).values():
        assert grad is None or grad.dtype == np.float32


def turned(array):
    """The same values in memory the other way round: negative strides, dimensions reversed, gaps between elements."""
    wide = np.zeros(tuple(2 * n for n in array.shape[::-1]), array.dtype)
    view = wide[tuple(slice(None, None, -2) for _ in array.shape)].T
    view[...] = array
    return view


@pytest.mark.parametrize("key", [k for k, s in SAMPLES.items() if any("," in t and t[0] != "=" for t in s.inputs)])
def test_layout_in_memory_does_not_matter(key):
    arrays = SAMPLES[key].arrays()
    plain, strange = run(key, arrays), run(key, {name: turned(a) if a.ndim else a for name, a in arrays.items()})
    np.testing.assert_allclose(strange[0].array, plain[0].array, rtol=1e-10, atol=1e-12)
    first, second = gradients(*plain), gradients(*strange)
    for name, grad in first.items():
        assert (grad is None) == (second[name] is None)
        if grad is not None:
            np.testing.assert_allclose(second[name].array, grad.array, rtol=1e-10, atol=1e-12)


ELEMENTWISE = [
    sample.expression
    for key, sample in SAMPLES.items()
    if key in SMOOTH and sample.expression.startswith("T.") and sample.inputs in {("3,4",), (">3,4",), ("~3,4",)}
    if sample.expression.endswith("(a)") and sample.expression != "T.median(a)"
]
OTHERS = ["a + a", "a * 2", "a @ a.T", "a.sum(1)", "F.relu(a)", "F.softmax(a, 1)"]


@pytest.mark.parametrize("expression", [*ELEMENTWISE, *OTHERS])
@pytest.mark.parametrize("shape", [(0, 3), (2, 0)])
def test_empty_input(expression, shape):
    out, tensors = run(expression, {"a": np.zeros(shape)})
    grads = gradients(out, tensors)
    assert grads["a"] is None or grads["a"].shape == shape


def test_the_mean_of_nothing_is_nan_as_in_pytorch():
    assert np.isnan(md.zeros(0).mean().item())


@pytest.mark.parametrize("key", [key for key in SMOOTH if "float64" not in key])
def test_a_saved_value_changed_in_place_is_never_silently_wrong(key):
    """After every input has changed, backward gives the gradient of before, or refuses."""
    arrays = SAMPLES[key].arrays()
    expected = gradients(*run(key, arrays))
    out, tensors = run(key, {name: a.copy() for name, a in arrays.items()})
    if not out.requires_grad:
        return
    loss = (out * md.Tensor(mix(out.shape))).sum()
    with md.no_grad():
        for t in tensors.values():
            if t.requires_grad:
                t.add_(0.5)
    with suppress(md.errors.GraphError):
        loss.backward()
        for name, grad in expected.items():
            if grad is not None:
                np.testing.assert_allclose(tensors[name].grad.array, grad.array, rtol=1e-9, atol=1e-12)


def test_every_operation_in_the_registry_has_a_sample():
    seen = set()
    for key in SAMPLES:
        with watch() as trace:
            out, tensors = run(key)
            if out.requires_grad and not any(REGISTRY[event.name].once_differentiable for event in trace):
                leaves = [t for t in tensors.values() if t.requires_grad]
                md.grad(out.sum(), leaves, create_graph=True, allow_unused=True)
        seen |= {event.name for event in trace}
    recorded_changes = {"overwrite", "write_into_view"}  # whole programs prove them, in tests/engine
    missing = set(REGISTRY) - seen - recorded_changes
    assert not missing, f"{', '.join(sorted(missing))}: add a sample to the file of its shelf in tests/ops/samples/"


def test_every_operation_says_what_it_computes():
    for name, operation in REGISTRY.items():
        assert operation.formula, f"{name} has no formula"
        assert operation.__doc__ or operation.rule.__name__.startswith("_"), f"{name} has no docstring"


@pytest.mark.parametrize("key", SMOOTH)
def test_a_fused_rule_equals_its_composition(key):
    arrays = SAMPLES[key].arrays()
    with watch() as trace:
        out, tensors = run(key, arrays)
    if not any(REGISTRY[event.name].composed for event in trace):
        return
    loss = (out * md.Tensor(mix(out.shape))).sum()
    leaves = {name: t for name, t in tensors.items() if t.requires_grad}
    composed = md.grad(loss, list(leaves.values()), create_graph=True, allow_unused=True)
    expected = gradients(*run(key, arrays))
    for name, grad in zip(leaves, composed, strict=True):
        assert (grad is None) == (expected[name] is None)
        if grad is not None:
            np.testing.assert_allclose(
                grad.array, expected[name].array, rtol=1e-9, atol=1e-11, err_msg=f"gradient of {name}"
            )
