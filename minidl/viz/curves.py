"""Loss curves: how a training run went."""

import numpy as np

from minidl.viz.figure import FigurePicture
from minidl.viz.summary import number_text
from minidl.viz.theme import LIGHT

HELD_OUT = ("val", "valid", "validation", "test", "val_loss", "test_loss")
COLOURS = [LIGHT["value"], LIGHT["second"], LIGHT["third"], LIGHT["parameter"]]


def loss_curve(history, xlabel="epoch", ylabel="loss", log=False, title=None):
    """Draw how the loss changed during training.

    Parameters
    ----------
    history : list of float, or dict of str -> list of float
        The loss at each step or epoch; a dict draws one curve a name, such as train and validation.
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

    Raises
    ------
    ValueError
        When there is nothing to draw.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.loss_curve([2.3, 0.9, 0.4])
    Loss curve: loss falls from 2.3 to 0.4
    """
    given = history if isinstance(history, dict) else {"loss": history}
    losses = {k: v for k, v in given.items() if str(k).endswith("loss")}  # of the history of minidl.train.fit, the losses
    curves = {str(k): _numbers(v) for k, v in (losses or given).items()}
    if not curves or not all(map(len, curves.values())):
        raise ValueError("there is no loss to draw: the history is empty")
    title = title or curve_title(curves, xlabel)

    def draw(figure):
        axes = figure.add_subplot()
        for i, (name, values) in enumerate(curves.items()):
            steps = np.arange(1, len(values) + 1)
            _draw_curve(axes, steps, values, name, COLOURS[i % len(COLOURS)])
        axes.set_title(title)
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
        if log:
            axes.set_yscale("log")
        else:
            axes.set_ylim(bottom=min(0, *(np.nanmin(v) for v in curves.values())))
        if max(map(len, curves.values())) <= 12:
            axes.set_xticks(range(1, max(map(len, curves.values())) + 1))
        if len(curves) > 1:
            axes.legend()

    return FigurePicture(draw, f"Loss curve: {title}", {k: v.tolist() for k, v in curves.items()})


def _numbers(values):
    """Losses as an array; tensors among them are read."""
    return np.array([float(v) for v in values])


def _draw_curve(axes, steps, values, name, colour):
    """One curve: with marks where it is short, with a smooth line over the raw one where it is long."""
    if len(values) <= 100:
        axes.plot(steps, values, color=colour, label=name, marker="o" if len(values) <= 30 else None, markersize=5)
    else:
        axes.plot(steps, values, color=colour, alpha=0.3, linewidth=0.8)
        axes.plot(steps, smoothed(values), color=colour, label=name)


def smoothed(values, share=0.05):
    """The mean of each value and its neighbours, over a window of `share` of the whole."""
    half = max(1, int(len(values) * share / 2))
    total = np.cumsum(np.concatenate([[0.0], values]))
    index = np.arange(len(values))
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, len(values))
    return (total[high] - total[low]) / (high - low)


def curve_title(curves, xlabel):
    """What a reader should see in the curves."""
    judged = next((name for name in curves if name.lower() in HELD_OUT), None)
    if judged and np.isfinite(curves[judged]).any():
        values = curves[judged]
        best = int(np.nanargmin(values))
        name = judged.removesuffix("_loss")
        return f"{name} loss is lowest, {number_text(values[best])}, at {xlabel} {best + 1} of {len(values)}"
    if len(curves) > 1:
        ends = {name: smoothed(values)[-1] for name, values in curves.items()}
        return "in the end the loss is " + ", ".join(f"{number_text(end)} with {name}" for name, end in ends.items())
    ((_, values),) = curves.items()
    if not np.isfinite(values).all():
        return f"the loss is no longer a number from {xlabel} {int(np.argmin(np.isfinite(values))) + 1} on"
    if len(values) == 1:
        return f"loss is {number_text(values[0])}"
    verb = "falls" if values[-1] < values[0] else "rises"
    return f"loss {verb} from {number_text(values[0])} to {number_text(values[-1])}"
