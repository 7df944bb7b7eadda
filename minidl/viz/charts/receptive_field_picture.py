"""Receptive fields, drawn on the image: what each unit of a layer can see."""

import numpy as np
from matplotlib.patches import Rectangle

from minidl.viz.charts.layers_watched import one_image
from minidl.viz.charts.receptive_field import field_title, fields_of
from minidl.viz.figure import FigurePicture, Grid, plain_label, wrapped
from minidl.viz.summary import drawable, evenly
from minidl.viz.theme import LIGHT

MOST_LAYERS = 6
MOST_UNITS = 40  # along a side of which each can be asked


def receptive_field(model, image, title=None):
    """Draw which part of an image a unit of each layer can see; in a notebook that of the unit under the mouse.

    Parameters
    ----------
    model : Module
        With convolutions; it is left as it was.
    image : Tensor, shape (H, W), (C, H, W) or (1, C, H, W); or a size as a tuple, (H, W) or (C, H, W)
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Its `data` maps each layer to "size", "step" and "units". The unit in the middle is drawn.

    Raises
    ------
    MinidlError
        When no convolution and no pooling ran.

    Examples
    --------
    >>> import minidl as md
    >>> model = md.nn.Sequential(md.nn.Conv2d(1, 4, 3), md.nn.ReLU(), md.nn.MaxPool2d(2), md.nn.Conv2d(4, 8, 3))
    >>> md.viz.receptive_field(model, (28, 28))
    Receptive field: a unit of Conv2d 0 sees 3 × 3 pixels; of Conv2d 3, 8 × 8, 8% of the image
    """
    fields = fields_of(model, image)
    empty = isinstance(image, tuple | list)
    size = tuple(image)[-2:] if empty else one_image(image).shape[-2:]
    pixels = np.zeros(size) if empty else drawable(one_image(image)[0].mean(axis=0))
    title = title or field_title(fields, *size)
    shown = [fields[k] for k in evenly(len(fields), MOST_LAYERS)]

    def draw(figure):
        grid = figure.subplots(1, len(shown), squeeze=False)[0]
        figure.suptitle(wrapped(title, wide), x=0.01, ha="left", fontsize=12)
        return [asked for axes, field in zip(grid, shown, strict=True) for asked in _draw_field(axes, field, pixels)]

    wide = max(5.0, 2.2 * len(shown))
    data = {f.name: {"size": list(f.size), "step": list(f.step), "units": list(f.units)} for f in fields}
    return FigurePicture(draw, f"Receptive field: {title}", data, size=(wide, min(3.2, 0.8 + wide / len(shown))))


def _draw_field(axes, field, pixels):
    """The image, with what the middle unit of a layer sees."""
    tall, wide = pixels.shape
    axes.imshow(pixels, cmap="gray_r", interpolation="none", alpha=0.8)
    row, column = (n // 2 for n in field.units)
    top, bottom, left, right = field.seen_by(row, column)
    place: dict = {"facecolor": "none", "edgecolor": LIGHT["gradient"], "linewidth": 2}
    axes.add_patch(Rectangle((left - 0.5, top - 0.5), right - left + 1, bottom - top + 1, **place))
    axes.set_xlim(-0.5, wide - 0.5)
    axes.set_ylim(tall - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[:].set_visible(True)
    axes.set_title(f"{plain_label(field.label, 22)}\n{field.size[0]} × {field.size[1]}", fontsize=10)
    if max(field.units) > MOST_UNITS:
        return []
    tell = lambda i, j: f"{field.label}, unit ({i}, {j})\nsees {field.size[0]} × {field.size[1]} pixels"
    texts = [[tell(i, j) for j in range(field.units[1])] for i in range(field.units[0])]
    regions = {f"{i},{j}": _inside(field.seen_by(i, j), tall, wide) for i in range(len(texts)) for j in range(len(texts[0]))}
    return [Grid(axes, texts, regions=regions, box=(-0.5, -0.5, wide - 0.5, tall - 0.5))]


def _inside(edges, tall, wide):
    """The part of a field that lies in the image, as left, top, right, bottom."""
    top, bottom, left, right = edges
    return max(left, 0) - 0.5, max(top, 0) - 0.5, min(right, wide - 1) + 0.5, min(bottom, tall - 1) + 0.5
