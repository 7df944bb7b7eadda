"""What one quantity costs in another, measured several times at each setting, as plain data."""

from dataclasses import dataclass

import numpy as np

from minidl.train.metrics import array_of
from minidl.viz.summary import drawable


@dataclass
class TradeOff:
    """Curves with a spread.

    Attributes
    ----------
    curves : dict of str to (list of float, list of array)
        For each name the settings, in rising order, and what was measured at each.
    levels : dict of str to float
        Values to compare with, which depend on no setting.
    """

    curves: dict
    levels: dict

    def title(self, xlabel, ylabel):
        """What a reader should see."""
        said = []
        for name, (settings, measured) in self.curves.items():
            means = [float(values.mean()) for values in measured]
            said.append(f"{name}: {ylabel} {means[0]:.2f} at {xlabel} {settings[0]:g}, {means[-1]:.2f} at {settings[-1]:g}")
        return "; ".join(said)


def trade_off_of(curves, levels=None):
    """Curves from settings to what was measured.

    Parameters
    ----------
    curves : dict of str to dict of float to sequence of float
    levels : dict of str to float, optional

    Raises
    ------
    TypeError
        When a curve is no dict.
    ValueError
        When there is nothing to draw, or something is not a finite number.
    """
    made = {}
    for name, points in curves.items():
        if not isinstance(points, dict):
            raise TypeError(
                f"the curve {name!r} is a dict, from each setting to its measurements, not {type(points).__name__}"
            )
        settings = sorted(map(float, points))
        measured = [array_of(points[x]).reshape(-1).astype(float) for x in sorted(points)]
        made[str(name)] = settings, measured
    levels = {str(name): float(value) for name, value in (levels or {}).items()}
    every = [*levels.values(), *(x for settings, _ in made.values() for x in settings)]
    every += [y for _, measured in made.values() for values in measured for y in values.tolist()]
    if not made or not all(settings and all(map(len, measured)) for settings, measured in made.values()):
        raise ValueError("there is nothing to draw: a curve has at least one setting, and a setting one measurement")
    if np.isnan(drawable(every)).any():
        raise ValueError("settings and measurements are finite numbers, up to 1e100")
    return TradeOff(made, levels)
