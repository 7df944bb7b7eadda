r"""Operations that gather many elements into one: sums, means, products, extremes."""

import math
from collections import namedtuple

import numpy as np

from minidl.engine.calling import any_spelling, tensor_first
from minidl.engine.conversion import whole_number
from minidl.engine.dtypes import float16
from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import DimensionError, DtypeError, ShapeError
from minidl.ops.elementwise import isnan, maximum, minimum, where


def return_type(name, *fields):
    """A tuple with named parts that prints as PyTorch's do: what `max` and `sort` return.

    >>> return_type("max", "values", "indices")(1.5, 0)
    minidl.return_types.max(
    values=1.5,
    indices=0)
    """

    def text(self):
        parts = [f"{field}={value!r}" for field, value in zip(fields, self, strict=True)]
        return f"minidl.return_types.{name}(\n" + ",\n".join(parts) + ")"

    return type(name, (namedtuple(name, fields),), {"__slots__": (), "__repr__": text, "__doc__": f"What `{name}` returns."})


MaxResult = return_type("max", "values", "indices")
MinResult = return_type("min", "values", "indices")
AminmaxResult = return_type("aminmax", "min", "max")


def axes_of(dim, ndim):
    """The dimensions that `dim` names, as a tuple of non-negative numbers; all of them for None.

    >>> axes_of(-1, 3), axes_of(None, 2), axes_of([0, -1], 3)
    ((2,), (0, 1), (0, 2))
    """
    if dim is None or (isinstance(dim, list | tuple) and not dim):
        return tuple(range(ndim))
    axes, n = [], ndim or 1  # a tensor without dimensions may be asked for dim 0
    for d in dim if isinstance(dim, list | tuple) else [dim]:
        d = whole_number(d, "dim")
        if not -n <= d < n:
            raise DimensionError(f"dim {d} is out of range: a tensor with {ndim} dimensions has dims {-n} to {n - 1}")
        if ndim:
            axes.append(d % ndim)
    if len(set(axes)) < len(axes):
        raise DimensionError(f"dim {tuple(dim)} names a dimension twice")
    return tuple(axes)


def axis_of(dim, ndim):
    """The one dimension that `dim` names; 0 for a tensor without dimensions."""
    axes = axes_of(whole_number(dim, "dim"), ndim)
    return axes[0] if axes else 0


def kept_shape(shape, axes, keepdim):
    """The shape after a reduction over `axes`.

    >>> kept_shape((2, 3, 4), (0, 2), False), kept_shape((2, 3, 4), (0, 2), True)
    ((3,), (1, 3, 1))
    """
    if keepdim:
        return tuple([1 if i in axes else n for i, n in enumerate(shape)])
    return tuple([n for i, n in enumerate(shape) if i not in axes])


def expand_reduced(g, axes, shape):
    """Bring what was reduced over `axes` back to `shape`, every element with its copy."""
    return np.broadcast_to(np.reshape(g, kept_shape(shape, axes, keepdim=True)), shape)


def size_of(shape, axes):
    """How many elements are gathered into one.

    >>> size_of((2, 3, 4), (0, 2))
    8
    """
    return math.prod([shape[a] for a in axes])


def whole(dtype):
    """The dtype in which elements of `dtype` are summed: int64 for integers and booleans."""
    return dtype if dtype.kind == "f" else np.dtype(np.int64)


def widened(x):
    """Half-precision numbers in float32, in which they are added and squared without overflow; others as they are."""
    return x.astype(np.float32) if x.dtype == float16 else x


# ---------------------------------------------------------------- sums and means

MANY = 1024  # this many numbers are added one after the other without losing digits that matter
FEW = 32  # fewer sums than this at a time are faster along a copy


@array_function
def total(x, dim=None, keepdim=False, dtype=None):
    """The sum of an array, with small rounding errors along every axis.

    NumPy adds in pairs along the dimension that is contiguous in memory (an error that grows with log n), and one
    after the other along any other (an error that grows with n): there the sum is taken of sums of blocks.
    """
    return _total(x, axes_of(dim, x.ndim), keepdim, np.dtype(dtype or whole(x.dtype)))


def _total(x, axes, keepdim, dtype):
    if x.size < MANY or dtype.kind != "f":
        wide = np.float32 if dtype == float16 else dtype
        return np.asarray(np.add.reduce(x, axis=axes, keepdims=keepdim, dtype=wide)).astype(dtype, copy=False)
    x = widened(x.astype(dtype, copy=False))
    longest = sorted(axes, key=lambda a: x.shape[a])[-1] if axes else -1
    if longest < 0 or x.shape[longest] < MANY or x.strides[longest] == x.itemsize:
        return np.asarray(np.add.reduce(x, axis=axes, keepdims=keepdim)).astype(dtype, copy=False)
    rest = tuple(a - (a > longest) for a in axes if a != longest)
    y = np.add.reduce(_sum_of_first(np.moveaxis(x, longest, 0)), axis=rest)
    return np.reshape(y, kept_shape(x.shape, axes, keepdim)).astype(dtype, copy=False)


def _sum_of_first(x, block=128):
    """The sum over the first dimension, by way of blocks."""
    if x[0].size < FEW:
        return np.add.reduce(np.ascontiguousarray(np.moveaxis(x, 0, -1)), axis=-1)
    n = len(x) // block
    if n < 2:
        return np.add.reduce(x, axis=0)
    blocks = np.add.reduce(x[: n * block].reshape(n, block, *x.shape[1:]), axis=1)
    return _sum_of_first(blocks) + np.add.reduce(x[n * block :], axis=0)


@operation(formula=r"y = \sum_i x_i", gradient=r"\bar x_i = \bar y", numpy=np.sum, array=total, linear=True)
def sum(x, dim=None, keepdim=False, dtype=None):
    """The sum over the dimensions `dim`, or over all."""
    axes, shape = axes_of(dim, x.ndim), x.shape
    return total(x, dim, keepdim, dtype), lambda g: expand_reduced(g, axes, shape)


@array_function
def average(x, dim=None, keepdim=False, dtype=None):
    """The mean of an array: its `total`, divided by the number of elements."""
    axes, dtype = axes_of(dim, x.ndim), np.dtype(dtype or x.dtype)
    x = widened(x.astype(dtype, copy=False))
    y, n = _total(x, axes, keepdim, whole(x.dtype)), size_of(x.shape, axes)
    return (y / n if n else np.full_like(y, np.nan)).astype(dtype, copy=False)


@operation(formula=r"y = \frac1n \sum_i x_i", gradient=r"\bar x_i = \bar y / n", numpy=np.mean, array=average, linear=True)
def mean(x, dim=None, keepdim=False, dtype=None):
    """The mean over the dimensions `dim`, or over all."""
    if x.dtype.kind != "f" and dtype is None:
        raise DtypeError(f"the mean of a tensor of {x.dtype} need not be a whole number. Did you mean x.float().mean() ?")
    axes, shape = axes_of(dim, x.ndim), x.shape
    n = size_of(shape, axes)
    return average(x, dim, keepdim, dtype), lambda g: expand_reduced(g / n, axes, shape)


@any_spelling
def sum_to_size(x, *size):
    """The sums over what broadcasting had repeated: the tensor in a shape that it could be broadcast from."""
    shape = size[0] if len(size) == 1 and isinstance(size[0], list | tuple) else size
    before = (1,) * (x.ndim - len(shape)) + tuple(shape)
    if len(before) != x.ndim or [n for n, m in zip(before, x.shape, strict=True) if n not in (1, m)]:
        raise ShapeError(f"sum_to_size: a tensor of shape {tuple(shape)} is not broadcast to {x.shape}")
    dims = [i for i, (n, m) in enumerate(zip(before, x.shape, strict=True)) if n != m]
    return (sum(x, dims, True) if dims else x).reshape(*shape)


@any_spelling
def nansum(x, dim=None, keepdim=False, *, dtype=None):
    """The sum, in which NaN counts as 0."""
    return sum(where(isnan(x), 0, x), dim, keepdim, dtype)


@any_spelling
def nanmean(x, dim=None, keepdim=False, *, dtype=None):
    """The mean of those elements that are not NaN."""
    there = sum(~isnan(x), dim, keepdim)
    return nansum(x, dim, keepdim, dtype=dtype) / there


# ---------------------------------------------------------------- products


@array_function
def product(x, dim=None, keepdim=False):
    """The product of an array; of integers it is an int64."""
    return np.prod(x, axis=axes_of(dim, x.ndim), keepdims=keepdim, dtype=whole(x.dtype))


@operation(formula=r"y = \prod_i x_i", gradient=r"\bar x_i = \bar y \prod_{j \ne i} x_j", numpy=np.prod, array=product)
def _prod(x, dim=None, keepdim=False):
    axes = axes_of(dim, x.ndim)

    def pull(g):
        """By the products of what comes before and after each element, which are right beside zeros too."""
        flat = np.reshape(x, (-1,)) if len(axes) != 1 else np.moveaxis(x, axes[0], -1)
        one = np.ones_like(flat[..., :1])
        before = np.cumprod(np.concatenate([one, flat[..., :-1]], axis=-1), axis=-1)
        after = np.flip(np.cumprod(np.flip(np.concatenate([flat[..., 1:], one], axis=-1), axis=-1), axis=-1), axis=-1)
        others = before * after
        others = np.reshape(others, x.shape) if len(axes) != 1 else np.moveaxis(others, -1, axes[0])
        return expand_reduced(g, axes, x.shape) * others

    return product(x, dim, keepdim), pull


@any_spelling
def prod(x, dim=None, keepdim=False, *, dtype=None):
    """The product over the dimension `dim`, or over all; its gradient is right beside zeros too."""
    return _prod(x if dtype is None else x.to(dtype), dim, keepdim)


# ---------------------------------------------------------------- extremes


def _extreme(choose):
    def rule(x, dim=None, keepdim=False):
        axes = axes_of(dim, x.ndim)
        if size_of(x.shape, axes) == 0:
            raise ShapeError(f"{rule.__name__} of an empty tensor (shape {x.shape}): there is no element to choose")
        y = choose(x, axis=axes, keepdims=keepdim)

        def pull(g):
            hit = (x == expand_reduced(y, axes, x.shape)).astype(g.dtype)
            return expand_reduced(g, axes, x.shape) * (hit / np.sum(hit, axis=axes, keepdims=True))

        return y, pull

    return rule


def _register_extreme(name, choose, symbol, doc):
    rule = _extreme(choose)
    rule.__name__, rule.__doc__ = name, doc
    share = r"\bar x_i = \bar y\,[x_i = y] / \#\{j : x_j = y\}"
    return operation(rule, formula=rf"y = \{symbol}_i x_i", gradient=share, numpy=choose)


amax = _register_extreme("amax", np.max, "max", "The largest element; equal ones share the gradient.")
amin = _register_extreme("amin", np.min, "min", "The smallest element; equal ones share the gradient.")


@any_spelling
def aminmax(x, *, dim=None, keepdim=False):
    """The smallest and the largest element: (min, max)."""
    return AminmaxResult(amin(x, dim, keepdim), amax(x, dim, keepdim))


@any_spelling
def argmax(x, dim=None, keepdim=False):
    """The index of the largest element (the first of equals); in the flattened tensor without `dim`."""
    return _arg(np.argmax, x, dim, keepdim, "argmax")


@any_spelling
def argmin(x, dim=None, keepdim=False):
    """The index of the smallest element (the first of equals); in the flattened tensor without `dim`."""
    return _arg(np.argmin, x, dim, keepdim, "argmin")


def _arg(choose, x, dim, keepdim, name):
    axis = axis_of(dim, x.ndim) if dim is not None else None
    if x.ndim == 0:
        axis = None
    if (x.array.size if axis is None else x.shape[axis]) == 0:
        raise ShapeError(f"{name} of an empty tensor (shape {x.shape}): there is no element to choose")
    return Tensor.wrap(np.asarray(choose(x.array, axis=axis, keepdims=keepdim), np.int64))


def _with_indices(kind, arg, x, dim, keepdim):
    """The chosen elements along `dim` and where each was."""
    indices = arg(x, dim, keepdim=True)
    values = x.take_along_dim(indices, dim) if x.ndim else x.clone()
    if not keepdim and x.ndim:
        indices, values = indices.squeeze(dim), values.squeeze(dim)
    return kind(values, indices)


@any_spelling
@tensor_first
def max(x, dim=None, keepdim=False):
    """The largest element; with `dim` the pair (values, indices); with a tensor the larger of the two."""
    if isinstance(dim, Tensor):
        return maximum(x, dim)
    return amax(x) if dim is None else _with_indices(MaxResult, argmax, x, dim, keepdim)


@any_spelling
@tensor_first
def min(x, dim=None, keepdim=False):
    """The smallest element; with `dim` the pair (values, indices); with a tensor the smaller of the two."""
    if isinstance(dim, Tensor):
        return minimum(x, dim)
    return amin(x) if dim is None else _with_indices(MinResult, argmin, x, dim, keepdim)


# ---------------------------------------------------------------- logarithm of a sum of exponentials


@operation(formula=r"y = \ln \sum_i e^{x_i}", gradient=r"\bar x_i = \bar y\, e^{x_i - y}", promote="float", operands=1)
def logsumexp(x, dim=None, keepdim=False):
    """The logarithm of the sum of exponentials, without overflow."""
    axes, shape = axes_of(dim, x.ndim), x.shape
    values = x.array if isinstance(x, Tensor) else x
    top = np.max(values, axis=axes, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0).astype(values.dtype)
    with np.errstate(divide="ignore", over="ignore"):
        whole = np.log(np.sum(np.exp(x - top), axis=axes, keepdims=True)) + top
    return np.reshape(whole, kept_shape(shape, axes, keepdim)), lambda g: expand_reduced(g, axes, shape) * np.exp(x - whole)


# ---------------------------------------------------------------- questions about all elements


@any_spelling
def any(x, dim=None, keepdim=False):
    """Whether any element is true (not 0)."""
    return _answer(np.any, x, dim, keepdim)


@any_spelling
def all(x, dim=None, keepdim=False):
    """Whether all elements are true (not 0)."""
    return _answer(np.all, x, dim, keepdim)


def _answer(ask, x, dim, keepdim):
    y = Tensor.wrap(ask(x.array, axis=axes_of(dim, x.ndim), keepdims=keepdim))
    return y.to(np.uint8) if x.dtype == np.uint8 else y


@any_spelling
def count_nonzero(x, dim=None):
    """How many elements are not 0."""
    return Tensor.wrap(np.asarray(np.count_nonzero(x.array, axis=axes_of(dim, x.ndim)), np.int64))
