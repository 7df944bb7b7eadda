"""Gradient flow: how large the gradients are, from the first layer to the last, now or over a whole run."""

import numpy as np

from minidl.errors import GraphError
from minidl.nn.module import Module
from minidl.viz.figure import FigurePicture, Grid, faded, plain_label, wrapped
from minidl.viz.runs.diagnosis import diagnose
from minidl.viz.runs.flow import Flow, FlowHistory, flow_title, measured
from minidl.viz.summary import drawable, evenly, number_text
from minidl.viz.theme import LIGHT

MOST_COLUMNS = 60  # steps that a heat map tells apart
MOST_ROWS = 60  # layers that are drawn


def gradient_flow(thing):
    """Draw the size of gradients, weights, their changes and the activations, layer by layer.

    Parameters
    ----------
    thing : Module, Flow or FlowHistory
        A model after ``loss.backward()``: the gradients as they are now. Or what a `Flow` recorded: the whole
        run, with a diagnosis.

    Returns
    -------
    FigurePicture
        Its `data` maps each weight to the quantiles of \\|gradient\\| and \\|value\\|; of a run it holds the numbers of
        every recorded step, and the findings.

    Raises
    ------
    GraphError
        When no parameter has a gradient yet, or nothing was recorded.
    TypeError
        For anything else.
    """
    if isinstance(thing, Flow):
        thing = thing.history
    if isinstance(thing, FlowHistory):
        return run_picture(thing)
    if isinstance(thing, Module):
        return state_picture(thing)
    raise TypeError(
        f"the gradient flow is that of a model, or of what viz.Flow(model) recorded; got a {type(thing).__name__}"
    )


def state_picture(model):
    """The gradients of a model as they are now."""
    data = measured(model)
    title = flow_title(data)
    rows = some(data)

    def draw(figure):
        asked = []
        for place, kind, label in ((1, "gradient", "size of the gradients"), (2, "value", "size of the weights")):
            axes = figure.add_subplot(1, 2, place)
            for row, (name, entry) in enumerate(rows.items()):
                _draw_spread(axes, row, entry[kind], LIGHT[kind])
                asked.append((axes, entry[kind]["quantiles"][2] or np.nan, row, _spread_text(name, label, entry[kind])))
            axes.set_yticks(range(len(rows)), [plain_label(name) for name in rows] if place == 1 else [""] * len(rows))
            axes.set_ylim(len(rows) - 0.5, -0.5)
            if any(entry[kind]["quantiles"][-1] for entry in rows.values()):
                axes.set_xscale("log")
            else:
                axes.set_xticks([])
            axes.set_xlabel(label)
            axes.grid(axis="y", visible=False)
        figure.suptitle(wrapped(title, 8), x=0.01, ha="left", fontsize=12)
        return asked

    tall = max(min(4.0, 0.5 * len(rows)), 0.34 * len(rows))  # many layers move closer, so that the picture is seen whole
    return FigurePicture(draw, f"Gradient flow: {title}", data, size=(8, 1.6 + tall))


def some(by_name):
    """The first and the last of very many layers, and some between them."""
    names = list(by_name)
    return {names[k]: by_name[names[k]] for k in evenly(len(names), MOST_ROWS)}


def _spread_text(name, label, entry):
    low, _, middle, _, high = map(number_text, entry["quantiles"])
    text = f"{name}\n{label}\nmedian {middle}\nnine tenths lie between {low} and {high}\n{entry['zeros']:.1%} are 0"
    return text + (f"\n{entry['not_finite']:.1%} are NaN or infinite" if entry["not_finite"] else "")


def _draw_spread(axes, row, entry, colour):
    """A line for nine tenths of the elements, a bar for the middle half, a dot for the median."""
    low, first, middle, third, high = entry["quantiles"]
    if high:
        low, first, middle, third, high = drawable(entry["quantiles"])
        axes.plot([low, high], [row, row], color=colour, linewidth=1.5)
        axes.plot([first, third], [row, row], color=colour, linewidth=7, solid_capstyle="butt", alpha=0.5)
        axes.plot([middle], [row], color=colour, marker="o", markersize=7)
    notes = [f"{entry['zeros']:.0%} are 0"] if entry["zeros"] > 0.005 else []
    notes += [f"{entry['not_finite']:.0%} NaN or infinite"] if entry["not_finite"] else []
    if notes:
        colour = LIGHT["gradient" if entry["not_finite"] else "faint"]
        place = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": "bottom"}
        axes.annotate(", ".join(notes), (1, row - 0.18), fontsize=9, color=colour, **place)


# ---------------------------------------------------------------- a whole run


def run_picture(history):
    """What a `Flow` recorded: gradients and changes as heat maps of layer by step, activations, and what ails the run."""
    if not history.steps:
        raise GraphError(
            "nothing was recorded: give viz.Flow(model) to fit(..., callbacks=[...]), or call its step(loss) after each step"
        )
    findings = diagnose(history)
    well = "nothing seems to be wrong: gradients of similar size reach all layers"
    title = "; ".join(f.text for f in findings[:2]) or well
    tall = min(MOST_ROWS, max(len(history.gradient), len(history.activations)))

    def draw(figure):
        grid = figure.subplots(2, 2, squeeze=False)
        asked = [
            _heat(grid[0][0], history, history.gradient, "gradient", "gradients (root mean square)"),
            _heat(grid[0][1], history, history.update, "value", "change of a weight in a step / weight"),
            *_draw_loss(grid[1][0], history),
            *_draw_activations(grid[1][1], history),
        ]
        grid[0][1].set_yticklabels([])
        figure.suptitle(wrapped(title, 10), x=0.01, ha="left", fontsize=12)
        return asked

    data = {**vars(history), "findings": [vars(f) for f in findings]}
    return FigurePicture(draw, f"Gradient flow of {len(history.steps)} steps: {title}", data, size=(10, 4.6 + 0.4 * tall))


def _heat(axes, history, sizes, colour, label):
    """Layer by step on a logarithmic scale: pale is small, strong is large."""
    sizes = some(sizes)
    names, steps = list(sizes), np.asarray(history.steps)
    values = np.array([sizes[name] for name in names], dtype=float)
    columns = np.array_split(np.arange(len(steps)), min(MOST_COLUMNS, len(steps)))
    with np.errstate(all="ignore"):
        cells = np.stack([np.median(values[:, c], axis=1) for c in columns], axis=1)
        logs = np.log10(np.where((cells > 0) & np.isfinite(cells), cells, np.nan))
    low, high = (np.nanmin(logs), np.nanmax(logs)) if np.isfinite(logs).any() else (-1.0, 0.0)
    if not np.isfinite(logs).any():
        nothing = "all are 0" if np.isfinite(cells).all() else "none is finite"
        axes.text(0.5, 0.5, nothing, transform=axes.transAxes, ha="center", color=LIGHT["faint"])
    for row, column in np.argwhere(~np.isfinite(cells)):
        axes.text(column, row, "×", ha="center", va="center", fontsize=8, color=LIGHT["gradient"])
    shown = axes.imshow(logs, aspect="auto", cmap=faded(colour), vmin=low, vmax=max(high, low + 1e-6), interpolation="none")
    bar = axes.figure.colorbar(shown, ax=axes, pad=0.02)
    bar.outline.set_visible(False)
    ticks = np.linspace(low, max(high, low + 1e-6), 4)
    bar.set_ticks(ticks, labels=[f"{10**t:.0e}" for t in ticks])
    axes.set_yticks(range(len(names)), [plain_label(name) for name in names])
    marks = np.unique(np.linspace(0, len(columns) - 1, 5).astype(int))
    axes.set_xticks(marks, [str(steps[columns[m][0]]) for m in marks])
    axes.set_title(label, fontsize=11)
    axes.set_xlabel("step")
    axes.grid(visible=False)
    texts = [
        [f"{name}\nstep {steps[c[0]]}\n{label}: {number_text(cells[i, j])}" for j, c in enumerate(columns)]
        for i, name in enumerate(names)
    ]
    return Grid(axes, texts)


def _draw_loss(axes, history):
    loss = drawable(history.loss)
    axes.plot(history.steps, loss, color=LIGHT["ink"], linewidth=1.5)
    axes.set_title("loss", fontsize=11)
    axes.set_xlabel("step")
    told = lambda i: f"step {history.steps[i]}\nloss {number_text(history.loss[i])}"
    return [(axes, history.steps[i], loss[i], told(i)) for i in evenly(len(loss), 100)]


def _draw_activations(axes, history):
    """The output of each layer at the end: the share that is 0, dead or saturated, and its spread in words."""
    rows = list(some(history.activations))
    shares = {"zeros": "faint", "dead": "gradient", "saturated": "second"}
    asked = []
    for row, name in enumerate(rows):
        numbers = {kind: values[-1] for kind, values in history.activations[name].items()}
        for shift, (kind, colour) in enumerate(shares.items()):
            if kind in numbers:
                axes.barh(row + 0.25 * (shift - 1), numbers[kind], 0.25, color=LIGHT[colour])
        words = [f"spread {number_text(numbers['std'])}"] + [f"{numbers[k]:.1%} {k}" for k in shares if k in numbers]
        asked.append((axes, max(numbers.get(k, 0.0) for k in shares), row, "\n".join([f"output of {name}", *words])))
        axes.text(1.02, row, number_text(numbers["std"]), va="center", fontsize=9, color=LIGHT["faint"], clip_on=False)
    for kind, colour in shares.items():
        axes.barh([0], [0], color=LIGHT[colour], label=kind)
    axes.set_yticks(range(len(rows)), [plain_label(name) for name in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.set_title("shares of the outputs (on the right: their spread)", fontsize=11)
    axes.legend(fontsize=9, loc="lower right")
    axes.grid(axis="y", visible=False)
    return asked
