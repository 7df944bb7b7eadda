"""Build commands.npz here (made voices) and in ../commands_real (a real one), from Debian's espeak-ng, flite and recordings.

    apt-get install espeak-ng flite && apt-get download asterisk-core-sounds-en-wav
    dpkg -x asterisk-core-sounds-en-wav_*.deb unpacked
    python build.py unpacked/usr/share/asterisk/sounds/en_US_f_Allison

Made with espeak-ng 1.51, flite 2.2, asterisk-core-sounds 1.6.1; each voice of espeak-ng has its own accent, pitch, speed.
"""

import hashlib
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import minidl as md
from minidl.audio.functional import resample
from minidl.data.speech import WORD_RATE, WORDS, quantised, trimmed, word_features

HERE = Path(__file__).parent
VARIANTS = (
    "Alex Alicia Andrea Andy Annie Denis Diogo Gene Henrique Hugo Jacky Lee Marco Mario Michael Mike Nguyen Storm adam "
    "anika antonio belinda benjamin caleb david ed edward f1 f2 f3 f4 f5 gustave iven john kaukovalta klatt linda m1 m2 m3 "
    "m4 marcelo max michel miguel norbert pablo paul pedro quincy rob robert sandro shelby steph travis victor"
).split()
ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-us-nyc")
FLITE = ("kal", "awb", "rms", "slt")
RECORDED = {
    **{word: f"digits/{k}" for k, word in enumerate(WORDS[:10])},
    **{word: f"digits/day-{k}" for k, word in enumerate(WORDS[10:17])},
    **{word: f"digits/{word}" for word in WORDS[17:]},
}
HEARD = ("seven", "sunday")  # kept as sounds, too


def spoken(word, voice, choice):
    """A word said by a program."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        if voice in FLITE:
            command = ["flite", "-voice", voice, "-t", word, "-o", file.name]
        else:
            accent, pitch, speed = choice
            command = ["espeak-ng", "-v", f"{accent}+{voice}", "-p", str(pitch), "-s", str(speed), "-w", file.name, word]
        subprocess.run(command, check=True, capture_output=True)
        return md.audio.load(file.name)


def kept(sounds, place):
    """Write the features of (word, voice, sound, rate), and print the checksum."""
    words, voices, specs = [], [], []
    for word, voice, sound, rate in sounds:
        sound = trimmed(resample(sound[0], rate, WORD_RATE))
        spec = quantised(word_features(sound)).T
        words.append(WORDS.index(word))
        voices.append(voice)
        specs.append(spec)
        if word in HEARD and voice in ("f2", "slt", "real"):
            md.audio.save(place / f"{word}_{voice}.wav", sound, WORD_RATE)
    lengths = np.array([len(spec) for spec in specs], np.uint8)
    spectra, file = np.concatenate(specs), place / "commands.npz"
    np.savez_compressed(file, words=np.array(words, np.uint8), voices=np.array(voices), lengths=lengths, spectra=spectra)
    content = file.read_bytes()
    print(place.name, len(words), "sounds,", len(content), "bytes, SHA-256", hashlib.sha256(content).hexdigest())


def main(recordings):
    """Write both files."""
    chance, made = random.Random(0), []
    for k, voice in enumerate((*VARIANTS, *FLITE)):
        choice = ACCENTS[k % len(ACCENTS)], chance.randint(25, 75), chance.randint(120, 190)
        made += [(word, voice, *spoken(word, voice, choice)) for word in WORDS]
    kept(made, HERE)
    real = [(word, "real", *md.audio.load(Path(recordings) / f"{path}.wav")) for word, path in RECORDED.items()]
    kept(real, HERE.with_name("commands_real"))


if __name__ == "__main__":
    main(sys.argv[1])
