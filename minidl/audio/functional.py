"""What is done with sounds: spectrogram, mel scale, cepstrum, another sample rate, another speed. Names are torchaudio's."""

import math

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.nn.functional import pad
from minidl.ops.complex_numbers import Spectrum
from minidl.ops.spectrogram import istft, stft
from minidl.ops.tapers import hann_window

# Spectra


def spectrogram(waveform, n_fft=400, hop_length=None, win_length=None, window=None, power=2.0, center=True):
    """How much of each frequency a sound has at each time.

    Parameters
    ----------
    waveform : Tensor, shape (..., time)
    n_fft : int
        How many samples a piece has; n_fft // 2 + 1 frequencies come out.
    hop_length : int, optional
        From one piece to the next; half a window unless given.
    win_length : int, optional
        `n_fft` unless given.
    window : Tensor, shape (win_length,), optional
        Hann's unless given.
    power : float or None
        2 gives energies, 1 amplitudes, None the complex numbers themselves.
    center : bool
        Let the pieces be centred at multiples of `hop_length`.

    Returns
    -------
    Tensor (or Spectrum), shape (..., frequencies, times)

    Examples
    --------
    >>> import minidl as md
    >>> time = md.arange(8000) / 8000
    >>> tone = (2 * md.pi * 1000 * time).sin()
    >>> energies = spectrogram(tone, n_fft=400)
    >>> energies.shape, energies.mean(dim=1).argmax().item() * 8000 / 400  # hertz
    ((201, 41), 1000.0)
    """
    win_length = n_fft if win_length is None else win_length
    hop_length = win_length // 2 if hop_length is None else hop_length
    if window is None:
        window = hann_window(win_length, dtype=waveform.dtype if waveform.dtype.kind == "f" else None)
    lines = waveform.reshape(-1, waveform.shape[-1])
    y = stft(lines, n_fft, hop_length, win_length, window, center=center, return_complex=True)
    shape = (*waveform.shape[:-1], *y.shape[1:])
    if power is None:
        return Spectrum(y.real.reshape(shape), y.imag.reshape(shape))
    y = y.reshape(shape) if hasattr(y, "reshape") else Spectrum(y.real.reshape(shape), y.imag.reshape(shape))
    if power == 2:
        return y.real.square() + y.imag.square()
    return y.abs() if power == 1 else y.abs().pow(power)


def amplitude_to_DB(x, multiplier=10.0, amin=1e-10, db_multiplier=0.0, top_db=None):
    """Energies (or, with a multiplier of 20, amplitudes) in decibels: multiplier · log10.

    Parameters
    ----------
    x : Tensor, shape (..., frequencies, times)
    multiplier : float
        10 for energies, 20 for amplitudes.
    amin : float
        What is less counts as this.
    db_multiplier : float
        What is taken away is multiplier times this.
    top_db : float, optional
        What is more than this below the loudest place of a sound is lifted to it.
    """
    decibels = multiplier * x.clamp(min=amin).log10() - multiplier * db_multiplier
    if top_db is None:
        return decibels
    axes = tuple(range(max(0, x.ndim - 3), x.ndim))
    return decibels.maximum(decibels.amax(dim=axes, keepdim=True) - top_db)


def hertz_to_mel(frequency, mel_scale="htk"):
    """Frequencies in mel: equal steps sound equally far apart.

    Parameters
    ----------
    frequency : float or array
    mel_scale : {"htk", "slaney"}
        One formula, 2595 · log10(1 + f/700); or straight up to 1000 Hz, and then by the logarithm.
    """
    frequency = np.asarray(frequency, np.float64)
    if mel_scale == "htk":
        return 2595 * np.log10(1 + frequency / 700)
    _slaney(mel_scale)
    return np.where(frequency < 1000, 3 * frequency / 200, 15 + 27 * np.log(np.maximum(frequency, 1) / 1000) / np.log(6.4))


def mel_to_hertz(mel, mel_scale="htk"):
    """The other way round."""
    mel = np.asarray(mel, np.float64)
    if mel_scale == "htk":
        return 700 * (10 ** (mel / 2595) - 1)
    _slaney(mel_scale)
    return np.where(mel < 15, 200 * mel / 3, 1000 * 6.4 ** ((mel - 15) / 27))


def _slaney(mel_scale):
    if mel_scale != "slaney":
        raise ValueError(f"the mel scale is 'htk' or 'slaney', not {mel_scale!r}")


def melscale_fbanks(n_freqs, f_min, f_max, n_mels, sample_rate, norm=None, mel_scale="htk"):
    """Triangles over the frequencies, equally far apart in mel: which frequencies go into which band.

    Parameters
    ----------
    n_freqs : int
        n_fft // 2 + 1.
    f_min, f_max : float
        Where the first triangle begins and the last one ends, in hertz.
    n_mels : int
    sample_rate : int
    norm : {None, "slaney"}
        "slaney" gives all triangles the same area.
    mel_scale : {"htk", "slaney"}

    Returns
    -------
    Tensor, shape (n_freqs, n_mels)

    Raises
    ------
    ValueError
        When f_min is not below f_max, or there are so many bands that one of them lies between two frequencies, and would
        always be 0.
    """
    if norm not in (None, "slaney"):
        raise ValueError(f"norm is None or 'slaney', not {norm!r}")
    if not 0 <= f_min < f_max:
        raise ValueError(f"bands go from f_min, at least 0 hertz, up to f_max, not from {f_min} to {f_max}")
    frequencies = np.linspace(0, sample_rate // 2, n_freqs)
    lowest, highest = hertz_to_mel([f_min, f_max], mel_scale).tolist()
    corners = mel_to_hertz(np.linspace(lowest, highest, n_mels + 2), mel_scale)
    widths, distance = np.diff(corners), corners - frequencies[:, None]
    banks = np.maximum(0, np.minimum(-distance[:, :-2] / widths[:-1], distance[:, 2:] / widths[1:]))
    if norm == "slaney":
        banks *= 2 / (corners[2:] - corners[:-2])
    if (banks.max(axis=0) == 0).any():
        empty = int((banks.max(axis=0) == 0).sum())
        raise ValueError(f"{empty} of {n_mels} mel bands lie between two frequencies: take fewer, or a larger n_fft")
    return Tensor(banks.astype(np.float32))


def create_dct(n_mfcc, n_mels, norm="ortho"):
    """The discrete cosine transform (type II) as a matrix.

    Parameters
    ----------
    n_mfcc, n_mels : int
    norm : {None, "ortho"}
        "ortho" makes its columns orthogonal and of length 1.

    Returns
    -------
    Tensor, shape (n_mels, n_mfcc)
    """
    if norm not in (None, "ortho"):
        raise ValueError(f"norm is None or 'ortho', not {norm!r}")
    matrix = np.cos(math.pi / n_mels * (np.arange(n_mels)[:, None] + 0.5) * np.arange(n_mfcc))
    if norm is None:
        return Tensor((2 * matrix).astype(np.float32))
    matrix[:, 0] /= math.sqrt(2)
    return Tensor((matrix * math.sqrt(2 / n_mels)).astype(np.float32))


# Another rate, another speed


def resample(waveform, orig_freq, new_freq, lowpass_filter_width=6, rolloff=0.99):
    """A sound at another sample rate, without the frequencies that the new rate cannot hold (they would be folded down).

    Each new sample is a weighted sum of the old ones around its time: a sinc with a Hann window.

    Parameters
    ----------
    waveform : Tensor, shape (..., time)
    orig_freq, new_freq : int
        In hertz.
    lowpass_filter_width : int
        How many zeros of the sinc to each side: more is sharper and slower.
    rolloff : float
        Which part of the lower of the two Nyquist frequencies is kept.

    Returns
    -------
    Tensor, shape (..., ceil(time · new_freq / orig_freq))
    """
    for rate in (orig_freq, new_freq):
        if int(rate) != rate or rate <= 0:
            raise ValueError(f"sample rates are whole numbers of hertz, greater than 0, and not {rate}")
    common = math.gcd(int(orig_freq), int(new_freq))
    old, new = int(orig_freq) // common, int(new_freq) // common
    if old == new:
        return waveform
    cutoff = min(old, new) * rolloff
    width = math.ceil(lowpass_filter_width * old / cutoff)
    length = math.ceil(new * waveform.shape[-1] / old)
    first = np.arange(new) * old // new - width  # where the sum of a new sample begins; it repeats after `new`
    around = first[:, None] + np.arange(2 * width + 2)
    distance = (around / old - np.arange(new)[:, None] / new) * cutoff
    distance = np.clip(distance, -lowpass_filter_width, lowpass_filter_width)
    weights = np.sinc(distance) * np.cos(distance * math.pi / lowpass_filter_width / 2) ** 2 * (cutoff / old)
    turns, place = np.divmod(np.arange(length), new)
    samples = around[place] + (turns * old)[:, None] + width
    padded = pad(waveform, (width, samples.max(initial=0) - waveform.shape[-1] + 1))
    return (padded[..., samples] * Tensor(weights[place].astype(waveform.dtype))).sum(-1)


def speed(waveform, orig_freq, factor):
    """A sound played faster (factor over 1) or slower, as a tape would: its pitch moves along.

    Parameters
    ----------
    waveform : Tensor, shape (..., time)
    orig_freq : int
        Its sample rate.
    factor : float

    Returns
    -------
    Tensor, shape (..., about time / factor)
    """
    if not factor > 0:
        raise ValueError(f"a factor of speed is greater than 0, not {factor}")
    return resample(waveform, int(factor * orig_freq), orig_freq)


def phase_vocoder(spectrum, rate, hop_length):
    """A spectrogram with its times pulled together (rate over 1) or apart, and the phases carried on.

    Parameters
    ----------
    spectrum : Spectrum, shape (..., frequencies, times)
    rate : float
    hop_length : int
        The samples between two times.

    Returns
    -------
    Spectrum, shape (..., frequencies, ceil(times / rate)). No gradient flows through it.
    """
    array = np.asarray(spectrum.numpy())
    times = np.arange(0, array.shape[-1], rate)
    advance = np.linspace(0, math.pi * hop_length, array.shape[-2])[:, None]  # what a steady tone gains from time to time
    padded = np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, 2)])
    before, after = padded[..., times.astype(int)], padded[..., times.astype(int) + 1]
    gained = np.angle(after) - np.angle(before) - advance
    gained = gained - 2 * math.pi * np.round(gained / (2 * math.pi)) + advance
    phase = np.cumsum(np.concatenate([np.angle(array[..., :1]), gained[..., :-1]], axis=-1), axis=-1)
    part = times % 1.0
    y = (part * np.abs(after) + (1 - part) * np.abs(before)) * np.exp(1j * phase)
    return Spectrum(*(Tensor(half.astype(array.real.dtype)) for half in (y.real, y.imag)))


def pitch_shift(waveform, sample_rate, n_steps, bins_per_octave=12, n_fft=512):
    """A sound some semitones higher (or lower), and as long as before: stretched by a phase vocoder, then played faster.

    Parameters
    ----------
    waveform : Tensor, shape (..., time)
    sample_rate : int
    n_steps : float
        Semitones, with the usual twelve of them in an octave.
    bins_per_octave, n_fft : int

    Returns
    -------
    Tensor, shape (..., time). No gradient flows through it.
    """
    rate, hop, window = 2.0 ** (-n_steps / bins_per_octave), n_fft // 4, hann_window(n_fft)
    lines = waveform.detach().reshape(-1, waveform.shape[-1])
    slow = phase_vocoder(stft(lines, n_fft, hop, n_fft, window, return_complex=True), rate, hop)
    stretched = istft(slow, n_fft, hop, n_fft, window, length=round(lines.shape[-1] / rate))
    y = resample(stretched, int(sample_rate / rate), sample_rate)[:, : lines.shape[-1]]
    return pad(y, (0, lines.shape[-1] - y.shape[-1])).reshape(waveform.shape)


def add_noise(waveform, noise, snr, lengths=None):
    """A sound with noise added, quieter than the sound by `snr`.

    Parameters
    ----------
    waveform, noise : Tensor, shape (..., time)
    snr : Tensor or float, shape (...)
        Signal-to-noise ratio in decibels: 20 is quiet, 0 as loud as the sound.
    lengths : Tensor, shape (...), optional
        How many samples are real; the others do not count for the loudness.

    Returns
    -------
    Tensor, shape (..., time)
    """
    if waveform.shape != noise.shape:
        raise ShapeError(f"sound and noise have one shape, and these have {waveform.shape} and {noise.shape}")
    if lengths is None:
        heard, covered = waveform, noise
    else:
        real = Tensor(np.arange(waveform.shape[-1]) < np.asarray(lengths.array)[..., None])
        heard, covered = waveform * real, noise * real
    snr = snr if isinstance(snr, Tensor) else Tensor(np.float32(snr))
    ratio = 10 * (heard.square().sum(-1).log10() - covered.square().sum(-1).log10())
    return waveform + (10 ** ((ratio - snr) / 20)).unsqueeze(-1) * noise
