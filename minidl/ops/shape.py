r"""Operations that rearrange elements without changing them."""

import math

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.conversion import as_array, whole_number
from minidl.engine.dtypes import promoted_dtype, refuse_complex
from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import DimensionError, DtypeError, OutOfRangeError, ShapeError, aligned
from minidl.ops.reduction import axes_of, axis_of


def sizes_of_new(name, shape):
    """The shape of a tensor that `name` is to make; none at all is a mistake, and `()` stands for a single number."""
    if not shape:
        raise TypeError(f"{name} needs a size: {name}(2, 3), or {name}(()) for a single number")
    return sizes(shape)


def sizes(shape):
    """A shape given as one tuple, or as separate numbers: ``reshape(2, 3)`` and ``reshape((2, 3))``."""
    if len(shape) == 1 and isinstance(shape[0], list | tuple):
        shape = shape[0]
    return tuple([whole_number(n, "a size") for n in shape])


@operation(
    formula=r"y = x \text{ in another shape}",
    gradient=r"\bar x = \bar y \text{ in the shape of } x",
    numpy=np.reshape,
    linear=True,
    view=True,
)
def _reshape(x, shape):
    before = x.shape
    return np.reshape(x, shape), lambda g: np.reshape(g, before)


@any_spelling
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


@any_spelling
def view(x, *shape, dtype=None):
    """`reshape` by PyTorch's other name; with a dtype, the same bits read in another way."""
    if len(shape) == 1 and isinstance(shape[0], np.dtype | type):
        (dtype,) = shape
    if dtype is not None:
        refuse_complex(dtype)
        return Tensor.wrap(x.array.view(dtype))
    return reshape(x, *shape)


@any_spelling
def flatten(x, start_dim=0, end_dim=-1):
    """The dimensions from `start_dim` to `end_dim` joined into one."""
    if x.ndim == 0:
        return reshape(x, 1)
    (start,), (end,) = axes_of(start_dim, x.ndim), axes_of(end_dim, x.ndim)
    if start > end:
        raise DimensionError(f"flatten from dim {start} to dim {end}: the start comes after the end")
    return reshape(x, *x.shape[:start], math.prod(x.shape[start : end + 1]), *x.shape[end + 1 :])


@any_spelling
def unflatten(x, dim, sizes):
    """One dimension split into several, of which one size may be -1."""
    axis = axis_of(dim, x.ndim)
    known = math.prod(n for n in sizes if n != -1)
    if (
        sizes.count(-1) > 1
        or (known == 0 and -1 in sizes)
        or (x.shape[axis] % known if -1 in sizes else known != x.shape[axis])
    ):
        raise ShapeError(f"unflatten: dim {dim} has {x.shape[axis]} elements, which are not {' x '.join(map(str, sizes))}")
    whole = [x.shape[axis] // known if n == -1 else n for n in sizes]
    return _reshape(x, (*x.shape[:axis], *whole, *x.shape[axis + 1 :]))


@any_spelling
def ravel(x):
    """All elements in one dimension."""
    return reshape(x, -1)


@operation(formula=r"y_{\pi(i)} = x_i", gradient=r"\bar x_i = \bar y_{\pi(i)}", linear=True, view=True)
def _permute(x, dims):
    return np.transpose(x, dims), lambda g: np.transpose(g, np.argsort(dims).tolist())


@any_spelling
def permute(x, *dims):
    """The dimensions in another order."""
    dims = sizes(dims)
    axes = axes_of(dims, x.ndim) if dims else ()
    if len(axes) != x.ndim:
        raise DimensionError(f"permute needs each of the {x.ndim} dimensions once, and got {dims}")
    return _permute(x, axes)


@any_spelling
def transpose(x, dim0=None, dim1=None):
    """Two dimensions exchanged."""
    if isinstance(dim0, list | tuple):
        return permute(x, *dim0)
    if dim0 is None:
        return _permute(x, tuple(range(x.ndim))[::-1])
    order = list(range(x.ndim))
    if dim1 is None and x.ndim > 1:
        raise TypeError(
            "transpose exchanges two dimensions, and got one: x.transpose(0, 1). The order of all: x.permute(...)"
        )
    if order:
        (a,), (b,) = axes_of(dim0, x.ndim), axes_of(dim1, x.ndim)
        order[a], order[b] = b, a
    return _permute(x, tuple(order))


@any_spelling
def swapaxes(x, axis0, axis1):
    """Two dimensions exchanged (`transpose`)."""
    return transpose(x, axis0, axis1)


@any_spelling
def swapdims(x, dim0, dim1):
    """Two dimensions exchanged (`transpose`)."""
    return transpose(x, dim0, dim1)


@any_spelling
def movedim(x, source, destination):
    """Dimensions moved to other places; the rest keep their order."""
    sources, destinations = axes_of(source, x.ndim), axes_of(destination, x.ndim)
    order = [i for i in range(x.ndim) if i not in sources]
    for place, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(place, axis)
    return _permute(x, tuple(order))


@any_spelling
def t(x):
    """The transpose of a matrix."""
    if x.ndim > 2:
        raise ShapeError(f"t() is for matrices, and this tensor has shape {x.shape}. Did you mean x.mT ?")
    return _permute(x, tuple(range(x.ndim))[::-1])


def mT(x):
    """The last two dimensions exchanged, of a tensor or an array: each matrix of a batch transposed."""
    return np.swapaxes(x, -1, -2)


@any_spelling
def squeeze(x, dim=None):
    """Without the dimensions of size 1, or without those among `dim`."""
    axes = () if dim == () or not x.ndim else axes_of(dim, x.ndim)
    return _reshape(x, tuple(n for i, n in enumerate(x.shape) if n != 1 or i not in axes))


@any_spelling
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


@any_spelling
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


@any_spelling
def expand_as(x, other):
    """`expand` to the shape of another tensor."""
    return expand(x, other.shape)


@any_spelling
def tile(x, *dims):
    """The tensor laid out again and again, `dims` times along each dimension."""
    dims = sizes(dims)
    dims = (1,) * (x.ndim - len(dims)) + dims
    shape = (1,) * (len(dims) - x.ndim) + x.shape
    interleaved = _reshape(x, tuple(n for size in shape for n in (1, size)))
    repeated = broadcast_to(interleaved, tuple(n for count, size in zip(dims, shape, strict=True) for n in (count, size)))
    return _reshape(repeated, tuple(c * s for c, s in zip(dims, shape, strict=True)))


@any_spelling
def repeat(x, *repeats):
    """`tile`, by the name it has as a method in PyTorch; every dimension needs its count."""
    counts = sizes(repeats)
    if len(counts) < x.ndim:
        raise ShapeError(f"repeat needs a count for each of the {x.ndim} dimensions, and got {counts}")
    return tile(x, counts)


@any_spelling
def repeat_interleave(x=None, repeats=None, dim=None, *, output_size=None):
    """Each element `repeats` times (a number, or one for each), copies side by side.

    Given nothing but a vector of counts: each place as often as its count says.
    """
    if x is None or repeats is None:
        counts = x if repeats is None else repeats
        return Tensor.wrap(np.repeat(np.arange(len(counts)), counts.array))
    if dim is None:
        x, dim = reshape(x, -1), 0
    axis = axis_of(dim, x.ndim)
    counts = repeats.array if isinstance(repeats, Tensor) else np.asarray(repeats)
    if counts.dtype.kind not in "iu" or (counts < 0).any() or counts.size not in (1, x.shape[axis]):
        raise ShapeError(f"repeat_interleave needs whole numbers, one or one for each of {x.shape[axis]}, and got {repeats}")
    return x.index_select(axis, Tensor.wrap(np.repeat(np.arange(x.shape[axis]), counts.reshape(-1))))


@array_function
def _reversed(x, axes):
    return np.array(np.flip(x, axis=axes))  # a copy: writing into it must not change x


@operation(name="flip", array=_reversed, formula=r"y_i = x_{n-1-i}", gradient=r"\bar x_i = \bar y_{n-1-i}", linear=True)
def flipped(x, axes):
    """The order of the elements reversed along `axes`, as a tuple."""
    return _reversed(x, axes), lambda g: _reversed(g, axes)


@any_spelling
def flip(x, *dims):
    """The order of the elements reversed along `dims`."""
    dims = sizes(dims)
    return flipped(x, axes_of(dims, x.ndim) if dims else ())


@operation(formula=r"y_{i+s} = x_i", gradient=r"\bar x_i = \bar y_{i+s}", linear=True)
def _roll(x, shifts, dims):
    back = tuple(-s for s in shifts) if isinstance(shifts, tuple) else -shifts
    return np.roll(x, shifts, axis=dims), lambda g: np.roll(g, back, axis=dims)


@any_spelling
def roll(x, shifts, dims=None):
    """The elements moved on by `shifts`; what leaves at the end comes in at the start."""
    shifts = tuple(shifts) if isinstance(shifts, list | tuple) else (whole_number(shifts, "a shift"),)
    if not shifts:
        raise ShapeError("roll needs to know by how much: shifts is empty")
    if dims is None or dims == ():
        if len(shifts) > 1:
            raise ShapeError(f"roll by {shifts} needs a dimension for each; dims were not given")
        return _roll(x, shifts[0], None)
    dims = tuple(dims) if isinstance(dims, list | tuple) else (dims,)
    if len(dims) != len(shifts):
        raise ShapeError(f"roll needs a dimension for each shift, and got shifts {shifts} and dims {dims}")
    if x.ndim == 0:
        raise DimensionError(f"roll along {dims}: the tensor has no dimensions")
    return _roll(x, shifts, tuple(axis_of(d, x.ndim) for d in dims))


@operation(formula=r"y = [x_1 \mid x_2 \mid \dots]", gradient=r"\bar x_k = \text{its part of } \bar y", linear=True)
def _cat(*tensors, dim=0):
    ends = np.cumsum([x.shape[dim] for x in tensors]).tolist()
    before = (slice(None),) * dim
    parts = [(*before, slice(end - x.shape[dim], end)) for x, end in zip(tensors, ends, strict=True)]
    return np.concatenate(tensors, axis=dim), *[lambda g, part=part: g[part] for part in parts]


def _refuse_loose(name, dim):
    """Refuse tensors that were not put into a list, so that the second stands in the place of `dim`."""
    if isinstance(dim, Tensor) and dim.ndim:
        raise TypeError(f"{name} takes its tensors in a list: {name}([a, b]), not {name}(a, b)")


@any_spelling
def cat(tensors, dim=0):
    """Tensors joined along a dimension that they have.

    Raises
    ------
    ShapeError
        When they differ in another dimension than `dim`.
    """
    _refuse_loose("cat", dim)
    tensors = [x if isinstance(x, Tensor) else Tensor.wrap(as_array(x, copy=True)) for x in tensors]
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


@any_spelling
def stack(tensors, dim=0):
    """Tensors of one shape laid side by side along a new dimension."""
    _refuse_loose("stack", dim)
    tensors = [x if isinstance(x, Tensor) else Tensor.wrap(as_array(x, copy=True)) for x in tensors]
    if not tensors:
        raise ShapeError("stack needs at least one tensor")
    if len({x.shape for x in tensors}) > 1:
        rows = aligned([(f"[{i}]", x.shape) for i, x in enumerate(tensors)])
        raise ShapeError(f"stack needs tensors of one shape\n{rows}")
    return _stack(*_one_dtype(tensors), dim=axes_of(dim, tensors[0].ndim + 1)[0])


@any_spelling
def narrow(x, dim, start, length):
    """The part of `length` elements from `start` on, along `dim`; a negative start counts from the end.

    Raises
    ------
    OutOfRangeError
        When the part begins or ends outside the dimension.
    """
    if isinstance(start, Tensor) and (start.ndim or start.dtype.kind not in "iu"):
        raise DtypeError(f"narrow starts at a whole number, and got {start.dtype} of shape {start.shape}")
    axis, first = axis_of(dim, x.ndim), whole_number(start, "start")
    length = whole_number(length, "length")
    if x.ndim == 0:
        raise DimensionError("narrow needs a dimension, and this tensor has none")
    n = x.shape[axis]
    if not -n <= first <= n or length < 0 or (first + n if first < 0 else first) + length > n:
        raise OutOfRangeError(f"narrow: {length} elements from {first} on are not within dim {dim}, which has {n}")
    first = first + n if first < 0 else first
    return x[(*(slice(None),) * axis, slice(first, first + length))]


@any_spelling
def split(tensor, split_size_or_sections, dim=0):
    """The tensor cut along `dim` into pieces of a size, or of the sizes given."""
    (axis,) = axes_of(dim, tensor.ndim)
    n = tensor.shape[axis]
    if isinstance(split_size_or_sections, list | tuple):
        pieces = list(split_size_or_sections)
        if math.fsum(pieces) != n or any(piece < 0 for piece in pieces):
            raise ShapeError(f"split into {pieces}: the pieces must add up to the size of dim {dim}, which is {n}")
    else:
        size = split_size_or_sections
        if size < 0 or (size == 0 and n):
            raise ShapeError(f"split into pieces of {size}: a piece has at least one element")
        pieces = [size] * (n // size) + ([n % size] if n % size else []) if n else [0]
    starts = np.cumsum([0, *pieces])[:-1].tolist()
    return _as_several([narrow(tensor, axis, start, piece) for start, piece in zip(starts, pieces, strict=True)])


def _as_several(views):
    """Views that one call returned together: a change in place of one of them is not recorded, as in PyTorch."""
    for view in views:
        view._view.fixed = "it is one of several that one call returned"
    return tuple(views)


@any_spelling
def chunk(x, chunks, dim=0):
    """The tensor cut along `dim` into (at most) `chunks` pieces of equal size."""
    axis = axis_of(dim, x.ndim)
    if chunks < 1:
        raise ShapeError(f"chunk needs at least one piece, and {chunks} were asked for")
    return split(x, max(1, -(-x.shape[axis] // chunks)), axis)


@any_spelling
def unbind(x, dim=0):
    """The tensor taken apart along `dim`."""
    (axis,) = axes_of(dim, x.ndim)
    return _as_several([x[(*(slice(None),) * axis, i)] for i in range(x.shape[axis])])


@operation(formula="y = x", gradient=r"\bar x = \bar y", linear=True)
def clone(x, *, order="K"):
    """A copy that has its own memory, laid out as it was; the gradient passes through."""
    return (np.array(x, order=order) if isinstance(x, np.ndarray) else x), lambda g: g


@any_spelling
def contiguous(x):
    """The tensor with its elements in memory in the order of their indices."""
    return x if x.array.flags.c_contiguous else clone(x, order="C")


def _triangle(cut, name, corner):
    def rule(x, diagonal=0):
        if x.ndim < 2:
            raise ShapeError(f"{name} is the triangle of a matrix, and this tensor has shape {x.shape}")
        mask = cut(np.ones(x.shape[-2:], bool), diagonal)
        return np.where(mask, x, np.zeros_like(x)), lambda g: np.where(mask, g, np.zeros_like(g))

    rule.__name__ = name
    rule.__doc__ = f"The {corner} triangle of a matrix (of a batch of matrices); the rest is 0."
    side = r"j \le i + k" if name == "tril" else r"j \ge i + k"
    return operation(
        rule, formula=rf"y_{{ij}} = x_{{ij}} [{side}]", gradient=rf"\bar x_{{ij}} = \bar y_{{ij}} [{side}]", linear=True
    )


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


@any_spelling
def diagonal(x, offset=0, dim1=0, dim2=1):
    """The elements whose indices in two dimensions are equal (but for `offset`); they become the last dimension."""
    (a,), (b,) = axes_of(dim1, x.ndim), axes_of(dim2, x.ndim)
    if a == b:
        raise DimensionError(f"diagonal needs two different dimensions, and got {dim1} and {dim2}")
    return take_diagonal(x, offset, a, b)


@any_spelling
def diag(x, diagonal=0):
    """The diagonal of a matrix, or the matrix that has a vector as its diagonal."""
    if x.ndim == 2:
        return take_diagonal(x, diagonal, 0, 1)
    if x.ndim != 1:
        raise ShapeError(f"diag takes a vector or a matrix, not a tensor of shape {x.shape}")
    n = x.shape[0] + abs(diagonal)
    return put_on_diagonal(x, diagonal, 0, 1, (n, n))


@any_spelling
def trace(x):
    """The sum of the diagonal of a matrix."""
    return diag(x).sum()
