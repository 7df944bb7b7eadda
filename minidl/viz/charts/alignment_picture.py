"""Which piece of a sound says which letter, drawn: the film of a speech recogniser."""

import numpy as np

from minidl.errors import ShapeError
from minidl.train.metrics import array_of
from minidl.viz.charts.sound import checked_sound
from minidl.viz.charts.sound_picture import SoundPicture, draw_wave
from minidl.viz.colours import rgb
from minidl.viz.figure import plain_label, wrapped
from minidl.viz.pixels import png
from minidl.viz.theme import LIGHT

SHADES = 14
LEAST = 0.05  # letters that are nowhere more likely are left out
MOST_LETTERS = 16


def alignment(log_probs, classes, waveform=None, sample_rate=16000, frame=0.016, blank=0, title=None):
    """Draw which frame of a sound says which letter; in a notebook the sound is heard, and a line moves along.

    Parameters
    ----------
    log_probs : Tensor, shape (T, C)
        What a model with a CTC loss says of one sound: log-probabilities of each class at each frame.
    classes : sequence of str
        The letters, in the order of the classes, with any name for the blank.
    waveform : Tensor, shape (time,), optional
        The sound itself.
    sample_rate : int
        Of the sound, in hertz.
    frame : float
        Seconds from one frame to the next; the middle of the first is at 0.
    blank : int
        Which class is the blank.
    title : str, optional
        What the reader should see.

    Returns
    -------
    SoundPicture
        Its `data` holds the "path" (the likeliest class of each frame) and the letters that are "said", without blanks
        and repetitions.

    Raises
    ------
    ShapeError
        When these are not log-probabilities of that many classes.

    Examples
    --------
    >>> import minidl as md
    >>> scores = md.tensor([[9.0, 0, 0], [0, 9, 0], [0, 9, 0], [9, 0, 0], [0, 0, 9]])
    >>> md.viz.alignment(scores.log_softmax(dim=1), ["-", "h", "i"])
    Sound: 5 frames say h i
    """
    chances = _chances(log_probs, classes)
    path = chances.argmax(axis=1)
    said = [int(k) for t, k in enumerate(path) if k != blank and (t == 0 or path[t - 1] != k)]
    names = [plain_label(name, 8) for name in classes]
    title = title or f"{len(path)} frames say {' '.join(names[k] for k in said) or 'nothing'}"
    rows = _rows(chances, said, blank)
    seconds, half = len(path) * frame, frame / 2
    silent = waveform is None
    samples, rate = checked_sound(
        np.zeros(max(1, round(seconds * 1000)), np.float32) if silent else waveform, 1000 if silent else sample_rate
    )
    pixels = _pixels(chances[:, rows].T, [k == blank for k in rows])

    def draw(figure):
        heights = [1.0] if silent else [1.0, 2.4]
        planes = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
        planes[0].set_title(wrapped(title, 6.5))
        if not silent:
            draw_wave(planes[0], samples, rate)
        below = planes[-1]
        below.imshow(pixels, aspect="auto", extent=(-half, seconds - half, len(rows) - 0.5, -0.5), interpolation="none")
        below.set_yticks(range(len(rows)), [names[k] for k in rows])
        below.set_xlim(-half, max(seconds - half, len(samples) / rate))
        below.set_xlabel("seconds")
        below.grid(visible=False)
        return list(planes)

    readings = [f"{names[k]} {chances[t, k]:.0%}" for t, k in enumerate(path)]
    height = (1.0 if silent else 2.2) + 0.26 * len(rows)
    picture = SoundPicture(draw, title, samples, rate, (7, height), readings, frame, [png(pixels)])
    if silent:
        picture.mute()
    picture.data.update(path=path.tolist(), said=[str(classes[k]) for k in said])
    return picture


def _chances(log_probs, classes):
    """Probabilities (T, C); what is not finite counts as 0."""
    scores = np.asarray(array_of(log_probs), np.float64)
    if scores.ndim != 2 or not len(scores) or scores.shape[1] != len(classes):
        raise ShapeError(
            f"log-probabilities of {len(classes)} classes have the shape (T, {len(classes)}), not {scores.shape}"
        )
    return np.nan_to_num(np.exp(np.minimum(scores, 0)))


def _rows(chances, said, blank):
    """The classes that are drawn: those that are said, in their order, others that are likely somewhere, and the blank."""
    likely = np.argsort(-chances.max(axis=0), kind="stable")
    others = [int(k) for k in likely if chances[:, k].max() >= LEAST]
    return [*[k for k in dict.fromkeys([*said, *others]) if k != blank][:MOST_LETTERS], blank]


def _pixels(chances, faint):
    """The likelier the stronger: letters in blue, the blank in grey."""
    strength = np.round(chances * SHADES) / SHADES
    colours = np.array([rgb(LIGHT["faint" if is_blank else "value"]) for is_blank in faint])
    return np.concatenate([np.broadcast_to(colours[:, None], (*strength.shape, 3)), strength[..., None]], axis=-1)
