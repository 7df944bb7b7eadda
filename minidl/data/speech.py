"""The bundled speech: Mandarin syllables of two voices, and English words of many made voices and a real one."""

import numpy as np

from minidl.audio.files import load
from minidl.audio.functional import amplitude_to_DB
from minidl.audio.transforms import MelSpectrogram
from minidl.data.bundled import read_bundled
from minidl.data.dataset import Dataset
from minidl.engine.tensor import Tensor
from minidl.nn.functional import pad
from minidl.system.resources import folder

SYLLABLE_RATE, WORD_RATE = 16000, 8000
WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "today",
    "tomorrow",
    "yesterday",
)
CHECKSUMS = {
    "syllables": "79650eba1a91906eee406e321e04494c325f7f04a0855289e82d80f67cdf39f5",
    "syllables_lgpl": "baa313260bc5c444e31e534e85b2d9e591e3ed7a60c4e5bcd29915757e3eb830",
    "commands": "54676d63985240a5efa3828d3ba0be77797c10d1cd65f64c6cd8b8181b9303b9",
    "commands_real": "fec67bf8b181aaa1cb286821b28cd810041148029b20c5e8b6befb2f589a6326",
}
TONES = {"1": 0, "2": 2, "3": 3, "4": 4}  # the mark at the end of a name; the first tone has none, and 1 is the neutral one
STEP, RANGE = 2.0, 60.0  # decibels: what is kept of a spectrum is its level below the loudest place, in steps
SILENT = -40.0  # decibels: a sound whose loudest place is quieter is silence


class Spoken(Dataset):
    """Short sounds as log-mel spectrograms, with silence after the shorter ones; an example is (spectrum, label).

    Indexed with a slice, a list of places or a mask, it gives the part of the set that these are.

    Attributes
    ----------
    spectra : Tensor, shape (N, bands, frames)
        From 0 (60 decibels below the loudest place, or quieter) to 1; a frame is 16 ms.
    lengths : Tensor of int64, shape (N,)
        How many frames are sound.
    labels : Tensor of int64, shape (N,)
    voices : Tensor of int64, shape (N,)
        Who speaks: a number for each voice.
    """

    per_sound: tuple[str, ...] = ("spectra", "lengths", "labels", "voices")
    spectra: Tensor
    lengths: Tensor
    labels: Tensor
    voices: Tensor

    def __init__(self, **parts):
        vars(self).update(parts)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        """One (spectrum, label), or a part of the set."""
        if isinstance(index, (int, np.integer)):
            return self.spectra[index], self.labels[index]
        places = np.arange(len(self))[index.numpy() if isinstance(index, Tensor) else index]
        part = {name: self._some(getattr(self, name), places) for name in self.per_sound}
        return type(self)(**{**vars(self), **part})

    @staticmethod
    def _some(values, places):
        return [values[k] for k in places] if isinstance(values, list) else values[places]


class Syllables(Spoken):
    """Mandarin syllables; the label is the tone.

    Attributes
    ----------
    labels : Tensor of int64, shape (N,)
        The tone, from 1 to 4, and 0 for the neutral one; `spectra`, `lengths` and `voices` (0 or 1) as in `Spoken`.
    symbols : list of str
        How each is written in Zhuyin, without its tone: one to three letters.
    pitch : Tensor, shape (N, frames)
        In hertz, 0 where there is no voice.
    sounds : dict
        "ma1" to "ma4" and a voice to a waveform of 16,000 samples a second, such as `sounds["ma1", 0]`.
    """

    per_sound = (*Spoken.per_sound, "symbols", "pitch")

    def __repr__(self):
        return f"Syllables({len(self)} of {len(set(self.voices.tolist()))} voices)"


class Commands(Spoken):
    """Twenty English words; the label is the number of the word.

    Attributes
    ----------
    classes : tuple of str
        The words: ten digits, seven days, today, tomorrow and yesterday.
    names : tuple of str
        The voices, in the order of their numbers.
    sounds : dict
        A few words and voices to a waveform of 8,000 samples a second, such as `sounds["seven", "f2"]`.
    """

    def __repr__(self):
        return f"Commands({len(self)} words of {len(set(self.voices.tolist()))} voices)"


def syllables():
    """1,158 Mandarin syllables by one voice and 1,186 by another, with their tones.

    They come from gcin-voice: the first voice is Luo Zhu's (CC-BY 3), the second Edward Der-Hua Liu's (LGPL 3).
    `assets/data/syllables/README.md` says what is wrong with them.

    Returns
    -------
    Syllables

    Raises
    ------
    DataFileError
        When a bundled file is missing or damaged.

    Examples
    --------
    >>> import minidl as md
    >>> syllables = md.data.syllables()
    >>> syllables
    Syllables(2344 of 2 voices)
    >>> syllables[syllables.voices == 0]
    Syllables(1158 of 1 voices)
    >>> syllables.symbols[1200], syllables.labels[1200], syllables.spectra.shape[1:]
    ('ㄅㄧㄠ', tensor(4), (40, 40))
    """
    folders = ["syllables", "syllables_lgpl"]
    read = [_read(name, "syllables.npz") for name in folders]
    frames = max(int(arrays["lengths"].max()) for arrays in read)
    names = [str(name) for arrays in read for name in arrays["names"]]
    tones = [TONES.get(name[-1], 1) for name in names]
    sounds = {(f"ma{tone}", k): _sound(folder, f"ma{tone}.wav") for k, folder in enumerate(folders) for tone in range(1, 5)}
    return Syllables(
        spectra=Tensor.wrap(np.concatenate([_apart(arrays, "spectra", frames).swapaxes(1, 2) for arrays in read])),
        lengths=Tensor.wrap(np.concatenate([arrays["lengths"] for arrays in read]).astype(np.int64)),
        labels=Tensor.wrap(np.array(tones)),
        voices=Tensor.wrap(np.repeat([0, 1], [len(arrays["names"]) for arrays in read])),
        symbols=[name.rstrip("1234") for name in names],
        pitch=Tensor.wrap(np.concatenate([_apart(arrays, "pitch", frames) for arrays in read])),
        sounds=sounds,
    )


def commands():
    """Twenty English words said by 62 made voices, and by one real one.

    58 voices are espeak-ng's, the last four flite's, another program. The real one is Allison Smith's, recorded for
    telephone systems (CC-BY-SA 3). `assets/data/commands/README.md` says what is wrong with them.

    Returns
    -------
    (Commands, Commands)
        The made ones and the real ones.

    Raises
    ------
    DataFileError
        When a bundled file is missing or damaged.

    Examples
    --------
    >>> import minidl as md
    >>> made, real = md.data.commands()
    >>> made, real
    (Commands(1240 words of 62 voices), Commands(20 words of 1 voices))
    >>> made.names[-4:], made.classes[real.labels[7].item()]
    (('kal', 'awb', 'rms', 'slt'), 'seven')
    """
    read = {name: _read(name, "commands.npz") for name in ("commands", "commands_real")}
    frames = max(int(arrays["lengths"].max()) for arrays in read.values())
    return tuple(_commands(name, arrays, frames) for name, arrays in read.items())


def _commands(folder, arrays, frames):
    names = tuple(dict.fromkeys(arrays["voices"].tolist()))
    heard = [(word, name) for word in ("seven", "sunday") for name in names if name in ("f2", "slt", "real")]
    return Commands(
        spectra=Tensor.wrap(_apart(arrays, "spectra", frames).swapaxes(1, 2)),
        lengths=Tensor.wrap(arrays["lengths"].astype(np.int64)),
        labels=Tensor.wrap(arrays["words"].astype(np.int64)),
        voices=Tensor.wrap(np.array([names.index(name) for name in arrays["voices"]])),
        classes=WORDS,
        names=names,
        sounds={(word, name): _sound(folder, f"{word}_{name}.wav") for word, name in heard},
    )


def _read(name, file):
    return read_bundled(folder("assets") / "data" / name / file, CHECKSUMS[name])


def _sound(name, file):
    return load(folder("assets") / "data" / name / file)[0][0]


def _apart(arrays, name, frames):
    """Sounds that follow one another as rows of one length, (N, frames, ...), with zeros after the shorter ones."""
    content, lengths = arrays[name], arrays["lengths"].astype(int)
    there = np.arange(frames) < lengths[:, None]
    apart = np.zeros((len(lengths), frames, *content.shape[1:]), np.float32)
    apart[there] = content if name == "pitch" else content * np.float32(STEP / RANGE)
    return apart


def syllable_features(waveform):
    """The log-mel spectrogram of the bundled syllables: 40 bands, a frame every 16 ms; see `log_mel`."""
    return log_mel(waveform, SYLLABLE_RATE, 40)


def word_features(waveform):
    """The log-mel spectrogram of the bundled words: 32 bands, a frame every 16 ms; see `log_mel`."""
    return log_mel(waveform, WORD_RATE, 32)


def log_mel(waveform, sample_rate, n_mels):
    """Mel bands in decibels below the loudest place, from 0 (60 dB below it, or quieter) to 1.

    Parameters
    ----------
    waveform : Tensor, shape (time,)
        Silence is put behind what is shorter than 64 ms.
    sample_rate, n_mels : int

    Returns
    -------
    Tensor, shape (n_mels, frames)
    """
    hop = sample_rate * 16 // 1000
    waveform = pad(waveform, (0, max(0, 4 * hop - len(waveform))))  # a click of a recording is shorter than a piece
    mel = MelSpectrogram(sample_rate, n_fft=4 * hop, win_length=2 * hop, hop_length=hop, f_min=60.0, n_mels=n_mels)
    decibels = amplitude_to_DB(mel(waveform))
    return ((decibels - decibels.amax().clamp(min=SILENT)) / RANGE + 1).clamp(min=0)


def quantised(features):
    """Features as bytes, in steps of 2 dB."""
    return np.round(features.numpy() * (RANGE / STEP)).astype(np.uint8)


def trimmed(waveform, sample_rate=WORD_RATE, threshold=35.0, margin=0.03):
    """A sound without the silence before and after it.

    Parameters
    ----------
    waveform : Tensor, shape (time,)
    sample_rate : int
    threshold : float
        What is so many decibels quieter than the loudest piece of 10 ms is silence.
    margin : float
        Seconds of it that are left at both ends.
    """
    piece = sample_rate // 100
    count = len(waveform) // piece
    if not count:
        return waveform
    energy = waveform[: count * piece].reshape(count, piece).square().mean(dim=1).numpy()
    loud = np.flatnonzero(energy >= energy.max() * 10 ** (-threshold / 10))
    start, stop = int(loud[0] * piece - margin * sample_rate), int((loud[-1] + 1) * piece + margin * sample_rate)
    return waveform[max(0, start) : stop]
