"""Making tensors: from numbers, filled with one value, counting up."""

import numpy as np

from minidl.engine import dtypes
from minidl.engine.calling import any_spelling
from minidl.engine.conversion import as_array, refuse_overflow
from minidl.engine.devices import check_device
from minidl.engine.grad_mode import this_thread
from minidl.engine.inference import memory
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError
from minidl.ops.shape import sizes, sizes_of_new


def finished(array, requires_grad=False, device=None):
    """A new array as a Tensor."""
    check_device(device)
    tensor = Tensor.wrap(array)
    if this_thread.state.inference:
        memory.add(tensor.array)
    return tensor.requires_grad_() if requires_grad else tensor


def tensor(data, *, dtype=None, device=None, requires_grad=False):
    """A tensor with a copy of `data`: numbers, nested lists, an array.

    Python floats become float32, integers int64; arrays keep their dtype.

    >>> import minidl as md
    >>> md.tensor([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    return finished(as_array(data, dtype, copy=True), requires_grad, device)


@any_spelling
def as_tensor(data, dtype=None, device=None):
    """`data` itself if it is a tensor of that dtype, else a new tensor."""
    check_device(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    return tensor(data, dtype=dtype)


@any_spelling
def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=None):
    """`obj` itself if it is a tensor of that dtype and no copy is asked for, else a new tensor."""
    made = as_tensor(obj, dtype, device)
    made = made.clone() if copy and made is obj else made
    return made.requires_grad_() if requires_grad else made


def from_numpy(ndarray):
    """A tensor with the values of an array.

    The values are copied: a later change of the array could otherwise make a gradient wrong
    without a sign. (PyTorch shares the memory.)
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"from_numpy takes an ndarray, not a {type(ndarray).__name__}. Did you mean minidl.tensor(...) ?")
    return tensor(ndarray)


def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """A tensor of the numbers that stand in raw bytes, such as those of a file (copied, where PyTorch shares them)."""
    dtypes.refuse_complex(dtype)
    return finished(np.frombuffer(buffer, dtype, count, offset).copy(), requires_grad)


@any_spelling
def scalar_tensor(s, *, dtype=None, device=None, requires_grad=False):
    """A tensor without dimensions that holds one number."""
    return full((), s, dtype=dtype or dtypes.default.dtype, device=device, requires_grad=requires_grad)


def _filled(name, fill, doc):
    def make(*size, dtype=None, device=None, requires_grad=False):
        return finished(np.full(sizes_of_new(name, size), fill, dtype or dtypes.default.dtype), requires_grad, device)

    def like(x, *, dtype=None, device=None, requires_grad=False):
        return finished(np.full(x.shape, fill, dtype or x.dtype), requires_grad, device)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"A tensor of the given shape, {doc}."
    like.__name__ = like.__qualname__ = f"{name}_like"
    like.__doc__ = f"A tensor of the shape and dtype of `x`, {doc}."
    return any_spelling(make), any_spelling(like)


zeros, zeros_like = _filled("zeros", 0, "filled with 0")
ones, ones_like = _filled("ones", 1, "filled with 1")
empty, empty_like = _filled("empty", 0, "to be filled later (minidl fills it with 0, so that a run repeats)")


@any_spelling
def full(size, fill_value, *, dtype=None, device=None, requires_grad=False):
    """A tensor of shape `size` filled with one value."""
    value = fill_value.item() if isinstance(fill_value, Tensor) else fill_value
    dtype = np.dtype(dtype or dtypes.of_number(value))
    dtypes.refuse_complex(type(value))
    refuse_overflow(np.asarray(value), dtype)
    return finished(np.full(sizes((size,)), value, dtype), requires_grad, device)


@any_spelling
def full_like(x, fill_value, *, dtype=None, device=None, requires_grad=False):
    """A tensor of the shape and dtype of `x` filled with one value."""
    return full(x.shape, fill_value, dtype=dtype or x.dtype, device=device, requires_grad=requires_grad)


@any_spelling
def eye(n, m=None, *, dtype=None, device=None, requires_grad=False):
    """The identity matrix: ones on the diagonal, zeros elsewhere."""
    if n < 0 or (m or 0) < 0:
        raise ShapeError(f"eye has rows and columns, not {n} and {m} of them")
    return finished(np.eye(n, m, dtype=dtype or dtypes.default.dtype), requires_grad, device)


@any_spelling
def arange(start=None, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """The numbers from `start` (included) to `end` (not included) in equal steps."""
    if end is None:
        if start is None:
            raise TypeError("arange needs an end: arange(5) counts 0, 1, 2, 3, 4")
        start, end = 0, start
    start, end, step = (0 if v is None else v for v in (start, end, step))
    start, end, step = (v.item() if isinstance(v, Tensor) else v for v in (start, end, step))
    _check_steps("arange", start, end, step)
    if dtype is None:
        dtype = dtypes.int64 if all(isinstance(v, int | np.integer) for v in (start, end, step)) else dtypes.default.dtype
    values = np.arange(start, end, step)
    refuse_overflow(values, np.dtype(dtype))
    return finished(values.astype(dtype), requires_grad, device)


@any_spelling
def range_to(start, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """The numbers from `start` to `end`, both included, as floats (PyTorch's old `torch.range`; prefer `arange`)."""
    if end is None:
        start, end = 0, start
    _check_steps("range", start, end, step)
    values = start + step * np.arange(int((end - start) / step) + 1)
    return finished(values.astype(dtype or dtypes.default.dtype), requires_grad, device)


def _check_steps(name, start, end, step):
    if step == 0:
        raise ValueError(f"{name}: with a step of 0 it would never arrive")
    if (end - start) * step < 0:
        raise ValueError(f"{name}: with a step of {step} it never gets from {start} to {end}")
    if not np.isfinite(np.array([start, end], np.float64)).all():
        raise ValueError(f"{name} needs finite ends, and got {start} and {end}")


@any_spelling
def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False):
    """`steps` numbers from `start` to `end`, both included, equally far apart."""
    start, end = (v.item() if isinstance(v, Tensor) else v for v in (start, end))
    if steps < 0:
        raise ValueError(f"linspace makes a number of steps, not {steps}")
    return finished(np.linspace(start, end, steps).astype(dtype or dtypes.default.dtype), requires_grad, device)


@any_spelling
def logspace(start, end, steps, base=10.0, *, dtype=None, device=None, requires_grad=False):
    """`steps` powers of `base`, whose exponents are equally far apart from `start` to `end`."""
    start, end = (v.item() if isinstance(v, Tensor) else v for v in (start, end))
    values = np.power(float(base), np.linspace(start, end, steps))
    return finished(values.astype(dtype or dtypes.default.dtype), requires_grad, device)


def of_the_same_dtype(make):
    """`make` as a method: the new tensor has the dtype of the tensor it is called on."""
    return any_spelling(lambda self, *args, dtype=None, **kwargs: make(*args, dtype=dtype or self.dtype, **kwargs))


def of_dtype(name, dtype):
    """PyTorch's old constructor of tensors of one dtype: ``FloatTensor([1, 2])``, or of a shape: ``FloatTensor(2, 3)``."""

    def make(*data):
        if not data or all(isinstance(n, int) for n in data):
            return zeros(*(data or (0,)), dtype=dtype)
        return tensor(np.asarray(as_array(data[0])), dtype=dtype)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"A tensor of {dtype}: of numbers in a list, or filled with 0 and of the shape given."
    return make


FloatTensor = of_dtype("FloatTensor", dtypes.float32)
DoubleTensor = of_dtype("DoubleTensor", dtypes.float64)
HalfTensor = of_dtype("HalfTensor", dtypes.float16)
LongTensor = of_dtype("LongTensor", dtypes.int64)
IntTensor = of_dtype("IntTensor", dtypes.int32)
ShortTensor = of_dtype("ShortTensor", dtypes.int16)
CharTensor = of_dtype("CharTensor", dtypes.int8)
ByteTensor = of_dtype("ByteTensor", dtypes.uint8)
BoolTensor = of_dtype("BoolTensor", dtypes.bool_)


def set_default_tensor_type(t):
    """Choose the dtype of new floats by an old constructor: FloatTensor or DoubleTensor (prefer `set_default_dtype`)."""
    kinds = {"FloatTensor": dtypes.float32, "DoubleTensor": dtypes.float64, "HalfTensor": dtypes.float16}
    name = (t if isinstance(t, str) else t.__name__).rpartition(".")[2]
    if name not in kinds:
        raise DtypeError(f"the default tensor type is one of {', '.join(kinds)}, not {name}")
    dtypes.set_default_dtype(kinds[name])
