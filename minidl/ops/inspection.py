"""Questions about whole tensors, answered with plain Python values."""

from minidl.engine.tensor import Tensor
from minidl.ops.elementwise import isclose


def allclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether all elements differ by at most ``atol + rtol * |b|``."""
    return isclose(a, b, rtol, atol, equal_nan).array.all().item()


def equal(a, b):
    """Whether two tensors have the same shape and the same elements."""
    return a.shape == b.shape and (a.array == b.array).all().item()


def numel(x):
    """How many elements there are."""
    return x.array.size


def is_tensor(thing):
    """Whether `thing` is a Tensor."""
    return isinstance(thing, Tensor)
