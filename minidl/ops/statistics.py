r"""Statistics of samples: variances, medians, quantiles, correlations, counts."""

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError
from minidl.ops.elementwise import lerp
from minidl.ops.reduction import (
    axes_of,
    axis_of,
    expand_reduced,
    kept_shape,
    mean,
    return_type,
    size_of,
    sum,
    total,
    widened,
)
from minidl.ops.sorting import sort

MedianResult = return_type("median", "values", "indices")
NanmedianResult = return_type("nanmedian", "values", "indices")
ModeResult = return_type("mode", "values", "indices")
HistogramResult = return_type("histogram", "hist", "bin_edges")

# ---------------------------------------------------------------- variance


@operation(
    name="var", formula=r"y = \frac{1}{n-c} \sum_i (x_i - \mu)^2", gradient=r"\bar x_i = \bar y\, \tfrac{2}{n-c} (x_i - \mu)"
)
def variance(x, dim=None, correction=1, keepdim=False):
    """The variance, as `var` gives it once its arguments are sorted out."""
    axes = axes_of(dim, x.ndim)
    n, wide = size_of(x.shape, axes), widened(x)
    off = wide - np.mean(wide, axis=axes, keepdims=True)
    degrees = max(n - correction, 0)
    squares = total(off * off, axes or None, keepdim)
    y = squares / degrees if degrees else squares * np.inf  # of nothing but zeros NaN, as 0/0 is
    scale = 2 / degrees if degrees else np.inf
    return y.astype(x.dtype), lambda g: expand_reduced(g, axes, x.shape) * (scale * off).astype(g.dtype)


def _arguments(x, dim, unbiased, correction, what):
    """Dimensions and correction of a variance, which may be asked for in several ways: ``var(False)``, ``var(0, False)``."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if x.dtype.kind != "f":
        raise DtypeError(
            f"the {what} of a tensor of {x.dtype} need not be a whole number. Did you mean x.float().{what}() ?"
        )
    if unbiased is not None:
        return dim, int(unbiased)
    return dim, 1 if correction is None else correction


@any_spelling
def var(x, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The variance: the mean square distance from the mean, over ``n - correction`` (1 unless said otherwise)."""
    dim, correction = _arguments(x, dim, unbiased, correction, "var")
    return variance(x, dim, correction, keepdim)


@any_spelling
def std(x, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The standard deviation: the square root of `var`, with the slope 0 where it is 0."""
    dim, correction = _arguments(x, dim, unbiased, correction, "std")
    return _deviation(x, dim, correction, keepdim)


def _deviation(x, dim, correction, keepdim):
    """The root of the variance, which in half precision may be too large where its root is not."""
    return safe_sqrt(variance(widened(x), dim, correction, keepdim)).to(x.dtype)


@any_spelling
def var_mean(x, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The variance and the mean."""
    dim, correction = _arguments(x, dim, unbiased, correction, "var")
    return variance(x, dim, correction, keepdim), mean(x, dim, keepdim)


@any_spelling
def std_mean(x, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The standard deviation and the mean."""
    dim, correction = _arguments(x, dim, unbiased, correction, "std")
    return _deviation(x, dim, correction, keepdim), mean(x, dim, keepdim)


@array_function
def root(x):
    """The square root of an array."""
    return np.sqrt(x)


@operation(formula=r"y = \sqrt x", gradient=r"\bar x = \bar y / (2 y)\ [y \ne 0]", array=root)
def safe_sqrt(x):
    """The square root whose slope at 0 is taken as 0, for standard deviations and lengths."""
    y = root(x)

    def pull(g):
        zero = y == 0
        return np.where(zero, 0, g / np.where(zero, 1, 2 * y)).astype(g.dtype)

    return y, pull


# ---------------------------------------------------------------- the middle


@any_spelling
def median(x, dim=None, keepdim=False):
    """The middle element (the lower of two; NaN, if there is one); with `dim` the pair (values, indices)."""
    if dim is None:
        return _mean_of_equals(x, _middle(x.array.reshape(-1), 0, nan_wins=True)[1])
    return _median_along(x, dim, keepdim, nan_wins=True, kind=MedianResult)


@any_spelling
def nanmedian(x, dim=None, keepdim=False):
    """The middle element of those that are not NaN; with `dim` the pair (values, indices)."""
    if dim is None:
        return _mean_of_equals(x, _middle(x.array.reshape(-1), 0, nan_wins=False)[1])
    return _median_along(x, dim, keepdim, nan_wins=False, kind=NanmedianResult)


def _middle(array, axis, nan_wins):
    """Index and value of the middle element along an axis, which stays with size 1."""
    n = array.shape[axis]
    if n == 0:
        if array.ndim > 1:
            raise ShapeError(f"median of an empty tensor (shape {array.shape}): there is no middle element")
        return None, np.full(1, np.nan, array.dtype)
    order = np.argsort(array, axis=axis, kind="stable")
    nans = np.isnan(array).sum(axis, keepdims=True) if array.dtype.kind == "f" else 0
    place = np.maximum(n - nans - 1, 0) // 2
    if nan_wins:
        place = np.where(nans > 0, n - nans, place)  # the first NaN: they stand at the end
    index = np.take_along_axis(
        order, np.broadcast_to(place, [1 if i == axis else m for i, m in enumerate(array.shape)]), axis
    )
    return index, np.take_along_axis(array, index, axis)


def _median_along(x, dim, keepdim, nan_wins, kind):
    if x.ndim == 0:
        return kind(x.clone(), Tensor.wrap(np.zeros((), np.int64)))
    axis = axis_of(dim, x.ndim)
    indices = Tensor.wrap(_middle(x.array, axis, nan_wins)[0])
    values = x.take_along_dim(indices, axis)
    return kind(values, indices) if keepdim else kind(values.squeeze(axis), indices.squeeze(axis))


def _mean_of_equals(x, value):
    """The value itself, by way of all elements that equal it, so that they share its gradient."""
    if x.ndim == 0:
        return x.clone()
    if x.dtype.kind != "f" or x.array.size == 0:
        return Tensor.wrap(value.reshape(()))
    return x[(x.array == value) | (np.isnan(x.array) & np.isnan(value))].mean()


@any_spelling
def mode(x, dim=-1, keepdim=False):
    """The value that occurs most often along `dim` (the smallest of several), and where: (values, indices)."""
    if x.ndim == 0:
        return ModeResult(x.clone(), Tensor.wrap(np.zeros((), np.int64)))
    axis = axis_of(dim, x.ndim)

    def most_common(row):
        values, counts = np.unique(row, return_counts=True, equal_nan=False)
        places = np.flatnonzero(row == values[counts.argmax()])
        return places[-1] if len(places) else 0  # a NaN is equal to nothing

    indices = Tensor.wrap(np.expand_dims(np.apply_along_axis(most_common, axis, x.array), axis))
    values = x.take_along_dim(indices, axis)
    return ModeResult(values, indices) if keepdim else ModeResult(values.squeeze(axis), indices.squeeze(axis))


ROUNDED = {"lower": np.floor, "higher": np.ceil, "nearest": np.rint}


@any_spelling
def quantile(x, q, dim=None, keepdim=False, *, interpolation="linear"):
    """The value below which a share `q` of the elements lies, along `dim` or of all.

    Parameters
    ----------
    q : float or Tensor
        From 0 to 1; a vector of shares gives a first dimension to the result.
    interpolation : {"linear", "lower", "higher", "nearest", "midpoint"}
        What lies between two elements.
    """
    return _quantile(x, q, dim, keepdim, interpolation, "quantile")


@any_spelling
def nanquantile(x, q, dim=None, keepdim=False, *, interpolation="linear"):
    """`quantile` of those elements that are not NaN."""
    return _quantile(x, q, dim, keepdim, interpolation, "nanquantile")


def _quantile(x, q, dim, keepdim, interpolation, name):
    shares = q.array if isinstance(q, Tensor) else np.asarray(q, x.dtype)
    if x.dtype.kind != "f" or (isinstance(q, Tensor) and q.dtype != x.dtype):
        raise DtypeError(f"{name} needs floats, and q in the same dtype: the input is {x.dtype}, q {shares.dtype}")
    if shares.ndim > 1:
        raise ShapeError(f"{name} takes one share q or a vector of them, not shape {shares.shape}")
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(f"{name}: q is a share from 0 to 1, and {shares} was given")
    if interpolation not in (*ROUNDED, "linear", "midpoint"):
        raise ValueError(f'interpolation is "linear", "lower", "higher", "nearest" or "midpoint", not {interpolation!r}')
    shape = kept_shape(x.shape, axes_of(dim, x.ndim), keepdim)
    axis = 0 if dim is None or x.ndim == 0 else axis_of(dim, x.ndim)
    if dim is None or x.ndim == 0:
        x = x.reshape(-1)
    if x.shape[axis] == 0:
        raise ShapeError(f"{name} of an empty tensor (shape {x.shape}): there is nothing to order")
    ordered = sort(x.movedim(axis, -1)).values
    nans = np.isnan(ordered.array).sum(-1, keepdims=True)
    last = ordered.shape[-1] - 1 - (nans if name == "nanquantile" else 0)
    place = shares.reshape(-1) * np.maximum(last, 0)
    if name == "quantile":
        place = np.where(nans > 0, last, place)  # the last, which is a NaN
    if interpolation in ROUNDED:
        place = ROUNDED[interpolation](place)
    low = np.floor(place)
    weight = np.where(place > low, 0.5, 0.0) if interpolation == "midpoint" else place - low
    low, high = (Tensor.wrap(p.astype(np.int64)) for p in (low, np.ceil(place)))
    weight = Tensor.wrap(np.asarray(weight, x.dtype))
    if interpolation == "linear" and isinstance(q, Tensor) and q.requires_grad:  # the slope by q as well
        weight = weight + (q - q.detach()).reshape(-1) * Tensor.wrap(np.asarray(last, x.dtype))
    y = lerp(ordered.take_along_dim(low, -1), ordered.take_along_dim(high, -1), weight).movedim(-1, 0)
    return y.reshape(*shape) if shares.ndim == 0 else y.reshape(len(shares), *shape)


def mean_of_middle(a, axis):
    """NumPy's median: the mean of the two middle elements where there are two."""
    return quantile(a, 0.5, axis, interpolation="midpoint")


# ---------------------------------------------------------------- what varies with what


@any_spelling
def cov(x, *, correction=1, fweights=None, aweights=None):
    """The covariance of the rows of `x`, each a variable, its columns the observations.

    Parameters
    ----------
    fweights, aweights : Tensor, optional
        How often each observation counts (whole numbers), and how much.
    """
    if x.ndim > 2:
        raise ShapeError(f"cov takes a vector or a matrix, and got shape {x.shape}")
    for name, given, kinds in (("fweights", fweights, "iu"), ("aweights", aweights, "f")):
        _check_weights(name, given, kinds, x.shape[-1] if x.ndim else 1)
    rows = x.reshape(1, -1) if x.ndim < 2 else x
    if fweights is None and aweights is None:
        weights, count = None, rows.shape[1] - correction
        centre = mean(rows, 1, keepdim=True)
    else:
        weights = fweights if aweights is None else aweights if fweights is None else fweights * aweights
        whole = weights.sum()
        centre = sum(rows * weights, 1, keepdim=True) / whole
        of_both = 1 if aweights is None else (weights * aweights).sum() / whole
        count = whole - correction * of_both
    off = rows - centre
    y = (off if weights is None else off * weights) @ off.T
    y = y / (count.clamp(min=0) if isinstance(count, Tensor) else Tensor.wrap(np.asarray(max(count, 0), x.dtype)))
    return y.squeeze()


def _check_weights(name, weights, kinds, n):
    """Refuse weights of observations that are of the wrong kind, number or sign."""
    if weights is None:
        return
    if weights.dtype.kind not in kinds:
        raise DtypeError(f"cov: {name} are {'whole numbers' if kinds == 'iu' else 'floats'}, not {weights.dtype}")
    if weights.ndim > 1 or weights.numel() != n:
        raise ShapeError(f"cov: {name} are one for each of {n} observations, and got shape {weights.shape}")
    if (weights.array < 0).any():
        raise ValueError(f"cov: {name} cannot be negative")


@any_spelling
def corrcoef(x):
    """The correlation of the rows of `x`: their covariance over both standard deviations, from -1 to 1."""
    c = cov(x)
    if c.ndim == 0:
        return c / c
    deviation = c.diagonal().sqrt()
    return (c / deviation.unsqueeze(1) / deviation.unsqueeze(0)).clamp(-1, 1)


# ---------------------------------------------------------------- counts


@any_spelling
def bincount(x, weights=None, minlength=0):
    """How often each of the numbers 0, 1, 2, ... occurs; with weights, the sum of theirs."""
    if x.ndim != 1 or x.dtype.kind not in "iu":
        raise DtypeError(f"bincount counts a vector of whole numbers, and got {x.dtype} of shape {x.shape}")
    if weights is None:
        return Tensor.wrap(np.bincount(x.array, minlength=minlength).astype(np.int64))
    counts = np.bincount(x.array, weights.array, minlength)
    return Tensor.wrap(counts.astype(np.float32 if weights.dtype == np.float32 else np.float64))


@any_spelling
def histc(x, bins=100, min=0, max=0):
    """How many elements lie in each of `bins` equal intervals from `min` to `max` (of the data, if both are 0)."""
    if x.dtype.kind != "f":
        raise DtypeError(f"histc counts floats, and this tensor is {x.dtype}. Did you mean bincount, or x.float() ?")
    values = x.array.ravel()
    if min == max and values.size:
        min, max = values.min(), values.max()
    if min == max:
        min, max = min - 1, max + 1
    if not (np.isfinite(min) and np.isfinite(max)) or min > max:
        raise ValueError(f"histc needs finite limits, min below max, and these are {min} and {max}")
    return Tensor.wrap(np.histogram(values[~np.isnan(values)], bins, (min, max))[0].astype(x.dtype))


@any_spelling
def histogram(x, bins=100, *, range=None, weight=None, density=False):
    """Counts (or sums of weights, or densities) and edges of a histogram: (hist, bin_edges).

    Parameters
    ----------
    bins : int or Tensor
        How many equal intervals, or their edges.
    range : pair of float, optional
        From where to where; of the data unless given.
    """
    edges = bins.array if isinstance(bins, Tensor) else bins
    weights = None if weight is None else weight.array.ravel()
    counts, edges = np.histogram(x.array.ravel(), edges, range, weights=weights, density=density)
    return HistogramResult(Tensor.wrap(counts.astype(x.dtype)), Tensor.wrap(edges.astype(x.dtype)))
