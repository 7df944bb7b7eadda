"""Masks, drawn over the image; and a mask that is painted while a model trains."""

import time

import numpy as np

from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError, ShapeError
from minidl.nn.modes import evaluating
from minidl.train.callbacks import Callback
from minidl.train.metrics import array_of
from minidl.viz.charts.masks import COLOURS, STRENGTH, checked_picture, instances_of, masks_of
from minidl.viz.figure import FigurePicture, wrapped
from minidl.viz.notebook import Stage
from minidl.viz.pixels import png
from minidl.viz.summary import evenly, number_text
from minidl.viz.theme import LIGHT

GREYS = 7  # shades in the file: noise in the last bits of a photograph takes most of its bytes, and nobody sees it
THRESHOLDS = tuple(k / 10 for k in range(9, 0, -1))  # falling: the mask grows
MOST_ASKED = 400
MOST_FRAMES = 12


def masks(image, prediction, truth=None, threshold=0.5, title=None):
    """Draw a mask over its image; in a notebook a film lowers the threshold, says what that costs, and ends at `threshold`.

    Parameters
    ----------
    image : Tensor, shape (H, W) or (1, H, W)
        Grey; 0 is drawn white.
    prediction : Tensor of the same shape
        Probabilities, or zeros and ones; whole numbers above 1 are things, and each gets its own colour.
    truth : Tensor of the same shape, optional
        Not 0 in the true mask.
    threshold : float
        What is above belongs to the mask.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Blue is right, pink was missed, orange is too much.

    Raises
    ------
    ShapeError
        When image, prediction and truth do not fit.

    Examples
    --------
    >>> import minidl as md
    >>> truth = md.zeros(8, 8)
    >>> truth[2:6, 2:6] = 1
    >>> md.viz.masks(truth, truth.roll(1, 0), truth).text
    'Mask: IoU 0.60, Dice 0.75'
    """
    values = array_of(prediction)
    if values.dtype.kind in "iu" and values.max(initial=0) > 1:
        return _instances_picture(instances_of(image, prediction), title)
    found = masks_of(image, prediction, truth)
    between = ((found.prediction > 0) & (found.prediction < 1)).any()
    frames = [(number_text(t), found.overlay(t), found.told(t)) for t in (*THRESHOLDS, threshold)] if between else []
    title = title or found.told(threshold)
    data = {"threshold": threshold, "told": found.told(threshold)}
    return _mask_picture(found, found.overlay(threshold), frames, "threshold", title, data)


def _mask_picture(found, overlay, frames, film, title, data):
    def draw(figure):
        axes = _on_the_image(figure, found.pixels, overlay, title)
        for name, colour in COLOURS.items() if found.truth is not None else ():
            axes.scatter([], [], marker="s", s=60, color=LIGHT[colour], alpha=STRENGTH, label=name)
        if found.truth is not None:
            axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
        return []

    film_frames = [{"name": name, "text": text, "images": ["", png(picture)]} for name, picture, text in frames]
    images = [png(shades(found.pixels)), png(overlay)]
    return FigurePicture(draw, f"Mask: {title}", data, _size(found.pixels), images=images, frames=film_frames, film=film)


def _instances_picture(found, title):
    places = found.places()
    title = title or f"{len(places)} things, each in its own colour"

    def draw(figure):
        axes = _on_the_image(figure, found.pixels, found.overlay(), title)
        return [(axes, x, y, f"number {k}\n{area} pixels") for k, x, y, area in places[:MOST_ASKED]]

    images = [png(shades(found.pixels)), png(found.overlay())]
    data = {"areas": {number: area for number, _, _, area in places}}
    return FigurePicture(draw, f"Instances: {title}", data, _size(found.pixels), images=images)


def _on_the_image(figure, pixels, overlay, title):
    """Axes with an image, and colours over it."""
    axes = image_axes(figure, pixels)
    axes.imshow(overlay, interpolation="none")
    axes.set_title(wrapped(title, _size(pixels)[0] - 0.6))
    return axes


def image_axes(figure, pixels):
    """Axes of pixels with a grey image in them."""
    axes = figure.add_subplot()
    axes.imshow(1 - shades(pixels), cmap="gray", vmin=0, vmax=1, interpolation="none")
    axes.set_xlim(-0.5, pixels.shape[1] - 0.5)
    axes.set_ylim(pixels.shape[0] - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[:].set_visible(True)
    return axes


def shades(pixels):
    """Pixels from 0 to 1 in a few shades, the brightest thousandth cut off; what is no number is 0."""
    pixels = np.nan_to_num(pixels)
    low, high = min(0.0, float(pixels.min())), float(np.quantile(pixels, 0.999))
    high = high if high > low else float(pixels.max())
    scaled = (pixels - low) / (high - low) if high > low else np.zeros_like(pixels)
    return np.round(np.clip(scaled, 0, 1) * GREYS) / GREYS


def _size(pixels):
    """Inches: the image as large as fits, and room for the legend."""
    tall, wide = pixels.shape
    side = 4.6 / max(tall, wide)
    return (max(3.4, side * wide) + 1.4, max(1.2, side * tall) + 0.6)


class LiveMask(Callback):
    """Watch a mask being painted while a model trains; in the end it is a film with a slider over the epochs.

    As a callback of `minidl.train.fit`, or by hand: call `add` now and then, and `close` in the end.

    Parameters
    ----------
    image : Tensor, shape (H, W) or (1, H, W)
    truth : Tensor, shape (H, W), optional
    every : int
        Keep one epoch in `every`; of a long run at most 12 are kept.

    Attributes
    ----------
    picture : FigurePicture or None
        The film.

    Examples
    --------
    >>> import minidl as md
    >>> truth = md.zeros(8, 8)
    >>> truth[2:6, 2:6] = 1
    >>> film = md.viz.LiveMask(truth, truth)
    >>> for bias in (-30, 0):
    ...     film.add(lambda x: 20 * x - 10 + bias, f"bias {bias}")
    >>> film.close()
    Mask: the mask while the model trains: IoU 0.00, Dice 0.00 in bias -30, IoU 1.00, Dice 1.00 in bias 0
    """

    def __init__(self, image, truth=None, every=1):
        self.image, self.truth, self.every, self.picture = checked_picture(image), truth, every, None
        masks_of(self.image, self.image, truth)  # what does not fit is said before the training
        self._given = Tensor.wrap(np.asarray(array_of(image)).reshape(1, 1, *self.image.shape))
        self._frames, self._stage, self._shown_at = [], None, 0.0

    def after_epoch(self, run):
        """Keep this epoch, if it is its turn."""
        if run.epoch % self.every == 0:
            self.add(run.model, f"epoch {run.epoch}")

    def at_end(self, run):
        """Leave the film."""
        self.close()

    def add(self, model, name):
        """Keep the mask as it is now.

        Parameters
        ----------
        model : Module or function
            From images (1, 1, H, W) to as many logits; it is asked in evaluation mode, and left as it was.
        name : str
            What the slider says, such as "epoch 3".

        Raises
        ------
        ShapeError
            When the model does not give a logit for each pixel.
        """
        found = masks_of(self.image, self._probability(model), self.truth)
        self._frames.append((str(name), found))
        if len(self._frames) > 2 * MOST_FRAMES:
            self._frames = self._frames[::2]
        if time.perf_counter() - self._shown_at > 0.2:
            self._shown_at = time.perf_counter()
            self._show(str(name), found)

    def _probability(self, model):
        with evaluating(model), no_grad():
            logits = model(self._given)
        if logits.numel() != self.image.size:
            raise ShapeError(f"a logit for each pixel is needed, {self._given.shape}, and the model gives {logits.shape}")
        return logits.detach().sigmoid().reshape(self.image.shape)

    def _show(self, name, found):
        if self._stage is None:
            title = "the mask while the model trains"
            self._stage = Stage("chart", _mask_picture(found, found.overlay(0.5), [], "", title, {}).state())
        self._stage.send({"frame": {"images": ["", png(found.overlay(0.5))], "text": f"{name}: {found.told(0.5)}"}})

    def close(self):
        """Replace the moving picture by the film; outside of a notebook, where nothing was shown, return it.

        Raises
        ------
        MinidlError
            When nothing was added.
        """
        if not self._frames:
            raise MinidlError(
                "the film has no frame: call add(model, name) while training, or give it to fit(callbacks=[...])"
            )
        kept = [self._frames[k] for k in evenly(len(self._frames), MOST_FRAMES)]
        (first, start), (last, end) = kept[0], kept[-1]
        title = f"the mask while the model trains: {start.told(0.5)} in {first}, {end.told(0.5)} in {last}"
        frames = [(name, found.overlay(0.5), found.told(0.5)) for name, found in kept]
        data = {"frames": [name for name, _ in kept], "told": [found.told(0.5) for _, found in kept]}
        self.picture = _mask_picture(end, end.overlay(0.5), frames if len(frames) > 1 else [], "time", title, data)
        stage, self._stage = self._stage, None
        return self.picture if stage is None else stage.finish(self.picture)
