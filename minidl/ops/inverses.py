r"""Inverses, solutions of linear equations, and determinants."""

import math
from collections import namedtuple

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.operation import array_function, operation
from minidl.engine.parallel import one_blas_thread
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, MinidlError, ShapeError
from minidl.ops.elementwise import isfinite, where
from minidl.ops.shape import mT

SignAndLog = namedtuple("SignAndLog", ["sign", "logabsdet"])


class SingularError(MinidlError, RuntimeError, ValueError):
    """A matrix that has no inverse, no Cholesky factor, or whose numbers are not finite. (PyTorch's LinAlgError.)"""


def square(x, name):
    """Refuse what is not a square matrix of floats (or a batch of them)."""
    matrix(x, name)
    if x.shape[-1] != x.shape[-2]:
        raise ShapeError(f"{name} needs square matrices, and got shape {x.shape}")


def matrix(x, name):
    """Refuse what is not a matrix of floats (or a batch of them)."""
    if x.ndim < 2:
        raise ShapeError(f"{name} needs a matrix or a batch of them, and got shape {x.shape}")
    if x.dtype.kind != "f":
        raise DtypeError(f"{name} needs floats, and got {x.dtype}. Did you mean x.float() ?")


def lapack(name, compute, *arrays, finite=False, **options):
    """Run a routine of LAPACK; its error becomes one that names the operation.

    Some routines never end on NaN or infinity (`finite`), which are refused before; none knows half precision.
    """
    if any(a.dtype == np.float16 for a in arrays):
        raise DtypeError(f"{name} needs float32 or float64, and got float16. Did you mean x.float() ?")
    if finite and not all(np.isfinite(a).all() for a in arrays):
        raise SingularError(f"{name}: the matrix holds NaN or infinity, and has no such factors")
    try:
        with one_blas_thread:
            return compute(*arrays, **options)
    except np.linalg.LinAlgError as error:
        raise SingularError(f"{name}: the matrix is singular or not of the kind needed ({error})") from error


def _as_matrix(number):
    """Numbers, one for each of a batch of matrices, in a shape that is broadcast to these."""
    return np.expand_dims(np.expand_dims(number, -1), -1)


# ---------------------------------------------------------------- inverses and solutions


@operation(formula="Y = X^{-1}", gradient=r"\bar X = -Y^\top \bar Y Y^\top", numpy=np.linalg.inv, promote="float")
def inv(x):
    """The inverse of a square matrix (of each of a batch)."""
    square(x, "inv")
    y = lapack("inv", np.linalg.inv, x)
    return y, lambda g: -np.matmul(np.matmul(mT(y), g), mT(y))


@operation(
    formula="A X = B",
    gradient=r"\bar B = A^{-\top} \bar X,\quad \bar A = -\bar B X^\top",
    numpy=np.linalg.solve,
    promote="float",
    broadcasts=True,
)
def _solve(a, b):
    x = lapack("solve", np.linalg.solve, a, b)
    return (
        x,
        lambda g: -np.matmul(np.linalg.solve(mT(a), g), mT(x)),
        lambda g: np.linalg.solve(mT(a), g),
    )


@any_spelling
def solve(A, B, *, left=True):
    """The X with ``A @ X = B`` (``X @ A = B`` if not `left`); `B` holds vectors if it has one dimension less than `A`."""
    square(A, "solve")
    vector = B.ndim == 1 or (B.ndim == A.ndim - 1 and B.shape == A.shape[:-1])
    if not left:
        return _solve(A.mT, B.unsqueeze(-1)).squeeze(-1) if vector else _solve(A.mT, B.mT).mT
    if B.shape[-1 if vector else -2] != A.shape[-1]:
        raise ShapeError(f"solve: A has {A.shape[-1]} rows, and B of shape {B.shape} has {B.shape[-1 if vector else -2]}")
    return _solve(A, B.unsqueeze(-1)).squeeze(-1) if vector else _solve(A, B)


@any_spelling
def solve_triangular(A, B, *, upper, left=True, unitriangular=False):
    """The X with ``A @ X = B``, of which only the upper or the lower triangle of `A` is read."""
    square(A, "solve_triangular")
    A = A.triu() if upper else A.tril()
    if unitriangular:
        identity = Tensor.wrap(np.eye(A.shape[-1], dtype=A.dtype))
        A = A * (1 - identity) + identity
    return solve(A, B) if left else solve(A.mT, B.mT).mT


@any_spelling
def cholesky_solve(x, input2, upper=False):
    """The solution of ``L @ L.mT @ solution = x``, given the Cholesky factor L (`input2`) of a matrix."""
    return solve(_product_of(input2, upper), x)


@any_spelling
def cholesky_inverse(x, upper=False):
    """The inverse of a matrix, given its Cholesky factor `x`."""
    return inv(_product_of(x, upper))


def _product_of(factor, upper):
    """The matrix whose Cholesky factor this is. One triangle of it is read; its gradient is full, as in PyTorch."""
    factor = factor + ((factor.triu() if upper else factor.tril()) - factor).detach()
    return factor.mT @ factor if upper else factor @ factor.mT


@any_spelling
def matrix_power(x, n):
    """The matrix multiplied with itself `n` times; for a negative `n` its inverse."""
    square(x, "matrix_power")
    if n < 0:
        return matrix_power(inv(x), -n)
    result = None
    while n:
        if n % 2:
            result = x if result is None else result @ x
        n //= 2
        x = x @ x if n else x
    return x * 0 + Tensor.wrap(np.eye(x.shape[-1], dtype=x.dtype)) if result is None else result


@any_spelling
def matrix_exp(x):
    """The exponential of a square matrix: its Taylor series, after halving it until it is small."""
    square(x, "matrix_exp")
    size = np.abs(x.array).sum(-1).max(initial=0.0)
    halvings = max(0, int(np.ceil(np.log2(size))) + 2) if 0 < size < np.inf else 0
    x = (x + where(isfinite(x), 0.0, math.nan)) * 2.0**-halvings  # of an infinite one nothing is known
    term = y = x * 0 + Tensor.wrap(np.eye(x.shape[-1], dtype=x.dtype))
    for k in range(1, 19):
        term = term @ x / k
        y = y + term
    for _ in range(halvings):
        y = y @ y
    return y


# ---------------------------------------------------------------- determinants


def _adjugate(x):
    """The transposed cofactors of matrices, singular ones too, by way of their singular values; NaN if not finite."""
    known = _as_matrix(np.isfinite(x).all(axis=(-2, -1)))
    u, s, vh = np.linalg.svd(np.where(known, x, 0.0))
    n = s.shape[-1]
    others = np.stack([np.prod(np.delete(s, i, axis=-1), axis=-1) for i in range(n)], axis=-1) if n else s
    sign = np.linalg.det(u) * np.linalg.det(vh)
    return np.where(known, np.matmul(mT(vh) * (others * np.round(sign)[..., None])[..., None, :], mT(u)), np.nan)


def _adjugate_by_traces(x):
    """The adjugate as a polynomial of the matrix (Faddeev and LeVerrier): it has derivatives where no inverse exists."""
    n = x.shape[-1]
    identity = np.eye(n, dtype=x.dtype)
    m = np.broadcast_to(identity, x.shape)
    for k in range(1, n):
        product = np.matmul(x, m)
        m = product - _as_matrix(np.sum(product * identity, axis=(-2, -1)) / k) * identity
    return m if n % 2 else -m


@array_function
def determinant(x):
    """The determinant of an array of matrices."""
    return lapack("det", np.linalg.det, x)


@operation(
    formula=r"y = \det X", gradient=r"\bar X = \bar y\, y X^{-\top}", numpy=np.linalg.det, array=determinant, promote="float"
)
def det(x):
    """The determinant of a square matrix (of each of a batch); its gradient is right for singular ones too."""
    square(x, "det")
    y = determinant(x)

    def pull(g):
        if not isinstance(x, Tensor):
            cofactors = _adjugate(x)
        elif _nearly_singular(x.array):
            cofactors = _adjugate_by_traces(x)
        else:
            cofactors = _as_matrix(y) * np.linalg.inv(x)
        return _as_matrix(g) * mT(cofactors)

    return y, pull


def _nearly_singular(x):
    """Whether one of a batch of matrices has no usable inverse."""
    if not np.isfinite(x).all():
        return False
    s = np.linalg.svd(x, compute_uv=False)
    return bool(x.size) and bool((s[..., -1] <= s[..., 0] * np.finfo(x.dtype).eps * 100).any())


@array_function
def log_abs_det(x):
    """The logarithm of the size of the determinant; NaN of a matrix that is not finite."""
    return np.where(np.isfinite(x).all(axis=(-2, -1)), lapack("slogdet", np.linalg.slogdet, x)[1], x.dtype.type(np.nan))


@operation(formula=r"y = \ln |\det X|", gradient=r"\bar X = \bar y X^{-\top}", array=log_abs_det, promote="float")
def _logabsdet(x):
    y = log_abs_det(x)

    def pull(g):
        return _as_matrix(g) * mT(lapack("the gradient of slogdet", np.linalg.inv, x))

    return y, pull


@any_spelling
def slogdet(x):
    """Sign of the determinant and logarithm of its size: (sign, logabsdet)."""
    square(x, "slogdet")
    log = _logabsdet(x)
    return SignAndLog(Tensor.wrap(np.where(np.isnan(log.array), 0, np.linalg.slogdet(x.array)[0]).astype(x.dtype)), log)


@any_spelling
def logdet(x):
    """The logarithm of the determinant; NaN where that is negative."""
    sign, log = slogdet(x)
    negative = sign.array < 0
    return log * Tensor.wrap(np.where(negative, np.nan, 1).astype(log.dtype)) if negative.any() else log
