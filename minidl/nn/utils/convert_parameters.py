"""All parameters as one long vector, and back."""

from minidl.engine.grad_mode import no_grad
from minidl.errors import ShapeError
from minidl.ops.shape import cat


def parameters_to_vector(parameters):
    """All parameters as one long vector."""
    return cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec, parameters):
    """Take over the values of one long vector into the parameters."""
    parameters = list(parameters)
    needed = sum(p.numel() for p in parameters)
    if vec.numel() != needed:
        raise ShapeError(f"the parameters have {needed} elements, and the vector {vec.numel()}")
    start = 0
    with no_grad():
        for p in parameters:
            p.copy_(vec[start : start + p.numel()].reshape(p.shape))
            start += p.numel()
