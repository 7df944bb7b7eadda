"""Images in a grid, drawn."""

import math

import numpy as np

from minidl.viz.charts.evaluation_picture import brightest
from minidl.viz.charts.images import checked_images
from minidl.viz.figure import FigurePicture, plain_label, wrapped
from minidl.viz.summary import drawable
from minidl.viz.theme import LIGHT


def images(images, labels=None, predictions=None, columns=10, title=None):
    """Draw images in a grid.

    Parameters
    ----------
    images : Tensor, shape (N, H, W) or (N, 1, H, W), or (N, 3, H, W) in colour
        Of grey images 0 is drawn white; colours go from 0 to 1. Of more than 200 the first are drawn.
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
        When these are not images, or labels and images differ in number.
    """
    shown = checked_images(images, labels, predictions)
    data = {"labels": shown.labels, "predictions": shown.predictions, "count": shown.count}
    title = title or shown.title()
    return sheet(shown, columns, title, title, data, written=labels is not None or predictions is not None)


def sheet(shown, columns, title, text, data, written):
    """Images side by side, each with a tooltip; captions take room where they are `written`."""
    pixels = drawable(shown.pixels)
    columns = max(1, min(columns, len(pixels)))
    rows = math.ceil(len(pixels) / columns)
    tall, wide = pixels.shape[1], pixels.shape[2]
    below, beside = tall * (0.45 if written else 0.1), wide * 0.1  # room between two rows and two columns
    largest = brightest(pixels)
    if pixels.ndim == 4:
        pixels = np.clip(np.nan_to_num(pixels), 0, 1)

    def draw(figure):
        axes = figure.add_subplot()
        axes.axis("off")
        asked = []
        for i, image in enumerate(pixels):
            left, top = i % columns * (wide + beside), i // columns * (tall + below) + below
            place = (left, left + wide, top + tall, top)
            axes.imshow(image, cmap="gray_r", vmin=0, vmax=largest, interpolation="none", extent=place, aspect="auto")
            if written:
                colour = LIGHT["gradient" if shown.wrong(i) else "faint"]
                text = plain_label(shown.caption(i), 12)
                letters = min(10.0, 100 / max(1, len(text)))  # so that long words do not run into one another
                axes.text(left + wide / 2, top - 0.1 * tall, text, ha="center", fontsize=letters, color=colour)
            asked.append((axes, left + wide / 2, top + tall / 2, shown.told(i)))
        axes.set_xlim(-0.5 * beside, room * (wide + beside) - 0.5 * beside)
        axes.set_ylim(rows * (tall + below), 0)
        if room > columns:
            axes.set_aspect("equal", anchor="NW")
        figure.suptitle(wrapped(title, size[0]), x=0.01, ha="left", fontsize=12)
        return asked

    # A few images are drawn larger, and have room beside them rather than be stretched to the width of the title.
    column = max(0.85, min(1.7, 2.9 / columns))
    room = max(columns, 3.0 / column)
    cell = column * (tall + below) / (wide + beside)
    size = (column * room, 0.5 + min(60.0, rows * cell))
    return FigurePicture(draw, text, data, size=size)
