"""Images in a grid, with what they are and what a model takes them for."""

import math

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.train.metrics import array_of
from minidl.viz.figure import FigurePicture, plain_label, wrapped
from minidl.viz.theme import LIGHT


def images(images, labels=None, predictions=None, columns=10, title=None):
    """Draw images in a grid.

    Parameters
    ----------
    images : Tensor, shape (N, H, W) or (N, 1, H, W)
        Grey images; 0 is drawn white.
    labels : sequence of N, optional
        What each image is; written above it.
    predictions : sequence of N, optional
        What a model takes it for; where that is not the label, both are written, in the warning colour.
    columns : int
        Images in a row.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture

    Raises
    ------
    ShapeError
        When these are no images, or labels and images differ in number.
    """
    pixels = array_of(images)
    if pixels.ndim == 4 and pixels.shape[1] == 1:
        pixels = pixels[:, 0]
    if pixels.ndim != 3 or not len(pixels):
        raise ShapeError(
            f"images are drawn from shape (N, H, W) or (N, 1, H, W) with N of at least 1, not from {images.shape}"
        )
    labels, predictions = _plain(labels), _plain(predictions)
    for name, given in (("labels", labels), ("predictions", predictions)):
        if given is not None and len(given) != len(pixels):
            raise ShapeError(f"there are {len(pixels)} images and {len(given)} {name}")
    columns = min(columns, len(pixels))
    rows = math.ceil(len(pixels) / columns)
    title = title or _title(pixels, labels, predictions)
    written = labels is not None or predictions is not None
    tall, wide = pixels.shape[1], pixels.shape[2]
    below, beside = tall * (0.45 if written else 0.1), wide * 0.1  # room between two rows and two columns
    largest = max(1.0, float(np.nanmax(pixels)))

    def draw(figure):
        axes = figure.add_subplot()
        axes.axis("off")
        axes.set_xlim(-0.5 * beside, columns * (wide + beside) - 0.5 * beside)
        axes.set_ylim(rows * (tall + below), 0)
        asked = []
        for i, image in enumerate(pixels):
            left, top = i % columns * (wide + beside), i // columns * (tall + below) + below
            place = (left, left + wide, top + tall, top)
            axes.imshow(image, cmap="gray_r", vmin=0, vmax=largest, interpolation="none", extent=place, aspect="auto")
            text, wrong = _caption(i, labels, predictions)
            if written:
                colour = LIGHT["gradient" if wrong else "faint"]
                axes.text(left + wide / 2, top - 0.1 * tall, plain_label(text, 12), ha="center", fontsize=10, color=colour)
            asked.append((axes, left + wide / 2, top + tall / 2, _told(i, labels, predictions)))
        axes.set_xlim(-0.5 * beside, columns * (wide + beside) - 0.5 * beside)
        axes.set_ylim(rows * (tall + below), 0)
        figure.suptitle(wrapped(title, size[0]), x=0.01, ha="left", fontsize=12)
        return asked

    cell = 0.85 * (tall + below) / (wide + beside)
    size = (max(3.0, 0.85 * columns), 0.5 + rows * cell)
    data = {"labels": labels, "predictions": predictions, "count": len(pixels)}
    return FigurePicture(draw, title, data, size=size)


def _plain(values):
    return values.tolist() if isinstance(values, Tensor | np.ndarray) else None if values is None else list(values)


def _caption(i, labels, predictions):
    """What stands above an image, and whether the prediction is wrong."""
    if predictions is None:
        return ("" if labels is None else str(labels[i])), False
    if labels is None:
        return f"{predictions[i]}?", False
    wrong = labels[i] != predictions[i]
    return (f"{labels[i]} → {predictions[i]}" if wrong else str(labels[i])), wrong


def _told(i, labels, predictions):
    """What an image says when it is asked."""
    words = [f"number {i}"]
    words += [] if labels is None else [f"label: {labels[i]}"]
    words += [] if predictions is None else [f"prediction: {predictions[i]}"]
    return "\n".join(words)


def _title(pixels, labels, predictions):
    if labels is not None and predictions is not None:
        wrong = sum(a != b for a, b in zip(labels, predictions, strict=True))
        return f"{len(pixels)} images: {wrong} taken for something else (label → prediction)"
    return f"{len(pixels)} images of {pixels.shape[1]} × {pixels.shape[2]} pixels"
