"""Charts: drawn by matplotlib, in the theme."""

import io
import re
from html import escape
from typing import Any

from minidl.viz.picture import Picture
from minidl.viz.theme import LIGHT, css, themed

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
    "xtick.color": LIGHT["faint"],
    "ytick.color": LIGHT["faint"],
    "legend.frameon": False,
    "lines.linewidth": 2,
}


class FigurePicture(Picture):
    """A chart with its static face; `data` holds what is drawn, as plain data."""

    kinds = (".svg", ".png", ".html")

    def __init__(self, draw, text, data, size=(7, 4)):
        self._draw, self._size, self.data = draw, size, data
        super().__init__(self._svg(text), text)

    def figure(self):
        """A new matplotlib figure of the chart."""
        import matplotlib as mpl
        from matplotlib.figure import Figure

        with mpl.rc_context(SETTINGS):
            figure = Figure(figsize=self._size)
            self._draw(figure)
            figure.canvas.draw()
        return figure

    def _rendered(self, kind, **options):
        import matplotlib as mpl

        with mpl.rc_context(SETTINGS):
            file = io.BytesIO()
            self.figure().savefig(file, format=kind, **options)
        return file.getvalue()

    def _svg(self, text):
        svg = self._rendered("svg", metadata={"Date": None, "Creator": None}).decode()
        svg = svg[svg.index("<svg") :]
        svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
        svg = themed(svg)
        head = f'<svg class="minidl-chart" role="img" aria-label="{escape(text)}"'
        style = f"<style>{css('.minidl-chart')}.minidl-chart {{ max-width: 100%; height: auto; }}</style>"
        opening, rest = svg.split(">", 1)
        return opening.replace("<svg", head, 1) + ">" + style + rest

    def content(self, kind):
        """The bytes of a file of this kind."""
        return self._rendered("png", dpi=144) if kind == ".png" else super().content(kind)
