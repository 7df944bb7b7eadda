r"""Operations that run along a dimension: sums, products and extremes of all that came so far, and differences."""

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.reduction import axes_of, axis_of, return_type, whole, widened
from minidl.ops.shape import cat

LONG = 2**14  # so many numbers are added one after the other without losing digits that matter
CummaxResult = return_type("cummax", "values", "indices")
CumminResult = return_type("cummin", "values", "indices")


@array_function
def running_sum(x, dim, dtype=None):
    """The running sum of an array."""
    dtype = np.dtype(dtype or whole(x.dtype))
    axis = axis_of(dim, x.ndim)
    return np.cumsum(x, axis=axis, dtype=_wide(x, axis, dtype)).reshape(x.shape).astype(dtype, copy=False)


def _wide(x, axis, dtype):
    """What a running sum or product is kept in: of very many numbers in float64, as each loses digits to those before."""
    if dtype.kind == "f" and x.ndim and x.shape[axis] > LONG:
        return np.float64
    return np.float32 if dtype == np.float16 else dtype


@operation(
    formula=r"y_i = \sum_{j \le i} x_j",
    gradient=r"\bar x_j = \sum_{i \ge j} \bar y_i",
    numpy=np.cumsum,
    array=running_sum,
    linear=True,
)
def cumsum(x, dim, dtype=None):
    """The running sum along `dim`."""
    axis, alone = axis_of(dim, x.ndim), x.ndim == 0
    y = running_sum(x, dim, dtype)
    return y, lambda g: g if alone else np.flip(running_sum(np.flip(g, axis=axis), axis), axis=axis)


@array_function
def running_product(x, dim):
    """The running product of an array."""
    dtype, axis = np.dtype(whole(x.dtype)), axis_of(dim, x.ndim)
    return np.cumprod(x, axis=axis, dtype=_wide(x, axis, dtype)).reshape(x.shape).astype(dtype, copy=False)


@operation(
    formula=r"y_i = \prod_{j \le i} x_j",
    gradient=r"\bar x_k = \sum_{i \ge k} \bar y_i \prod_{j \le i, j \ne k} x_j",
    numpy=np.cumprod,
    array=running_product,
)
def _cumprod(x, dim):
    y = running_product(x, dim)
    axis = axis_of(dim, x.ndim)

    def pull(g):
        """The sums of g_i times what stands between j and i, times the product of what comes before j."""
        if x.ndim == 0 or not x.shape[axis]:
            return g
        values, g, running = (np.moveaxis(v, axis, 0) for v in (x, g, y))
        before = np.concatenate([np.ones_like(running[:1]), running[:-1]])
        return np.moveaxis(before * _sums_from_the_end(g, values[1:]), 0, axis)

    return y, pull


def _sums_from_the_end(g, factors):
    """By Horner's rule, s_k = g_k + factor_k s_{k+1}: all weighted sums over what comes later, along the first dimension."""
    sums = [g[len(g) - 1]]
    for k in range(len(g) - 2, -1, -1):
        sums.append(g[k] + factors[k] * sums[-1])
    return np.stack(sums[::-1])


@any_spelling
def cumprod(x, dim, *, dtype=None):
    """The running product along `dim`; its gradient is right beside zeros too."""
    return _cumprod(x if dtype is None else x.to(dtype), dim)


def _running_extreme(x, dim, better, kind):
    """The best so far and the index of the last that equals it; a NaN stays the best."""
    if x.ndim == 0:
        return kind(x.clone(), Tensor.wrap(np.zeros((), np.int64)))
    axis = axis_of(dim, x.ndim)
    values = np.moveaxis(x.array, axis, 0)
    best = better.accumulate(values, axis=0)
    reached = (values == best) | (np.isnan(values) if values.dtype.kind == "f" else False)
    rows = np.arange(len(values)).reshape(-1, *[1] * (values.ndim - 1))
    indices = Tensor.wrap(np.moveaxis(np.maximum.accumulate(np.where(reached, rows, 0), axis=0), 0, axis))
    return kind(x.take_along_dim(indices, axis), indices)


@any_spelling
def cummax(x, dim):
    """The largest element so far along `dim`, and where it was: (values, indices)."""
    return _running_extreme(x, dim, np.maximum, CummaxResult)


@any_spelling
def cummin(x, dim):
    """The smallest element so far along `dim`, and where it was: (values, indices)."""
    return _running_extreme(x, dim, np.minimum, CumminResult)


@array_function
def running_logsumexp(x, dim):
    """The logarithm of the running sum of exponentials, without overflow."""
    return np.logaddexp.accumulate(widened(x), axis=axis_of(dim, x.ndim)).astype(x.dtype) if x.ndim else x


@operation(
    formula=r"y_i = \ln \sum_{j \le i} e^{x_j}",
    gradient=r"\bar x_j = \sum_{i \ge j} \bar y_i\, e^{x_j - y_i}",
    array=running_logsumexp,
    promote="float",
    operands=1,
)
def logcumsumexp(x, dim):
    """The logarithm of the running sum of exponentials along `dim`, without overflow."""
    y = running_logsumexp(x, dim)
    axis = axis_of(dim, x.ndim)

    def pull(g):
        """As `cumprod` does it; every exponent is at most 0, as y grows along the dimension."""
        if x.ndim == 0 or not x.shape[axis]:
            return g
        g, values, running = (np.moveaxis(v, axis, 0) for v in (g, x, y))
        running = np.where(running == -np.inf, 0, running)  # before the first finite number all shares are 0
        sums = _sums_from_the_end(g, np.exp(running[:-1] - running[1:]))
        return np.moveaxis(np.exp(values - running) * sums, 0, axis)

    return y, pull


@any_spelling
def diff(x, n=1, dim=-1, prepend=None, append=None):
    """The differences between neighbours along `dim`, taken `n` times."""
    axis = axis_of(dim, x.ndim)
    if n < 0 or x.ndim == 0:
        raise ShapeError(f"diff takes differences n times along a dimension, not {n} times of shape {x.shape}")
    if n == 0:
        return x.clone()
    x = cat([t for t in (prepend, x, append) if t is not None], axis)
    before = (slice(None),) * axis
    for _ in range(n):
        later, earlier = x[(*before, slice(1, None))], x[(*before, slice(None, -1))]
        x = later ^ earlier if x.dtype == bool else later - earlier
    return x


@any_spelling
def gradient(x, *, spacing=None, dim=None, edge_order=1):
    """The slopes of samples along each dimension, from their neighbours on both sides; at the ends from one (or two).

    Parameters
    ----------
    spacing : float, or a list of floats or of tensors
        The distance from one sample to the next (1 unless given), or their places, for all dimensions or for each.
    dim : int or tuple of int, optional
        All dimensions unless given.
    edge_order : {1, 2}
        How many differences the slope at an end is made of.

    Returns
    -------
    tuple of Tensor
        One for each dimension.
    """
    axes, spacing = axes_of(dim, x.ndim), 1 if spacing is None else spacing
    spacings = list(spacing) if isinstance(spacing, list | tuple) else [spacing] * len(axes)
    if len(spacings) != len(axes) or edge_order not in (1, 2):
        raise ShapeError(f"gradient needs a spacing for each of {len(axes)} dimensions, and an edge_order of 1 or 2")
    return tuple(_slopes(x, axis, step, edge_order) for axis, step in zip(axes, spacings, strict=True))


def _slopes(x, axis, step, edge_order):
    n = x.shape[axis]
    if n <= edge_order:
        raise ShapeError(f"gradient with edge_order={edge_order} needs {edge_order + 1} samples, and got {n}")
    places = step.array.astype(x.dtype) if isinstance(step, Tensor) else np.arange(n, dtype=x.dtype) * step
    # Every slope is a weighted sum of samples: a matrix, whose rows NumPy's own gradient tells from the unit vectors.
    weights = np.gradient(np.eye(n, dtype=x.dtype), places, axis=0, edge_order=edge_order)
    return (x.movedim(axis, -1) @ Tensor.wrap(np.ascontiguousarray(weights.T, x.dtype))).movedim(-1, axis)


@any_spelling
def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """The running area under the points `y`, as straight lines join them."""
    return cumsum(trapezoids(y, x, dx, dim), dim)


@any_spelling
def trapezoid(y, x=None, *, dx=1, dim=-1):
    """The area under the points `y` at `x` (or at equal distances `dx`), as straight lines join them."""
    return trapezoids(y, x, dx, dim).sum(dim)


def trapezoids(y, x, dx, dim):
    """The area between each two neighbours."""
    axis = axis_of(dim, y.ndim)
    ends = (slice(None),) * axis
    means = (y[(*ends, slice(1, None))] + y[(*ends, slice(None, -1))]) / 2
    if x is None:
        return means * dx
    widths = diff(x, dim=-1 if x.ndim == 1 else dim)
    return means * (widths.reshape(-1, *[1] * (y.ndim - axis - 1)) if x.ndim == 1 else widths)
