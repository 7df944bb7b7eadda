"""Charts: drawn by matplotlib, in the theme."""

import io
import re
import textwrap
import warnings
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import LogFormatterSciNotation

from minidl.viz.picture import Picture
from minidl.viz.summary import shortened
from minidl.viz.text import one_line, readable
from minidl.viz.theme import LIGHT, css, themed

SUPERSCRIPTS = str.maketrans("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

LEAST_SCALE = 0.6  # on a narrow screen a chart is scrolled, rather than made smaller than can be read
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "minidl",
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.edgecolor": LIGHT["line"],
    "axes.labelcolor": LIGHT["ink"],
    "axes.titlecolor": LIGHT["ink"],
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.facecolor": LIGHT["ground"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "figure.facecolor": LIGHT["ground"],
    "figure.constrained_layout.use": True,
    "grid.color": LIGHT["line"],
    "grid.linewidth": 0.6,
    "text.color": LIGHT["ink"],
    "text.parse_math": False,  # a dollar in a name is a dollar
    "xtick.color": LIGHT["faint"],
    "ytick.color": LIGHT["faint"],
    "legend.frameon": False,
    "lines.linewidth": 2,
}


@dataclass
class Grid:
    """The cells of a heat map that have tooltips: `texts[row][column]` is that of a cell.

    `examples` maps "row,column" to pictures that a click shows, as (PNG as data URI, text); `regions` to what is framed
    while the mouse is on the cell: left, top, right, bottom in the units of the axes. `box` says in the same way where
    the cells lie; without it each is one unit wide.
    """

    axes: Any
    texts: list
    examples: dict = field(default_factory=dict)
    regions: dict = field(default_factory=dict)
    box: tuple = ()


class FigurePicture(Picture):
    """A chart; `data` holds what is drawn, as plain data.

    Parameters
    ----------
    draw : function
        Draws on a matplotlib figure. It may return what has a tooltip in the widget: a list of
        points, ``(axes, x, y, text)`` with a picture as data URI if there is one, and of `Grid`.
    text : str
        What the chart shows, in a line.
    data : plain data
    size : (float, float)
        Width and height in inches.
    images : list of str, optional
        Smaller PNGs, as data URIs, for the images of the SVG in their order.
    frames : list of dict, optional
        A film: each has "name", "text" and "images", a PNG as data URI for ids of images in the chart.
    film : str
        What the slider of the film counts.
    """

    script = "chart"
    kinds = (".svg", ".png", ".html")

    def __init__(self, draw, text, data, size=(7, 4), images=(), frames=(), film="frame"):
        self._images = list(images)
        self._draw, self._size, self.data, self.frames, self.film = draw, size, data, list(frames), film
        super().__init__(self._svg(text), text)

    def figure(self):
        """A new matplotlib figure of the chart."""
        return self._drawn()[0]

    def _drawn(self):
        """The figure, and what has a tooltip in it."""
        with mpl.rc_context(SETTINGS), quiet_about_letters():
            figure = Figure(figsize=self._size)
            asked = self._draw(figure) or []
            _plain_text(figure)
            figure.canvas.draw()
        return figure, asked

    def _rendered(self, figure, kind, **options):
        with mpl.rc_context(SETTINGS), quiet_about_letters():
            file = io.BytesIO()
            figure.savefig(file, format=kind, **options)
        return file.getvalue()

    def _svg(self, text):
        figure, asked = self._drawn()
        svg = self._rendered(figure, "svg", metadata={"Date": None, "Creator": None}).decode()
        self._asked = self._places(figure, asked)
        svg = readable(svg[svg.index("<svg") :])
        svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, count=1, flags=re.DOTALL)
        smaller = iter(self._images)
        svg = in_tags(svg, lambda tag: re.sub(r'data:image/png;base64,[^"]*', lambda old: next(smaller, old[0]), tag))
        svg, classes = _shared_styles(in_tags(_smaller(svg), themed))
        least = round(LEAST_SCALE * 96 * self._size[0])
        head = f'<svg class="minidl-chart" style="min-width: {least}px" role="img" aria-label="{escape(readable(text))}"'
        style = f"<style>{css('.minidl-chart')}.minidl-chart {{ max-width: 100%; height: auto; }}{classes}</style>"
        opening, rest = svg.split(">", 1)
        return opening.replace("<svg", head, 1) + ">" + style + rest

    def _places(self, figure, asked):
        """Points and grids in the units of the SVG (72 to the inch, from the top left)."""
        whole = figure.bbox

        def place(axes, x, y):
            right, up = axes.transData.transform((x, y))
            return [
                round(right / whole.width * figure.get_figwidth() * 72, 1),
                round((1 - up / whole.height) * figure.get_figheight() * 72, 1),
            ]

        points, grids = [], []
        for item in asked:
            if isinstance(item, Grid):
                box = item.box or (-0.5, -0.5, len(item.texts[0]) - 0.5, len(item.texts) - 0.5)
                corners = lambda edges, axes=item.axes: [*place(axes, *edges[:2]), *place(axes, *edges[2:])]
                regions = {cell: corners(edges) for cell, edges in item.regions.items()}
                grids.append({"box": corners(box), "texts": item.texts, "examples": item.examples, "regions": regions})
            elif np.isfinite(item[1:3]).all() and np.isfinite(at := place(*item[:3])).all():
                points.append([*at, *item[3:]])
        return {"points": points, "grids": grids}

    def state(self):
        """What the widget in the browser is given."""
        return {**super().state(), **self._asked, "frames": self.frames, "film": self.film}

    def content(self, kind):
        """The bytes of a file of this kind."""
        return self._rendered(self.figure(), "png", dpi=144) if kind == ".png" else super().content(kind)


def _plain_text(figure):
    """Make all text of a figure plain: what the user wrote readable, and powers of ten without mathtext."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if axis.get_scale() == "log":
                axis.set_major_formatter(Powers())
                axis.set_minor_formatter(Powers(minor_thresholds=(1, 0.4)))
    for text in figure.findobj(Text):
        text.set_text(readable(text.get_text()))


class Powers(LogFormatterSciNotation):
    """Writes powers of ten at a logarithmic axis as letters, not as mathtext."""

    def __call__(self, x, pos=None):
        """The text of a mark."""
        text = super().__call__(x, pos).replace(r"\times", "×")
        power = re.search(r"([\d.]*×?)10\^\{([-−\d.]+)\}", text)
        if not power or power[1] not in ("", "2×", "5×"):  # all from 2 to 9 would run into one another
            return ""
        return power[1] + "10" + power[2].translate(SUPERSCRIPTS)


def _smaller(svg):
    """The SVG without what nobody sees: indentation, groups around single marks, hundredths of points, spaces in paths."""
    svg = re.sub(r">\s+<", "><", svg)
    svg = re.sub(r'(<use [^>]*/>)</g><g clip-path="[^"]*">(?=<use)', r"\1", svg)
    short = lambda tag: re.sub(r' (?:d|x|y)="[^"]*"', lambda found: re.sub(r"(\d\.\d)\d+", r"\1", found[0]), tag)
    tight = lambda found: re.sub(r"\s*([MLCQz])\s*", r"\1", found[0]).replace("\n", " ")
    return in_tags(svg, lambda tag: re.sub(r' d="[^"]*"', tight, short(tag)))


def in_tags(svg, change):
    """The SVG with `change` made to its tags alone: between them stands the text of users."""
    return re.sub(r"<[^<>]+>", lambda tag: change(tag[0]), svg)


def _shared_styles(svg):
    """The SVG with styles that occur again and again as classes, and their style sheet.

    A class is named after its style, so that charts on one page do not disturb one another.
    """
    counts = Counter(re.findall(r' style="([^"]+)"', svg))
    names = {style: f"s{zlib.crc32(style.encode()):08x}" for style, n in counts.items() if n > 3}
    shared = lambda found: f' class="{names[found[1]]}"' if found[1] in names else found[0]
    svg = in_tags(svg, lambda tag: re.sub(r' style="([^"]+)"', shared, tag))
    return svg, "".join(f".{name}{{{style}}}" for style, name in names.items())


@contextmanager
def quiet_about_letters():
    """A letter that the font of a PNG lacks is drawn as a box; in an SVG the reader's own font has it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def wrapped(text, inches):
    """A title broken into lines that fit a chart of this width."""
    parts = [one_line(part, 400) for part in str(text)[:2000].split("\n")]
    lines = [line for part in parts for line in textwrap.wrap(part, int(11 * inches))]
    return "\n".join(lines[:6])


def plain_label(text, most=24):
    """Any text as a short label."""
    return shortened(text, most)


def legend_label(text):
    r"""Any text as a label that a legend shows: matplotlib leaves out what is empty, and what begins with an underscore.

    >>> legend_label("loss"), legend_label("_loss")
    ('loss', '\u200b_loss')
    """
    label = plain_label(text)
    return label if label[:1] not in ("", "_") else "\u200b" + label


def faded(name):
    """A colour map from transparent to one of the theme's colours; it looks right on a light and on a dark background."""
    colour = to_rgb(LIGHT[name])
    return LinearSegmentedColormap.from_list(f"minidl {name}", [(*colour, 0.04), (*colour, 1.0)])  # NaN stays clear
