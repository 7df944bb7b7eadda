"""What would make a gradient silently wrong is refused where it happens."""

import numpy as np
import pytest

import minidl as md
from minidl.errors import DtypeError, GraphError, ShapeError


def leaf(*values):
    return md.tensor(list(values), requires_grad=True)


@pytest.mark.parametrize("replace", [lambda g: g.sum(), lambda g: g[None], lambda g: g.double()])
@pytest.mark.parametrize("inner", [False, True], ids=["leaf", "node"])
def test_a_hook_that_changes_shape_or_dtype_is_refused(replace, inner):
    w = leaf(1.0, 2.0)
    y = w * 2
    (y if inner else w).register_hook(replace)
    with pytest.raises(ShapeError, match="a hook was shown a gradient of shape"):
        y.sum().backward()


def test_a_hook_that_returns_no_tensor_is_refused():
    w = leaf(1.0, 2.0)
    w.register_hook(lambda g: 2.0)
    with pytest.raises(TypeError, match="returns a gradient as a Tensor"):
        w.sum().backward()


@pytest.mark.parametrize("value", [md.ones(3), md.ones(2, 1), md.ones(2, dtype=md.float64)])
def test_a_gradient_of_another_shape_or_dtype_cannot_be_assigned(value):
    w = leaf(1.0, 2.0)
    with pytest.raises(ShapeError, match="has that shape and dtype"):
        w.grad = value
    with pytest.raises(TypeError, match="is a Tensor or None"):
        w.grad = np.ones(2)
    w.grad = md.ones(2)
    assert w.grad.tolist() == [1.0, 1.0]


def test_whole_numbers_put_into_a_parameter_are_refused_when_a_gradient_arrives():
    n = md.ones(2, requires_grad=True)
    n.data = md.tensor([1, 2])
    with pytest.raises(DtypeError, match=r"Did you mean x.float\(\)"):
        (n * md.tensor(0.5)).sum().backward()


def test_detect_anomaly_sees_gradients_of_leaves_and_of_single_numbers():
    zero = md.tensor(0.0, requires_grad=True)
    with md.detect_anomaly(), pytest.raises(GraphError, match="reaches a leaf of shape"):
        (zero.sqrt() * 0.0).backward()
    x = leaf(0.0, 1.0)
    with md.detect_anomaly(), pytest.raises(GraphError, match="is NaN"):
        (x.sqrt() * md.tensor([0.0, 1.0])).sum().backward()


def test_backward_without_a_graph_says_how_to_switch_recording_on():
    with md.no_grad():
        y = leaf(1.0).sum()
    with pytest.raises(GraphError, match=r"set_grad_enabled\(True\)"):
        y.backward()
