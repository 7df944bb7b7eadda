"""The functions as modules, with torchaudio's names: what is fixed, such as windows and mel bands, is made once."""

from minidl.audio import functional as F  # noqa: N812
from minidl.errors import ShapeError
from minidl.nn.module import Module
from minidl.ops.random import rand
from minidl.ops.tapers import hann_window


class Spectrogram(Module):
    """Sounds (..., time) to spectrograms (..., frequencies, times); see `functional.spectrogram`."""

    def __init__(self, n_fft=400, win_length=None, hop_length=None, power=2.0, center=True):
        super().__init__()
        self.n_fft, self.win_length = n_fft, n_fft if win_length is None else win_length
        self.hop_length = self.win_length // 2 if hop_length is None else hop_length
        self.power, self.center = power, center
        self.register_buffer("window", hann_window(self.win_length))

    def forward(self, waveform):
        """The spectrogram."""
        return F.spectrogram(waveform, self.n_fft, self.hop_length, self.win_length, self.window, self.power, self.center)


class MelScale(Module):
    """Spectrograms (..., n_stft, times) to mel bands (..., n_mels, times); see `functional.melscale_fbanks`."""

    def __init__(self, n_mels=128, sample_rate=16000, f_min=0.0, f_max=None, n_stft=201, norm=None, mel_scale="htk"):
        super().__init__()
        f_max = float(sample_rate // 2) if f_max is None else f_max
        if not 0 <= f_min < f_max:
            raise ValueError(f"mel bands lie between f_min and f_max, and {f_min} to {f_max} hertz is no such range")
        self.register_buffer("fb", F.melscale_fbanks(n_stft, f_min, f_max, n_mels, sample_rate, norm, mel_scale))

    def forward(self, specgram):
        """The mel bands."""
        if specgram.shape[-2] != len(self.fb):
            raise ShapeError(
                f"these mel bands are made for {len(self.fb)} frequencies, and the spectrogram has {specgram.shape[-2]}"
            )
        return self.fb.T @ specgram


class MelSpectrogram(Module):
    """Sounds (..., time) to mel spectrograms (..., n_mels, times).

    Examples
    --------
    >>> import minidl as md
    >>> MelSpectrogram(sample_rate=8000, n_fft=256, n_mels=20)(md.zeros(1, 8000)).shape
    (1, 20, 63)
    """

    def __init__(
        self,
        sample_rate=16000,
        n_fft=400,
        win_length=None,
        hop_length=None,
        f_min=0.0,
        f_max=None,
        n_mels=128,
        power=2.0,
        center=True,
        norm=None,
        mel_scale="htk",
    ):
        super().__init__()
        self.spectrogram = Spectrogram(n_fft, win_length, hop_length, power, center)
        self.mel_scale = MelScale(n_mels, sample_rate, f_min, f_max, n_fft // 2 + 1, norm, mel_scale)

    def forward(self, waveform):
        """The mel spectrogram."""
        return self.mel_scale(self.spectrogram(waveform))


class AmplitudeToDB(Module):
    """Energies ("power") or amplitudes ("magnitude") in decibels; see `functional.amplitude_to_DB`."""

    def __init__(self, stype="power", top_db=None):
        super().__init__()
        if stype not in ("power", "magnitude"):
            raise ValueError(f"stype is 'power' or 'magnitude', not {stype!r}")
        self.multiplier, self.top_db = 10.0 if stype == "power" else 20.0, top_db

    def forward(self, x):
        """The decibels."""
        return F.amplitude_to_DB(x, self.multiplier, top_db=self.top_db)


class MFCC(Module):
    """Sounds (..., time) to mel-frequency cepstral coefficients (..., n_mfcc, times).

    The cosine transform of a mel spectrogram in decibels: its slow waves over the bands are the shape of the voice, its
    fast ones the pitch.

    Parameters
    ----------
    sample_rate, n_mfcc : int
    norm : {None, "ortho"}
        Of the cosine transform.
    log_mels : bool
        The logarithm instead of decibels.
    melkwargs : dict, optional
        Arguments of MelSpectrogram.
    """

    def __init__(self, sample_rate=16000, n_mfcc=40, norm="ortho", log_mels=False, melkwargs=None):
        super().__init__()
        self.log_mels = log_mels
        self.MelSpectrogram = MelSpectrogram(sample_rate, **(melkwargs or {}))
        n_mels = self.MelSpectrogram.mel_scale.fb.shape[1]
        if n_mfcc > n_mels:
            raise ValueError(f"of {n_mels} mel bands at most {n_mels} coefficients can be made, not {n_mfcc}")
        self.amplitude_to_DB = AmplitudeToDB("power", 80.0)
        self.register_buffer("dct_mat", F.create_dct(n_mfcc, n_mels, norm))

    def forward(self, waveform):
        """The coefficients."""
        mel = self.MelSpectrogram(waveform)
        mel = (mel + 1e-6).log() if self.log_mels else self.amplitude_to_DB(mel)
        return (mel.transpose(-1, -2) @ self.dct_mat).transpose(-1, -2)


class Resample(Module):
    """Sounds at another sample rate; see `functional.resample`."""

    def __init__(self, orig_freq=16000, new_freq=16000, lowpass_filter_width=6, rolloff=0.99):
        super().__init__()
        self.arguments = orig_freq, new_freq, lowpass_filter_width, rolloff

    def forward(self, waveform):
        """The sound at the new rate."""
        return F.resample(waveform, *self.arguments)


class _Masking(Module):
    """Hides a random band of at most this many rows (`axis` -2) or columns (-1)."""

    def __init__(self, mask_param, axis):
        super().__init__()
        self.mask_param, self.axis = mask_param, axis

    def forward(self, specgram, mask_value=0.0):
        """The spectrogram with a band of `mask_value`: the same band for all of a batch."""
        size = specgram.shape[self.axis]
        length = rand(1).item() * self.mask_param
        start = int(rand(1).item() * (size - length))
        hidden = [slice(None)] * specgram.ndim
        hidden[self.axis] = slice(max(0, start), max(0, start) + int(length))
        y = specgram.clone()
        y[tuple(hidden)] = mask_value
        return y


class FrequencyMasking(_Masking):
    """Hides a random band of at most `freq_mask_param` frequencies (SpecAugment, Park et al. 2019)."""

    def __init__(self, freq_mask_param):
        super().__init__(freq_mask_param, -2)


class TimeMasking(_Masking):
    """Hides at most `time_mask_param` times (SpecAugment, Park et al. 2019)."""

    def __init__(self, time_mask_param):
        super().__init__(time_mask_param, -1)
