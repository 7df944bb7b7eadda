"""A curve and its slopes: the slope at every point is the engine's."""

from dataclasses import dataclass

import numpy as np

from minidl.engine.backward import grad
from minidl.errors import ShapeError
from minidl.ops.creation import tensor
from minidl.viz.summary import LARGEST, drawable, left_out, number_text

FINE = 161


@dataclass
class Curve:
    """Places, the values of a function there, and its slopes; `here` is the number of the place of the tangent."""

    x: np.ndarray
    y: np.ndarray
    slope: np.ndarray
    here: int

    def title(self):
        """What a reader should see."""
        said = f"at {number_text(self.x[self.here])} the slope is {number_text(self.slope[self.here])}"
        bad = left_out(self.y, "values")
        return said + (f"; {bad}" if bad else "")

    def limits(self):
        """The ends of the y axis, with a margin."""
        shown = drawable(self.y)
        shown = shown[np.isfinite(shown)]
        low, high = (float(shown.min()), float(shown.max())) if shown.size else (-1.0, 1.0)
        margin = 0.15 * max(high - low, 1e-6, 1e-9 * abs(high))
        return low - margin, high + margin


def measured(function, low, high, at=None):
    """A function between two ends, with its slopes.

    Raises
    ------
    ShapeError
        When the function does not give one number for each number.
    ValueError
        When `low` is not below `high`, or no axis can show them.
    """
    if not low < high:
        raise ValueError(f"low must be below high, and {low} is not below {high}")
    if not max(abs(low), abs(high)) <= LARGEST:
        raise ValueError(f"low and high must be numbers up to {LARGEST:g}, not {low:g} and {high:g}")
    places = np.linspace(low, high, FINE)
    at = (low + high) / 2 if at is None else min(max(at, low), high)
    here = int(np.abs(places - at).argmin())
    places[here] = at
    x, y, slope = curve(function, places)
    return Curve(x, y, slope, here)


def curve(function, places):
    """Places, the function, and its derivative there."""
    x = tensor(places, requires_grad=True)
    with np.errstate(all="ignore"):
        y = function(x)
        if getattr(y, "shape", None) != x.shape:
            raise ShapeError("the function must give one number for each number: it is called with a tensor of many at once")
        slope = grad(y.sum(), [x], allow_unused=True)[0] if y.requires_grad else None
    return x.array, y.array, np.zeros(len(places)) if slope is None else slope.array
