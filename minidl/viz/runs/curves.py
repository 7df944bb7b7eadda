"""Loss curves as plain data: what `loss_curve` is given, and what the curves say."""

import numpy as np

from minidl.viz.runs.diagnosis import TOO_SHORT, read_curves
from minidl.viz.summary import number_text, scale_of, shortened

HELD_OUT = ("val", "valid", "validation", "test", "val_loss", "test_loss")


def split(history):
    """The losses and the learning rates in what `loss_curve` is given, as dicts of arrays.

    A rate has the name of the first curve of its run. If none of them changes, there is nothing to see in any.
    """
    given = history if isinstance(history, dict) else {"loss": history}
    curves, rates = {}, {}
    runs = given.items() if any(isinstance(v, dict) for v in given.values()) else [("", given)]
    for run, numbers in runs:
        losses = {k: v for k, v in numbers.items() if str(k).endswith("loss")} or numbers
        names = [
            run if run and len(losses) == 1 else f"{run} {str(k).removesuffix('_loss')}" if run else str(k) for k in losses
        ]
        curves.update(zip(names, map(_numbers, losses.values()), strict=True))
        if losses is not numbers and len(numbers.get("lr", ())):
            rates[names[0]] = _numbers(numbers["lr"])
    return curves, rates if any(len(set(values.tolist())) > 1 for values in rates.values()) else {}


def diagnosis(curves, unit):
    """What one run's curves say, or "" where there are several runs or too little to say anything."""
    judged = held_out(curves)
    others = [name for name in curves if name != judged]
    if len(others) > 1 or (judged is None and len(curves) != 1):
        return ""
    train = curves[others[0]] if others else curves[judged]
    n = len(train)
    if n > 100:
        train = smoothed(train)
    with np.errstate(all="ignore"):
        said = read_curves(train, curves[judged] if judged and others else None, unit)
    return "" if said == TOO_SHORT or not all(np.isfinite(values).all() for values in curves.values()) else said


def held_out(curves):
    """The name of the curve that was measured on data held out; None if there is none."""
    return next((name for name in curves if name.lower() in HELD_OUT), None)


def _numbers(values):
    """Losses as an array; tensors among them are read."""
    return np.array([float(v) for v in values])


def smoothed(values, share=0.05):
    """The mean of each value and its finite neighbours, over a window of `share` of all; NaN where it is not finite."""
    half = max(1, int(len(values) * share / 2))
    finite = np.isfinite(values)
    scale = scale_of(values[finite])
    total = np.cumsum(np.concatenate([[0.0], np.where(finite, values / scale, 0.0)]))
    count = np.cumsum(np.concatenate([[0], finite]))
    index = np.arange(len(values))
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, len(values))
    means = (total[high] - total[low]) / np.maximum(count[high] - count[low], 1) * scale
    return np.where(finite, means, np.nan)


def curve_title(curves, xlabel):
    """What a reader should see in the curves: of several, which of them stop being finite as well."""
    said = _lowest(curves, xlabel)
    broken = {name: values for name, values in curves.items() if not np.isfinite(values).all()}
    if len(curves) > 1 and broken:
        starts = [f"{shortened(name)} from {xlabel} {_first_bad(values)} on" for name, values in broken.items()]
        said += f"; no longer a number: {', '.join(starts)}"
    return said


def _first_bad(values):
    return int(np.argmin(np.isfinite(values))) + 1


def _lowest(curves, xlabel):
    judged = held_out(curves)
    if judged and np.isfinite(curves[judged]).any():
        values = curves[judged]
        best = int(np.nanargmin(values))
        name = judged.removesuffix("_loss")
        return f"{name} loss is lowest, {number_text(values[best])}, at {xlabel} {best + 1} of {len(values)}"
    if len(curves) > 1:
        ends = {name: smoothed(values)[-1] for name, values in curves.items()}
        return "in the end the loss is " + ", ".join(
            f"{number_text(end)} with {shortened(name)}" for name, end in ends.items()
        )
    ((_, values),) = curves.items()
    if not np.isfinite(values).all():
        return f"the loss is no longer a number from {xlabel} {_first_bad(values)} on"
    if len(values) == 1:
        return f"loss is {number_text(values[0])}"
    verb = "falls" if values[-1] < values[0] else "rises"
    return f"loss {verb} from {number_text(values[0])} to {number_text(values[-1])}"
