"""A race of optimisers on a contour: the views of the runs in `race.py`."""

import numpy as np

from minidl.nn.parameter import Parameter
from minidl.ops.creation import tensor
from minidl.optim import SGD, Adam
from minidl.viz.colours import CLASSES, class_colour
from minidl.viz.figure import FigurePicture, faded, legend_label, wrapped
from minidl.viz.planes.race import SURFACES, heights, run
from minidl.viz.summary import LARGEST, drawable, number_text, shortened
from minidl.viz.theme import LIGHT

RATES = (1e-4, 10.0)  # the ends of the sliders
DOTS = 80  # of a longer path only some steps are marked


def race(function="banana", optimizers=None, lr=0.01, start=None, steps=200, limits=None, title=None):
    """Let optimisers walk down a surface from the same point.

    In a notebook the race is played, the start can be dragged, and each learning rate has a slider; the
    runs are computed by the engine.

    Parameters
    ----------
    function : callable or {"banana", "bowl", "saddle", "himmelblau"}
        From a tensor of two numbers to a tensor with one element.
    optimizers : dict of str -> callable, optional
        ``optimizer(parameters, lr=...)``, such as ``minidl.optim.Adam``; SGD and Adam unless given.
    lr : float or dict of str -> float
    start : (float, float), optional
    steps : int
    limits : ((float, float), (float, float)), optional
        Left and right, bottom and top.
    title : str, optional
        What the reader should see. Without it the title says who is lowest in the end.

    Returns
    -------
    RacePicture

    Raises
    ------
    ShapeError
        When the function does not return one number.
    ValueError
        For an unknown surface, no optimiser, or limits that no axis can show.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.race("bowl", {"SGD": md.optim.SGD, "Adam": md.optim.Adam}, lr={"SGD": 0.05, "Adam": 0.3}, steps=50)
    Race on bowl: after 50 steps SGD is lowest, at 0.04736
    """
    if isinstance(function, str):
        if function not in SURFACES:
            raise ValueError(f"there is no surface {function!r}; there are {', '.join(SURFACES)}, or give a function")
        name, (function, begin, view) = function, SURFACES[function]
    else:
        name, begin, view = getattr(function, "__name__", "a function"), (-1.0, 1.0), ((-2.0, 2.0), (-2.0, 2.0))
    optimizers = {"SGD": SGD, "Adam": Adam} if optimizers is None else dict(optimizers)
    if not optimizers:
        raise ValueError("a race needs at least one optimiser")
    rates = {key: float(lr[key] if isinstance(lr, dict) else lr) for key in optimizers}
    limits = limits or view
    if not all(abs(v) <= LARGEST for side in limits for v in side):
        raise ValueError(f"limits must be numbers up to {LARGEST:g}, not {limits}")
    return RacePicture(name, function, optimizers, rates, tuple(start or begin), steps, limits, title)


class RacePicture(FigurePicture):
    """Optimisers on a contour.

    Attributes
    ----------
    data : dict
        "paths" maps each optimiser to its rows of x, y, height; "start", "rates".
    """

    script = "race"

    def __init__(self, name, function, optimizers, rates, start, steps, limits, title):
        self._function, self._optimizers, self._steps, self._limits = function, optimizers, steps, limits
        self._known = {"surface": name, "rules": rules(optimizers)} if function is SURFACES.get(name, (None,))[0] else {}
        self._rules = rules(optimizers) if function is SURFACES.get(name, (None,))[0] else None
        paths = self.paths(start, rates)
        self._grid = heights(function, limits)
        ends = {key: rows[-1][2] for key, rows in paths.items() if rows}
        if not ends:
            raise ValueError(f"the function is not finite at the start, {start}")
        best = min(ends, key=lambda key: ends[key])
        where = "is lowest, at" if len(ends) > 1 else "stands at"
        self._title = title or f"after {steps} steps {shortened(best)} {where} {number_text(ends[best])}"
        data = {"paths": paths, "start": list(start), "rates": rates}
        self.data = data
        super().__init__(self._draw_race, f"Race on {shortened(name)}: {self._title}", data, size=(7, 5))
        self._ground = FigurePicture(self._draw_ground, f"contours of {name}", {}, size=(7, 5))

    def paths(self, start, rates):
        """The runs from `start` with the learning rates `rates`."""
        return {key: run(self._function, make, start, rates[key], self._steps) for key, make in self._optimizers.items()}

    def answer(self, request):
        """Run again from another start, or with other learning rates."""
        return {"paths": rounded(self.paths(request["start"], request["rates"]))}

    def _draw_ground(self, figure):
        axes = figure.add_subplot()
        x, y, z = self._grid
        shown = np.ma.masked_invalid(drawable(z))
        low, high = (shown.min(), shown.max()) if shown.count() else (0.0, 0.0)
        if high > low:  # a plain has no lines
            levels = low + (high - low) * np.linspace(0, 1, 18) ** 3 + 1e-9 * min(1.0, high - low)
            axes.contourf(x, y, shown, levels, cmap=faded("faint"), extend="min")
            axes.contour(x, y, shown, levels, colors=[LIGHT["faint"]], linewidths=0.5)
        axes.set_xlim(*self._limits[0])
        axes.set_ylim(*self._limits[1])
        axes.set_title(wrapped(self._title, 6))
        axes.set_xlabel("x")
        axes.set_ylabel("y")
        axes.grid(visible=False)
        (x0, x1), (y0, y1) = self._limits
        return [(axes, x0, y0, ""), (axes, x1, y1, "")]  # where the corners are in the SVG

    def _draw_race(self, figure):
        self._draw_ground(figure)
        axes = figure.axes[0]
        asked = []
        for k, (key, rows) in enumerate(self.data["paths"].items()):
            path = np.array(rows).reshape(-1, 3)
            axes.plot(
                path[:, 0],
                path[:, 1],
                color=class_colour(k),
                marker="o",
                markersize=2.5,
                linewidth=1.3,
                markevery=-(-len(path) // DOTS),
                label=legend_label(key),
            )
            axes.plot(path[-1:, 0], path[-1:, 1], color=class_colour(k), marker="*", markersize=14)
            asked += [(axes, x, y, f"{key}\nstep {i}\nheight {number_text(h)}") for i, (x, y, h) in enumerate(rows)]
        axes.plot(*self.data["start"], marker="s", markersize=8, color=LIGHT["ink"])
        axes.legend(loc="upper left", frameon=True, facecolor=LIGHT["ground"], edgecolor=LIGHT["line"])
        return asked

    def state(self):
        """What the widget in the browser is given."""
        corners = [point[:2] for point in self._ground.state()["points"]]
        return {
            "svg": self._ground.svg,
            "text": self.text,
            "corners": corners,
            "limits": [list(side) for side in self._limits],
            "start": self.data["start"],
            "rates": self.data["rates"],
            "ends": list(RATES),
            "steps": self._steps,
            "paths": rounded(self.data["paths"]),
            "colours": list(CLASSES),
            **self._known,
        }


def rounded(paths):
    """Paths with the digits that a picture can show."""
    return {key: [[float(f"{v:.5g}") for v in row] for row in rows] for key, rows in paths.items()}


def rules(optimizers):
    """The optimisers as data, for a page that runs them without a kernel; None where one is of a kind that it lacks.

    >>> rules({"SGD": SGD})
    {'SGD': {'kind': 'SGD', 'momentum': 0}}
    """
    known = {SGD: ("momentum",), Adam: ("betas", "eps")}
    found = {}
    for key, make in optimizers.items():
        optimizer = make([Parameter(tensor([0.0, 0.0]))], lr=0.1)
        if type(optimizer) not in known or any(
            optimizer.defaults.get(name) for name in ("weight_decay", "amsgrad", "dampening")
        ):
            return None
        names = known[type(optimizer)]
        found[key] = {"kind": type(optimizer).__name__, **{name: optimizer.defaults[name] for name in names}}
    return found
