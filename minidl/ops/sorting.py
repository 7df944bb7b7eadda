"""Operations that put elements in order, and find their place in an order."""

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.reduction import axis_of, return_type

SortResult = return_type("sort", "values", "indices")
TopkResult = return_type("topk", "values", "indices")
KthvalueResult = return_type("kthvalue", "values", "indices")


@any_spelling
def argsort(x, dim=-1, descending=False, *, stable=True):
    """The indices that put the elements along `dim` in order; equal ones keep theirs, NaN counts as the largest."""
    if x.ndim == 0:
        axis_of(dim, 0)
        return Tensor.wrap(np.zeros((), np.int64))
    axis = axis_of(dim, x.ndim)
    if not descending:
        return Tensor.wrap(np.argsort(x.array, axis=axis, kind="stable"))
    flipped = np.argsort(np.flip(x.array, axis), axis=axis, kind="stable")
    return Tensor.wrap(np.flip(x.shape[axis] - 1 - flipped, axis).copy())


@any_spelling
def sort(x, dim=-1, descending=False, *, stable=True):
    """The elements along `dim` in order, and where each was: (values, indices)."""
    indices = argsort(x, dim, descending)
    return SortResult(x.take_along_dim(indices, dim) if x.ndim else x.clone(), indices)


@any_spelling
def msort(x):
    """The elements in order along the first dimension."""
    return sort(x, 0).values


@any_spelling
def topk(x, k, dim=-1, largest=True, sorted=True):
    """The k largest (or smallest) elements along `dim`, in order, and where each was: (values, indices)."""
    axis = axis_of(dim, x.ndim)
    if not 0 <= k <= (x.shape[axis] if x.ndim else 1):
        raise ShapeError(
            f"topk: there are {x.shape[axis] if x.ndim else 1} elements along dim {dim}, and k = {k} were asked for"
        )
    if not x.ndim:
        return TopkResult(x.clone(), Tensor.wrap(np.zeros((), np.int64)))
    indices = argsort(x, axis, largest).narrow(axis, 0, k).clone()
    return TopkResult(x.take_along_dim(indices, axis), indices)


@any_spelling
def kthvalue(x, k, dim=-1, keepdim=False):
    """The k-th smallest element along `dim` (k from 1), and where it was: (values, indices)."""
    axis = axis_of(dim, x.ndim)
    n = x.shape[axis] if x.ndim else 1
    if not 1 <= k <= n:
        raise ShapeError(f"kthvalue: there are {n} elements along dim {dim}, and k = {k} is not among 1 to {n}")
    if not x.ndim:
        return KthvalueResult(x.clone(), Tensor.wrap(np.zeros((), np.int64)))
    indices = argsort(x, axis).narrow(axis, k - 1, 1).clone()
    values = x.take_along_dim(indices, axis)
    return KthvalueResult(values, indices) if keepdim else KthvalueResult(values.squeeze(axis), indices.squeeze(axis))


@any_spelling
def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    """Where each value of `input` belongs in a sorted sequence (in each row of one), so that it stays sorted.

    Parameters
    ----------
    right : bool
        Behind equal elements instead of before them; `side` says the same as "right" or "left".
    sorter : Tensor of int64, optional
        The order (`argsort`) of a sequence that is not sorted.
    """
    if side not in (None, "left", "right") or (right and side == "left"):
        raise ValueError(f'searchsorted: side is "left" or "right", and must not contradict right={right}; got {side!r}')
    side = side or ("right" if right else "left")
    rows = sorted_sequence.array if sorter is None else np.take_along_axis(sorted_sequence.array, sorter.array, -1)
    values = input.array if isinstance(input, Tensor) else np.asarray(input)
    if rows.ndim == 1:
        found = np.asarray(np.searchsorted(rows, values, side))
    elif rows.shape[:-1] != values.shape[:-1]:
        raise ShapeError(f"searchsorted: a sequence for each row of values; the shapes are {rows.shape} and {values.shape}")
    else:
        found = np.zeros(values.shape, np.int64)
        for place in np.ndindex(rows.shape[:-1]):
            found[place] = np.searchsorted(rows[place], values[place], side)
    return Tensor.wrap(found.astype(np.int32 if out_int32 else np.int64))


@any_spelling
def bucketize(x, boundaries, *, out_int32=False, right=False):
    """The number of the interval between `boundaries` (a sorted vector) in which each element lies."""
    if boundaries.ndim != 1:
        raise ShapeError(f"bucketize: the boundaries are a vector, and these have shape {boundaries.shape}")
    return searchsorted(boundaries, x, out_int32=out_int32, right=right)


@any_spelling
def isin(elements, test_elements, *, assume_unique=False, invert=False):
    """Whether each element is among `test_elements`."""
    elements, among = (t.array if isinstance(t, Tensor) else np.asarray(t) for t in (elements, test_elements))
    return Tensor.wrap(np.asarray(np.isin(elements, among, assume_unique=assume_unique, invert=invert)))


@any_spelling
def unique(x, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The different elements (or slices along `dim`) in order; with inverse indices and counts if asked for."""
    if dim is not None and x.ndim == 0:
        axis_of(dim, 0)
        dim = None
    axis = None if dim is None else axis_of(dim, x.ndim)
    values, inverse, counts = np.unique(x.array, return_inverse=True, return_counts=True, axis=axis, equal_nan=False)
    return _unique_parts(values, inverse.reshape(x.shape if axis is None else -1), counts, return_inverse, return_counts)


@any_spelling
def unique_consecutive(x, return_inverse=False, return_counts=False, dim=None):
    """The elements (or slices along `dim`) without those that equal the one before."""
    axis = None if dim is None else axis_of(dim, x.ndim)
    rows = x.array.reshape(-1) if axis is None else np.moveaxis(x.array, axis, 0)
    flat = rows.reshape(len(rows), -1)
    first = np.ones(len(flat), bool)
    first[1:] = (flat[1:] != flat[:-1]).any(1)
    values = rows[first] if axis is None else np.moveaxis(rows[first], 0, axis)
    inverse = np.cumsum(first) - 1
    counts = np.diff([*np.flatnonzero(first), len(flat)]).astype(np.int64)
    return _unique_parts(values, inverse.reshape(x.shape if axis is None else -1), counts, return_inverse, return_counts)


def _unique_parts(values, inverse, counts, return_inverse, return_counts):
    parts = [values, *[inverse] * bool(return_inverse), *[counts] * bool(return_counts)]
    wrapped = tuple(Tensor.wrap(part) for part in parts)
    return wrapped if len(wrapped) > 1 else wrapped[0]
