"""Feature maps, drawn: what every convolution makes of one image."""

import numpy as np

from minidl.viz.charts.feature_maps import maps_of, maps_title
from minidl.viz.colours import both_ways
from minidl.viz.figure import FigurePicture, plain_label, wrapped
from minidl.viz.pixels import png
from minidl.viz.theme import LIGHT

COLUMNS = 8


def feature_maps(model, image, title=None):
    """Draw what every convolution of a network makes of one image; in a notebook the mouse on a map shows its filter.

    Parameters
    ----------
    model : Module
        With `Conv2d` layers; it is left as it was.
    image : Tensor, shape (H, W), (C, H, W) or (1, C, H, W)
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Orange is above 0, blue below. Its `data` maps each layer to its "maps"; of more than 16 the first are drawn.

    Raises
    ------
    MinidlError
        When no convolution ran.
    ShapeError
        When this is not a single image.

    Examples
    --------
    >>> import minidl as md
    >>> model = md.nn.Sequential(md.nn.Conv2d(1, 4, 3), md.nn.ReLU(), md.nn.Conv2d(4, 8, 3))
    >>> md.viz.feature_maps(model, md.rand(12, 12)).text.partition(";")[0]
    'Feature maps: 4 maps of 10 × 10, then 8 maps of 8 × 8'
    """
    layers = maps_of(model, image)
    title = title or maps_title(layers)
    rows = [-(-len(layer.maps) // COLUMNS) for layer in layers]

    def draw(figure):
        parts = figure.subplots(len(layers), 1, squeeze=False, height_ratios=rows)[:, 0]
        figure.suptitle(wrapped(title, 8), x=0.01, ha="left", fontsize=12)
        return [point for axes, layer in zip(parts, layers, strict=True) for point in _draw_layer(axes, layer)]

    data = {layer.name: {"maps": layer.maps.tolist(), "count": layer.count} for layer in layers}
    return FigurePicture(draw, f"Feature maps: {title}", data, size=(8, 0.6 + 1.05 * sum(rows) + 0.3 * len(rows)))


def _draw_layer(axes, layer):
    """The maps of one layer side by side, and what each says."""
    n, tall, wide = layer.maps.shape
    gap = max(1, wide // 12)
    rows = -(-n // COLUMNS)
    sheet = np.full((rows * (tall + gap), COLUMNS * (wide + gap)), np.nan)
    _, largest = layer.strongest()
    asked = []
    for k, values in enumerate(layer.maps):
        top, left = k // COLUMNS * (tall + gap), k % COLUMNS * (wide + gap)
        sheet[top : top + tall, left : left + wide] = values / (largest or 1.0)
        filter_image = both_ways(layer.filters[k] / (np.nanmax(np.abs(layer.filters[k])) or 1.0))
        asked.append((axes, left + wide / 2, top + tall / 2, layer.told(k), png(filter_image, scale=8)))
    axes.imshow(both_ways(sheet), interpolation="none", aspect="equal")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    shown = f", the first {n} of {layer.count} maps" if n < layer.count else ""
    axes.set_title(plain_label(layer.label) + shown, fontsize=10, color=LIGHT["faint"], pad=4)
    return asked
