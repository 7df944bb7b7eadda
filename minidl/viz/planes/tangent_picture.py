"""A curve and its tangent, drawn."""

import numpy as np

from minidl.viz.figure import FigurePicture, wrapped
from minidl.viz.planes.tangent import measured
from minidl.viz.summary import drawable
from minidl.viz.theme import LIGHT


def tangent(function, low=-3.0, high=3.0, at=None, title=None):
    """Draw a function of one number, and its tangent, which follows the mouse in a notebook.

    Parameters
    ----------
    function : callable
        Applied to each element of a tensor, such as ``lambda x: x**2`` or ``minidl.tanh``.
    low, high : float
        The ends of the x axis.
    at : float, optional
        Where the tangent stands at first; the middle unless given.
    title : str, optional
        What the reader should see. Without it the title says the slope there.

    Returns
    -------
    TangentPicture
        Its `data` holds "x", "y" and "slope".

    Raises
    ------
    ShapeError
        When the function does not give one number for each number.
    ValueError
        When `low` is not below `high`, or no axis can show them.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.tangent(lambda x: x**2, at=1.0)
    Tangent: at 1 the slope is 2
    """
    curve = measured(function, low, high, at)
    return TangentPicture(curve, title)


class TangentPicture(FigurePicture):
    """A curve with its tangent at one point."""

    script = "tangent"

    def __init__(self, curve, title=None):
        self._here, self._given, self._title = curve.here, title, title or curve.title()
        self.data = {"x": curve.x.tolist(), "y": curve.y.tolist(), "slope": curve.slope.tolist()}
        self._limits = curve.limits()
        super().__init__(self._with_tangent, f"Tangent: {self._title}", self.data, size=(6, 4))
        self._ground = FigurePicture(self._without, f"Tangent: {self._title}", {}, size=(6, 4))

    def _without(self, figure):
        axes = figure.add_subplot()
        x = self.data["x"]
        axes.plot(x, drawable(self.data["y"]), color=LIGHT["value"])
        axes.axhline(0, color=LIGHT["line"], linewidth=1)
        axes.set_xlim(x[0], x[-1])
        axes.set_ylim(*self._limits)
        axes.set_xlabel("x")
        axes.set_title(wrapped(self._given or "the tangent follows the mouse: its steepness is the slope", 5.4))
        return [(axes, x[0], self._limits[0], ""), (axes, x[-1], self._limits[1], "")]

    def _with_tangent(self, figure):
        self._without(figure)
        axes = figure.axes[0]
        x, y, slope = (float(drawable(self.data[name][self._here])) for name in ("x", "y", "slope"))
        axes.plot([x], [y], marker="o", markersize=8, color=LIGHT["gradient"])
        if np.isfinite([y, slope]).all():
            left, right = self.data["x"][0], self.data["x"][-1]
            ends = [y + slope * (left - x), y + slope * (right - x)]
            axes.plot([left, right], drawable(ends), color=LIGHT["gradient"], linewidth=2)
            axes.set_ylim(*self._limits)
        axes.set_title(wrapped(self._title, 5.4))

    def state(self):
        """What the widget in the browser is given."""
        short = lambda values: [float(f"{v:.5g}") if np.isfinite(v) else None for v in values]
        corners = [point[:2] for point in self._ground.state()["points"]]
        data = {name: short(values) for name, values in self.data.items()}
        limits = [[self.data["x"][0], self.data["x"][-1]], list(self._limits)]
        return {"svg": self._ground.svg, "text": self.text, "corners": corners, "limits": limits, "here": self._here, **data}
