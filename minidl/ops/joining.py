r"""Joining tensors and taking them apart: rows, columns, blocks, combinations."""

from itertools import combinations as all_combinations
from itertools import combinations_with_replacement

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.reduction import axes_of, axis_of
from minidl.ops.shape import cat, chunk, expand, flip, movedim, put_on_diagonal, sizes, split, stack, transpose, unsqueeze


def _of_each(function, tensors):
    """`function` of one tensor, or of each of several."""
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], list | tuple) else tensors
    return function(tensors[0]) if len(tensors) == 1 else tuple(function(x) for x in tensors)


@any_spelling
def atleast_1d(*tensors):
    """Each tensor with one dimension, if it has none."""
    return _of_each(lambda x: unsqueeze(x, 0) if x.ndim == 0 else x, tensors)


@any_spelling
def atleast_2d(*tensors):
    """Each tensor with two dimensions, if it has less: a vector becomes a row."""
    return _of_each(lambda x: unsqueeze(atleast_1d(x), 0) if x.ndim < 2 else x, tensors)


@any_spelling
def atleast_3d(*tensors):
    """Each tensor with three dimensions, if it has less: a matrix gets a last one of size 1."""
    return _of_each(lambda x: unsqueeze(atleast_2d(x), -1) if x.ndim < 3 else x, tensors)


@any_spelling
def hstack(tensors):
    """Tensors joined from left to right."""
    tensors = [atleast_1d(x) for x in tensors]
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


@any_spelling
def vstack(tensors):
    """Tensors joined from top to bottom."""
    return cat([atleast_2d(x) for x in tensors], 0)


row_stack = vstack


@any_spelling
def dstack(tensors):
    """Tensors joined along the third dimension."""
    return cat([atleast_3d(x) for x in tensors], 2)


@any_spelling
def column_stack(tensors):
    """Vectors as the columns of a matrix; matrices beside them."""
    return cat([x.reshape(-1, 1) if x.ndim < 2 else x for x in tensors], 1)


@any_spelling
def block_diag(*tensors):
    """The matrix that has matrices along its diagonal, and zeros elsewhere."""
    blocks = [atleast_2d(x) for x in (tensors[0] if len(tensors) == 1 and isinstance(tensors[0], list) else tensors)]
    width, before, rows = sum(b.shape[1] for b in blocks), 0, []
    for b in blocks:
        left, right = (Tensor.wrap(np.zeros((b.shape[0], n), b.dtype)) for n in (before, width - before - b.shape[1]))
        rows.append(cat([left, b, right], 1))
        before += b.shape[1]
    return cat(rows, 0)


# ---------------------------------------------------------------- apart


@any_spelling
def tensor_split(x, indices_or_sections, dim=0):
    """The tensor cut along `dim` into this many parts, as equal as can be, or at the given indices."""
    axis = axis_of(dim, x.ndim)
    n = x.shape[axis]
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, int):
        parts = indices_or_sections
        if parts < 1:
            raise ShapeError(f"tensor_split needs at least one part, and {parts} were asked for")
        return split(x, [n // parts + (i < n % parts) for i in range(parts)], axis)
    places = [slice(a, b).indices(n)[:2] for a, b in zip([0, *indices_or_sections], [*indices_or_sections, n], strict=True)]
    return tuple(x.narrow(axis, min(a, n), max(0, b - a)) for a, b in places)


@any_spelling
def hsplit(x, indices_or_sections):
    """The tensor cut into its columns (a vector: into its elements)."""
    return tensor_split(x, indices_or_sections, 0 if x.ndim == 1 else 1)


@any_spelling
def vsplit(x, indices_or_sections):
    """The tensor cut into its rows."""
    return tensor_split(x, indices_or_sections, 0)


@any_spelling
def dsplit(x, indices_or_sections):
    """The tensor cut along the third dimension."""
    return tensor_split(x, indices_or_sections, 2)


@any_spelling
def split_with_sizes(x, split_sizes, dim=0):
    """The tensor cut along `dim` into pieces of the sizes given."""
    return split(x, list(split_sizes), dim)


@any_spelling
def unsafe_chunk(x, chunks, dim=0):
    """`chunk`, by another of its names."""
    return chunk(x, chunks, dim)


# ---------------------------------------------------------------- turned


@any_spelling
def fliplr(x):
    """The order of the columns reversed."""
    if x.ndim < 2:
        raise ShapeError(f"fliplr reverses columns, and this tensor has shape {x.shape}")
    return flip(x, 1)


@any_spelling
def flipud(x):
    """The order of the rows reversed."""
    if x.ndim < 1:
        raise ShapeError("flipud reverses rows, and this tensor has none")
    return flip(x, 0)


@any_spelling
def rot90(x, k=1, dims=(0, 1)):
    """The plane of two dimensions turned by `k` right angles, from the first towards the second."""
    if len(dims) != 2:
        raise ShapeError(f"rot90 turns a plane of two dimensions, and got {dims}")
    a, b = axes_of(tuple(dims), x.ndim)
    if k % 4 == 2:
        return flip(x, a, b)
    if k % 4 == 0:
        return x.clone()
    return flip(transpose(x, a, b), a) if k % 4 == 1 else transpose(flip(x, a), a, b)


# ---------------------------------------------------------------- diagonals


@any_spelling
def diag_embed(x, offset=0, dim1=-2, dim2=-1):
    """The last dimension as the diagonal of matrices, whose two dimensions are `dim1` and `dim2`."""
    n = x.shape[-1] + abs(offset)
    (a,), (b,) = axes_of(dim1, x.ndim + 1), axes_of(dim2, x.ndim + 1)
    if a == b:
        raise ShapeError(f"diag_embed needs two different dimensions, and got {dim1} and {dim2}")
    if a > b:
        offset, a, b = -offset, b, a
    y = put_on_diagonal(x, offset, x.ndim - 1, x.ndim, (*x.shape[:-1], n, n))
    return movedim(y, (-2, -1), (a, b))


@any_spelling
def diagflat(x, offset=0):
    """The matrix that has all elements, in a row, as its diagonal."""
    return diag_embed(x.reshape(-1), offset)


# ---------------------------------------------------------------- everything with everything


def broadcast_shapes(*shapes):
    """The shape that several shapes are broadcast to."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise ShapeError(f"the shapes {', '.join(map(str, shapes))} cannot be broadcast together") from error


def broadcast_tensors(*tensors):
    """Each tensor expanded to the shape that they have in common."""
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], list | tuple) else tensors
    shape = broadcast_shapes(*(x.shape for x in given))
    return tuple(expand(x, shape) for x in given)


def meshgrid(*tensors, indexing="ij"):
    """The coordinates of all points of a grid: one tensor for each of the vectors given.

    Parameters
    ----------
    indexing : {"ij", "xy"}
        "ij": the first vector runs along the first dimension; "xy": along the second.
    """
    if indexing not in ("ij", "xy"):
        raise ValueError(f'indexing must be "ij" or "xy", not {indexing!r}')
    if len(tensors) == 1 and isinstance(tensors[0], list | tuple):
        tensors = tuple(tensors[0])
    shape = [t.numel() for t in tensors]
    grids = [t.reshape(*(-1 if j == i else 1 for j in range(len(shape)))).expand(*shape) for i, t in enumerate(tensors)]
    return tuple(g.transpose(0, 1) for g in grids) if indexing == "xy" and len(grids) > 1 else tuple(grids)


def cartesian_prod(*tensors):
    """All pairs (triples, ...) of an element of each vector, one in a row."""
    if len(tensors) == 1:
        return tensors[0]
    return stack([grid.reshape(-1) for grid in meshgrid(*tensors)], 1)


@any_spelling
def combinations(x, r=2, with_replacement=False):
    """All choices of `r` elements of a vector, one in a row."""
    if x.ndim != 1:
        raise ShapeError(f"combinations chooses from a vector, and got shape {x.shape}")
    choose = combinations_with_replacement if with_replacement else all_combinations
    rows = np.array(list(choose(range(len(x)), r)), np.int64).reshape(-1, r)
    return x[rows]


@any_spelling
def tril_indices(row, col, offset=0, *, dtype=None, device=None):
    """Rows and columns of the lower triangle of a matrix: two rows of indices."""
    return Tensor.wrap(np.stack(np.tril_indices(row, offset, col)).astype(dtype or np.int64))


@any_spelling
def triu_indices(row, col, offset=0, *, dtype=None, device=None):
    """Rows and columns of the upper triangle of a matrix: two rows of indices."""
    return Tensor.wrap(np.stack(np.triu_indices(row, offset, col)).astype(dtype or np.int64))


@any_spelling
def unravel_index(indices, shape):
    """Places counted through all of a tensor, as one index for each of its dimensions."""
    return tuple(Tensor.wrap(np.asarray(i, np.int64)) for i in np.unravel_index(indices.array, sizes((shape,))))


@any_spelling
def vander(x, N=None, increasing=False):
    """The powers of each element of a vector in a row: the largest first (`increasing`: last)."""
    n = x.shape[-1] if N is None else N
    powers = np.arange(n) if increasing else np.arange(n)[::-1].copy()
    return x.unsqueeze(-1) ** Tensor.wrap(powers)
