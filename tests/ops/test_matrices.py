"""Matrices at their edges: singular ones, numbers that are not finite, several spellings."""

import math
from itertools import pairwise

import numpy as np
import pytest

import minidl as md
from minidl.errors import ShapeError

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


SOLVERS = "cholesky cond det eig eigh eigvals eigvalsh inv matrix_rank pinv qr slogdet svd svdvals".split()


@pytest.mark.parametrize("name", SOLVERS)
def test_half_precision_is_refused_by_name(name):
    with pytest.raises(md.errors.DtypeError, match=r"needs float32 or float64, and got float16. Did you mean x.float\(\)"):
        getattr(md.linalg, name)(md.eye(3, dtype=md.float16))


@pytest.mark.parametrize("function", [lambda x: md.linalg.eigh(x).eigenvalues, md.linalg.eigvalsh, md.linalg.svdvals])
def test_equal_eigenvalues_and_singular_values_have_a_gradient(function):
    x = md.eye(3, dtype=md.float64, requires_grad=True)
    function(x).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.eye(3), atol=1e-12)
    y = md.eye(3, dtype=md.float64, requires_grad=True)
    md.linalg.svd(y).S.sum().backward()
    np.testing.assert_allclose(y.grad.numpy(), np.eye(3), atol=1e-12)


@pytest.mark.parametrize("p", [1, -1, math.inf, "fro", "nuc"])
def test_the_condition_of_a_singular_matrix_is_infinite_and_of_an_empty_one_0(p):
    matrices = md.stack([md.eye(2), md.ones(2, 2)])
    found = md.linalg.cond(matrices, p)
    assert found[1] == math.inf
    assert found[0] == md.linalg.cond(md.eye(2), p)
    assert md.linalg.cond(md.zeros(0, 0), p) == md.linalg.cond(md.zeros(0, 0)) == 0
    assert md.linalg.cond(md.zeros(0, 2, 2), p).shape == (0,)


@pytest.mark.parametrize("ord", [2, 1, math.inf, "nuc", "fro"])
def test_the_norm_of_an_empty_matrix_is_0(ord):
    assert md.linalg.matrix_norm(md.zeros(0, 0), ord) == 0
    with pytest.raises(ShapeError, match="there is no largest"):
        md.linalg.vector_norm(md.zeros(0), math.inf)


def test_a_matrix_that_is_not_finite_has_no_factor_and_a_determinant_of_nan():
    for value in (math.nan, math.inf):
        x = md.full((3, 3), value, requires_grad=True)
        with pytest.raises(md.linalg.LinAlgError, match="cholesky: the matrix holds NaN or infinity"):
            md.linalg.cholesky(x)
        with np.errstate(invalid="ignore"):
            sign, log = md.linalg.slogdet(x)
            md.linalg.det(x).backward()
            (slope,) = md.autograd.grad(md.linalg.matrix_exp(x).sum(), x)
        assert sign == 0
        assert log.isnan()
        assert x.grad.isnan().all()
        assert slope.isnan().all()


def test_the_slope_of_a_singular_matrix_is_refused_in_a_sentence():
    x = md.ones(2, 2, requires_grad=True)
    for function in (lambda: md.linalg.slogdet(x).logabsdet, lambda: md.logdet(x)):
        with pytest.raises(md.linalg.LinAlgError, match="the gradient of slogdet: the matrix is singular"):
            function().backward()
    y = md.zeros(2, 2, requires_grad=True)
    with pytest.raises(md.linalg.LinAlgError, match="the gradient of qr: the matrix is singular"):
        md.linalg.qr(y).R.sum().backward()


def test_a_huge_matrix_has_an_exponential_all_the_same():
    with np.errstate(over="ignore", invalid="ignore"):
        assert not md.linalg.matrix_exp(md.tensor([[1e308, 0.0], [0.0, 1.0]], dtype=md.float64)).isfinite().all()


def test_the_vector_product_needs_vectors():
    with pytest.raises(ShapeError, match="cross needs vectors"):
        md.linalg.cross(md.tensor(1.0), md.tensor(2.0))
