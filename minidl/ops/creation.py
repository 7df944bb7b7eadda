"""Making tensors: from numbers, filled with one value, counting up."""

import numpy as np

from minidl.engine import dtypes
from minidl.engine.conversion import as_array, check_device
from minidl.engine.tensor import Tensor
from minidl.ops.shape import sizes


def finished(array, requires_grad=False, device=None):
    """A new array as a Tensor."""
    check_device(device)
    tensor = Tensor.wrap(array)
    return tensor.requires_grad_() if requires_grad else tensor


def tensor(data, *, dtype=None, device=None, requires_grad=False):
    """A tensor with a copy of `data`: numbers, nested lists, an array.

    Python floats become float32, integers int64; arrays keep their dtype.

    >>> import minidl as md
    >>> md.tensor([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    return finished(as_array(data, dtype, copy=True), requires_grad, device)


def as_tensor(data, dtype=None, device=None):
    """`data` itself if it is a tensor of that dtype, else a new tensor."""
    check_device(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    return tensor(data, dtype=dtype)


def from_numpy(array):
    """A tensor with the values of an array.

    The values are copied: a later change of the array could otherwise make a gradient wrong
    without a sign. (PyTorch shares the memory.)
    """
    return Tensor(array)


def _filled(name, fill, doc):
    def make(*size, dtype=None, device=None, requires_grad=False):
        return finished(np.full(sizes(size), fill, dtype or dtypes.default.dtype), requires_grad, device)

    def like(x, *, dtype=None, device=None, requires_grad=False):
        return finished(np.full(x.shape, fill, dtype or x.dtype), requires_grad, device)

    make.__name__, make.__doc__ = name, f"A tensor of the given shape, {doc}."
    like.__name__, like.__doc__ = f"{name}_like", f"A tensor of the shape and dtype of `x`, {doc}."
    return make, like


zeros, zeros_like = _filled("zeros", 0, "filled with 0")
ones, ones_like = _filled("ones", 1, "filled with 1")
empty, empty_like = _filled("empty", 0, "to be filled later (minidl fills it with 0, so that a run repeats)")


def _dtype_of(value):
    kind = type(value)
    return np.dtype(bool) if kind is bool else dtypes.int64 if kind is int else dtypes.default.dtype


def full(size, fill_value, *, dtype=None, device=None, requires_grad=False):
    """A tensor of shape `size` filled with one value."""
    return finished(np.full(sizes((size,)), fill_value, dtype or _dtype_of(fill_value)), requires_grad, device)


def full_like(x, fill_value, *, dtype=None, device=None, requires_grad=False):
    """A tensor of the shape and dtype of `x` filled with one value."""
    return finished(np.full(x.shape, fill_value, dtype or x.dtype), requires_grad, device)


def eye(n, m=None, *, dtype=None, device=None, requires_grad=False):
    """The identity matrix: ones on the diagonal, zeros elsewhere."""
    return finished(np.eye(n, m, dtype=dtype or dtypes.default.dtype), requires_grad, device)


def arange(start, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """The numbers from `start` (included) to `end` (not included) in equal steps."""
    if end is None:
        start, end = 0, start
    if dtype is None:
        dtype = dtypes.int64 if all(isinstance(v, int | np.integer) for v in (start, end, step)) else dtypes.default.dtype
    return finished(np.arange(start, end, step).astype(dtype), requires_grad, device)


def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False):
    """`steps` numbers from `start` to `end`, both included, equally far apart."""
    return finished(np.linspace(start, end, steps).astype(dtype or dtypes.default.dtype), requires_grad, device)


def of_the_same_dtype(make):
    """`make` as a method: the new tensor has the dtype of the tensor it is called on."""
    return lambda self, *args, dtype=None, **kwargs: make(*args, dtype=dtype or self.dtype, **kwargs)
