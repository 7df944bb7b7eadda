r"""Operations that gather many elements into one: sums, means, extremes, spreads, running totals."""

from collections import namedtuple

import numpy as np

from minidl.engine.operation import operation
from minidl.engine.tensor import Tensor
from minidl.errors import DimensionError, DtypeError, ShapeError

ValuesAndIndices = namedtuple("ValuesAndIndices", ["values", "indices"])


def axes_of(dim, ndim):
    """The dimensions that `dim` names, as a tuple of non-negative numbers; all of them for None.

    >>> axes_of(-1, 3), axes_of(None, 2), axes_of([0, -1], 3)
    ((2,), (0, 1), (0, 2))
    """
    if dim is None or (isinstance(dim, list | tuple) and not dim):
        return tuple(range(ndim))
    axes, n = [], ndim or 1  # a tensor without dimensions may be asked for dim 0
    for d in dim if isinstance(dim, list | tuple) else [dim]:
        d = int(d)
        if not -n <= d < n:
            raise DimensionError(f"dim {d} is out of range: a tensor with {ndim} dimensions has dims {-n} to {n - 1}")
        if ndim:
            axes.append(d % ndim)
    if len(set(axes)) < len(axes):
        raise DimensionError(f"dim {tuple(dim)} names a dimension twice")
    return tuple(axes)


def spread(g, axes, shape):
    """Bring what was reduced over `axes` back to `shape`, every element with its copy."""
    kept = [1 if i in axes else n for i, n in enumerate(shape)]
    return np.broadcast_to(np.reshape(g, kept), shape)


def _whole_sum(x):
    """The dtype in which integers and booleans are summed."""
    return None if x.dtype.kind == "f" else np.int64


@operation(formula=r"y = \sum_i x_i", gradient=r"\bar x_i = \bar y", numpy=np.sum, linear=True)
def sum(x, dim=None, keepdim=False, dtype=None):
    """The sum over the dimensions `dim`, or over all."""
    axes = axes_of(dim, x.ndim)
    y = np.sum(x, axis=axes, keepdims=keepdim) if isinstance(x, Tensor) else (
        np.sum(x, axis=axes, keepdims=keepdim, dtype=dtype or _whole_sum(x))
    )  # fmt: skip
    return y, lambda g: spread(g, axes, x.shape)


@operation(formula=r"y = \frac1n \sum_i x_i", gradient=r"\bar x_i = \bar y / n", numpy=np.mean, linear=True)
def mean(x, dim=None, keepdim=False, dtype=None):
    """The mean over the dimensions `dim`, or over all."""
    if x.dtype.kind != "f" and dtype is None:
        raise DtypeError(f"the mean of a tensor of {x.dtype} need not be a whole number. Did you mean x.float().mean() ?")
    axes = axes_of(dim, x.ndim)
    n = _count(x.shape, axes)
    y = np.mean(x, axis=axes, keepdims=keepdim) if isinstance(x, Tensor) else _mean(x, axes, keepdim, dtype, n)
    return y, lambda g: spread(g / n, axes, x.shape)


def _mean(x, axes, keepdim, dtype, n):
    total = np.sum(x, axis=axes, keepdims=keepdim, dtype=dtype)
    return total / n if n else np.full_like(total, np.nan)


def _count(shape, axes):
    n = 1
    for a in axes:
        n *= shape[a]
    return n


@operation(formula=r"y = \prod_i x_i", gradient=r"\bar x_i = \bar y \prod_{j \ne i} x_j", numpy=np.prod)
def _prod(x, dim=None, keepdim=False):
    axes = axes_of(dim, x.ndim)
    y = np.prod(x, axis=axes, keepdims=keepdim) if isinstance(x, Tensor) else (
        np.prod(x, axis=axes, keepdims=keepdim, dtype=_whole_sum(x))
    )  # fmt: skip

    def pull(g):
        flat = np.reshape(x, (-1,)) if len(axes) != 1 else np.moveaxis(x, axes[0], -1)
        one = np.ones_like(flat[..., :1])
        before = np.cumprod(np.concatenate([one, flat[..., :-1]], axis=-1), axis=-1)
        after = np.flip(np.cumprod(np.flip(np.concatenate([flat[..., 1:], one], axis=-1), axis=-1), axis=-1), axis=-1)
        others = before * after
        others = np.reshape(others, x.shape) if len(axes) != 1 else np.moveaxis(others, -1, axes[0])
        return spread(g, axes, x.shape) * others

    return y, pull


def prod(x, dim=None, keepdim=False, dtype=None):
    """The product over the dimension `dim`, or over all; its gradient is right beside zeros too."""
    return _prod(x if dtype is None else x.to(dtype), dim, keepdim)


def _extreme(choose):
    def rule(x, dim=None, keepdim=False):
        axes = axes_of(dim, x.ndim)
        y = choose(x, axis=axes, keepdims=keepdim)

        def pull(g):
            best = np.broadcast_to(np.reshape(y, [1 if i in axes else n for i, n in enumerate(x.shape)]), x.shape)
            hit = (x == best).astype(g.dtype)
            return spread(g, axes, x.shape) * (hit / np.sum(hit, axis=axes, keepdims=True))

        return y, pull

    return rule


def _register_extreme(name, choose, symbol, doc):
    rule = _extreme(choose)
    rule.__name__, rule.__doc__ = name, doc
    share = r"\bar x_i = \bar y\,[x_i = y] / \#\{j : x_j = y\}"
    return operation(rule, formula=rf"y = \{symbol}_i x_i", gradient=share, numpy=choose)


amax = _register_extreme("amax", np.max, "max", "The largest element; equal ones share the gradient.")
amin = _register_extreme("amin", np.min, "min", "The smallest element; equal ones share the gradient.")


def argmax(x, dim=None, keepdim=False):
    """The index of the largest element (the first of equals); in the flattened tensor without `dim`."""
    return _arg(np.argmax, x, dim, keepdim, "argmax")


def argmin(x, dim=None, keepdim=False):
    """The index of the smallest element (the first of equals); in the flattened tensor without `dim`."""
    return _arg(np.argmin, x, dim, keepdim, "argmin")


def _arg(choose, x, dim, keepdim, name):
    axis = axes_of(dim, x.ndim)[0] if dim is not None and x.ndim else None
    if (x.array.size if axis is None else x.shape[axis]) == 0:
        raise ShapeError(f"{name} of an empty tensor (shape {x.shape}): there is no element to choose")
    return Tensor.wrap(choose(x.array, axis=axis, keepdims=keepdim))


def _max_or_min(x, dim, keepdim, arg, whole, elementwise):
    if x.array.size == 0 and dim is None:
        raise ShapeError(f"{whole.name[1:]} of an empty tensor (shape {x.shape}): there is no element to choose")
    if isinstance(dim, Tensor):
        return elementwise(x, dim)
    if dim is None:
        return whole(x)
    indices = arg(x, dim, keepdim=True)
    values = x.take_along_dim(indices, dim) if x.ndim else x
    if not keepdim and x.ndim:
        indices, values = indices.squeeze(dim), values.squeeze(dim)
    return ValuesAndIndices(values, indices)


def max(x, dim=None, keepdim=False):
    """The largest element; with `dim` the pair (values, indices); with a tensor the larger of the two."""
    from minidl.ops.elementwise import maximum

    return _max_or_min(x, dim, keepdim, argmax, amax, maximum)


def min(x, dim=None, keepdim=False):
    """The smallest element; with `dim` the pair (values, indices); with a tensor the smaller of the two."""
    from minidl.ops.elementwise import minimum

    return _max_or_min(x, dim, keepdim, argmin, amin, minimum)


@operation(
    name="var", formula=r"y = \frac{1}{n-c} \sum_i (x_i - \mu)^2", gradient=r"\bar x_i = \bar y\, \tfrac{2}{n-c} (x_i - \mu)"
)
def variance(x, dim=None, correction=1, keepdim=False):
    """The variance, as `var` gives it once its arguments are sorted out."""
    axes = axes_of(dim, x.ndim)
    n = _count(x.shape, axes)
    off = x - np.mean(x, axis=axes, keepdims=True)
    degrees = n - correction
    scale = 1 / degrees if degrees > 0 else np.nan if n <= 1 or degrees == 0 else np.inf
    return (
        np.sum(off * off, axis=axes, keepdims=keepdim) * scale,
        lambda g: spread(g, axes, x.shape) * (2 * scale * off),
    )


def _correction(unbiased, correction):
    return correction if unbiased is None else int(unbiased)


def var(x, dim=None, unbiased=None, keepdim=False, *, correction=1):
    """The variance: the mean square distance from the mean, over ``n - correction``."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if x.dtype.kind != "f":
        raise DtypeError(f"the variance of a tensor of {x.dtype} need not be a whole number. Did you mean x.float().var() ?")
    return variance(x, dim, _correction(unbiased, correction), keepdim)


def std(x, dim=None, unbiased=None, keepdim=False, *, correction=1):
    """The standard deviation: the square root of `var`, with the slope 0 where it is 0."""
    return safe_sqrt(var(x, dim, unbiased, keepdim, correction=correction))


@operation(formula=r"y = \sqrt x", gradient=r"\bar x = \bar y / (2 y)\ [y \ne 0]")
def safe_sqrt(x):
    """The square root whose slope at 0 is taken as 0, for standard deviations and lengths."""
    y = safe_sqrt(x) if isinstance(x, Tensor) else np.sqrt(x)

    def pull(g):
        zero = y == 0
        return np.where(zero, 0, g / np.where(zero, 1, 2 * y)).astype(g.dtype)

    return y, pull


@operation(formula=r"y = \ln \sum_i e^{x_i}", gradient=r"\bar x_i = \bar y\, e^{x_i - y}", promote="float", operands=1)
def logsumexp(x, dim=None, keepdim=False):
    """The logarithm of the sum of exponentials, without overflow."""
    axes = axes_of(dim, x.ndim)
    values = x.array if isinstance(x, Tensor) else x
    top = np.max(values, axis=axes, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0).astype(values.dtype)
    with np.errstate(divide="ignore"):
        whole = np.log(np.sum(np.exp(x - top), axis=axes, keepdims=True)) + top
    y = whole if keepdim else np.reshape(whole, [n for i, n in enumerate(x.shape) if i not in axes])
    return y, lambda g: spread(g, axes, x.shape) * np.exp(x - whole)


@operation(formula=r"y_i = \sum_{j \le i} x_j", gradient=r"\bar x_j = \sum_{i \ge j} \bar y_i", numpy=np.cumsum, linear=True)
def cumsum(x, dim):
    """The running sum along `dim`."""
    if x.ndim == 0:
        axes_of(dim, 0)
        return (x.astype(np.int64) if x.dtype == bool else x), lambda g: g
    (axis,) = axes_of(dim, x.ndim)
    y = np.cumsum(x, axis=axis) if isinstance(x, Tensor) else np.cumsum(x, axis=axis, dtype=_whole_sum(x))
    return y, lambda g: np.flip(np.cumsum(np.flip(g, axis=axis), axis=axis), axis=axis)


def any(x, dim=None, keepdim=False):
    """Whether any element is true (not 0)."""
    return Tensor.wrap(np.any(x.array, axis=axes_of(dim, x.ndim), keepdims=keepdim))


def count_nonzero(x, dim=None):
    """How many elements are not 0."""
    return Tensor.wrap(np.count_nonzero(x.array, axis=axes_of(dim, x.ndim)))


def all(x, dim=None, keepdim=False):
    """Whether all elements are true (not 0)."""
    return Tensor.wrap(np.all(x.array, axis=axes_of(dim, x.ndim), keepdims=keepdim))
