"""Changes in place that go through a tensor element by element, or along its diagonal."""

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.inplace import change
from minidl.engine.tensor import Tensor
from minidl.errors import GraphError, ShapeError, broadcast_error
from minidl.ops.elementwise import where


def apply_(self, callable):
    """Replace each element by what a function of Python makes of it: slow, and no gradient flows.

    Raises
    ------
    GraphError
        When the tensor requires a gradient.
    """
    _refuse_gradient("apply_", self)
    values = [callable(value) for value in self.array.ravel().tolist()]
    return self.assign(np.array(values, self.dtype).reshape(self.shape), "apply_()")


def map_(self, tensor, callable):
    """Replace each element by what a function of Python makes of it and of that of another tensor."""
    _refuse_gradient("map_", self, tensor)
    try:
        other = np.broadcast_to(tensor.array, self.shape)
    except ValueError as error:
        raise broadcast_error("map_", (self.shape, tensor.shape)) from error
    pairs = zip(self.array.ravel().tolist(), other.ravel().tolist(), strict=True)
    return self.assign(np.array([callable(a, b) for a, b in pairs], self.dtype).reshape(self.shape), "map_()")


def _refuse_gradient(name, *tensors):
    if any(t.requires_grad for t in tensors):
        raise GraphError(f"{name}() calls a function of Python, and no gradient follows it. Did you mean x.detach() first ?")


@any_spelling
def fill_diagonal_(self, fill_value, wrap=False):
    """Set the elements whose indices are all equal to a number; with `wrap`, a tall matrix gets several diagonals.

    Raises
    ------
    ShapeError
        For fewer than 2 dimensions, or more than 2 of different sizes.
    """
    if self.ndim < 2 or (self.ndim > 2 and len({*self.shape}) > 1):
        raise ShapeError(f"fill_diagonal_ takes a matrix, or a tensor of equal sizes, not one of shape {self.shape}")
    diagonal = np.zeros(self.shape, bool)
    np.fill_diagonal(diagonal, True, wrap=wrap)
    return change(self, lambda x: where(Tensor.wrap(diagonal), fill_value, x), "fill_diagonal_()")
