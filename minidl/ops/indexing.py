r"""Operations that pick elements out of a tensor by their indices."""

import numpy as np

from minidl.engine.accumulation import Scatter
from minidl.engine.operation import operation
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, OutOfRangeError, ShapeError, aligned
from minidl.ops.elementwise import where
from minidl.ops.reduction import axes_of


def plain_index(index):
    """An index in which every Tensor and list has become an array."""
    if isinstance(index, tuple):
        return tuple(plain_index(i) for i in index)
    if isinstance(index, Tensor):
        if index.array.dtype.kind == "f":
            raise DtypeError(f"an index must be whole numbers or booleans, not {index.dtype}. Did you mean index.long() ?")
        return index.array
    if isinstance(index, list):
        return np.asarray(index, dtype=None if index else np.int64)
    return index


def _many(index):
    """Whether an index holds arrays, so that it can name an element twice."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(i, np.ndarray) and i.dtype != bool for i in parts)


@operation(formula=r"y_k = x_{i_k}", gradient=r"\bar x_i = \sum_{k : i_k = i} \bar y_k", linear=True)
def _getitem(x, index):
    def pull(g):
        return put(g, index, x.shape) if isinstance(g, Tensor) else Scatter(g, index, x.shape, _many(index))

    return x[index], pull


@operation(formula=r"y_i = \sum_{k : i_k = i} x_k", gradient=r"\bar x_k = \bar y_{i_k}", linear=True)
def put(x, index, shape):
    """A tensor of zeros to which `x` is added at `index`: what indexing undoes."""
    if isinstance(x, Tensor):
        return put(x, index, shape), lambda g: _getitem(g, index)
    return Scatter(x, index, shape, _many(index)).dense(), lambda g: g[index]


def getitem(x, index):
    """The elements at `index`: numbers, slices, None, ``...``, arrays of indices, booleans, as in NumPy.

    Raises
    ------
    OutOfRangeError
        For an index beyond the size of its dimension.
    """
    index = plain_index(index)
    try:
        return _getitem(x, index)
    except IndexError as error:
        raise _index_error(x.shape, index, error) from error


def _index_error(shape, index, error):
    text = str(error)
    if "too many indices" in text:
        return OutOfRangeError(f"too many indices for a tensor of shape {shape}: it has {len(shape)} dimensions")
    if "boolean" in text:
        return ShapeError(f"a boolean index must have the shape of what it picks from, which is {shape}: {text}")
    if "out of bounds" in text:
        return OutOfRangeError(f"{text} (the tensor has shape {shape}; indices run from -size to size - 1)")
    return OutOfRangeError(f"{index!r:.80} is no index for a tensor of shape {shape}: {text}")


def setitem(x, index, value):
    """``x[index] = value``, in place."""
    if isinstance(value, Tensor) and value.requires_grad:
        from minidl.engine.grad_mode import this_thread
        from minidl.errors import GraphError

        if this_thread.state.recording:
            raise GraphError(
                "assigning into a tensor is a change in place, and no gradient can follow it to the value. "
                "Build the result instead: minidl.stack([...]), minidl.cat([...]) or minidl.where(mask, a, b)"
            )
    index = plain_index(index)
    value = value.array if isinstance(value, Tensor) else value
    if getattr(value, "dtype", None) is not None and value.dtype.kind == "f" and x.dtype.kind != "f":
        raise DtypeError(f"a value of {value.dtype} does not fit into a tensor of {x.dtype}")
    x.changing("x[index] = value")
    try:
        x.array[index] = value
    except IndexError as error:
        raise _index_error(x.shape, index, error) from error
    except ValueError as error:
        place = x.array[index].shape
        raise ShapeError(
            "the value does not fit into the place it is assigned to\n"
            + aligned([("place", place), ("value", np.shape(value))])
        ) from error


def _grid(indices, axis):
    """The full index that takes `indices` along `axis`, all else in step."""
    grid = list(np.ogrid[tuple(slice(n) for n in indices.shape)])
    grid[axis] = indices
    return tuple(grid)


def _checked(indices, size, what):
    array = indices.array if isinstance(indices, Tensor) else np.asarray(indices)
    if array.dtype.kind not in "iu":
        raise DtypeError(f"{what} needs whole numbers as indices, not {array.dtype}")
    if array.size and not (-size <= array.min() and array.max() < size):
        bad = array.max() if array.max() >= size else array.min()
        raise OutOfRangeError(f"{what}: index {bad} is out of range for a dimension of size {size}")
    return array


def take_along_dim(x, indices, dim=None):
    """For every place the element whose index along `dim` is given there."""
    if dim is None:
        return x.reshape(-1)[_checked(indices, x.numel(), "take_along_dim").ravel()]
    (axis,) = axes_of(dim, x.ndim)
    array = _checked(indices, x.shape[axis], "take_along_dim")
    shape = list(
        np.broadcast_shapes(*(tuple(1 if i == axis else n for i, n in enumerate(s)) for s in (x.shape, array.shape)))
    )
    wide = list(shape)
    wide[axis], shape[axis] = array.shape[axis], x.shape[axis]
    array = np.broadcast_to(array, wide)
    return _getitem(x.expand(*shape), _grid(array, axis))


def gather(x, dim, index):
    """The elements whose index along `dim` is given; the other indices are those of the place."""
    (axis,) = axes_of(dim, x.ndim)
    array = _checked(index, x.shape[axis] if x.ndim else 1, "gather")
    if array.ndim != x.ndim or any(i != axis and n > m for i, (n, m) in enumerate(zip(array.shape, x.shape, strict=False))):
        raise ShapeError(
            "gather needs an index that fits inside x but for dim\n" + aligned([("x", x.shape), ("index", array.shape)])
        )
    return _getitem(x, _grid(array, axis)) if x.ndim else x


def scatter_add(x, dim, index, src):
    """A copy of `x` with `src` added at the places that `index` names along `dim`."""
    (axis,) = axes_of(dim, x.ndim)
    array = _checked(index, x.shape[axis], "scatter_add")
    return x + put(src[tuple(slice(n) for n in array.shape)], _grid(array, axis), x.shape)


def index_select(x, dim, index):
    """The slices along `dim` that `index` (a vector) names."""
    (axis,) = axes_of(dim, x.ndim)
    array = _checked(index, x.shape[axis], "index_select")
    return _getitem(x, (*(slice(None),) * axis, array))


def scatter(x, dim, index, src):
    """A copy of `x` with `src` (a tensor or a number) at the places that `index` names along `dim`."""
    (axis,) = axes_of(dim, x.ndim)
    grid = _grid(_checked(index, x.shape[axis], "scatter"), axis)
    kept = np.ones(x.shape, bool)
    kept[grid] = False
    if not isinstance(src, Tensor):
        return where(Tensor.wrap(kept), x, src)
    values = src[tuple(slice(n) for n in index.shape)]
    return where(Tensor.wrap(kept), x, Tensor.wrap(np.zeros((), x.dtype))) + put(values, grid, x.shape)


def index_add(x, dim, index, source):
    """A copy of `x` to whose slices, named by `index` (a vector), those of `source` are added."""
    (axis,) = axes_of(dim, x.ndim)
    array = _checked(index, x.shape[axis], "index_add")
    return x + put(source, (*(slice(None),) * axis, array), x.shape)


def nonzero(x):
    """The indices of the elements that are not 0, one row for each."""
    return Tensor.wrap(np.argwhere(x.array))


def masked_select(x, mask):
    """The elements where `mask` is true, in one row."""
    x, mask = (t.expand(*np.broadcast_shapes(x.shape, mask.shape)) for t in (x, mask))
    return x[mask]


def select(x, dim, index):
    """The slice of `x` at one index along `dim`."""
    (axis,) = axes_of(dim, x.ndim)
    return x[(*(slice(None),) * axis, index)]


def one_hot(labels, num_classes=-1):
    """For each label a row of zeros with a one in its column.

    >>> import minidl as md
    >>> md.one_hot(md.tensor([2, 0]), 3)
    tensor([[0, 0, 1],
            [1, 0, 0]])
    """
    array = labels.array
    if array.dtype.kind not in "iu":
        raise DtypeError(f"one_hot needs whole numbers, not {array.dtype}")
    n = int(array.max()) + 1 if num_classes == -1 else num_classes
    if array.size and (array.min() < 0 or array.max() >= n):
        bad = array.min() if array.min() < 0 else array.max()
        raise OutOfRangeError(f"label {bad} is out of range for {n} classes (0 to {n - 1})")
    return Tensor.wrap((array[..., None] == np.arange(n)).astype(np.int64))
