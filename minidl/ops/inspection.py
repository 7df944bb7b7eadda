"""Questions about whole tensors, answered with plain Python values."""

from minidl.engine.calling import any_spelling
from minidl.engine.tensor import Tensor
from minidl.ops.elementwise import isclose


@any_spelling
def allclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether all elements differ by at most ``atol + rtol * |b|``."""
    return isclose(a, b, rtol, atol, equal_nan).array.all().item()


@any_spelling
def equal(a, b):
    """Whether two tensors have the same shape and the same elements."""
    if not isinstance(a, Tensor) or not isinstance(b, Tensor):
        raise TypeError(f"equal compares two tensors, and got {type(a).__name__} and {type(b).__name__}")
    return a.shape == b.shape and (a.array == b.array).all().item()


@any_spelling
def numel(x):
    """How many elements there are."""
    return x.array.size


def is_tensor(obj):
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)


@any_spelling
def is_floating_point(x):
    """Whether the elements are floats."""
    return x.array.dtype.kind == "f"


def contains(x, value):
    """Whether some element of `x` equals `value`, a number or a tensor: ``3 in x``."""
    return bool((x == value).any())


def typename(obj):
    """The name of the kind of an object; of tensors as PyTorch writes it: 'torch.FloatTensor'."""
    return obj.type() if isinstance(obj, Tensor) else f"{type(obj).__module__}.{type(obj).__qualname__}"


@any_spelling
def is_signed(x):
    """Whether the elements can be negative."""
    return x.array.dtype.kind in "if"


@any_spelling
def is_nonzero(x):
    """Whether the one element of a tensor is not 0."""
    return bool(x)
