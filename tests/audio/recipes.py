"""Sounds, and what is done with them: for minidl and for torchaudio alike."""

import numpy as np

RATE = 8000
MEL = {"n_fft": 256, "n_mels": 20}
SLANEY = {"norm": "slaney", "mel_scale": "slaney", "f_min": 50.0}
TRANSFORMS = {  # name in the fixture -> (class, arguments)
    "spectrogram": ("Spectrogram", {"n_fft": 200}),
    "amplitudes": ("Spectrogram", {"n_fft": 256, "win_length": 200, "hop_length": 77, "power": 1.0}),
    "cubes, not centred": ("Spectrogram", {"n_fft": 256, "power": 3.0, "center": False}),
    "mel": ("MelSpectrogram", {"sample_rate": RATE, **MEL}),
    "mel as Slaney": (
        "MelSpectrogram",
        {"sample_rate": RATE, **MEL, **SLANEY},
    ),
    "cepstrum": ("MFCC", {"sample_rate": RATE, "n_mfcc": 13, "melkwargs": MEL}),
    "cepstrum of logarithms": (
        "MFCC",
        {"sample_rate": RATE, "n_mfcc": 20, "norm": None, "log_mels": 1, "melkwargs": MEL},
    ),
    "half the rate": ("Resample", {"orig_freq": RATE, "new_freq": 4000}),
    "another rate": ("Resample", {"orig_freq": RATE, "new_freq": 11025, "lowpass_filter_width": 10, "rolloff": 0.9}),
}
MASKS = {"frequencies": ("FrequencyMasking", 40), "times": ("TimeMasking", 9)}
SNR = [3.0, -5.0]


def sound(length=1000, seed=0):
    """Two channels of tones in noise, from -1 to 1."""
    random = np.random.RandomState(seed)
    time = np.arange(length) / RATE
    tones = [0.4 * np.sin(2 * np.pi * 440 * time), 0.3 * np.sin(2 * np.pi * (300 + 2000 * time) * time)]
    return (np.stack(tones) + 0.05 * random.randn(2, length)).astype(np.float32)
