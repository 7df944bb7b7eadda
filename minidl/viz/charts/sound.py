"""What a sound shows, as plain data: its outline, and how loud each frequency is at each time."""

import base64
import io
from dataclasses import dataclass

import numpy as np

from minidl.audio.files import save
from minidl.audio.functional import amplitude_to_DB, melscale_fbanks, spectrogram
from minidl.errors import DtypeError, ShapeError
from minidl.ops.creation import tensor
from minidl.train.metrics import array_of
from minidl.viz.summary import drawable, scale_of

MOST_COLUMNS = 300  # of an outline
LONGEST = 30.0  # seconds that a picture carries to be heard
LOUDEST = 1e6  # a sound goes from -1 to 1; the energies of one beyond this may overflow
QUIET = 70.0  # decibels below the loudest place: what is quieter is not drawn


@dataclass
class Outline:
    """The lowest and the highest sample of each column, and when the columns begin, in seconds."""

    time: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass
class Bands:
    """A spectrogram.

    Attributes
    ----------
    decibels : array, shape (bands, times)
        Below the loudest place, so at most 0; at least -QUIET.
    times : array, shape (times,)
        The middle of each piece, in seconds.
    hertz : array, shape (bands,)
        The middle of each band.
    """

    decibels: np.ndarray
    times: np.ndarray
    hertz: np.ndarray


def checked_sound(waveform, sample_rate):
    """A waveform as an array (time,), with NaN for what cannot be drawn; and the rate.

    Raises
    ------
    ShapeError
        When it is not one row of samples, or there are none.
    DtypeError
        When it holds no numbers with a fraction.
    ValueError
        When the rate is no whole number of hertz above 0.
    """
    samples = array_of(waveform)
    if samples.ndim == 2 and len(samples) == 1:
        samples = samples[0]
    if samples.ndim != 1 or not samples.size:
        raise ShapeError(f"one sound is drawn, of shape (time,), and this is {samples.shape}")
    if samples.dtype.kind != "f":
        raise DtypeError(f"a sound is numbers from -1 to 1 with a fraction, and this is {samples.dtype}")
    if int(sample_rate) != sample_rate or sample_rate <= 0:
        raise ValueError(f"the sample rate is a whole number of hertz above 0, not {sample_rate}")
    return np.where(np.isnan(drawable(samples)), samples.dtype.type(np.nan), samples), int(sample_rate)


def outline(samples, sample_rate):
    """The outline of a sound, with at most MOST_COLUMNS columns; samples that are not finite are left out."""
    columns = min(len(samples), MOST_COLUMNS)
    starts = np.arange(columns) * len(samples) // columns
    finite = np.where(np.isfinite(samples), samples, 0)
    return Outline(starts / sample_rate, np.minimum.reduceat(finite, starts), np.maximum.reduceat(finite, starts))


def bands(samples, sample_rate, n_fft, hop_length, n_mels=None, highest=None):
    """How loud each frequency is at each time; with `n_mels`, in that many bands of the mel scale.

    Raises
    ------
    ValueError
        When the highest frequency is not above 0 and at most half the sample rate.
    """
    highest = sample_rate / 2 if highest is None else highest
    if not 0 < highest <= sample_rate / 2:
        limit = f"above 0 and at most half the sample rate, {sample_rate / 2:g} Hz"
        raise ValueError(f"the highest frequency is {limit}, not {highest}")
    finite = np.where(np.isfinite(samples), samples, 0)
    if np.abs(finite).max() > LOUDEST:  # decibels are counted from the loudest place, so the scale is free
        finite = finite / scale_of(finite)
    energies = spectrogram(tensor(finite.astype(np.float32)), n_fft, hop_length)
    hertz = np.linspace(0, sample_rate / 2, energies.shape[0])
    if n_mels:
        filters = melscale_fbanks(len(hertz), 0.0, highest, n_mels, sample_rate)
        energies, hertz = filters.T @ energies, (filters.numpy().T @ hertz) / filters.numpy().sum(axis=0)
    else:
        energies, hertz = energies[: (hertz <= highest).sum()], hertz[hertz <= highest]
    decibels = amplitude_to_DB(energies).numpy()
    times = np.arange(decibels.shape[1]) * hop_length / sample_rate
    return Bands(np.maximum(decibels - decibels.max(), -QUIET), times, hertz)


def readings(shown):
    """What can be said of each time of a spectrogram: its strongest frequency, or that it is quiet."""
    strongest = shown.decibels.argmax(axis=0)
    texts = []
    for place, loudest in zip(strongest, shown.decibels.max(axis=0), strict=True):
        texts.append("silence" if loudest <= 5 - QUIET else f"strongest at {shown.hertz[place]:.0f} Hz ({loudest:.0f} dB)")
    return texts


def heard(samples, sample_rate):
    """The sound as a WAV file in a data URI, with 16 bits a sample; "" when it is too long to be carried along."""
    if len(samples) > LONGEST * sample_rate:
        return ""
    file = io.BytesIO()
    save(file, np.clip(np.nan_to_num(samples), -1, 1), sample_rate)
    return "data:audio/wav;base64," + base64.b64encode(file.getvalue()).decode()
