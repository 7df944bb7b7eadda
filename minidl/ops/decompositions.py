r"""Norms, inverses, determinants and factors of matrices."""

from collections import namedtuple

import numpy as np

from minidl.engine.operation import operation
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, MinidlError, ShapeError
from minidl.ops.reduction import amax, amin, axes_of, expand_reduced

SignAndLog = namedtuple("SignAndLog", ["sign", "logabsdet"])


class SingularError(MinidlError, RuntimeError):
    """A matrix that has no inverse, or no Cholesky factor."""


def _turned(x):
    return np.swapaxes(x, -1, -2)


def _square(x, name):
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ShapeError(f"{name} needs square matrices, and got shape {x.shape}")


def _refusing(name, compute, *arrays):
    """Run a routine of LAPACK; its complaint becomes one that names the operation."""
    try:
        return compute(*arrays)
    except np.linalg.LinAlgError as error:
        raise SingularError(f"{name}: the matrix is singular or not of the kind needed ({error})") from error


@operation(formula="Y = X^{-1}", gradient=r"\bar X = -Y^\top \bar Y Y^\top", numpy=np.linalg.inv, promote="float")
def inv(x):
    """The inverse of a square matrix (of each of a batch)."""
    _square(x, "inv")
    y = _refusing("inv", np.linalg.inv, x)
    return y, lambda g: -np.matmul(np.matmul(_turned(y), g), _turned(y))


@operation(
    formula="A X = B",
    gradient=r"\bar B = A^{-\top} \bar X,\quad \bar A = -\bar B X^\top",
    numpy=np.linalg.solve,
    promote="float",
    broadcasts=True,
)
def _solve(a, b):
    x = _refusing("solve", np.linalg.solve, a, b)
    return (
        x,
        lambda g: -np.matmul(np.linalg.solve(_turned(a), g), _turned(x)),
        lambda g: np.linalg.solve(_turned(a), g),
    )


def solve(a, b):
    """The x with ``a @ x = b``; `b` holds vectors if it has one dimension less than `a`."""
    _square(a, "solve")
    vector = b.ndim == 1 or (b.ndim == a.ndim - 1 and b.shape == a.shape[:-1])
    if b.shape[-1 if vector else -2] != a.shape[-1]:
        raise ShapeError(f"solve: a has {a.shape[-1]} rows, and b of shape {b.shape} has {b.shape[-1 if vector else -2]}")
    return _solve(a, b.unsqueeze(-1)).squeeze(-1) if vector else _solve(a, b)


def _adjugate(x):
    """The transposed cofactors of matrices, singular ones too, by way of their singular values."""
    u, s, v = np.linalg.svd(x)
    others = np.stack([np.prod(np.delete(s, i, axis=-1), axis=-1) for i in range(s.shape[-1])], axis=-1)
    sign = np.linalg.det(u) * np.linalg.det(v)
    return np.matmul(_turned(v) * (others * np.round(sign)[..., None])[..., None, :], _turned(u))


@operation(formula=r"y = \det X", gradient=r"\bar X = \bar y\, y X^{-\top}", numpy=np.linalg.det, promote="float")
def det(x):
    """The determinant of a square matrix (of each of a batch); its gradient is right for singular ones too."""
    _square(x, "det")
    y = np.linalg.det(x)

    def pull(g):
        cofactors = np.expand_dims(np.expand_dims(y, -1), -1) * np.linalg.inv(x) if isinstance(x, Tensor) else _adjugate(x)
        return np.expand_dims(np.expand_dims(g, -1), -1) * _turned(cofactors)

    return y, pull


@operation(formula=r"y = \ln |\det X|", gradient=r"\bar X = \bar y X^{-\top}", promote="float")
def _logabsdet(x):
    y = _logabsdet(x) if isinstance(x, Tensor) else np.linalg.slogdet(x)[1]
    return y, lambda g: np.expand_dims(np.expand_dims(g, -1), -1) * _turned(np.linalg.inv(x))


def slogdet(x):
    """Sign of the determinant and logarithm of its size: (sign, logabsdet)."""
    _square(x, "slogdet")
    return SignAndLog(Tensor.wrap(np.linalg.slogdet(x.array)[0]), _logabsdet(x))


@operation(
    formula=r"L L^\top = X",
    gradient=r"\bar X = \tfrac12 (S + S^\top),\ S = L^{-\top} \Phi(L^\top \bar L) L^{-1}",
    numpy=np.linalg.cholesky,
    promote="float",
)
def cholesky(x):
    """The lower triangular factor L of a symmetric positive matrix, ``L @ L.mT = x`` (Murray 2016)."""
    _square(x, "cholesky")
    lower = _refusing("cholesky", np.linalg.cholesky, x)

    def pull(g):
        half = np.tril(np.ones(x.shape[-2:])) - 0.5 * np.eye(x.shape[-1])
        inner = np.matmul(_turned(lower), g) * half.astype(g.dtype)
        inverse = np.linalg.inv(lower)
        s = np.matmul(np.matmul(_turned(inverse), inner), inverse)
        return 0.5 * (s + _turned(s))

    return lower, pull


@operation(
    formula=r"y = (\textstyle\sum_i |x_i|^p)^{1/p}",
    gradient=r"\bar x_i = \bar y\, x_i |x_i|^{p-2} / y^{p-1}",
    promote="float",
    operands=1,
)
def _p_norm(x, p, dim=None, keepdim=False):
    axes = axes_of(dim, x.ndim)
    size = np.absolute(x)
    if p == 2 and not isinstance(x, Tensor):
        y = np.sqrt(np.sum(x * x, axis=axes, keepdims=True))
    else:
        y = np.power(np.sum(np.power(size, p), axis=axes, keepdims=True), 1 / p)
    shape = [n for i, n in enumerate(x.shape) if i not in axes]

    def pull(g):
        nothing, zero = y == 0, x == 0
        scale = expand_reduced(g, axes, x.shape) / np.power(np.where(nothing, 1.0, y), p - 1)
        slope = np.sign(x) * np.power(np.where(zero, 1.0, size), p - 1)
        return np.where(nothing | zero, 0.0, scale * slope)

    return (y if keepdim else np.reshape(y, shape)), pull


def vector_norm(x, ord=2, dim=None, keepdim=False):
    """The length of a vector: ``(Σ |x|^ord)^(1/ord)``; the largest size for inf, the count of what is not 0 for 0."""
    if x.dtype.kind != "f":
        raise DtypeError(f"the norm of a tensor of {x.dtype} need not be a whole number. Did you mean x.float() ?")
    if ord == float("inf"):
        return amax(x.abs(), dim, keepdim)
    if ord == -float("inf"):
        return amin(x.abs(), dim, keepdim)
    if ord == 0:
        return (x != 0).to(x.dtype).sum(dim, keepdim)
    if ord == 1:
        return x.abs().sum(dim, keepdim)
    return _p_norm(x, ord, dim, keepdim)


@operation(formula=r"y = \|X\|_*", gradient=r"\bar X = \bar y\, U V^\top", promote="float", once_differentiable=True)
def _nuclear_norm(x):
    u, s, v = np.linalg.svd(x, full_matrices=False)
    return s.sum(-1), lambda g: g[..., None, None] * np.matmul(u, v)


@operation(
    formula=r"y = \sigma_{k}(X)",
    gradient=r"\bar X = \bar y\, u_k v_k^\top",
    promote="float",
    operands=1,
    once_differentiable=True,
)
def _singular_value(x, k):
    u, s, v = np.linalg.svd(x, full_matrices=False)
    return s[..., k], lambda g: g[..., None, None] * (u[..., :, k, None] * v[..., None, k, :])


def norm(x, ord=None, dim=None, keepdim=False):
    """The norm of a vector or a matrix (PyTorch's `torch.linalg.norm`).

    Parameters
    ----------
    ord : float, "fro" or "nuc", optional
        None: the square root of the sum of squares. For matrices 1 and inf are the largest sums of
        columns and rows, 2 the largest singular value, "nuc" the sum of all.
    dim : int or pair of int, optional
        One dimension of vectors, two of matrices.
    """
    if ord is None:
        return vector_norm(x, 2, dim, keepdim)
    axes = axes_of(dim, x.ndim) if dim is not None else tuple(range(x.ndim))
    if len(axes) == 1:
        return vector_norm(x, ord, axes, keepdim)
    if len(axes) != 2:
        raise ShapeError(
            f"norm with ord={ord!r} is that of a vector or a matrix; choose its dim(s) in a tensor of shape {x.shape}"
        )
    if ord == "fro":
        return vector_norm(x, 2, axes, keepdim)
    y = _matrix_norm(x.movedim(axes, (-2, -1)), ord)
    for axis in sorted(axes) if keepdim else ():
        y = y.unsqueeze(axis)
    return y


def _matrix_norm(x, ord):
    if ord == "nuc":
        return _nuclear_norm(x)
    if ord in (2, -2):
        return _singular_value(x, 0 if ord > 0 else min(x.shape[-2:]) - 1)
    if ord in (1, -1):
        sums = x.abs().sum(-2)
    elif ord in (float("inf"), -float("inf")):
        sums = x.abs().sum(-1)
    else:
        raise ValueError(f'the norm of a matrix has ord "fro", "nuc", 1, -1, 2, -2, inf or -inf, not {ord!r}')
    return amax(sums, -1) if ord > 0 else amin(sums, -1)


def simple_norm(x, p="fro", dim=None, keepdim=False):
    """The norm of all elements, or along `dim`, as of one long vector (PyTorch's `torch.norm`)."""
    return _matrix_norm(x, "nuc") if p == "nuc" else vector_norm(x, 2 if p in ("fro", None) else p, dim, keepdim)


def logdet(x):
    """The logarithm of the determinant; NaN where that is negative."""
    sign, log = slogdet(x)
    negative = sign.array < 0
    return log * Tensor.wrap(np.where(negative, np.nan, 1).astype(log.dtype)) if negative.any() else log
