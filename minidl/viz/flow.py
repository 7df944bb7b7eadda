"""Gradient flow: how large the gradients are, from the first layer to the last."""

import numpy as np

from minidl.errors import GraphError
from minidl.viz.figure import FigurePicture
from minidl.viz.summary import number_text
from minidl.viz.theme import LIGHT

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def gradient_flow(model):
    """Draw the size of the gradient of every weight, layer by layer, beside the size of the weights.

    Parameters
    ----------
    model : Module
        After ``loss.backward()``.

    Returns
    -------
    FigurePicture
        Its `data` maps each weight to the quantiles of \\|gradient\\| and \\|value\\|.

    Raises
    ------
    GraphError
        When no parameter has a gradient yet.
    """
    weights = [(name, p) for name, p in model.named_parameters() if p.ndim > 1] or list(model.named_parameters())
    seen = {name: p for name, p in weights if p.grad is not None}
    if not seen:
        raise GraphError("no parameter of this model has a gradient yet: call loss.backward() first")
    data = {name: {"gradient": quantiles(p.grad.array), "value": quantiles(p.array)} for name, p in seen.items()}
    title = flow_title(data)

    def draw(figure):
        for place, kind, label in ((1, "gradient", "size of the gradients"), (2, "value", "size of the weights")):
            axes = figure.add_subplot(1, 2, place)
            for row, entry in enumerate(data.values()):
                _draw_spread(axes, row, entry[kind], LIGHT[kind])
            axes.set_yticks(range(len(data)), list(data) if place == 1 else [""] * len(data))
            axes.set_ylim(len(data) - 0.5, -0.5)
            axes.set_xscale("log")
            axes.set_xlabel(label)
            axes.grid(axis="y", visible=False)
        figure.suptitle(title, x=0.01, ha="left", fontsize=12)

    return FigurePicture(draw, f"Gradient flow: {title}", data, size=(8, 1.6 + 0.5 * len(data)))


def quantiles(array):
    """The quantiles of the sizes of all elements that are not 0, and the share that is."""
    sizes = np.abs(array[array != 0])
    values = np.quantile(sizes, QUANTILES).tolist() if sizes.size else [0.0] * len(QUANTILES)
    return {"quantiles": values, "zeros": float((array == 0).mean())}


def flow_title(data):
    """Where the gradients are large and where they are small, in a sentence."""
    medians = {name: entry["gradient"]["quantiles"][2] for name, entry in data.items()}
    if not all(medians.values()):
        return f"no gradient at all reaches {next(name for name, m in medians.items() if not m)}"
    if len(medians) == 1:
        return f"the typical gradient is {number_text(*medians.values())}"
    first, *_, last = medians
    ratio = medians[last] / medians[first]
    if 0.1 <= ratio <= 10:
        return f"gradients are of like size in {first} and {last}"
    way = "shrink" if ratio > 1 else "grow"
    return f"gradients {way} {number_text(max(ratio, 1 / ratio))}-fold on the way back from {last} to {first}"


def _draw_spread(axes, row, entry, colour):
    """A line for nine tenths of the elements, a bar for the middle half, a dot for the median."""
    low, first, middle, third, high = entry["quantiles"]
    if high:
        axes.plot([low, high], [row, row], color=colour, linewidth=1.5)
        axes.plot([first, third], [row, row], color=colour, linewidth=7, solid_capstyle="butt", alpha=0.5)
        axes.plot([middle], [row], color=colour, marker="o", markersize=7)
    if entry["zeros"] > 0.005:
        note = f"{entry['zeros']:.0%} are 0"
        place = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": "bottom"}
        axes.annotate(note, (1, row - 0.18), fontsize=9, color=LIGHT["faint"], **place)
