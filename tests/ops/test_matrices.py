"""Matrices at their edges: singular ones, numbers that are not finite, several spellings."""

from itertools import pairwise

import numpy as np
import pytest

import minidl as md

SINGULAR = [[[1.0, 2.0], [2.0, 4.0]], [[1.0, 2.0, 0.0], [2.0, 4.0, 1.0], [0.0, 0.0, 3.0]], [[0.0, 0.0], [0.0, 0.0]]]


@pytest.mark.parametrize("matrix", SINGULAR)
def test_the_determinant_of_a_singular_matrix_has_its_derivatives(matrix):
    x = md.tensor(matrix, dtype=md.float64, requires_grad=True)
    assert md.gradcheck(md.linalg.det, [x])
    assert md.gradgradcheck(md.linalg.det, [x])


def test_the_slope_of_a_determinant_is_the_matrix_of_cofactors():
    x = md.tensor([[1.0, 2.0], [2.0, 4.0]], requires_grad=True)
    for create_graph in (False, True):
        (slope,) = md.autograd.grad(md.linalg.det(x), x, create_graph=create_graph)
        np.testing.assert_allclose(slope.detach().array, [[4, -2], [-2, 1]], atol=1e-6)


def test_the_determinant_of_nothing_is_one():
    x = md.zeros(2, 0, 0, requires_grad=True)
    y = md.linalg.det(x)
    y.sum().backward()
    assert y.tolist() == [1, 1]
    assert x.grad.shape == (2, 0, 0)


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("line", ["norm(x, 2)", "norm(x, 'nuc')", "svd(x)", "eigh(x)", "eigvals(x)", "pinv(x)", "cond(x)"])
def test_what_is_not_finite_is_refused_where_a_routine_would_never_end(line, bad):
    x = md.ones(4, 4)
    x[1, 2] = bad
    with pytest.raises(md.linalg.LinAlgError, match="NaN or infinity"):
        eval(f"md.linalg.{line}", {"md": md, "x": x})


def test_complex_eigenvalues_are_refused_by_name():
    with pytest.raises(md.errors.DtypeError, match="complex"):
        md.linalg.eigvals(md.tensor([[0.0, -1.0], [1.0, 0.0]]))


def test_a_full_decomposition_still_gives_gradients_of_what_the_matrix_decides():
    x = md.randn(4, 2, dtype=md.float64, requires_grad=True)
    u, s, vh = md.linalg.svd(x)
    assert u.shape == (4, 4)
    np.testing.assert_allclose((u[:, :2] * s @ vh).detach().array, x.detach().array)
    assert md.gradcheck(lambda x: md.linalg.svd(x).S, [x])


def test_least_squares_are_those_of_numpy():
    a, b = np.random.default_rng(0).standard_normal((6, 3)), np.random.default_rng(1).standard_normal((6, 2))
    solution, residuals, rank, values = md.linalg.lstsq(md.tensor(a), md.tensor(b), driver="gelsd")
    expected = np.linalg.lstsq(a, b, rcond=None)
    np.testing.assert_allclose(solution.array, expected[0])
    np.testing.assert_allclose(residuals.array, expected[1])
    np.testing.assert_allclose(values.array, expected[3])
    assert rank.item() == 3


def test_a_product_of_several_matrices_is_theirs_in_any_order_of_brackets():
    rng = np.random.default_rng(0)
    sizes = [4, 30, 2, 17, 5, 9]
    matrices = [rng.standard_normal(shape) for shape in pairwise(sizes)]
    y = md.linalg.multi_dot([md.tensor(m) for m in matrices])
    np.testing.assert_allclose(y.array, np.linalg.multi_dot(matrices))
