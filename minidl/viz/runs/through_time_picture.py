"""A gradient on its way back through time, drawn."""

import numpy as np

from minidl.viz.colours import class_colour
from minidl.viz.figure import FigurePicture, legend_label, wrapped
from minidl.viz.runs.through_time import norms_by_name, through_time_title
from minidl.viz.summary import drawable, evenly, number_text


def through_time(norms, title=None):
    """Draw how large a gradient still is at every time step, on its way back from the last one.

    Parameters
    ----------
    norms : list of float, or dict of str -> list of float
        The norm of the gradient at each time step, the first step first; a dict compares models, such as an RNN and an LSTM.
    title : str, optional
        What the reader should see. Without it the title says how much each gradient shrinks or grows.

    Returns
    -------
    FigurePicture
        Its `data` maps each name to its norms.

    Raises
    ------
    ValueError
        When there is none, or one is below 0.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.through_time([0.5**k for k in range(49, -1, -1)])
    Gradient through time: over 50 time steps the gradient shrinks 560,000,000,000,000-fold
    """
    found = norms_by_name(norms)
    title = title or through_time_title(found)

    def draw(figure):
        axes = figure.add_subplot()
        asked = []
        for k, (name, values) in enumerate(found.items()):
            steps, shown = np.arange(1, len(values) + 1), drawable(values)
            positive = np.where(shown > 0, shown, np.nan)
            marker = "o" if len(values) <= 60 else None
            axes.plot(steps, positive, color=class_colour(k), label=legend_label(name), marker=marker, markersize=3)
            told = lambda i, name=name, values=values: f"{name}\ntime step {i + 1}\nnorm {number_text(values[i])}"
            asked += [(axes, steps[i], positive[i], told(i)) for i in evenly(len(values), 200)]
        if any((drawable(values) > 0).any() for values in found.values()):
            axes.set_yscale("log")
        axes.set_xlabel("time step (the loss stands behind the last one)")
        axes.set_ylabel("norm of the gradient")
        axes.set_title(wrapped(title, 6.2))
        if len(found) > 1:
            axes.legend()
        return asked

    return FigurePicture(draw, f"Gradient through time: {title}", {k: v.tolist() for k, v in found.items()})
