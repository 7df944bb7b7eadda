"""autograd.Function: operations whose backward somebody wrote by hand. The numbers are those of PyTorch."""

import gc
import weakref

import numpy as np
import pytest

import minidl as md
from minidl.autograd import Function, grad, gradcheck, gradgradcheck
from minidl.autograd.function import once_differentiable
from minidl.errors import GraphError, MinidlError, ShapeError
from minidl.viz.graphs.graph import build_graph


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * x**2


class Sigmoid(Function):
    """Saves its result, not its argument."""

    @staticmethod
    def forward(ctx, x):
        y = 1 / (1 + (-x).exp())
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y * (1 - y)


class SinCos(Function):
    """Two results, both saved."""

    @staticmethod
    def forward(ctx, x):
        sin, cos = x.sin(), x.cos()
        ctx.save_for_backward(sin, cos)
        return sin, cos

    @staticmethod
    def backward(ctx, of_sin, of_cos):
        sin, cos = ctx.saved_tensors
        return of_sin * cos - of_cos * sin


class Scale(Function):
    """In the newer style: forward without a context."""

    @staticmethod
    def forward(x, factor):
        return x * factor

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.factor = inputs[1]

    @staticmethod
    def backward(ctx, g):
        return g * ctx.factor, None


def function(forward, backward):
    """A Function of two plain functions."""
    return type("Given", (Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)})


def leaf(*values, dtype=md.float64):
    return md.tensor(values, dtype=dtype, requires_grad=True)


X = (0.3, -1.0, 2.0)


@pytest.mark.parametrize("apply", [Cube.apply, Sigmoid.apply, SinCos.apply, lambda x: Scale.apply(x, 3)])
def test_first_and_second_derivatives_are_right(apply):
    assert gradcheck(apply, leaf(*X))
    assert gradgradcheck(apply, leaf(*X))


def test_a_saved_result_leads_back_to_the_argument():
    x = leaf(0.3)
    (slope,) = grad(Sigmoid.apply(x), x, create_graph=True)
    (bend,) = grad(slope, x, create_graph=True)
    y = 1 / (1 + np.exp(-0.3))
    np.testing.assert_allclose(bend.tolist(), [y * (1 - y) * (1 - 2 * y)], rtol=1e-12)
    np.testing.assert_allclose(grad(bend, x)[0].tolist(), [y * (1 - y) * (1 - 6 * y + 6 * y * y)], rtol=1e-12)


def test_a_saved_result_that_is_used_no_more_still_leads_back():
    x = leaf(*X)
    sin = SinCos.apply(x)[0]  # the cosine is only saved
    (slope,) = grad(sin.sum(), x, create_graph=True)
    np.testing.assert_allclose(grad(slope.sum(), x)[0].array, -np.sin(X), rtol=1e-12)


def test_a_result_that_was_not_used_has_a_gradient_of_zeros_or_none():
    seen = []

    def backward(ctx, a, b):
        seen.append((a, b))
        return a if b is None else b if a is None else a + b

    x = leaf(1.0, 2.0)
    function(lambda ctx, x: (x * 1, x * 2), backward).apply(x)[1].sum().backward()
    assert [g.tolist() for g in seen.pop()] == [[0, 0], [1, 1]]

    def forward(ctx, x):
        ctx.set_materialize_grads(False)
        return x * 1, x * 2

    a, b = function(forward, backward).apply(x)
    (a + b).sum().backward(retain_graph=True)
    b.sum().backward()
    assert [[g is None for g in pair] for pair in seen] == [[False, False], [True, False]]


def test_results_without_a_gradient():
    def forward(ctx, x):
        best, half = x.argmax(), x / 2
        ctx.mark_non_differentiable(best, half)
        return x * 3, best, half, "a word", None

    def backward(ctx, g, of_best, of_half, of_word, of_none):
        assert (of_best.tolist(), of_half.tolist(), of_word, of_none) == (0, [0, 0], None, None)
        return g * 3

    x = leaf(1.0, 2.0)
    y, best, half, word, none = function(forward, backward).apply(x)
    assert (y.requires_grad, best.requires_grad, half.requires_grad, word, none) == (True, False, False, "a word", None)
    y.sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_needs_input_grad_tells_for_which_arguments_a_gradient_is_wanted():
    seen = []

    def backward(ctx, g):
        seen.append(ctx.needs_input_grad)
        return g, None, None

    x = leaf(1.0)
    function(lambda ctx, x, y, k: x + y + k, backward).apply(x, md.ones(1), 2).backward()
    assert seen == [(True, False, False)]


def test_nothing_is_recorded_where_no_gradient_is_wanted():
    assert not Cube.apply(md.ones(2)).requires_grad
    with md.no_grad():
        assert not Cube.apply(leaf(1.0)).requires_grad


def test_results_keep_their_dtypes():
    x = md.ones(2, requires_grad=True)
    a, b = function(lambda ctx, x: (x * 1, x.double()), lambda ctx, a, b: a + b.float()).apply(x)
    assert (a.dtype, b.dtype) == (md.float32, md.float64)
    (a.sum() + b.sum()).backward()
    assert x.grad.tolist() == [2, 2]
    assert x.grad.dtype == md.float32


def test_a_gradient_is_summed_over_what_broadcasting_repeated():
    add = function(lambda ctx, x, b: x + b, lambda ctx, g: (g, g))
    x, b = md.ones(4, 2, requires_grad=True), md.ones(2, requires_grad=True)
    add.apply(x, b).sum().backward()
    assert b.grad.tolist() == [4, 4]


def test_an_argument_that_is_returned_is_another_tensor():
    x = leaf(1.0, 2.0)
    y = function(lambda ctx, x: x, lambda ctx, g: g * 10).apply(x)
    assert y is not x
    y.sum().backward()
    assert x.grad.tolist() == [10, 10]


def test_an_argument_that_is_returned_and_saved_is_saved_as_the_argument():
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x

    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * x

    x = leaf(1.0, 2.0)
    (slope,) = grad(function(forward, backward).apply(x).sum(), x, create_graph=True)
    assert grad(slope.sum(), x)[0].tolist() == [1, 1]


def test_a_saved_result_that_was_changed_in_place_is_refused():
    y = Sigmoid.apply(leaf(*X))
    y += 1
    with pytest.raises(GraphError, match="that a Function saved for its backward was changed in place"):
        y.sum().backward()


def test_a_straight_through_estimator_trains_a_module():
    quantize = function(lambda ctx, w: w.round(), lambda ctx, g: g)
    layer = md.nn.Linear(3, 2)
    x = md.randn(5, 3)
    (x @ quantize.apply(layer.weight).T + layer.bias).sum().backward()
    np.testing.assert_allclose(layer.weight.grad.array, np.tile(x.array.sum(0), (2, 1)), rtol=1e-5)


def test_a_function_inside_a_module_inside_a_function():
    class Cubes(md.nn.Module):
        def forward(self, x):
            return Cube.apply(Cube.apply(x))

    x = leaf(1.1)
    md.nn.Sequential(Cubes(), md.nn.Tanh())(x).backward()
    np.testing.assert_allclose(x.grad.tolist(), [9 * 1.1**8 * (1 - np.tanh(1.1**9) ** 2)], rtol=1e-10)


def test_the_picture_of_a_graph_shows_a_function_by_its_name():
    x = leaf(*X)
    graph = build_graph(Cube.apply(x).sum(), {"x": x})
    assert {v.name for v in graph.vertices} == {"x", "Cube", "sum"}
    assert "Cube" in md.viz.graph(Cube.apply(x).sum(), names={"x": x}).svg


def test_the_graph_of_a_function_goes_with_its_result():
    gc.disable()
    try:
        y = Sigmoid.apply(leaf(0.5) * 2)
        node = weakref.ref(y.node)
        del y
        assert node() is None  # no cycle keeps it
    finally:
        gc.enable()


# What is refused


def test_a_saved_tensor_that_was_changed_in_place_is_refused():
    x = leaf(1.0, 2.0) * 1
    y = Cube.apply(x)
    x += 1
    with pytest.raises(GraphError, match=r"a tensor of shape \(2,\) that a Function saved .* Change a copy: x.clone\(\)"):
        y.sum().backward()


@pytest.mark.parametrize(
    ("returned", "error", "message"),
    [
        (lambda g: g, GraphError, "Given.backward returned 1 gradients for the 2 arguments of forward"),
        (lambda g: (g, None, g), GraphError, "Given.backward returned 3 gradients for the 2 arguments"),
        (lambda g: (g, g), GraphError, "a gradient for argument 1, which is a int and no tensor. Return None"),
        (lambda g: (1.0, None), GraphError, "returns tensors or None; gradient 0 is a float"),
        (lambda g: [g, None], GraphError, "returned 1 gradients for the 2 arguments"),
        (lambda g: (md.ones(3), None), ShapeError, r"a gradient of shape \(3,\) for argument 0, of shape \(2,\)"),
    ],
)
def test_gradients_that_do_not_fit_the_arguments_are_refused(returned, error, message):
    y = function(lambda ctx, x, k: x * k, lambda ctx, g: returned(g)).apply(leaf(1.0, 2.0), 3)
    with pytest.raises(error, match=message):
        y.sum().backward()


def test_more_gradients_than_arguments_may_be_none():
    x = leaf(1.0)
    function(lambda ctx, x: x * 1, lambda ctx, g: (g, None, None)).apply(x).backward()
    assert x.grad.tolist() == [1]


def test_no_gradient_at_all_is_none():
    x = leaf(1.0)
    function(lambda ctx, x: x * 1, lambda ctx, g: None).apply(x).backward()
    assert x.grad is None


def test_only_tensors_are_saved():
    def forward(ctx, x):
        ctx.save_for_backward(x, 3)
        return x

    with pytest.raises(TypeError, match=r"argument 1 is a int. Anything else is kept as an attribute: ctx.name = value"):
        function(forward, None).apply(leaf(1.0))


def test_a_function_without_its_methods_says_what_is_missing():
    with pytest.raises(MinidlError, match=r"a static method forward\(ctx, \*args\)"):
        Function.apply(leaf(1.0))
    y = type("Half", (Function,), {"forward": staticmethod(lambda ctx, x: x / 2)}).apply(leaf(1.0))
    with pytest.raises(MinidlError, match=r"a static method backward\(ctx, \*gradients\)"):
        y.backward()
    with pytest.raises(GraphError, match=r"Cube.apply\(...\)"):
        Cube()(leaf(1.0))
    with pytest.raises(GraphError, match="mark_dirty"):
        function(lambda ctx, x: ctx.mark_dirty(x), None).apply(leaf(1.0))


def test_a_backward_that_is_once_differentiable_refuses_the_second_derivative():
    class Once(Cube):
        backward = staticmethod(once_differentiable(Cube.backward))

    x, w = leaf(2.0), leaf(1.0)
    (slope,) = grad(Once.apply(x) * w, x, create_graph=True)
    assert slope.tolist() == [12]
    with pytest.raises(GraphError, match="a first derivative and no second"):
        grad((slope + x**2).sum(), x)
