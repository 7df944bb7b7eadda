"""A gradient on its way back through time: how large it still is, step by step."""

import numpy as np

from minidl.train.metrics import array_of
from minidl.viz.runs.diagnosis import fold
from minidl.viz.summary import left_out, shortened


def norms_by_name(norms):
    """Sizes of gradients, one a time step, by the name of their model.

    Raises
    ------
    ValueError
        When there is none, or one is below 0.
    """
    given = norms if isinstance(norms, dict) else {"gradient": norms}
    found = {str(name): array_of(values).astype(np.float64).reshape(-1) for name, values in given.items()}
    if not found or not all(map(len, found.values())):
        raise ValueError("there is no gradient to draw: give its size at each time step")
    if any((values < 0).any() for values in found.values()):
        raise ValueError("the size of a gradient is never below 0: give norms")
    return found


def through_time_title(norms):
    """How much each gradient shrinks or grows from the last time step to the first."""
    said = []
    for name, values in norms.items():
        who = f"{shortened(name)}: " if len(norms) > 1 else ""
        said.append(who + _change(values) + (f" ({bad})" if (bad := left_out(values, "norms")) else ""))
    return "; ".join(said)


def _change(values):
    steps = len(values)
    with np.errstate(all="ignore"):
        ratio = values[-1] / values[0]
    if steps == 1:
        return "one time step: nothing has travelled yet"
    if not np.isfinite(values[[0, -1]]).all():
        return f"over {steps} time steps the gradient stops being a number"
    if not values[0]:
        return f"over {steps} time steps the gradient vanishes: nothing reaches the first one"
    if 0.1 <= ratio <= 10:
        return f"over {steps} time steps the gradient keeps its size"
    return f"over {steps} time steps the gradient {'shrinks' if ratio > 1 else 'grows'} {fold(max(ratio, 1 / ratio))}-fold"
