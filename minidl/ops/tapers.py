"""Windows for signals: bells that fade a piece of a sound in and out, so that its spectrum has no edges."""

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.dtypes import default
from minidl.ops.creation import finished


def _taper(name, of_turn, doc):
    """A window function: `of_turn` gives its height from the angle, which goes once round from one end to the other."""

    @any_spelling
    def window(window_length, periodic=True, *, dtype=None, device=None, requires_grad=False):
        return _window(of_turn, window_length, periodic, dtype, device, requires_grad)

    window.__name__ = window.__qualname__ = name
    window.__doc__ = f"{doc} `periodic`: the first value would come again after the last, as a transform wants it."
    return window


def _window(of_turn, length, periodic, dtype, device, requires_grad):
    if length < 0:
        raise ValueError(f"a window has no negative length, and {length} was asked for")
    steps = max(length if periodic else length - 1, 1)
    heights = of_turn(2 * np.pi * np.arange(length) / steps) if length != 1 else np.ones(1)
    return finished(heights.astype(dtype or default.dtype), requires_grad, device)


hann_window = _taper("hann_window", lambda t: 0.5 - 0.5 * np.cos(t), "A raised cosine, 0 at its ends.")
blackman_window = _taper(
    "blackman_window", lambda t: 0.42 - 0.5 * np.cos(t) + 0.08 * np.cos(2 * t), "Two cosines: wider, and with less leakage."
)
bartlett_window = _taper("bartlett_window", lambda t: 1 - np.abs(t / np.pi - 1), "A triangle.")


@any_spelling
def hamming_window(window_length, periodic=True, alpha=0.54, beta=0.46, *, dtype=None, device=None, requires_grad=False):
    """A raised cosine, `alpha` - `beta` cos t, that does not reach 0 at its ends."""
    return _window(lambda t: alpha - beta * np.cos(t), window_length, periodic, dtype, device, requires_grad)


@any_spelling
def kaiser_window(window_length, periodic=True, beta=12.0, *, dtype=None, device=None, requires_grad=False):
    """A bell whose `beta` trades a narrow peak (0) for little leakage (large)."""

    def bell(t):
        return np.i0(beta * np.sqrt(np.maximum(1 - (t / np.pi - 1) ** 2, 0))) / np.i0(beta)

    return _window(bell, window_length, periodic, dtype, device, requires_grad)
