"""Loss curves, drawn: how a training run went."""

import numpy as np

from minidl.viz.figure import FigurePicture, legend_label, wrapped
from minidl.viz.runs.curves import curve_title, diagnosis, held_out, smoothed, split
from minidl.viz.summary import drawable, evenly, number_text
from minidl.viz.theme import LIGHT

COLOURS = [LIGHT["value"], LIGHT["second"], LIGHT["third"], LIGHT["parameter"]]
DASHES = ["-", "--", ":", "-."]


def line_style(i):
    """How curve number `i` looks: a colour of its own for the first four; then the same ones, dashed."""
    return {"color": COLOURS[i % len(COLOURS)], "linestyle": DASHES[i // len(COLOURS) % len(DASHES)]}


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
            steps, shown = np.arange(1, len(values) + 1), drawable(values)
            _draw_curve(axes, steps, shown, name, line_style(i))
            told = lambda k, name=name, values=values: f"{name}\n{xlabel} {k + 1}\n{ylabel} {number_text(values[k])}"
            asked += [(axes, steps[k], shown[k], told(k)) for k in evenly(len(values), 200)]
        _mark_best(axes, curves, xlabel)
        axes.set_title(wrapped(f"{title}\n{said}" if said else title, 6.2))
        axes.set_ylabel(ylabel)
        every = drawable(np.concatenate(list(curves.values())))
        every = every[np.isfinite(every)]
        if log and (every > 0).any():
            axes.set_yscale("log")
        elif not log:  # from 0, with some room above a flat curve
            axes.set_ylim(min(0.0, *every, 0.0), max(axes.get_ylim()[1], 1.04 * max(0.0, *every, 0.0)))
        if short <= 12:
            axes.set_xticks(range(1, short + 1))
        if len(curves) > 1:
            _name_curves(axes)
        styles = {name: line_style(i) for i, name in enumerate(curves)}
        for name, values in rates.items():
            below[0].step(np.arange(1, len(values) + 1), drawable(values), where="mid", **styles[name])
            below[0].set_ylabel("learning\nrate")
            below[0].set_ylim(bottom=0)
        (below or [axes])[0].set_xlabel(xlabel)
        return asked

    data = {**{k: v.tolist() for k, v in curves.items()}, **({"diagnosis": said} if said else {})}
    text = f"Loss curve: {title}" + (f"; {said}" if said else "")
    return FigurePicture(draw, text, data, size=(7, 5 if rates else 4))


def _name_curves(axes):
    """A legend in a free corner. Many curves may leave none: then it stands beside them."""
    legend, curves = axes.legend(), axes.lines
    if len(curves) > 3:
        place = legend.get_window_extent()
        if any(line.get_path().transformed(line.get_transform()).intersects_bbox(place, filled=False) for line in curves):
            axes.legend(loc="upper left", bbox_to_anchor=(1, 1))


def _mark_best(axes, curves, xlabel):
    """A line at the lowest validation loss."""
    judged = held_out(curves)
    if judged and np.isfinite(curves[judged]).any() and len(curves[judged]) > 1:
        best = int(np.nanargmin(curves[judged]))
        axes.axvline(best + 1, color=LIGHT["faint"], linestyle=":", linewidth=1.2)
        note = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "va": "top"}
        end = best > len(curves[judged]) / 2
        axes.annotate(
            "best",
            (best + 1, 1),
            (-4 if end else 4, -2),
            ha="right" if end else "left",
            fontsize=9,
            color=LIGHT["faint"],
            **note,
        )


def _draw_curve(axes, steps, values, name, style):
    """One curve: with marks where it is short, with a smooth line over the raw one where it is long."""
    if len(values) <= 100:
        axes.plot(steps, values, **style, label=legend_label(name), marker="o" if len(values) <= 30 else None, markersize=5)
    else:
        axes.plot(steps, values, color=style["color"], alpha=0.3, linewidth=0.8)
        axes.plot(steps, smoothed(values), **style, label=legend_label(name))
