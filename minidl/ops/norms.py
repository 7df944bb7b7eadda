r"""Norms: the lengths of vectors and the sizes of matrices."""

import math
from typing import Any

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.operation import operation
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError
from minidl.ops.decompositions import svdvals
from minidl.ops.elementwise import where
from minidl.ops.inverses import SingularError, inv, lapack, matrix, square
from minidl.ops.reduction import amax, amin, axes_of, expand_reduced, kept_shape, size_of, total, widened

INFINITE = (math.inf, -math.inf)


@operation(
    name="norm",
    formula=r"y = (\textstyle\sum_i |x_i|^p)^{1/p}",
    gradient=r"\bar x_i = \bar y\, x_i |x_i|^{p-2} / y^{p-1}",
    promote="float",
    operands=1,
)
def p_norm(x, p, dim=None, keepdim=False):
    """The norm of vectors for any p but infinity; its slope at a vector of zeros is 0."""
    axes = axes_of(dim, x.ndim)
    wide = widened(x)
    size = np.absolute(wide)
    nothing: Any = None  # where a vector has no length; of a sum (p of 0 or 1) nobody asks
    if p == 0:
        y = total((wide != 0).astype(wide.dtype), axes or None, True)
    elif p == 1:
        y = total(size, axes or None, True)
    else:
        sums = total(wide * wide if p == 2 else np.power(size, p), axes or None, True)
        nothing = sums == 0
        roots = np.where(nothing, 1.0, sums)  # of 0 no root is taken, whose slope is infinite
        y = np.where(nothing, 0.0, np.sqrt(roots) if p == 2 else np.power(roots, 1 / p))

    def pull(g):
        if p == 0:
            return None  # a count has no slope
        g = expand_reduced(g, axes, x.shape)
        if p == 1:
            return g * np.sign(x)
        length = np.where(nothing, 1.0, y)
        if p == 2:
            slope = wide / length
        elif p > 2:
            slope = wide * np.power(size, p - 2) / np.power(length, p - 1)
        else:
            zero = x == 0
            slope = np.where(zero, 0.0, np.sign(wide) * np.power(np.where(zero, 1.0, size), p - 1)) / np.power(length, p - 1)
        return g * np.where(nothing, 0.0, slope).astype(g.dtype)

    return np.reshape(y, kept_shape(x.shape, axes, keepdim)).astype(x.dtype), pull


@any_spelling
def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None):
    """The length of a vector: ``(Σ |x|^ord)^(1/ord)``; the largest size for inf, the count of what is not 0 for 0."""
    if x.dtype.kind != "f":
        raise DtypeError(f"the norm of a tensor of {x.dtype} need not be a whole number. Did you mean x.float() ?")
    x = x if dtype is None else x.to(dtype)
    if ord not in INFINITE:
        return p_norm(x, float(ord), dim, keepdim)
    if size_of(x.shape, axes_of(dim, x.ndim)) == 0:
        which = "smallest" if ord < 0 else "largest"
        raise ShapeError(f"vector_norm with ord={ord} of no elements (shape {x.shape}): there is no {which}")
    return (amax if ord > 0 else amin)(x.abs(), dim, keepdim)


@any_spelling
def norm(x, ord=None, dim=None, keepdim=False, *, dtype=None):
    """The norm of a vector or a matrix (PyTorch's `torch.linalg.norm`).

    Parameters
    ----------
    ord : float, "fro" or "nuc", optional
        None: the square root of the sum of squares. For matrices 1 and inf are the largest sums of
        columns and rows, 2 the largest singular value, "nuc" the sum of all.
    dim : int or pair of int, optional
        One dimension of vectors, two of matrices.
    """
    axes = axes_of(dim, x.ndim) if dim is not None else tuple(range(x.ndim))
    if ord is None:
        return vector_norm(x, 2, dim, keepdim, dtype=dtype)
    if len(axes) == 2 and (dim is None or len(axes_of(dim, x.ndim)) == 2):
        return matrix_norm(x, ord, axes, keepdim, dtype=dtype)
    if len(axes) > 2 or isinstance(ord, str):
        raise ShapeError(
            f"norm with ord={ord!r} is that of a vector or a matrix; choose its dim(s) in a tensor of shape {x.shape}"
        )
    return vector_norm(x, ord, axes or None, keepdim, dtype=dtype)


@any_spelling
def matrix_norm(x, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    """The norm of matrices, which lie in the two dimensions `dim`; `norm` says what `ord` means."""
    if x.dtype.kind != "f":
        raise DtypeError(f"the norm of a tensor of {x.dtype} need not be a whole number. Did you mean x.float() ?")
    if x.ndim < 2:
        raise ShapeError(f"matrix_norm needs matrices, and got shape {x.shape}")
    x = x if dtype is None else x.to(dtype)
    axes = axes_of(dim, x.ndim)
    if len(axes) != 2:
        raise ShapeError(f"matrix_norm needs the two dimensions of matrices, and got dim={dim}")
    if ord == "fro":
        return vector_norm(x, 2, axes, keepdim)
    y = _matrix_norm(x.movedim(axes, (-2, -1)), ord)
    for axis in sorted(axes) if keepdim else ():
        y = y.unsqueeze(axis)
    return y


def _matrix_norm(x, ord):
    if ord == "nuc":
        return svdvals(x).sum(-1)
    if ord == 2:
        return _largest(svdvals(x))
    if ord == -2:
        return amin(svdvals(x), -1)
    if ord in (1, -1):
        sums = x.abs().sum(-2)
    elif ord in INFINITE:
        sums = x.abs().sum(-1)
    else:
        raise ValueError(f'the norm of a matrix has ord "fro", "nuc", 1, -1, 2, -2, inf or -inf, not {ord!r}')
    return _largest(sums) if ord > 0 else amin(sums, -1)


def _largest(sizes):
    """The largest of sizes along the last dimension; of none 0."""
    return amax(sizes, -1) if sizes.shape[-1] else sizes.sum(-1)


@any_spelling
def simple_norm(x, p="fro", dim=None, keepdim=False, dtype=None):
    """The norm of all elements, or along `dim`, as of one long vector (PyTorch's `torch.norm`)."""
    if p == "nuc":
        return matrix_norm(x, "nuc", (-2, -1) if dim is None else dim, keepdim, dtype=dtype)
    return vector_norm(x, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)


@any_spelling
def cond(x, p=None):
    """How much a matrix enlarges errors: its norm times that of its inverse, infinity if it has none.

    For a `p` of None and 2 it is the ratio of the singular values.
    """
    (matrix if p in (None, 2, -2) else square)(x, "cond")
    if 0 in x.shape[-2:]:
        return x.sum((-2, -1))
    if p in (None, 2, -2):
        s = svdvals(x)
        return s[..., 0] / s[..., -1] if p != -2 else s[..., -1] / s[..., 0]
    matrices = x.array.reshape(-1, *x.shape[-2:])
    singular = Tensor.wrap(np.array([_has_no_inverse(m) for m in matrices], bool).reshape(x.shape[:-2]))
    identity = Tensor.wrap(np.eye(x.shape[-1], dtype=x.dtype))
    inverse = inv(where(singular[..., None, None], identity, x))
    return where(singular, math.inf, matrix_norm(x, p) * matrix_norm(inverse, p))


def _has_no_inverse(array):
    try:
        lapack("cond", np.linalg.inv, array)
    except SingularError:
        return True
    return False


@any_spelling
def renorm(x, p, dim, maxnorm):
    """Each slice along `dim` shortened to the norm `maxnorm` where it is longer."""
    if x.ndim < 2:
        raise ShapeError(f"renorm shortens slices, and a tensor of shape {x.shape} has none")
    others = tuple(i for i in range(x.ndim) if i != axes_of(dim, x.ndim)[0])
    length = vector_norm(x, p, others, keepdim=True)
    return x * where(length > maxnorm, maxnorm / (length + 1e-7), 1.0)
