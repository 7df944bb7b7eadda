"""Build syllables.npz and WAV files here and, of the other voice, in ../syllables_lgpl, from the Debian package gcin-voice.

    apt-get download gcin-voice && dpkg -x gcin-voice_*.deb unpacked
    python build.py unpacked/usr/share/gcin-voice/ogg       (needs the package soundfile)

A folder is a syllable in Zhuyin, the tone behind it (none: the first; 1: the neutral one); a file in it is a voice.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np

import minidl as md
from minidl.audio.functional import resample
from minidl.data.speech import SYLLABLE_RATE, quantised, syllable_features

HERE = Path(__file__).parent
VOICES = {"5": HERE, "3": HERE.with_name("syllables_lgpl")}
CONSONANTS = set("ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎㄏㄐㄑㄒ")  # alone they are names of letters, and no syllables
HEARD = ("ㄇㄚ", "ㄇㄚ2", "ㄇㄚ3", "ㄇㄚ4")  # kept as sounds, too
PITCHES = {"5": (140, 500), "3": (70, 250)}  # hertz: what a high and a low voice can sing
OCTAVE_COST = 0.08  # twice the period is nearly as like: the shorter is taken


def pitch(sound, frames, lowest, highest, hop=256, window=640):
    """The pitch of each frame in hertz, 0 where there is no voice: autocorrelation, and a way through it without jumps."""
    lags = np.unique(np.round(SYLLABLE_RATE / np.geomspace(lowest, highest, 140)).astype(int))
    octaves = np.log2(lags / lags[0])
    sound = np.pad(sound, (window, window + lags[-1]))
    likeness, energy = np.zeros((frames, len(lags))), np.zeros(frames)
    for k in range(frames):
        start = window // 2 + k * hop
        here = sound[start : start + window + lags[-1]]
        later = np.lib.stride_tricks.sliding_window_view(here, window)[lags]
        energy[k] = (here[:window] ** 2).sum()
        likeness[k] = later @ here[:window] / np.sqrt(energy[k] * (later**2).sum(1) + 1e-9)
    weight = np.minimum(1, 10 * energy / energy.max())  # what is quiet follows its neighbours
    way = smoothest(weight[:, None] * (likeness - OCTAVE_COST * octaves), np.abs(octaves[:, None] - octaves))
    sure = likeness[np.arange(frames), way] > 0.6
    return np.where(sure & (energy > 0.02 * energy.max()), SYLLABLE_RATE / lags[way], 0)


def smoothest(scores, distance):
    """The way through scores (frames, places) with the largest sum of them, less the distances gone (Viterbi)."""
    best, came = scores[0], []
    for score in scores[1:]:
        total = best[:, None] - distance
        came.append(total.argmax(axis=0))
        best = total.max(axis=0) + score
    way = [best.argmax()]
    for step in reversed(came):
        way.append(step[way[-1]])
    return np.array(way[::-1])


def main(folder):
    """Write both voices, and print their checksums."""
    for voice, place in VOICES.items():
        names, specs, pitches = [], [], []
        for path in sorted(Path(folder).glob(f"*/{voice}.ogg")):
            name = path.parent.name
            if name in CONSONANTS:
                continue
            sound, rate = md.audio.load(path)
            sound = resample(sound[0], rate, SYLLABLE_RATE)
            spec = syllable_features(sound)
            names.append(name)
            specs.append(quantised(spec).T)  # (frames, bands): frames follow one another
            pitches.append(pitch(sound.numpy(), spec.shape[1], *PITCHES[voice]))
            if name in HEARD:
                md.audio.save(place / f"ma{name[2:] or '1'}.wav", sound, SYLLABLE_RATE)
        lengths = np.array([len(spec) for spec in specs], np.uint8)
        tones = [np.round(p).astype(np.uint16) for p in pitches]
        file = place / "syllables.npz"
        np.savez_compressed(
            file, names=np.array(names), lengths=lengths, spectra=np.concatenate(specs), pitch=np.concatenate(tones)
        )
        content = file.read_bytes()
        print(place.name, len(names), "syllables,", len(content), "bytes, SHA-256", hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    main(sys.argv[1])
