r"""Operations that read the same memory in other steps: windows over a dimension, and any sizes and strides at all."""

import numpy as np
from numpy.lib.stride_tricks import as_strided as strided_view

from minidl.engine.calling import any_spelling
from minidl.engine.operation import array_function, operation
from minidl.engine.views import view_of
from minidl.errors import ShapeError
from minidl.ops.reduction import axis_of


@array_function
def _read(x, shape, strides, start):
    """The elements of a contiguous array at the distances `strides`, counted from element `start` on."""
    flat = x.reshape(-1)[start:]
    return strided_view(flat, shape, tuple(s * x.itemsize for s in strides))


@array_function
def _add_where_read(x, shape, strides, start, whole):
    """Zeros of the shape `whole` to which each element of `x` is added where `_read` finds it."""
    places = np.full(shape, start)
    for axis, (n, step) in enumerate(zip(shape, strides, strict=True)):
        places += (np.arange(n) * step).reshape([n if i == axis else 1 for i in range(len(shape))])
    y = np.bincount(places.ravel(), x.ravel(), int(np.prod(whole)))
    return y.astype(x.dtype).reshape(whole)


@operation(
    name="as_strided",
    array=_read,
    formula=r"y_i = x_{s + i \cdot t}",
    gradient=r"\bar x_j = \sum_{i : s + i \cdot t = j} \bar y_i",
    linear=True,
    view=True,
)
def _strided(x, shape, strides, start):
    whole = x.shape
    return _read(x, shape=shape, strides=strides, start=start), lambda g: _add_where_read(g, shape, strides, start, whole)


@operation(
    name="add_where_strided",
    array=_add_where_read,
    formula=r"y_j = \sum_{i : s + i \cdot t = j} x_i",
    gradient=r"\bar x_i = \bar y_{s + i \cdot t}",
    linear=True,
)
def _added(x, shape, strides, start, whole):
    return (
        _add_where_read(x, shape, strides, start, whole),
        lambda g: _read(g, shape=shape, strides=strides, start=start),
    )


@any_spelling
def as_strided(x, shape, stride, storage_offset=None):
    """The memory of a contiguous tensor read in any steps: element (i, j) is its number offset + i stride[0] + j stride[1].

    Raises
    ------
    ShapeError
        When the tensor is not contiguous, or the steps lead out of it.

    Examples
    --------
    >>> import minidl as md
    >>> md.arange(5).as_strided((3, 2), (1, 1))
    tensor([[0, 1],
            [1, 2],
            [2, 3]])
    """
    shape, strides, start = tuple(shape), tuple(stride), storage_offset or 0
    view = view_of(x)
    if storage_offset is not None and view is not None and view.base.array.ctypes.data != x.array.ctypes.data:
        raise ShapeError(
            "as_strided counts storage_offset from the beginning of the memory, and this tensor is a view that begins "
            "elsewhere. Call it on the tensor whose memory that is"
        )
    if not x.is_contiguous():
        raise ShapeError("as_strided reads memory that lies in the order of its indices. Did you mean x.contiguous() ?")
    if len(shape) != len(strides) or min((*shape, *strides, start), default=0) < 0:
        raise ShapeError(f"as_strided needs a step, not negative, for each size: got sizes {shape} and steps {strides}")
    last = start + sum((n - 1) * s for n, s in zip(shape, strides, strict=True))
    if 0 not in shape and last >= x.numel():
        raise ShapeError(f"as_strided would read element {last} of a tensor with {x.numel()} elements")
    return _strided(x, shape, strides, start)


# ---------------------------------------------------------------- windows over one dimension


@array_function
def windows(x, axis, size, step):
    """All windows over one dimension of an array: their elements become the last dimension."""
    y = np.lib.stride_tricks.sliding_window_view(x, size, axis, writeable=x.flags.writeable)
    return y[(*(slice(None),) * axis, slice(None, None, step))]


@array_function
def overlap_add(x, axis, step, length):
    """Windows laid over one another, `step` apart, and added: the adjoint of `windows`."""
    y = np.zeros((*x.shape[:axis], length, *x.shape[axis + 1 : -1]), x.dtype)
    under = windows(y, axis=axis, size=x.shape[-1], step=step)
    for k in range(x.shape[-1]):  # at one place of the window, no element comes twice
        under[..., k] += x[..., k]
    return y


@operation(
    name="unfold_dimension",
    array=windows,
    formula=r"y_{ij} = x_{i s + j}",
    gradient=r"\bar x_k = \sum_{i s + j = k} \bar y_{ij}",
    linear=True,
    view=True,
)
def _windows(x, axis, size, step):
    length = x.shape[axis]
    return windows(x, axis=axis, size=size, step=step), lambda g: overlap_add(g, axis=axis, step=step, length=length)


@operation(
    name="overlap_add",
    array=overlap_add,
    formula=r"y_k = \sum_{i s + j = k} x_{ij}",
    gradient=r"\bar x_{ij} = \bar y_{i s + j}",
    linear=True,
)
def _overlap_add(x, axis, step, length):
    size = x.shape[-1]
    return overlap_add(x, axis=axis, step=step, length=length), lambda g: windows(g, axis=axis, size=size, step=step)


def adding_windows(x, step, length):
    """Windows in the last dimension of `x`, counted by the one before: laid over one another, `step` apart, and added."""
    return _overlap_add(x, axis=x.ndim - 2, step=step, length=length)


@any_spelling
def unfold(x, dimension, size, step):
    """All windows of `size` elements along a dimension, `step` apart; their elements become a new last dimension.

    (For the patches of images see `minidl.nn.functional.unfold`.)

    Examples
    --------
    >>> import minidl as md
    >>> md.arange(5).unfold(0, 3, 2)
    tensor([[0, 1, 2],
            [2, 3, 4]])
    """
    if x.ndim == 0:  # its one element may be a window, as in PyTorch
        return unfold(x.reshape(1), dimension, size, step)[0]
    axis = axis_of(dimension, x.ndim)
    if not 0 <= size <= x.shape[axis] or step < 1:
        raise ShapeError(f"unfold: windows of {size} elements, {step} apart, do not fit into a dimension of {x.shape[axis]}")
    return _windows(x, axis, size, step)
