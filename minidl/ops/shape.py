r"""Operations that rearrange elements without changing them."""

import math

import numpy as np

from minidl.engine.dtypes import promoted_dtype
from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import DimensionError, ShapeError, aligned
from minidl.ops.reduction import axes_of


def sizes(shape):
    """A shape given as one tuple, or as separate numbers: ``reshape(2, 3)`` and ``reshape((2, 3))``."""
    if len(shape) == 1 and isinstance(shape[0], list | tuple):
        shape = shape[0]
    return tuple(int(n) for n in shape)


@operation(formula=r"y = x \text{ in another shape}", gradient=r"\bar x = \bar y \text{ in the shape of } x",
           numpy=np.reshape, linear=True, view=True)  # fmt: skip
def _reshape(x, shape):
    before = x.shape
    return np.reshape(x, shape), lambda g: np.reshape(g, before)


def reshape(x, *shape):
    """The same elements in another shape; one size may be -1 and is worked out.

    Raises
    ------
    ShapeError
        When the sizes do not multiply to the number of elements.

    Examples
    --------
    >>> import minidl as md
    >>> md.arange(6).reshape(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    shape = sizes(shape)
    known = math.prod(n for n in shape if n != -1)
    n = x.array.size
    unknown = shape.count(-1)
    if unknown > 1 or (unknown == 0 and known != n) or (unknown == 1 and (known == 0 or n % known)):
        if unknown > 1:
            why = "only one size may be -1"
        elif unknown:
            why = f"{n} elements cannot be divided into pieces of {known}"
        else:
            why = f"{x.shape} has {n} elements, {shape} would hold {known}"
        raise ShapeError(f"reshape of {x.shape} to {shape}: {why}")
    return _reshape(x, shape)


def view(x, *shape):
    """`reshape` by PyTorch's other name; with a dtype, the same bits read in another way."""
    if len(shape) == 1 and isinstance(shape[0], np.dtype | type):
        return Tensor.wrap(x.array.view(shape[0]))
    return reshape(x, *shape)


def flatten(x, start_dim=0, end_dim=-1):
    """The dimensions from `start_dim` to `end_dim` joined into one."""
    if x.ndim == 0:
        return reshape(x, 1)
    (start,), (end,) = axes_of(start_dim, x.ndim), axes_of(end_dim, x.ndim)
    if start > end:
        raise DimensionError(f"flatten from dim {start} to dim {end}: the start comes after the end")
    return reshape(x, *x.shape[:start], math.prod(x.shape[start : end + 1]), *x.shape[end + 1 :])


def unflatten(x, dim, shape):
    """One dimension split into several."""
    (axis,) = axes_of(dim, x.ndim)
    return reshape(x, *x.shape[:axis], *sizes((shape,)), *x.shape[axis + 1 :]) if -1 not in shape else (
        _reshape(x, (*x.shape[:axis], *np.empty(x.shape[axis]).reshape(shape).shape, *x.shape[axis + 1 :]))
    )  # fmt: skip


def ravel(x):
    """All elements in one dimension."""
    return reshape(x, -1)


@operation(formula=r"y_{\pi(i)} = x_i", gradient=r"\bar x_i = \bar y_{\pi(i)}", linear=True, view=True)
def _permute(x, dims):
    return np.transpose(x, dims), lambda g: np.transpose(g, np.argsort(dims).tolist())


def permute(x, *dims):
    """The dimensions in another order."""
    dims = sizes(dims)
    axes = axes_of(dims, x.ndim) if dims else ()
    if len(axes) != x.ndim:
        raise DimensionError(f"permute needs each of the {x.ndim} dimensions once, and got {dims}")
    return _permute(x, axes)


def transpose(x, dim0=None, dim1=None):
    """Two dimensions exchanged."""
    if isinstance(dim0, list | tuple):
        return permute(x, *dim0)
    if dim0 is None:
        return _permute(x, tuple(range(x.ndim))[::-1])
    order = list(range(x.ndim))
    if order:
        (a,), (b,) = axes_of(dim0, x.ndim), axes_of(dim1, x.ndim)
        order[a], order[b] = b, a
    return _permute(x, tuple(order))


swapaxes = swapdims = transpose


def movedim(x, source, destination):
    """Dimensions moved to other places; the rest keep their order."""
    sources, destinations = axes_of(source, x.ndim), axes_of(destination, x.ndim)
    order = [i for i in range(x.ndim) if i not in sources]
    for place, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(place, axis)
    return _permute(x, tuple(order))


def t(x):
    """The transpose of a matrix."""
    if x.ndim > 2:
        raise ShapeError(f"t() is for matrices, and this tensor has shape {x.shape}. Did you mean x.mT ?")
    return _permute(x, tuple(range(x.ndim))[::-1])


def mT(x):
    """The last two dimensions exchanged, of a tensor or an array: each matrix of a batch transposed."""
    return np.swapaxes(x, -1, -2)


def squeeze(x, dim=None):
    """Without the dimensions of size 1, or without those among `dim`."""
    axes = axes_of(dim, x.ndim) if x.ndim else ()
    return _reshape(x, tuple(n for i, n in enumerate(x.shape) if n != 1 or i not in axes))


def unsqueeze(x, dim):
    """With a new dimension of size 1 at `dim`."""
    (axis,) = axes_of(dim, x.ndim + 1)
    return _reshape(x, (*x.shape[:axis], 1, *x.shape[axis:]))


@operation(
    formula=r"y_{ij} = x_i",
    gradient=r"\bar x_i = \sum_j \bar y_{ij}",
    numpy=np.broadcast_to,
    linear=True,
    view=True,
    broadcasts=True,
)
def broadcast_to(x, shape):
    """The tensor repeated to `shape` without using memory for it."""
    y = np.broadcast_to(x, shape)
    if isinstance(y, np.ndarray) and x.flags.writeable:  # into all of it nothing is written, but into one row
        y.flags.writeable = True
    return y, lambda g: g


def expand(x, *shape):
    """The tensor repeated along dimensions of size 1; -1 keeps a size."""
    shape = sizes(shape)
    missing = len(shape) - x.ndim
    if missing < 0:
        raise ShapeError(f"expand to {shape}: a tensor of shape {x.shape} has more dimensions than that")
    full = tuple(x.shape[i - missing] if n == -1 and i >= missing else n for i, n in enumerate(shape))
    for i, n in enumerate(x.shape):
        if n not in (1, full[missing + i]):
            raise ShapeError(f"expand repeats only dimensions of size 1\n{aligned([('x', x.shape), ('to', full)])}")
    return broadcast_to(x, full)


def expand_as(x, other):
    """`expand` to the shape of another tensor."""
    return expand(x, other.shape)


def tile(x, *dims):
    """The tensor laid out again and again, `dims` times along each dimension."""
    dims = sizes(dims)
    dims = (1,) * (x.ndim - len(dims)) + dims
    shape = (1,) * (len(dims) - x.ndim) + x.shape
    interleaved = _reshape(x, tuple(n for size in shape for n in (1, size)))
    repeated = broadcast_to(interleaved, tuple(n for count, size in zip(dims, shape, strict=True) for n in (count, size)))
    return _reshape(repeated, tuple(c * s for c, s in zip(dims, shape, strict=True)))


def repeat(x, *sizes_):
    """`tile`, by the name it has as a method in PyTorch; every dimension needs its count."""
    counts = sizes(sizes_)
    if len(counts) < x.ndim:
        raise ShapeError(f"repeat needs a count for each of the {x.ndim} dimensions, and got {counts}")
    return tile(x, counts)


def repeat_interleave(x, repeats, dim=None):
    """Each element `repeats` times, copies side by side."""
    if dim is None:
        x, dim = reshape(x, -1), 0
    (axis,) = axes_of(dim, x.ndim)
    counts = repeats.array if isinstance(repeats, Tensor) else repeats
    return x.index_select(axis, Tensor.wrap(np.repeat(np.arange(x.shape[axis]), counts)))


@array_function
def _reversed(x, axes):
    return np.array(np.flip(x, axis=axes))  # a copy: writing into it must not change x


@operation(name="flip", array=_reversed, formula=r"y_i = x_{n-1-i}", gradient=r"\bar x_i = \bar y_{n-1-i}", linear=True)
def flipped(x, axes):
    """The order of the elements reversed along `axes`, as a tuple."""
    return _reversed(x, axes), lambda g: _reversed(g, axes)


def flip(x, *dims):
    """The order of the elements reversed along `dims`."""
    return flipped(x, axes_of(sizes(dims), x.ndim) if dims else tuple(range(x.ndim)))


@operation(formula=r"y_{i+s} = x_i", gradient=r"\bar x_i = \bar y_{i+s}", linear=True)
def _roll(x, shifts, dims):
    back = tuple(-s for s in shifts) if isinstance(shifts, tuple) else -shifts
    return np.roll(x, shifts, axis=dims), lambda g: np.roll(g, back, axis=dims)


def roll(x, shifts, dims=None):
    """The elements moved on by `shifts`; what leaves at the end comes in at the start."""
    return _roll(x, tuple(shifts) if isinstance(shifts, list | tuple) else shifts,
                 tuple(dims) if isinstance(dims, list | tuple) else dims)  # fmt: skip


@operation(formula=r"y = [x_1 \mid x_2 \mid \dots]", gradient=r"\bar x_k = \text{its part of } \bar y", linear=True)
def _cat(*tensors, dim=0):
    ends = np.cumsum([x.shape[dim] for x in tensors]).tolist()
    before = (slice(None),) * dim
    parts = [(*before, slice(end - x.shape[dim], end)) for x, end in zip(tensors, ends, strict=True)]
    return np.concatenate(tensors, axis=dim), *[lambda g, part=part: g[part] for part in parts]


def cat(tensors, dim=0):
    """Tensors joined along a dimension that they have.

    Raises
    ------
    ShapeError
        When they differ in another dimension than `dim`.
    """
    tensors = [x if isinstance(x, Tensor) else Tensor(x) for x in tensors]
    if not tensors:
        raise ShapeError("cat needs at least one tensor")
    kept = [x for x in tensors if x.shape != (0,)] or tensors[:1]
    (axis,) = axes_of(dim, kept[0].ndim)
    if kept[0].ndim == 0:
        raise ShapeError("cat joins along a dimension that the tensors have, and these have none. Did you mean stack ?")
    rest = {x.shape[:axis] + x.shape[axis + 1 :] for x in kept}
    if len(rest) > 1 or len({x.ndim for x in kept}) > 1:
        raise ShapeError(
            f"cat along dim {dim} needs all other sizes to agree\n"
            + aligned([(f"[{i}]", x.shape) for i, x in enumerate(kept)])
        )
    return _cat(*_one_dtype(kept), dim=axis)


def _one_dtype(tensors):
    if len({x.dtype for x in tensors}) > 1:
        common = promoted_dtype([x.array for x in tensors])
        return [x.to(common) for x in tensors]
    return tensors


@operation(formula=r"y_k = x_k", gradient=r"\bar x_k = \bar y_k", linear=True)
def _stack(*tensors, dim=0):
    before = (slice(None),) * dim
    return np.stack(tensors, axis=dim), *[lambda g, k=k: g[(*before, k)] for k in range(len(tensors))]


def stack(tensors, dim=0):
    """Tensors of one shape laid side by side along a new dimension."""
    tensors = [x if isinstance(x, Tensor) else Tensor(x) for x in tensors]
    if not tensors:
        raise ShapeError("stack needs at least one tensor")
    if len({x.shape for x in tensors}) > 1:
        rows = aligned([(f"[{i}]", x.shape) for i, x in enumerate(tensors)])
        raise ShapeError(f"stack needs tensors of one shape\n{rows}")
    return _stack(*_one_dtype(tensors), dim=axes_of(dim, tensors[0].ndim + 1)[0])


def _at_least(n):
    def change(x):
        while x.ndim < n:
            x = unsqueeze(x, 0)
        return x

    return change


def hstack(tensors):
    """Tensors joined from left to right."""
    tensors = [_at_least(1)(x) for x in tensors]
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


def vstack(tensors):
    """Tensors joined from top to bottom."""
    return cat([_at_least(2)(x) for x in tensors], 0)


def narrow(x, dim, start, length):
    """The part of `length` elements from `start` on, along `dim`."""
    (axis,) = axes_of(dim, x.ndim)
    return x[(*(slice(None),) * axis, slice(start, start + length))]


def split(x, split_size_or_sections, dim=0):
    """The tensor cut along `dim` into pieces of a size, or of the sizes given."""
    (axis,) = axes_of(dim, x.ndim)
    n = x.shape[axis]
    if isinstance(split_size_or_sections, list | tuple):
        pieces = list(split_size_or_sections)
        if math.fsum(pieces) != n:
            raise ShapeError(f"split into {pieces}: the pieces must add up to the size of dim {dim}, which is {n}")
    else:
        size = split_size_or_sections
        pieces = [size] * (n // size) + ([n % size] if n % size else []) or [0]
    starts = np.cumsum([0, *pieces])[:-1].tolist()
    return _as_several([narrow(x, axis, start, piece) for start, piece in zip(starts, pieces, strict=True)])


def _as_several(views):
    """Views that one call returned together: a change in place of one of them is not recorded, as in PyTorch."""
    for view in views:
        view._view.fixed = "it is one of several that one call returned"
    return tuple(views)


def chunk(x, chunks, dim=0):
    """The tensor cut along `dim` into (at most) `chunks` pieces of equal size."""
    (axis,) = axes_of(dim, x.ndim)
    return split(x, max(1, -(-x.shape[axis] // chunks)), axis)


def unbind(x, dim=0):
    """The tensor taken apart along `dim`."""
    (axis,) = axes_of(dim, x.ndim)
    return _as_several([x[(*(slice(None),) * axis, i)] for i in range(x.shape[axis])])


@operation(formula="y = x", gradient=r"\bar x = \bar y", linear=True)
def clone(x):
    """A copy that has its own memory; the gradient passes through."""
    return (np.array(x) if isinstance(x, np.ndarray) else x), lambda g: g


def contiguous(x):
    """The tensor with its elements in memory in the order of their indices."""
    return x if x.array.flags.c_contiguous else clone(x)


def _triangle(cut, name, corner):
    def rule(x, diagonal=0):
        mask = cut(np.ones(x.shape[-2:], bool), diagonal)
        return np.where(mask, x, np.zeros_like(x)), lambda g: np.where(mask, g, np.zeros_like(g))

    rule.__name__ = name
    rule.__doc__ = f"The {corner} triangle of a matrix (of a batch of matrices); the rest is 0."
    side = r"j \le i + k" if name == "tril" else r"j \ge i + k"
    return operation(rule, formula=rf"y_{{ij}} = x_{{ij}} [{side}]", gradient=rf"\bar x_{{ij}} = \bar y_{{ij}} [{side}]",
                     linear=True)  # fmt: skip


tril = _triangle(np.tril, "tril", "lower")
triu = _triangle(np.triu, "triu", "upper")


@array_function
def _diagonal_view(x, offset, dim1, dim2):
    y = np.diagonal(x, offset, dim1, dim2)
    if x.flags.writeable:
        y.flags.writeable = True
    return y


@array_function
def _on_the_diagonal(x, offset, dim1, dim2, shape):
    y = np.zeros(shape, x.dtype)
    _diagonal_view(y, offset, dim1, dim2)[...] = x
    return y


@operation(
    name="diagonal",
    array=_diagonal_view,
    formula=r"y_i = x_{i,\, i+k}",
    gradient=r"\bar x_{i,\, i+k} = \bar y_i",
    linear=True,
    view=True,
)
def take_diagonal(x, offset, dim1, dim2):
    """The diagonal as a view; the rest is 0 in its gradient."""
    shape = x.shape
    return _diagonal_view(x, offset, dim1, dim2), lambda g: _on_the_diagonal(g, offset, dim1, dim2, shape)


@operation(
    array=_on_the_diagonal,
    formula=r"y_{i,\, i+k} = x_i",
    gradient=r"\bar x_i = \bar y_{i,\, i+k}",
    linear=True,
)
def put_on_diagonal(x, offset, dim1, dim2, shape):
    """Zeros of a shape, with `x` on a diagonal."""
    return _on_the_diagonal(x, offset, dim1, dim2, shape), lambda g: _diagonal_view(g, offset, dim1, dim2)


def diagonal(x, offset=0, dim1=0, dim2=1):
    """The elements whose indices in two dimensions are equal (but for `offset`); they become the last dimension."""
    (a,), (b,) = axes_of(dim1, x.ndim), axes_of(dim2, x.ndim)
    if a == b:
        raise DimensionError(f"diagonal needs two different dimensions, and got {dim1} and {dim2}")
    return take_diagonal(x, offset, a, b)


def diag(x, diagonal=0):
    """The diagonal of a matrix, or the matrix that has a vector as its diagonal."""
    if x.ndim == 2:
        return take_diagonal(x, diagonal, 0, 1)
    if x.ndim != 1:
        raise ShapeError(f"diag takes a vector or a matrix, not a tensor of shape {x.shape}")
    n = x.shape[0] + abs(diagonal)
    return put_on_diagonal(x, diagonal, 0, 1, (n, n))


def trace(x):
    """The sum of the diagonal of a matrix."""
    return diag(x).sum()
