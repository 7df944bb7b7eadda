"""The spectrum of a sound over time: the Fourier transform of short pieces that overlap, and its inverse."""

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError
from minidl.ops.complex_numbers import Spectrum, view_as_complex, view_as_real
from minidl.ops.fourier import fft, irfft, rfft
from minidl.ops.padding import pad
from minidl.ops.striding import adding_windows, unfold


@any_spelling
def stft(
    x,
    n_fft,
    hop_length=None,
    win_length=None,
    window=None,
    center=True,
    pad_mode="reflect",
    normalized=False,
    onesided=None,
    return_complex=None,
    align_to_window=None,
):
    """The short-time Fourier transform: how much of each frequency a sound has at each time.

    Parameters
    ----------
    x : Tensor, shape (time,) or (batch, time)
    n_fft : int
        How many samples a piece has.
    hop_length : int, optional
        From one piece to the next; a quarter of `n_fft` unless given.
    win_length : int, optional
        The length of the window; `n_fft` unless given.
    window : Tensor, shape (win_length,), optional
        Each piece is multiplied by it, such as `hann_window`; ones unless given.
    center : bool
        Let the pieces be centred at multiples of `hop_length`; the ends are filled up by `pad_mode`.
    normalized : bool
        Divide by the root of `n_fft`.
    onesided : bool, optional
        Only the half of the frequencies that the other half mirrors; True unless given.
    return_complex : bool, optional
        False: both parts as the last dimension of a tensor.
    align_to_window : bool, optional
        Must be left out where `center` is true, as in PyTorch.

    Returns
    -------
    Spectrum, shape (..., frequencies, times)

    Raises
    ------
    ShapeError
        When the sound is shorter than a piece, or the window has another length than `win_length`.
    """
    if x.ndim not in (1, 2):
        raise ShapeError(f"stft takes a sound of shape (time,) or (batch, time), and got {x.shape}")
    if x.dtype.kind != "f":
        raise DtypeError(f"stft takes a sound as floats, not {x.dtype}. Did you mean x.float() ?")
    hop, window = _hop_and_window(n_fft, hop_length, win_length, window, x.dtype, "stft")
    if center:
        batch = x if x.ndim == 2 else x.unsqueeze(0)
        padded = pad(batch.unsqueeze(1), (n_fft // 2, n_fft // 2), pad_mode).squeeze(1)
        x = padded if x.ndim == 2 else padded.squeeze(0)
    if not 0 < n_fft <= x.shape[-1]:
        raise ShapeError(f"stft: a sound of {x.shape[-1]} samples has no piece of {n_fft}")
    pieces = unfold(x, -1, n_fft, hop) * window
    transform = rfft if onesided is not False else fft
    y = transform(pieces, norm="ortho" if normalized else None).transpose(-1, -2)
    return view_as_real(y) if return_complex is False else y


@any_spelling
def istft(
    x,
    n_fft,
    hop_length=None,
    win_length=None,
    window=None,
    center=True,
    normalized=False,
    onesided=None,
    length=None,
    return_complex=False,
):
    """The sound of which `stft` gave this spectrum: its pieces added where they overlap, divided by the sum of the windows.

    Parameters
    ----------
    x : Spectrum, shape (..., frequencies, times)
    length : int, optional
        Cut, or fill up with zeros, to this length.

    The others are as `stft` was called. (Griffin & Lim 1984.)

    Raises
    ------
    ShapeError
        When the windows leave a gap, in which the sound is not known.
    """
    if return_complex:
        raise DtypeError("istft gives a real sound; return_complex=True would ask for a complex one")
    x = x if isinstance(x, Spectrum) else view_as_complex(x)
    onesided = x.shape[-2] != n_fft if onesided is None else onesided
    if x.shape[-2] != (n_fft // 2 + 1 if onesided else n_fft):
        raise ShapeError(f"istft: {x.shape[-2]} frequencies do not belong to pieces of {n_fft} samples")
    hop, window = _hop_and_window(n_fft, hop_length, win_length, window, x.real.dtype, "istft")
    half = x.transpose(-1, -2)[..., : n_fft // 2 + 1]  # the other one mirrors it, as the sound is real
    pieces = irfft(half, n_fft, norm="ortho" if normalized else None)
    whole = n_fft + hop * (x.shape[-1] - 1)
    sound = adding_windows(pieces * window, hop, whole)
    weight = adding_windows((window * window).expand(x.shape[-1], n_fft), hop, whole)
    start = n_fft // 2 if center else 0
    end = whole - start if length is None else min(start + length, whole)
    sound, weight = sound[..., start:end], weight[start:end]
    if weight.abs().min() < 1e-11:
        raise ShapeError("istft: the windows leave a gap, where the sound is not known. Did you mean a smaller hop_length ?")
    sound = sound / weight
    missing = 0 if length is None else length - sound.shape[-1]
    return pad(sound, (0, missing)) if missing > 0 else sound


def _hop_and_window(n_fft, hop_length, win_length, window, dtype, name):
    """How far apart the pieces are, and the window, filled up with zeros on both sides to the length of a piece."""
    hop = n_fft // 4 if hop_length is None else hop_length
    length = n_fft if win_length is None else win_length
    if hop < 1 or not 0 < length <= n_fft:
        raise ValueError(f"{name} needs a hop_length of at least 1 and a win_length up to n_fft: got {hop} and {length}")
    if window is None:
        window = Tensor.wrap(np.ones(length, dtype))
    if window.shape != (length,):
        raise ShapeError(f"{name} needs a window of shape ({length},), and got {window.shape}")
    left = (n_fft - length) // 2
    return hop, pad(window, (left, n_fft - length - left)) if length < n_fft else window
