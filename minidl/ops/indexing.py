r"""Operations that pick elements out of a tensor by their indices."""

import numpy as np

from minidl.engine.accumulation import Scatter
from minidl.engine.calling import any_spelling
from minidl.engine.conversion import typed, whole_number
from minidl.engine.dtypes import refuse_complex
from minidl.engine.inplace import change, overwrite
from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, OutOfRangeError, ShapeError, aligned
from minidl.ops.reduction import axis_of


def plain_index(index):
    """An index as a tuple in which tensors and lists have become arrays, single whole numbers plain ones.

    Arrays are copied, because their owner may change them before the gradient is asked for.
    """
    return tuple([_plain_part(i) for i in (index if isinstance(index, tuple) else (index,))])


def _plain_part(i):
    if isinstance(i, Tensor):
        array = i.array
    elif isinstance(i, list | tuple | range):
        array = _listed(i)
    elif isinstance(i, np.ndarray | np.generic):
        array = np.array(i)
    else:
        if isinstance(i, slice) and i.step is not None and i.step < 0:
            raise OutOfRangeError(f"a slice goes forwards, and {i} has the step {i.step}. Did you mean x.flip(dim) ?")
        return i
    if array.dtype.kind == "f":
        raise DtypeError(f"an index must be whole numbers or booleans, not {array.dtype}. Did you mean index.long() ?")
    if array.dtype == np.uint8:  # an old way to write a mask
        array = array.astype(bool)
    return array.item() if array.ndim == 0 else array


def _listed(index):
    """A list as an array.

    Raises
    ------
    OutOfRangeError
        When its rows have different lengths.
    """
    try:
        array = np.asarray(index)
    except ValueError:
        raise OutOfRangeError(f"{index!r:.60} is no index: its rows have different lengths") from None
    return array if array.size else array.astype(np.int64)


def _in_two_steps(index, ndim):
    """An index parted into what gives a view (numbers, slices) and, taken from that, what gives a copy (arrays).

    NumPy would move dimensions to the front where numbers and arrays stand side by side; PyTorch does not.
    """
    if not any(isinstance(i, np.ndarray | bool) for i in index):
        return index, None
    used = sum(map(_dimensions_of, index))
    rest = (slice(None),) * (ndim - used)
    at = next((k for k, i in enumerate(index) if i is ...), None)
    index = (*index, *rest) if at is None else (*index[:at], *rest, *index[at + 1 :])
    basic: list = []
    advanced: list = []
    for i in index:
        if isinstance(i, np.ndarray):
            basic += [slice(None)] * (i.ndim if i.dtype == bool else 1)
            advanced.append(i)
        elif isinstance(i, bool):  # a new dimension of one element, or of none
            basic.append(None)
            advanced.append(np.zeros(int(i), np.int64))
        else:
            basic.append(i)
            advanced += [] if isinstance(i, int | np.integer) else [slice(None)]
    trivial = all(type(i) is slice and i == slice(None) for i in basic)
    return None if trivial else tuple(basic), tuple(advanced)


def _dimensions_of(part):
    """How many dimensions of a tensor a part of an index takes: a boolean mask as many as it has, True and None none."""
    if isinstance(part, np.ndarray):
        return part.ndim if part.dtype == bool else 1
    return int(not (part is None or part is ... or isinstance(part, bool)))


def _many(index):
    """Whether an index holds arrays, so that it can name an element twice."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(i, np.ndarray) and i.dtype != bool for i in parts)


@operation(
    name="getitem", formula=r"y_k = x_{i_k}", gradient=r"\bar x_i = \sum_{k : i_k = i} \bar y_k", linear=True, view=True
)
def take(x, index):
    """The elements at a `plain_index`."""
    shape = x.shape

    def pull(g):
        return put(g, index, shape) if isinstance(g, Tensor) else Scatter(g, index, shape, _many(index))

    y = x[index]
    if isinstance(y, np.generic):  # of a single element NumPy gives a copy; this is the view
        y = x[(*index, ...)]
    return y, pull


@operation(formula=r"y_i = \sum_{k : i_k = i} x_k", gradient=r"\bar x_k = \bar y_{i_k}", linear=True)
def put(x, index, shape):
    """A tensor of zeros to which `x` is added at `index`: what indexing undoes."""
    if isinstance(x, Tensor):
        return put(x, index, shape), lambda g: take(g, index)
    return Scatter(x, index, shape, _many(index)).dense(), lambda g: g[index]


def getitem(x, index):
    """The elements at `index`: numbers, slices, None, ``...``, arrays of indices, booleans, as in PyTorch.

    Raises
    ------
    OutOfRangeError
        For an index beyond the size of its dimension, or a slice that goes backwards.
    """
    index = plain_index(index)
    try:
        basic, advanced = _in_two_steps(index, x.ndim)
        if basic is not None:
            x = take(x, basic)
        return x if advanced is None else take(x, advanced)
    except IndexError as error:
        raise _index_error(x.shape, index, error) from error


def _index_error(shape, index, error):
    if isinstance(error, OutOfRangeError):
        return error
    text = str(error)
    if "too many indices" in text:
        return OutOfRangeError(f"too many indices for a tensor of shape {shape}: it has {len(shape)} dimensions")
    if "boolean index" in text:
        return ShapeError(f"a boolean index must have the shape of what it picks from, which is {shape}: {text}")
    if "out of bounds" in text:
        return OutOfRangeError(f"{text} (the tensor has shape {shape}; indices run from -size to size - 1)")
    shown = ", ".join(f"{i!r:.40}" for i in index)
    return OutOfRangeError(
        f"{shown} is no index for a tensor of shape {shape}: an index is made of numbers, slices and tensors"
    )


def setitem(x, index, value):
    """``x[index] = value``, in place; recorded if a gradient flows to `x` or to `value`."""
    index = plain_index(index)
    value = value if isinstance(value, Tensor) else Tensor.wrap(typed(value, x.dtype))
    refuse_complex(value.dtype)
    if value.dtype.kind == "f" and x.dtype.kind != "f":
        raise DtypeError(
            f"a value of {value.dtype} does not fit into a tensor of {x.dtype}. Did you mean x = x.float() before ?"
        )
    value = value.to(x.dtype)
    try:
        basic, advanced = _in_two_steps(index, x.ndim)
        place = x if basic is None else take(x, basic)
        shape = place.shape if advanced is None else np.broadcast_to(np.empty((), bool), place.shape)[advanced].shape
    except IndexError as error:
        raise _index_error(x.shape, index, error) from error
    try:
        value = value.reshape(*value.shape[max(0, value.ndim - len(shape)) :]).expand(*shape)
    except ShapeError as error:
        raise ShapeError(
            "the value does not fit into the place it is assigned to\n" + aligned([("place", shape), ("value", value.shape)])
        ) from error
    if advanced is None:
        change(place, lambda old: overwrite(old, value), "x[index] = value", (value,), keep_values=False)
    else:
        change(place, lambda old: index_put(old, value, advanced), "x[index] = value", (value,), keep_values=False)


@array_function
def _with_values_at(x, values, index):
    y = np.array(x)
    y[index] = values
    return y


@operation(
    array=_with_values_at,
    formula=r"y = x \text{ with } v \text{ at } i",
    gradient=r"\bar x = \bar y \text{ outside of } i,\quad \bar v_k = \bar y_{i_k}",
    linear=True,
)
def index_put(x, values, index):
    """A copy of `x` with `values`, of the shape of ``x[index]``, at an index; where one is named twice, the last stays."""
    shape = x.shape

    def to_x(g):
        outside = np.ones(shape, bool)
        outside[index] = False
        return np.where(outside, g, np.zeros_like(g))

    return _with_values_at(x, values, index), to_x, lambda g: g[index]


def grid_along(indices, axis):
    """The full index that takes `indices` along `axis`, all else in step."""
    grid = list(np.ogrid[tuple(slice(n) for n in indices.shape)])
    grid[axis] = indices
    return tuple(grid)


def checked_indices(indices, size, what, negative=True):
    """Indices as an array of their own, whole numbers within a dimension."""
    array = np.array(indices.array if isinstance(indices, Tensor) else indices)
    if array.dtype.kind not in "iu":
        raise DtypeError(f"{what} needs whole numbers as indices, not {array.dtype}. Did you mean index.long() ?")
    least = -size if negative else 0
    if array.size and not (least <= array.min() and array.max() < size):
        bad = array.max() if array.max() >= size else array.min()
        raise OutOfRangeError(f"{what}: index {bad} is out of range for a dimension of size {size}")
    return array


@any_spelling
def take_along_dim(x, indices, dim=None):
    """For every place the element whose index along `dim` is given there."""
    if dim is None:
        return x.reshape(-1)[checked_indices(indices, x.numel(), "take_along_dim").ravel()]
    axis = axis_of(dim, x.ndim)
    array = checked_indices(indices, x.shape[axis], "take_along_dim")
    if array.ndim != x.ndim:
        raise ShapeError(
            "take_along_dim needs indices with the dimensions of x\n" + aligned([("x", x.shape), ("indices", array.shape)])
        )
    shape = list(np.broadcast_shapes(*(s[:axis] + (1,) + s[axis + 1 :] for s in (x.shape, array.shape))))
    wide = list(shape)
    wide[axis], shape[axis] = array.shape[axis], x.shape[axis]
    return take(x.expand(*shape), grid_along(np.broadcast_to(array, wide), axis))


@any_spelling
def gather(x, dim, index, *, sparse_grad=False):
    """The elements whose index along `dim` is given; the other indices are those of the place."""
    axis = axis_of(dim, x.ndim)
    array = checked_indices(index, x.shape[axis] if x.ndim else 1, "gather", negative=False)
    if array.size == 0:
        return x.reshape(-1)[:0].reshape(array.shape)
    if x.ndim == 0 or array.ndim == 0:
        return gather(x.reshape(x.shape or (1,)), 0, Tensor.wrap(array.reshape(-1))).reshape(array.shape)
    if array.ndim != x.ndim or any(i != axis and n > m for i, (n, m) in enumerate(zip(array.shape, x.shape, strict=False))):
        raise ShapeError(
            "gather needs an index that fits inside x but for dim\n" + aligned([("x", x.shape), ("index", array.shape)])
        )
    return take(x, grid_along(array, axis))


@any_spelling
def index_select(x, dim, index):
    """The slices along `dim` that `index` (a vector) names."""
    axis = axis_of(dim, x.ndim)
    array = np.atleast_1d(checked_indices(index, x.shape[axis] if x.ndim else 1, "index_select", negative=False))
    if array.ndim > 1:
        raise ShapeError(f"index_select needs a vector of indices, and got shape {array.shape}")
    return take(x.reshape(1), (array,)).reshape(()) if x.ndim == 0 else take(x, (*(slice(None),) * axis, array))


@any_spelling
def take_flat(x, index):
    """The elements at places counted through all of `x` (PyTorch's `torch.take`)."""
    return x.reshape(-1)[checked_indices(index, x.numel(), "take")]


@any_spelling
def nonzero(x, *, as_tuple=False):
    """The indices of the elements that are not 0, one row for each; or one tensor for each dimension, `as_tuple`."""
    if as_tuple:
        return tuple(Tensor.wrap(i) for i in np.nonzero(np.atleast_1d(x.array)))
    return Tensor.wrap(np.argwhere(x.array))


@any_spelling
def argwhere(x):
    """The indices of the elements that are not 0, one row for each."""
    return nonzero(x)


@any_spelling
def masked_select(x, mask):
    """The elements where `mask` is true, in one row."""
    if mask.dtype not in (bool, np.uint8):
        raise DtypeError(f"masked_select needs booleans as its mask, not {mask.dtype}. Did you mean mask != 0 ?")
    x, mask = (t.expand(*np.broadcast_shapes(x.shape, mask.shape)) for t in (x, mask))
    return x[mask]


@any_spelling
def select(x, dim, index):
    """The slice of `x` at one index along `dim`."""
    axis = axis_of(dim, x.ndim)
    return x[(*(slice(None),) * axis, index)]


@any_spelling
def one_hot(labels, num_classes=-1):
    """For each label a row of zeros with a one in its column.

    >>> import minidl as md
    >>> md.one_hot(md.tensor([2, 0]), 3)
    tensor([[0, 0, 1],
            [1, 0, 0]])
    """
    array = labels.array
    if array.dtype.kind not in "iu":
        raise DtypeError(f"one_hot needs whole numbers, not {array.dtype}. Did you mean labels.long() ?")
    n = int(array.max()) + 1 if num_classes == -1 else whole_number(num_classes, "num_classes")
    if array.size and (array.min() < 0 or array.max() >= n):
        bad = array.min() if array.min() < 0 else array.max()
        raise OutOfRangeError(f"label {bad} is out of range for {n} classes (0 to {n - 1})")
    return Tensor.wrap((array[..., None] == np.arange(n)).astype(np.int64))
