"""A trade-off, drawn: curves through the means, with the spread of the runs around them."""

import math

from matplotlib.ticker import MaxNLocator

from minidl.viz.charts.trade_off import trade_off_of
from minidl.viz.figure import FigurePicture, legend_label, wrapped
from minidl.viz.runs.curves_picture import line_style
from minidl.viz.summary import number_text
from minidl.viz.theme import LIGHT

MOST_TICKS = 10


def trade_off(curves, levels=None, xlabel="setting", ylabel="value", log=True, title=None):
    """Draw what one quantity costs in another: a curve through the means, a band from the lowest run to the highest.

    Parameters
    ----------
    curves : dict of str to dict of float to sequence of float
        For each name, what the runs measured at each setting: ``{"1,000 people": {0.5: [0.74, 0.76], 8.0: [0.81, 0.82]}}``.
    levels : dict of str to float, optional
        Values to compare with, as dotted lines.
    xlabel, ylabel : str
    log : bool
        The same distance for each doubling of the setting; settings must be above 0.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Its `data` holds "means", by name.

    Raises
    ------
    ValueError
        When there is nothing to draw, a number is not finite, or a setting below 0 is to stand on a logarithmic axis.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.trade_off({"net": {0.5: [0.7, 0.8], 8.0: [0.9]}}, xlabel="epsilon", ylabel="accuracy")
    Trade-off: net: accuracy 0.75 at epsilon 0.5, 0.90 at 8
    """
    found = trade_off_of(curves, levels)
    if log and min(settings[0] for settings, _ in found.curves.values()) <= 0:
        raise ValueError("a logarithmic axis begins above 0: leave the setting out, or take log=False")
    title = title or found.title(xlabel, ylabel)
    place = math.log2 if log else float

    def draw(figure):
        axes, asked = figure.add_subplot(), []
        for i, (name, (settings, measured)) in enumerate(found.curves.items()):
            means, style = [values.mean() for values in measured], line_style(i)
            places = [place(x) for x in settings]
            ends = [v.min() for v in measured], [v.max() for v in measured]
            axes.fill_between(places, *ends, color=style["color"], alpha=0.18)
            axes.plot(places, means, **style, marker="o", markersize=4, label=legend_label(name))
            for x, mean, values in zip(settings, means, measured, strict=True):
                runs = "  ".join(map(number_text, values))
                asked.append((axes, place(x), mean, f"{name}\n{xlabel} {x:g}\n{ylabel} {number_text(mean)}\nruns {runs}"))
        for i, (name, value) in enumerate(found.levels.items()):
            axes.axhline(
                value, color=LIGHT["faint"], linestyle=(":", "--", "-.")[i % 3], linewidth=1.4, label=legend_label(name)
            )
        every = sorted({x for settings, _ in found.curves.values() for x in settings})
        if len(every) <= MOST_TICKS:
            axes.set_xticks([place(x) for x in every], [f"{x:g}" for x in every])
        elif log:
            axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
            axes.xaxis.set_major_formatter(lambda power, _: f"{2**power:,g}")
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
        axes.set_title(wrapped(title, 6.2))
        axes.legend(fontsize=9, loc="upper left", bbox_to_anchor=(1, 1))
        return asked

    means = {name: [float(v.mean()) for v in measured] for name, (_, measured) in found.curves.items()}
    return FigurePicture(draw, f"Trade-off: {title}", {"means": means, "levels": found.levels}, size=(7.4, 3.6))
