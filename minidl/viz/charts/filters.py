"""The weights of a first layer as images."""

from dataclasses import dataclass

import numpy as np

from minidl.errors import MinidlError, ShapeError
from minidl.nn.module import Module
from minidl.train.metrics import array_of
from minidl.viz.summary import drawable, left_out

MOST_FILTERS = 64
MOST_PIXELS = 256  # along a side


@dataclass
class Filters:
    """Weights as images (n, height, width): as they are, from -1 to 1, and what is not drawn in words."""

    name: str
    weights: np.ndarray
    images: np.ndarray
    left_out: str

    def title(self):
        """What a reader should see."""
        said = f"{len(self.weights)} filters of {self.name}: orange adds, blue takes away"
        return said + (f"; {self.left_out}" if self.left_out else "")

    def sheet(self, columns):
        """All images side by side, with a gap of one pixel between two; NaN where there is nothing."""
        n, tall, wide = self.images.shape
        tall, wide = tall + 1, wide + 1
        sheet = np.full((-(-n // columns) * tall, columns * wide), np.nan)
        for k, image in enumerate(self.images):
            top, left = k // columns * tall, k % columns * wide
            sheet[top : top + tall - 1, left : left + wide - 1] = image
        return sheet


def first_filters(thing, shape=None):
    """The filters of a layer, a model or a weight.

    Raises
    ------
    MinidlError
        When a module has no weight with rows.
    ShapeError
        When the weights are not images.
    """
    name, thing = _first_weight(thing) if isinstance(thing, Module) else ("weight", thing)
    w = array_of(thing)
    if w.ndim == 2 and w.size:
        side = round(w.shape[1] ** 0.5)
        shape = shape or (side, side)
        if shape[0] * shape[1] != w.shape[1]:
            raise ShapeError(
                f"rows of {w.shape[1]} weights are no image of {shape[0]} × {shape[1]}: give shape=(height, width)"
            )
        w = w.reshape(len(w), *shape)
    elif w.ndim == 4 and w.size:
        with np.errstate(all="ignore"):
            w = w.mean(axis=1)
    else:
        raise ShapeError(f"filters are drawn from weights of shape (out, in) or (out, in, height, width), not {w.shape}")
    w = w[:MOST_FILTERS, :MOST_PIXELS, :MOST_PIXELS]
    shown = drawable(w)
    finite = np.abs(shown[np.isfinite(shown)])
    return Filters(name, w, shown / (finite.max() if finite.size and finite.max() else 1.0), left_out(w, "weights"))


def _first_weight(module):
    found = [(name, p) for name, p in module.named_parameters() if p.ndim > 1]
    if not found:
        raise MinidlError(f"this {type(module).__name__} has no weight with rows or filters to draw")
    return found[0]
