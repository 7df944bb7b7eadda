"""Small helpers around gradients, parameters and sequences."""

import math

import numpy as np

from minidl.engine.changes import changes
from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError, ShapeError
from minidl.ops.resizing import pad
from minidl.ops.shape import cat, stack


def _gradients(parameters):
    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return [p.grad for p in parameters if p.grad is not None]


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """Make all gradients smaller together, if as one long vector they are longer than `max_norm`.

    Returns
    -------
    Tensor
        The length before.

    References
    ----------
    Pascanu et al. (2013), *On the difficulty of training recurrent neural networks*.
    """
    grads = _gradients(parameters)
    if not grads:
        return Tensor.wrap(np.float32(0))
    dtype = grads[0].dtype
    if math.isinf(norm_type):
        total = dtype.type(max(np.abs(g.array).max() for g in grads))
    else:
        lengths = np.array([np.linalg.norm(g.array.ravel(), norm_type) for g in grads], dtype)
        total = dtype.type(np.linalg.norm(lengths, norm_type))
    if error_if_nonfinite and not np.isfinite(total):
        raise MinidlError(f"the length of the gradients is {total}: it cannot be clipped")
    scale = min(1.0, float(max_norm / (total + 1e-6)))
    for g in grads:
        changes.mark(g.array)
        g.array *= dtype.type(scale)
    return Tensor.wrap(total)


def clip_grad_value_(parameters, clip_value):
    """Keep every element of all gradients between -clip_value and clip_value."""
    for g in _gradients(parameters):
        changes.mark(g.array)
        np.clip(g.array, -clip_value, clip_value, out=g.array)


def parameters_to_vector(parameters):
    """All parameters as one long vector."""
    return cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vector, parameters):
    """Take over the values of one long vector into the parameters."""
    parameters = list(parameters)
    needed = sum(p.numel() for p in parameters)
    if vector.numel() != needed:
        raise ShapeError(f"the parameters have {needed} elements, and the vector {vector.numel()}")
    start = 0
    with no_grad():
        for p in parameters:
            p.copy_(vector[start : start + p.numel()].reshape(p.shape))
            start += p.numel()


def pad_sequence(sequences, batch_first=False, padding_value=0.0):
    """Sequences of different lengths (T_n, ...) as one batch (T, N, ...), the short ones filled up.

    >>> import minidl as md
    >>> pad_sequence([md.ones(1), md.ones(3)], batch_first=True)
    tensor([[1., 0., 0.],
            [1., 1., 1.]])
    """
    longest = max(len(s) for s in sequences)
    filled = [pad(s, (0, 0) * (s.ndim - 1) + (0, longest - len(s)), value=padding_value) for s in sequences]
    return stack(filled, 0 if batch_first else 1)
