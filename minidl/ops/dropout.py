r"""Dropout: leave elements out at random, so that none becomes indispensable."""

import math

import numpy as np

from minidl.engine.generator import default_generator
from minidl.engine.inplace import change
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError

SATURATION = 1.7580993408473766  # minus what SELU tends to on the negative side


def _kept(shape, p):
    """Which elements are kept: booleans, false with probability p; drawn as PyTorch draws them."""
    return default_generator.bernoulli(1 - p, int(np.prod(shape))).reshape(shape)


def _dropped(input, p, training, inplace, whole_channels=False, alpha=False):
    """The input without the elements (or channels) that were left out."""
    if not 0 <= p <= 1:
        raise ValueError(f"the probability of dropout must lie between 0 and 1, and is {p}")
    if not training or p == 0 or not input.numel():
        return input
    if whole_channels and input.ndim < 2:
        raise ShapeError(f"dropout of whole channels needs an input of shape (N, C, ...), and got {input.shape}")
    shape = (*input.shape[:2], *(1,) * (input.ndim - 2)) if whole_channels else input.shape
    scale, shift = (Tensor.wrap(a.astype(input.dtype)) for a in _alpha(shape, p)) if alpha else (None, None)
    if scale is None:
        scale = Tensor.wrap(_plain(shape, p).astype(input.dtype))

    def leave_out(x):
        return x * scale if shift is None else x * scale + shift

    return change(input, leave_out, "inplace=True") if inplace else leave_out(input)


def _plain(shape, p):
    """Zeros for what is left out; the rest is enlarged so that the mean stays."""
    return np.zeros(shape) if p == 1 else _kept(shape, p) / (1 - p)


def _alpha(shape, p):
    """What to multiply and to add: the elements left out saturate, and mean and spread stay."""
    if p == 1:
        return np.zeros(shape), np.zeros(shape)
    kept = _kept(shape, p)
    scale = 1 / math.sqrt((SATURATION * SATURATION * p + 1) * (1 - p))
    return kept * scale, (kept - 1.0) * (SATURATION * scale) + SATURATION * scale * p


def dropout(input, p=0.5, training=True, inplace=False):
    """Set elements to 0 with probability p, and enlarge the rest so that the mean stays (Srivastava et al. 2014)."""
    return _dropped(input, p, training, inplace)


def _channels_dropped(name, n, input, p, training, inplace):
    """`dropout` of whole channels of (N, C, ...), or (C, ...) with n more dimensions."""
    if input.ndim not in (n + 1, n + 2):
        raise ShapeError(
            f"{name} leaves out channels of {n + 2} dimensions, or of {n + 1} without a batch, not of {input.shape}"
        )
    if input.ndim == n + 2:
        return _dropped(input, p, training, inplace, whole_channels=True)
    return _dropped(input.unsqueeze(0), p, training, inplace, whole_channels=True).squeeze(0)


def dropout1d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of (N, C, L) or (C, L)."""
    return _channels_dropped("dropout1d", 1, input, p, training, inplace)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of (N, C, H, W); three dimensions are taken as (N, C, L), as in PyTorch."""
    return _dropped(input, p, training, inplace, whole_channels=True)


def dropout3d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of (N, C, D, H, W) or (C, D, H, W)."""
    return _channels_dropped("dropout3d", 3, input, p, training, inplace)


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout for networks of SELU: what is left out saturates, and mean and spread stay (Klambauer et al. 2017)."""
    return _dropped(input, p, training, inplace, alpha=True)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """`alpha_dropout` of whole channels of (N, C, ...)."""
    return _dropped(input, p, training, inplace, whole_channels=True, alpha=True)
