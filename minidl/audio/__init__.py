"""Sound: WAV files, spectrograms, the mel scale, resampling, and sounds made different on purpose.

Names and paths are torchaudio's. A sound is a tensor (..., time) of numbers from -1 to 1, with its sample rate in hertz
beside it; what has a slope carries gradients.
"""

from minidl.audio import functional, transforms
from minidl.audio.files import load, save

__all__ = ["functional", "load", "save", "transforms"]
