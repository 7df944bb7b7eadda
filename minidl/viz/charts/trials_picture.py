"""The trials of a search, drawn: each a line through its settings, down to what came of it."""

from minidl.viz.charts.trials import axes_and_lines, said, trials_title
from minidl.viz.figure import FigurePicture, plain_label, wrapped
from minidl.viz.theme import LIGHT

INCHES = 1.15  # from one axis to the next
READABLE = {"facecolor": LIGHT["ground"], "alpha": 0.85, "linewidth": 0, "pad": 1}  # behind numbers that lines cross


class TrialsPicture(FigurePicture):
    """Parallel axes; in the widget the line under the mouse is traced, and tells its setting."""

    script = "trials"

    def _places(self, figure, asked):
        """Where the lines run, in the units of the SVG: each a list of points, and a text."""
        lines = {}
        for x, y, number in super()._places(figure, asked)["points"]:
            lines.setdefault(number, []).append((x, y))
        return {"lines": [{"points": points, "text": self.data["lines"][k]["text"]} for k, points in lines.items()]}


def trials(found, measure="value", title=None):
    """Draw every trial of a search as a line through its settings, which ends at what came of it.

    With one budget the best fifth stands out, with several (successive halving) those that had the largest. A line ends
    where its trials ended. Numbers far apart stand on a logarithmic axis; a few values stand side by side.

    Parameters
    ----------
    found : minidl.train.Search, or sequence of minidl.train.Trial
    measure : str
        What the value is; smaller is better.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Its `data` holds "axes" and "lines", the best line first: its "heights" (from 0 to 1, None where it did not
        come), whether it was "chosen", and its "text".

    Raises
    ------
    ValueError
        When there is nothing to draw, or the trials do not all have the same settings.

    Examples
    --------
    >>> import minidl as md
    >>> from minidl.train import search
    >>> found = search({"x": [1, 2, 3]}, lambda config: config["x"] ** 2, method="grid")
    >>> md.viz.trials(found, measure="square")
    Trials: 3 settings; the lowest square, 1, has x 1

    References
    ----------
    Inselberg (1985), *The Plane with Parallel Coordinates*.
    """
    axes, lines = axes_and_lines(getattr(found, "trials", found), plain_label(measure))
    title = title or trials_title(lines, plain_label(measure))
    several = any(len(line.trials) > 1 for line in lines)
    width = max(6.4, INCHES * (len(axes) + 0.6))

    def draw(figure):
        plot = figure.add_subplot()
        for x, axis in enumerate(axes):
            plot.axvline(x, color=LIGHT["line"], linewidth=1)
            plot.text(x, 1.07, axis.name, ha="center", va="bottom", fontsize=10, color=LIGHT["ink"])
            for height, text in axis.ticks:
                plot.text(x - 0.04, height, text, ha="right", va="center", fontsize=8, color=LIGHT["faint"], bbox=READABLE)
        labels = {True: "largest budget" if several else "best fifth", False: "others"}
        for k, line in reversed(list(enumerate(lines))):  # the best is drawn last, on top
            points = [(x, height) for x, height in enumerate(line.heights) if height is not None]
            best = k == 0 and line.chosen
            name = "second" if best else "value" if line.chosen else "faint"
            label = "lowest" if best else labels.pop(line.chosen, None)
            look = {"linewidth": 2.6 if best else 1.4, "alpha": 1.0 if best else 0.75 if line.chosen else 0.3}
            plot.plot(*zip(*points, strict=True), color=LIGHT[name], label=label, **look)
        plot.set_xlim(-0.55, len(axes) - 0.85)
        plot.set_ylim(-0.05, 1.05)
        plot.set_axis_off()
        plot.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=3, fontsize=9)
        figure.suptitle(wrapped(title, width - 0.3), x=0.01, ha="left", fontsize=12, color=LIGHT["ink"])
        return [(plot, x, h, k) for k, line in enumerate(lines) for x, h in enumerate(line.heights) if h is not None]

    data = {
        "axes": [axis.name for axis in axes],
        "lines": [
            {"heights": line.heights, "chosen": line.chosen, "text": said(line, plain_label(measure))} for line in lines
        ],
    }
    return TrialsPicture(draw, f"Trials: {title}", data, size=(width, 4.2))
