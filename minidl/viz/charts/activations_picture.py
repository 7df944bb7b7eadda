"""What the layers of a network put out, drawn."""

from minidl.viz.charts.activations import activations_title, layer_outputs
from minidl.viz.figure import FigurePicture, plain_label, wrapped
from minidl.viz.summary import number_text
from minidl.viz.theme import LIGHT


def activations(model, x, title=None):
    """Draw what every layer puts out for an input: the distribution, and the share that is 0.

    Parameters
    ----------
    model : Module
        It is left as it was.
    x : Tensor
        A batch of inputs.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Its `data` maps each layer to "mean", "std", "zeros" and, where it applies, "dead" and "saturated".

    Raises
    ------
    MinidlError
        When no layer ran.
    """
    outputs = layer_outputs(model, x)
    title = title or activations_title(outputs)

    def draw(figure):
        rows = figure.subplots(len(outputs), 1, squeeze=False)[:, 0]
        asked = [point for axes, output in zip(rows, outputs, strict=True) for point in _draw_layer(axes, output)]
        figure.suptitle(wrapped(title, 7), x=0.01, ha="left", fontsize=12)
        return asked

    data = {output.name: output.numbers for output in outputs}
    return FigurePicture(draw, f"Activations: {title}", data, size=(7, 0.7 + 0.95 * len(outputs)))


def _draw_layer(axes, output):
    """The histogram of one layer, with a tooltip for each bar."""
    axes.set_ylabel(f"{plain_label(output.name, 14)}\n{output.kind}", rotation=0, ha="right", va="center", fontsize=9)
    axes.set_yticks([])
    if output.shares is None:
        axes.set_xticks([])
        axes.text(0.5, 0.5, "no finite value", transform=axes.transAxes, ha="center", color=LIGHT["gradient"])
        return []
    axes.stairs(output.shares, output.edges, fill=True, color=LIGHT["value"])
    axes.tick_params(labelsize=8)
    beside: dict = {"xycoords": "axes fraction", "va": "center", "fontsize": 9, "color": LIGHT["faint"]}
    axes.annotate("\n".join(_notes(output)), (1.01, 0.5), **beside)
    return [
        (axes, (a + b) / 2, share, f"output of {output.name}\n{share:.1%} between {number_text(a)} and {number_text(b)}")
        for share, a, b in zip(output.shares, output.edges, output.edges[1:], strict=False)
    ]


def _notes(output):
    numbers = output.numbers
    notes = [f"spread {number_text(numbers['std'])}"]
    notes += [f"{numbers[k]:.0%} {k}" for k in ("zeros", "dead", "saturated") if numbers.get(k, 0) > 0.005]
    return notes + ([f"{output.bad / output.size:.0%} NaN or infinite"] if output.bad else [])
