"""Sounds, drawn: the wave and the spectrogram, with a line that moves while the sound is heard."""

import numpy as np

from minidl.viz.charts.sound import QUIET, bands, checked_sound, heard, outline, readings
from minidl.viz.colours import rgb
from minidl.viz.figure import FigurePicture, in_tags, wrapped
from minidl.viz.pixels import png
from minidl.viz.theme import DARK, LIGHT, in_the_dark

SHADES = 14
LEAST = 1e-100  # below it the marks of an axis run into one another
DOTS = 160  # samples up to which each is drawn as a dot
# The blue for a white ground is dim on a dark one, where it is made lighter; and a glow makes the quiet parts stronger.
LIGHTER = "brightness(1.6) saturate(0.75)"
GLOWING = f"{LIGHTER} drop-shadow(0 0 0 {DARK['value']}50)"


def waveform(waveform, sample_rate, title=None):
    """Draw a sound as the wave that it is; in a notebook it can be heard, and a line moves along.

    Parameters
    ----------
    waveform : Tensor, shape (time,) or (1, time)
        From -1 to 1.
    sample_rate : int
        In hertz.
    title : str, optional
        What the reader should see.

    Returns
    -------
    SoundPicture
        Its `data` holds "seconds", "sample_rate" and the "largest" sample.

    Raises
    ------
    ShapeError, DtypeError, ValueError
        When it is not one sound.

    Examples
    --------
    >>> import minidl as md
    >>> tone = (2 * md.pi * 440 * md.arange(800) / 8000).sin()
    >>> md.viz.waveform(tone, 8000)
    Sound: 0.1 seconds, 8,000 samples a second
    """
    samples, rate = checked_sound(waveform, sample_rate)
    title = title or _length(samples, rate)

    def draw(figure):
        axes = figure.add_subplot()
        axes.set_title(wrapped(title, 6.5))
        draw_wave(axes, samples, rate)
        axes.set_xlabel("seconds")
        return [axes]

    return SoundPicture(draw, title, samples, rate, (7, 2.6))


def spectrogram(waveform, sample_rate, n_fft=256, hop_length=None, n_mels=None, title=None, highest=None):
    """Draw which frequencies a sound has when, below its wave; in a notebook it can be heard, and a line moves along.

    Parameters
    ----------
    waveform : Tensor, shape (time,) or (1, time)
        From -1 to 1.
    sample_rate : int
        In hertz.
    n_fft : int
        How many samples a piece has: many tell frequencies apart, few tell times apart.
    hop_length : int, optional
        From one piece to the next; a quarter of a piece unless given.
    n_mels : int, optional
        Draw this many bands of the mel scale.
    title : str, optional
        What the reader should see.
    highest : float, optional
        The highest frequency that is drawn, in hertz; half the sample rate unless given. It does not change what is heard.

    Returns
    -------
    SoundPicture
        Its `data` holds "seconds", "sample_rate", the "largest" sample, and what is "strongest" at each time.

    Raises
    ------
    ShapeError, DtypeError, ValueError
        When it is not one sound.
    """
    samples, rate = checked_sound(waveform, sample_rate)
    hop_length = max(1, n_fft // 4) if hop_length is None else hop_length
    shown = bands(samples, rate, n_fft, hop_length, n_mels, highest)
    title = title or f"{_length(samples, rate)}, pieces of {1000 * n_fft / rate:.0f} ms"
    pixels = _pixels(shown.decibels)

    def draw(figure):
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1, 2.4])
        above.set_title(wrapped(title, 6.5))
        draw_wave(above, samples, rate)
        half = hop_length / rate / 2
        extent = (-half, shown.times[-1] + half, 0, len(shown.hertz) if n_mels else shown.hertz[-1] / 1000)
        below.imshow(pixels, origin="upper", aspect="auto", extent=extent, interpolation="none")
        below.set_xlim(0, len(samples) / rate)
        below.set_xlabel("seconds")
        below.set_ylabel("mel band" if n_mels else "kHz")
        below.grid(visible=False)
        return [above, below]

    texts = readings(shown)
    picture = SoundPicture(draw, title, samples, rate, (7, 4.2), texts, hop_length / rate, [png(pixels)], GLOWING)
    picture.data["strongest"] = texts
    return picture


class SoundPicture(FigurePicture):
    """A chart of a sound that can be heard.

    Parameters
    ----------
    draw : function
        Draws on a matplotlib figure, and returns the axes over which the line moves; their x axis is in seconds.
    title : str
    samples : array, shape (time,)
    sample_rate : int
    size : (float, float)
    readings : list of str
        What the widget says at each time.
    step : float
        Seconds from one of them to the next.
    images : list of str
        As in FigurePicture.
    dark : str
        What is done to the images on a dark ground: a CSS filter.
    """

    script = "sound"

    def __init__(self, draw, title, samples, sample_rate, size, readings=(), step=1.0, images=(), dark=LIGHTER):
        self._dark = dark
        self._sound = {
            "sound": heard(samples, sample_rate),
            "seconds": len(samples) / sample_rate,
            "readings": list(readings),
            "step": step,
        }
        finite = samples[np.isfinite(samples)]
        data = {
            "seconds": len(samples) / sample_rate,
            "sample_rate": sample_rate,
            "largest": float(np.abs(finite).max(initial=0)),
        }
        super().__init__(draw, f"Sound: {title}", data, size=size, images=images)

    def _svg(self, text):
        name = "md-glowing" if self._dark == GLOWING else "md-lighter"
        svg = in_tags(super()._svg(text), lambda tag: tag.replace("<image ", f'<image class="{name}" '))
        return svg.replace("</style>", in_the_dark(f".{name}", f"filter: {self._dark};", "filter: none;") + "</style>", 1)

    def _places(self, figure, asked):
        """Where the line moves: the corners of each axes, and when they begin and end."""
        wide, tall = (72 * inches for inches in figure.get_size_inches())
        planes = []
        for axes in asked:
            box = axes.get_window_extent()
            left, right = (round(float(x / figure.bbox.width * wide), 1) for x in (box.x0, box.x1))
            top, bottom = (round(float((1 - y / figure.bbox.height) * tall), 1) for y in (box.y1, box.y0))
            planes.append({"box": [left, top, right, bottom], "limits": [float(t) for t in axes.get_xlim()]})
        return {"planes": planes}

    def mute(self):
        """Carry no sound along: there is none to hear."""
        self._sound["sound"] = ""

    def state(self):
        """What the widget in the browser is given."""
        return {"svg": self.svg, "text": self.text, **self._asked, **self._sound}


def _length(samples, rate):
    missing = int(np.isnan(samples).sum())
    said = f"{len(samples) / rate:.3g} seconds, {rate:,} samples a second"
    return said + (f"; {missing} of {len(samples)} samples cannot be drawn: NaN, infinite or too large" if missing else "")


def draw_wave(axes, samples, rate):
    """The outline of a long sound, the samples of a short one."""
    if len(samples) <= DOTS:
        axes.plot(
            np.arange(len(samples)) / rate, samples.astype(np.float64), color=LIGHT["value"], marker=".", linewidth=0.8
        )
    else:
        shape = outline(samples, rate)
        axes.fill_between(shape.time, shape.low, shape.high, color=LIGHT["value"], linewidth=0.4)
    finite = samples[np.isfinite(samples)]
    most = max(float(np.abs(finite).max(initial=0)), LEAST) if finite.any() else 1.0
    axes.set_ylim(-1.1 * most, 1.1 * most)
    axes.set_xlim(0, len(samples) / rate)


def _pixels(decibels):
    """Blue, the louder the stronger; the lowest frequency lies at the bottom."""
    strength = np.round((decibels[::-1] / QUIET + 1) * SHADES) / SHADES
    colour = np.broadcast_to(rgb(LIGHT["value"]), (*strength.shape, 3))
    return np.concatenate([colour, strength[..., None]], axis=-1)
