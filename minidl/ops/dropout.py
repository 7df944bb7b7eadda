r"""Dropout: leave elements out at random, so that none becomes indispensable."""

import numpy as np

from minidl.engine.generator import default_generator
from minidl.engine.tensor import Tensor


def _mask(shape, p, dtype):
    """Zeros, with probability p, and 1 / (1 - p); drawn as PyTorch draws it."""
    if not 0 <= p <= 1:
        raise ValueError(f"the probability of dropout must lie between 0 and 1, and is {p}")
    if p == 1:
        return np.zeros(shape, dtype)
    keep = default_generator.bernoulli(1 - p, int(np.prod(shape))).reshape(shape)
    return keep.astype(dtype) / dtype.type(1 - p)


def dropout(x, p=0.5, training=True):
    """Set elements to 0 with probability p, and enlarge the rest so that the mean stays (Srivastava et al. 2014)."""
    if not training or p == 0:
        return x
    return x * Tensor.wrap(_mask(x.shape, p, x.dtype))


def dropout2d(x, p=0.5, training=True):
    """`dropout` of whole channels of (N, C, H, W)."""
    if not training or p == 0:
        return x
    return x * Tensor.wrap(_mask((*x.shape[:2], *(1,) * (x.ndim - 2)), p, x.dtype))
