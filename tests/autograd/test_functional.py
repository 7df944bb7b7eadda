"""Jacobians, Hessians and products with them agree with each other, with what is known, and with PyTorch."""

import json
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl.autograd.functional import hessian, hvp, jacobian, jvp, per_sample_grads, vjp
from minidl.errors import GraphError, ShapeError
from tests.autograd.derivatives import CASES, same, told

PYTORCH = json.loads((Path(__file__).parents[1] / "fixtures" / "derivatives.json").read_text())


@pytest.mark.parametrize("name", CASES)
def test_derivatives_are_those_of_pytorch(name):
    # With vectorize PyTorch keeps a graph behind zeros, and its forward mode gives lists where its manual says tuples.
    assert same(told(md, CASES[name]), PYTORCH[name], loosely="vectorize" in name or "forward" in name)


def curve(x):
    return md.stack([x[0] ** 2 * x[1], x[1].exp(), x[0].sin() + x[1] ** 3])


def curve_jacobian(x):
    a, b = x.tolist()
    return [[2 * a * b, a * a], [0, np.exp(b)], [np.cos(a), 3 * b * b]]


def bowl(x):
    return x[0] ** 3 * x[1] + (x[1] * x[0]).sin()


X = md.tensor([0.7, -1.2], dtype=md.float64)


def test_jacobian():
    np.testing.assert_allclose(jacobian(curve, X).array, curve_jacobian(X), rtol=1e-12, atol=1e-12)


def test_jacobian_with_several_inputs_has_a_block_for_each():
    a, b = md.ones(2, 3, dtype=md.float64), md.ones(3, dtype=md.float64)
    blocks = jacobian(lambda a, b: a @ b, (a, b))
    assert [block.shape for block in blocks] == [(2, 2, 3), (2, 3)]
    np.testing.assert_allclose(blocks[1].array, a.array)


def test_jacobian_of_a_constant_is_zero():
    assert jacobian(lambda x: md.ones(2), X).tolist() == [[0, 0], [0, 0]]


def test_a_jacobian_can_be_differentiated():
    x = md.tensor([2.0], dtype=md.float64, requires_grad=True)
    jacobian(lambda x: x**3, x, create_graph=True).sum().backward()
    assert x.grad.tolist() == [12.0]


def test_hessian():
    a, b = X.tolist()
    s, c = np.sin(a * b), np.cos(a * b)
    expected = [[6 * a * b - b * b * s, 3 * a * a + c - a * b * s], [3 * a * a + c - a * b * s, -a * a * s]]
    np.testing.assert_allclose(hessian(bowl, X).array, expected, rtol=1e-12)


def test_hessian_of_several_inputs_is_made_of_blocks():
    x, y = md.ones(2, dtype=md.float64), md.ones(3, dtype=md.float64)
    rows = hessian(lambda x, y: x.sum() * (y * y).sum(), (x, y))
    assert [[block.shape for block in row] for row in rows] == [[(2, 2), (2, 3)], [(3, 2), (3, 3)]]
    np.testing.assert_allclose(rows[0][1].array, np.full((2, 3), 2.0))


def test_products_are_those_with_the_matrices():
    v, w = md.tensor([0.3, 2.0], dtype=md.float64), md.tensor([1.0, -1.0, 0.5], dtype=md.float64)
    J, H = np.array(curve_jacobian(X)), hessian(bowl, X).array
    out, product = jvp(curve, X, v)
    np.testing.assert_allclose(out.array, curve(X).array)
    np.testing.assert_allclose(product.array, J @ v.array, rtol=1e-12)
    np.testing.assert_allclose(vjp(curve, X, w)[1].array, J.T @ w.array, rtol=1e-12)
    np.testing.assert_allclose(hvp(bowl, X, v)[1].array, H @ v.array, rtol=1e-12)


def test_newton_finds_the_bottom_of_a_quadratic_in_one_step():
    A = md.tensor([[3.0, 1.0], [1.0, 2.0]], dtype=md.float64)

    def f(x):
        return 0.5 * x @ (A @ x) - x.sum()

    x = md.zeros(2, dtype=md.float64)
    step = md.linalg.solve(hessian(f, x), jacobian(f, x))
    np.testing.assert_allclose((A @ (x - step)).array, [1, 1], rtol=1e-12)


def test_a_direction_of_another_shape_is_refused():
    with pytest.raises(ShapeError, match=r"v has shape\(s\) \[\(3,\)\], and needs \[\(2,\)\]"):
        jvp(curve, X, md.ones(3))
    with pytest.raises(ShapeError, match="v is needed"):
        vjp(curve, X)
    with pytest.raises(ShapeError, match=r"one number as its result, not of shape \(3,\)"):
        hessian(curve, X)


def test_strict_names_what_is_independent_of_what():
    with pytest.raises(GraphError, match="strict: output 0 of the function does not depend on any of its inputs"):
        jacobian(lambda x: md.ones(2), X, strict=True)
    with pytest.raises(GraphError, match="strict: output 0 of the function does not depend on input 1"):
        jacobian(lambda x, y: x * 2, (X, X), strict=True)
    with pytest.raises(GraphError, match="the derivative of output 0 of the function by input 0 is a constant"):
        jacobian(lambda x: x * 2, X, create_graph=True, strict=True)


def test_inputs_and_results_are_tensors_or_tuples_of_them():
    with pytest.raises(TypeError, match="inputs must be a Tensor or a tuple of Tensors, and this is a list"):
        jacobian(curve, [X])
    with pytest.raises(TypeError, match=r"the result of the function must be a Tensor .*, and number 1 is a float"):
        jacobian(lambda x: (x, 1.0), X)
    with pytest.raises(TypeError, match="the function must return one tensor, and returned a tuple"):
        hessian(lambda x: (x.sum(),), X)


def test_the_way_of_a_jacobian_is_one_of_two():
    with pytest.raises(ValueError, match="not 'sideways'"):
        jacobian(curve, X, strategy="sideways")
    with pytest.raises(NotImplementedError, match="needs vectorize=True"):
        jacobian(curve, X, strategy="forward-mode")


def test_per_sample_gradients_add_up_to_the_gradient_of_the_batch():
    model = md.nn.Sequential(md.nn.Linear(4, 5), md.nn.Tanh(), md.nn.Linear(5, 3)).double()
    x, y = md.randn(6, 4, dtype=md.float64), md.randint(0, 3, (6,))
    loss = md.nn.functional.cross_entropy
    single = per_sample_grads(lambda x, y: loss(model(x), y), model.parameters(), x, y)
    loss(model(x), y).backward()
    for rows, p in zip(single, model.parameters(), strict=True):
        assert rows.shape == (6, *p.shape)
        np.testing.assert_allclose(rows.array.mean(0), p.grad.array, rtol=1e-10, atol=1e-14)


def test_per_sample_gradients_need_tensors_of_one_length():
    with pytest.raises(ShapeError, match=r"different numbers of examples: \[2, 3\]"):
        per_sample_grads(lambda a, b: a.sum(), [md.ones(1, requires_grad=True)], md.ones(2), md.ones(3))


# gradcheck


def test_gradcheck_accepts_a_right_gradient_and_names_a_wrong_one():
    x = md.tensor([0.5, 2.0], dtype=md.float64, requires_grad=True)
    assert md.gradcheck(lambda x: (x * x).sum(), x)
    assert md.gradgradcheck(lambda x: (x * x * x).sum(), x)


def broken(pullback):
    @md.autograd.operation
    def broken_operation(x):
        return x @ x, lambda g: pullback(x, g)

    del md.autograd.REGISTRY["broken_operation"]
    return broken_operation


RIGHT = lambda x, g: g @ x.T + x.T @ g


@pytest.mark.parametrize(
    ("pullback", "reason"),
    [
        (lambda x, g: -RIGHT(x, g), "the sign is wrong"),
        (lambda x, g: 2 * RIGHT(x, g), "it is 2 times too large: a factor, a mean, or an accumulation at a fork"),
        (lambda x, g: RIGHT(x, g).T.copy(), "it is transposed"),
        (lambda x, g: 0 * g, "no gradient arrives"),
        (lambda x, g: g @ x.T, "a mistake in the pullback"),
        (lambda x, g: g * np.nan, "the gradient is not finite"),
    ],
)
def test_gradcheck_says_which_element_is_wrong_and_why(pullback, reason):
    x = md.tensor([[0.3, 1.2], [-0.7, 0.4]], dtype=md.float64, requires_grad=True)
    with pytest.raises(AssertionError) as error:
        md.gradcheck(broken(pullback), x)
    assert "with respect to input 0 is wrong in" in str(error.value)
    assert "worst at (" in str(error.value)
    assert reason in str(error.value)
    assert not md.gradcheck(broken(pullback), x, raise_exception=False)


def test_gradcheck_needs_float64():
    with pytest.raises(
        md.errors.DtypeError, match=r"gradcheck needs float64, and input 0 is float32. Did you mean x.double\(\) \?"
    ):
        md.gradcheck(lambda x: x, md.ones(2, requires_grad=True))
    with pytest.raises(md.errors.MinidlError, match="none of the inputs requires a gradient"):
        md.gradcheck(lambda x: x, md.ones(2))
