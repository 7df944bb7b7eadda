r"""Operations that order elements: sort, the largest few, the middle one, running products."""

import numpy as np

from minidl.engine.operation import operation
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.reduction import ValuesAndIndices, axes_of


def argsort(x, dim=-1, descending=False, stable=True):
    """The indices that put the elements along `dim` in order; equal ones keep theirs."""
    if x.ndim == 0:
        return Tensor.wrap(np.zeros((), np.int64))
    (axis,) = axes_of(dim, x.ndim)
    if not descending:
        return Tensor.wrap(np.argsort(x.array, axis=axis, kind="stable"))
    turned = np.argsort(np.flip(x.array, axis), axis=axis, kind="stable")
    return Tensor.wrap(np.flip(x.shape[axis] - 1 - turned, axis).copy())


def sort(x, dim=-1, descending=False, stable=True):
    """The elements along `dim` in order, and where each was: (values, indices)."""
    indices = argsort(x, dim, descending)
    return ValuesAndIndices(x.take_along_dim(indices, dim) if x.ndim else x, indices)


def topk(x, k, dim=-1, largest=True, sorted=True):
    """The k largest (or smallest) elements along `dim`, in order, and where each was: (values, indices)."""
    (axis,) = axes_of(dim, x.ndim)
    if x.ndim and not 0 <= k <= x.shape[axis]:
        raise ShapeError(f"topk: there are {x.shape[axis]} elements along dim {dim}, and k = {k} were asked for")
    values, indices = sort(x, axis, descending=largest)
    if not x.ndim:
        return ValuesAndIndices(values, indices)
    return ValuesAndIndices(values.narrow(axis, 0, k), indices.narrow(axis, 0, k))


def median(x, dim=None, keepdim=False):
    """The middle element (the lower of two); with `dim` the pair (values, indices)."""
    if dim is None:
        middle = median(x.detach().reshape(-1), 0).values
        return _mean_of_equals(x, middle) if x.dtype.kind == "f" else middle
    if x.ndim == 0:
        return ValuesAndIndices(x, Tensor.wrap(np.zeros((), np.int64)))
    (axis,) = axes_of(dim, x.ndim)
    if x.shape[axis] == 0:
        raise ShapeError(f"median of an empty tensor (shape {x.shape}): there is no middle element")
    place = (x.shape[axis] - 1) // 2
    values, indices = (t.narrow(axis, place, 1) for t in sort(x, axis))
    return ValuesAndIndices(values, indices) if keepdim else ValuesAndIndices(values.squeeze(axis), indices.squeeze(axis))


def _mean_of_equals(x, value):
    """The value itself, by way of all elements that equal it, so that they share its gradient."""
    equal = (x.array == value.array) | (np.isnan(x.array) & np.isnan(value.array))
    return x[equal].mean()


@operation(
    formula=r"y_i = \prod_{j \le i} x_j",
    gradient=r"\bar x_k = \sum_{i \ge k} \bar y_i \prod_{j \le i, j \ne k} x_j",
    numpy=np.cumprod,
)
def cumprod(x, dim):
    """The running product along `dim`; its gradient is right beside zeros too."""
    if x.ndim == 0:
        axes_of(dim, 0)
        return (x.astype(np.int64) if x.dtype == bool else x), lambda g: g
    (axis,) = axes_of(dim, x.ndim)
    y = np.cumprod(x, axis=axis) if isinstance(x, Tensor) else (
        np.cumprod(x, axis=axis, dtype=None if x.dtype.kind == "f" else np.int64)
    )  # fmt: skip

    def pull(g):
        """By Horner's rule from the end: s_k = g_k + x_{k+1} s_{k+1}, times the product of what comes before k."""
        values, g = np.moveaxis(x, axis, 0), np.moveaxis(g, axis, 0)
        running = np.moveaxis(y, axis, 0)
        n = values.shape[0]
        sums = [g[n - 1]] if n else []
        for k in range(n - 2, -1, -1):
            sums.append(g[k] + values[k + 1] * sums[-1])
        if not n:
            return np.moveaxis(g, 0, axis)
        before = [np.ones_like(running[0]), *(running[k] for k in range(n - 1))]
        return np.moveaxis(np.stack([b * s for b, s in zip(before, reversed(sums), strict=True)]), 0, axis)

    return y, pull


def unique(x, sorted=True, return_inverse=False, return_counts=False):
    """The different elements in order; with their inverse indices and counts if asked for."""
    values, inverse, counts = np.unique(x.array, return_inverse=True, return_counts=True)
    parts = [values]
    if return_inverse:
        parts.append(inverse.reshape(x.shape))
    if return_counts:
        parts.append(counts)
    wrapped = tuple(Tensor.wrap(part) for part in parts)
    return wrapped if len(wrapped) > 1 else wrapped[0]


def searchsorted(sorted_sequence, values, right=False, side=None):
    """Where each value belongs in a sorted sequence."""
    side = side or ("right" if right else "left")
    if not isinstance(values, Tensor):
        return Tensor.wrap(np.searchsorted(sorted_sequence.array, values, side))
    if sorted_sequence.ndim == 1:
        return Tensor.wrap(np.searchsorted(sorted_sequence.array, values.array, side))
    rows = zip(
        sorted_sequence.array.reshape(-1, sorted_sequence.shape[-1]), values.array.reshape(-1, values.shape[-1]), strict=True
    )
    return Tensor.wrap(np.stack([np.searchsorted(s, v, side) for s, v in rows]).reshape(values.shape))


def bincount(x, weights=None, minlength=0):
    """How often each of the numbers 0, 1, 2, ... occurs; with weights, the sum of theirs."""
    return Tensor.wrap(np.bincount(x.array, None if weights is None else weights.array, minlength))


def histc(x, bins=100, min=0, max=0):
    """How many elements lie in each of `bins` equal intervals from `min` to `max` (of the data, if both are 0)."""
    if min == max == 0:
        min, max = x.array.min(), x.array.max()
    return Tensor.wrap(np.histogram(x.array, bins, (min, max))[0].astype(x.dtype))


def histogram(x, bins, range=None, weight=None, density=False):
    """Counts and edges of a histogram: (hist, bin_edges)."""
    edges = bins.array if isinstance(bins, Tensor) else bins
    counts, edges = np.histogram(x.array, edges, range, weights=None if weight is None else weight.array, density=density)
    return Tensor.wrap(counts.astype(x.dtype)), Tensor.wrap(edges.astype(x.dtype))


def mean_of_middle(a, axis):
    """NumPy's median: the mean of the two middle elements where there are two."""
    if axis is None:
        a, axis = a.reshape(-1), 0
    n, ordered = a.shape[axis], sort(a, axis).values
    return ordered.narrow(axis, (n - 1) // 2, 2 - n % 2).mean(axis)
