"""Loss curves: how a training run went."""

import numpy as np

from minidl.viz.figure import FigurePicture, plain_label, wrapped
from minidl.viz.runs.diagnosis import TOO_SHORT, read_curves
from minidl.viz.summary import number_text, shortened
from minidl.viz.theme import LIGHT

HELD_OUT = ("val", "valid", "validation", "test", "val_loss", "test_loss")
COLOURS = [LIGHT["value"], LIGHT["second"], LIGHT["third"], LIGHT["parameter"]]


def loss_curve(history, xlabel="epoch", ylabel="loss", log=False, title=None):
    """Draw how the loss changed during training, and say what the curve means.

    Parameters
    ----------
    history : list of float, or dict of str -> list of float, or dict of str -> dict
        The loss at each step or epoch; a dict draws one curve a name, such as train and validation. What
        `minidl.train.fit` returns is drawn with its learning rate. Several of those, by name, are compared.
    xlabel, ylabel : str
        What the axes count.
    log : bool
        A logarithmic loss axis.
    title : str, optional
        What the reader should see. Without it the title says how far the loss fell, at which epoch the
        validation loss was lowest, or which of several runs ended lowest.

    Returns
    -------
    FigurePicture
        Its `data` holds the curves, and "diagnosis", what they say about the run.

    Raises
    ------
    ValueError
        When there is nothing to draw.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.loss_curve([2.3, 0.9, 0.4])
    Loss curve: loss falls from 2.3 to 0.4
    >>> md.viz.loss_curve({"train": [2, 1, 0.5, 0.3, 0.2, 0.1], "val": [2, 1.2, 1.1, 1.3, 1.5, 1.9]}).data["diagnosis"]
    'overfitting from epoch 4 on: the validation loss rises while the training loss still falls'
    """
    curves, rates = split(history)
    if not curves or not all(map(len, curves.values())):
        raise ValueError("there is no loss to draw: the history is empty")
    said = diagnosis(curves, xlabel)
    title = title or curve_title(curves, xlabel)
    short = max(map(len, curves.values()))

    def draw(figure):
        axes, *below = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1]) if rates else [figure.add_subplot()]
        asked = []
        for i, (name, values) in enumerate(curves.items()):
            steps = np.arange(1, len(values) + 1)
            _draw_curve(axes, steps, values, name, COLOURS[i % len(COLOURS)])
            few = np.unique(np.linspace(0, len(values) - 1, 200).astype(int))
            asked += [
                (axes, steps[k], values[k], f"{name}\n{xlabel} {steps[k]}\n{ylabel} {number_text(values[k])}") for k in few
            ]
        _mark_best(axes, curves, xlabel)
        axes.set_title(wrapped(f"{title}\n{said}" if said else title, 6.2))
        axes.set_ylabel(ylabel)
        if log:
            axes.set_yscale("log")
        else:
            axes.set_ylim(bottom=min(0, *(np.nanmin(v) for v in curves.values())))
        if short <= 12:
            axes.set_xticks(range(1, short + 1))
        if len(curves) > 1:
            axes.legend()
        for i, values in enumerate(rates.values()):
            below[0].step(np.arange(1, len(values) + 1), values, where="mid", color=COLOURS[i % len(COLOURS)])
            below[0].set_ylabel("learning\nrate")
            below[0].set_ylim(bottom=0)
        (below or [axes])[0].set_xlabel(xlabel)
        return asked

    data = {**{k: v.tolist() for k, v in curves.items()}, **({"diagnosis": said} if said else {})}
    text = f"Loss curve: {title}" + (f"; {said}" if said else "")
    return FigurePicture(draw, text, data, size=(7, 5 if rates else 4))


def split(history):
    """The losses and the changing learning rates in what `loss_curve` is given, as dicts of arrays."""
    given = history if isinstance(history, dict) else {"loss": history}
    curves, rates = {}, {}
    runs = given.items() if any(isinstance(v, dict) for v in given.values()) else [("", given)]
    for run, numbers in runs:
        losses = {k: v for k, v in numbers.items() if str(k).endswith("loss")} or numbers
        for kind, values in losses.items():
            name = run if run and len(losses) == 1 else f"{run} {str(kind).removesuffix('_loss')}" if run else str(kind)
            curves[name] = _numbers(values)
        if losses is not numbers and len(set(numbers.get("lr", ()))) > 1:
            rates[run or "lr"] = _numbers(numbers["lr"])
    return curves, rates


def diagnosis(curves, unit):
    """What one run's curves say, or "" where there are several runs or too little to say anything."""
    judged = _held_out(curves)
    others = [name for name in curves if name != judged]
    if len(others) > 1 or (judged is None and len(curves) != 1):
        return ""
    train = curves[others[0]] if others else curves[judged]
    n = len(train)
    if n > 100:
        train = smoothed(train)
    said = read_curves(train, curves[judged] if judged and others else None, unit)
    return "" if said == TOO_SHORT or not np.isfinite(train).all() else said


def _held_out(curves):
    return next((name for name in curves if name.lower() in HELD_OUT), None)


def _mark_best(axes, curves, xlabel):
    """A line at the lowest validation loss."""
    judged = _held_out(curves)
    if judged and np.isfinite(curves[judged]).any() and len(curves[judged]) > 1:
        best = int(np.nanargmin(curves[judged]))
        axes.axvline(best + 1, color=LIGHT["faint"], linestyle=":", linewidth=1.2)
        note = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "va": "top"}
        end = best > len(curves[judged]) / 2
        axes.annotate("best", (best + 1, 1), (-4 if end else 4, -2), ha="right" if end else "left", fontsize=9,
                      color=LIGHT["faint"], **note)  # fmt: skip


def _numbers(values):
    """Losses as an array; tensors among them are read."""
    return np.array([float(v) for v in values])


def _draw_curve(axes, steps, values, name, colour):
    """One curve: with marks where it is short, with a smooth line over the raw one where it is long."""
    if len(values) <= 100:
        axes.plot(
            steps, values, color=colour, label=plain_label(name), marker="o" if len(values) <= 30 else None, markersize=5
        )
    else:
        axes.plot(steps, values, color=colour, alpha=0.3, linewidth=0.8)
        axes.plot(steps, smoothed(values), color=colour, label=plain_label(name))


def smoothed(values, share=0.05):
    """The mean of each value and its neighbours, over a window of `share` of the whole."""
    half = max(1, int(len(values) * share / 2))
    total = np.cumsum(np.concatenate([[0.0], values]))
    index = np.arange(len(values))
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, len(values))
    return (total[high] - total[low]) / (high - low)


def curve_title(curves, xlabel):
    """What a reader should see in the curves."""
    judged = _held_out(curves)
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
        return f"the loss is no longer a number from {xlabel} {int(np.argmin(np.isfinite(values))) + 1} on"
    if len(values) == 1:
        return f"loss is {number_text(values[0])}"
    verb = "falls" if values[-1] < values[0] else "rises"
    return f"loss {verb} from {number_text(values[0])} to {number_text(values[-1])}"
