"""Images in a grid, with what they are and what a model takes them for."""

import math

import numpy as np

from minidl.errors import ShapeError
from minidl.tensor import Tensor
from minidl.viz.figure import FigurePicture, wrapped
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
    pixels = images.array if isinstance(images, Tensor) else np.asarray(images)
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
    rows = math.ceil(len(pixels) / columns)
    title = title or _title(pixels, labels, predictions)

    def draw(figure):
        grid = figure.subplots(rows, min(columns, len(pixels)), squeeze=False)
        asked = []
        for axes in grid.flat:
            axes.axis("off")
        for i, (axes, image) in enumerate(zip(grid.flat, pixels, strict=False)):
            asked.append((axes, image.shape[1] / 2, image.shape[0] / 2, _told(i, labels, predictions)))
            axes.imshow(image, cmap="gray_r", vmin=0, vmax=max(1.0, float(pixels.max())), interpolation="none")
            text, wrong = _caption(i, labels, predictions)
            axes.set_title(text, loc="center", fontsize=10, pad=3, color=LIGHT["gradient" if wrong else "faint"])
        figure.suptitle(wrapped(title, 0.85 * min(columns, len(pixels))), x=0.01, ha="left", fontsize=12)
        return asked

    height = 0.5 + rows * (0.95 if labels is None and predictions is None else 1.1)
    data = {"labels": labels, "predictions": predictions, "count": len(pixels)}
    return FigurePicture(draw, title, data, size=(max(3.0, 0.85 * min(columns, len(pixels))), height))


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
