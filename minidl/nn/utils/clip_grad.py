"""Gradient clipping: gradients that are too long are made shorter."""

import math

import numpy as np

from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError


def _gradients(parameters):
    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return [p.grad for p in parameters if p.grad is not None]


def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """The length of several tensors as one long vector.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
    norm_type : float
        The order of the norm; infinity for the largest element.
    error_if_nonfinite : bool
        Whether to refuse a length that is infinite or not a number.
    foreach : bool, optional
        Accepted; it concerns how PyTorch computes.
    """
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    if not tensors:
        return Tensor.wrap(np.float32(0))
    dtype, norm_type = tensors[0].dtype, float(norm_type)
    if math.isinf(norm_type):
        total = dtype.type(max(np.abs(t.array).max(initial=0) for t in tensors))
    else:
        lengths = np.array([np.linalg.norm(t.array.ravel(), norm_type) for t in tensors], dtype)
        total = dtype.type(np.linalg.norm(lengths, norm_type))
    if error_if_nonfinite and not np.isfinite(total):
        raise MinidlError(f"the length of the gradients is {total}: it cannot be clipped")
    return Tensor.wrap(total)


def clip_grads_with_norm_(parameters, max_norm, total_norm, foreach=None):
    """Make all gradients smaller together, so that `total_norm` (their length) becomes at most `max_norm`."""
    scale = float(np.minimum(max_norm / (total_norm.array + 1e-6), 1.0))
    with no_grad():
        for g in _gradients(parameters):
            g.mul_(scale)


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Make all gradients smaller together, if as one long vector they are longer than `max_norm`.

    Parameters
    ----------
    parameters : Tensor or sequence of Tensor
    max_norm : float
    norm_type : float
        The order of the norm; infinity for the largest element.
    error_if_nonfinite : bool
        Whether to refuse a length that is infinite or not a number.
    foreach : bool, optional
        Accepted; it concerns how PyTorch computes.

    Returns
    -------
    Tensor
        The length before.

    References
    ----------
    Pascanu et al. (2013), *On the difficulty of training recurrent neural networks*.
    """
    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    total = get_total_norm(_gradients(parameters), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, float(max_norm), total)
    return total


clip_grad_norm = clip_grad_norm_


def clip_grad_value_(parameters, clip_value, foreach=None):
    """Keep every element of all gradients between -clip_value and clip_value."""
    with no_grad():
        for g in _gradients(parameters):
            g.clamp_(-float(clip_value), float(clip_value))
