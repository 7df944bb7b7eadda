"""A recorder: speak into the microphone or open a file, and let a model say what it hears. Nothing leaves the machine."""

import base64
import binascii

import numpy as np

from minidl.autograd import no_grad
from minidl.ops.creation import tensor
from minidl.viz.charts.sound_picture import waveform as draw_waveform
from minidl.viz.picture import Picture

LONGEST = 10  # seconds


def recorder(model=None, classes=(), sample_rate=16000):
    """Record your voice in a notebook, or open a file with a sound.

    Recording works where the browser gives the page a microphone: on your own machine, or over https. The sound goes from
    the browser to the kernel of the notebook, and nowhere else.

    Parameters
    ----------
    model : callable, optional
        Gets a waveform, a Tensor (time,), and gives scores of shape (1, classes). What it makes of each recording is shown.
    classes : sequence of str, optional
        What the scores stand for.
    sample_rate : int
        In hertz; the browser brings every sound to it.

    Returns
    -------
    RecorderPicture
        What was recorded last is its `waveform`, with its `sample_rate`.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.recorder()
    Recorder: nothing is recorded yet
    """
    return RecorderPicture(model, classes, sample_rate)


class RecorderPicture(Picture):
    """What was recorded last, and the recorder."""

    script = "recorder"

    def __init__(self, model, classes, sample_rate):
        self._model, self._classes, self.sample_rate = model, [str(name) for name in classes], sample_rate
        self.waveform, self._widget = tensor(np.zeros(0, np.float32)), None

    @property
    def text(self):
        """What it shows."""
        seconds = len(self.waveform) / self.sample_rate
        return f"Recorder: {f'{seconds:.2f} seconds' if seconds else 'nothing is recorded yet'}"

    @property
    def svg(self):
        """The wave that was recorded, or silence."""
        samples = self.waveform if len(self.waveform) else np.zeros(self.sample_rate // 100, np.float32)
        return draw_waveform(samples, self.sample_rate, title=self.text).svg

    def state(self):
        """What the widget in the browser is given."""
        return {"rate": self.sample_rate, "longest": LONGEST, "classes": self._classes, "text": self.text}

    def answer(self, request):
        """Keep a recording, and say what the model makes of it."""
        self.waveform = tensor(_samples(request["samples"], LONGEST * self.sample_rate))
        return {"svg": self.svg, "shares": self._read()}

    def _read(self):
        """The probability of each class; None without a model."""
        if self._model is None:
            return None
        with no_grad():
            scores = self._model(self.waveform)
        if tuple(scores.shape) != (1, len(self._classes)):
            raise ValueError(f"the model gave scores of shape {tuple(scores.shape)}, not (1, {len(self._classes)})")
        return scores.softmax(dim=1)[0].tolist()


def _samples(packed, most):
    """What the browser sent, 16 bits a sample as text, as numbers from -1 to 1."""
    try:
        content = base64.b64decode(packed, validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise ValueError(f"this is no recording: {error}") from None
    if not content or len(content) % 2:
        raise ValueError("this is no recording: it has no samples of 16 bits")
    return (np.frombuffer(content, "<i2")[:most] / 32768).astype(np.float32)
