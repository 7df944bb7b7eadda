"""The widgets: each is one ES module and one style sheet that run in the browser as they are."""

from pathlib import Path

import anywidget
import traitlets

from minidl.viz.theme import css

HERE = Path(__file__).parent


def script(name):
    """The ES module of a widget."""
    return (HERE / f"{name}.js").read_text(encoding="utf-8")


def style(name):
    """The style sheet of a widget, with the theme."""
    return css(f".md-{name}-widget") + (HERE / f"{name}.css").read_text(encoding="utf-8")


class GraphWidget(anywidget.AnyWidget):
    """A computation graph that can be zoomed, moved and asked."""

    _esm = script("graph")
    _css = style("graph")
    svg = traitlets.Unicode().tag(sync=True)
    details = traitlets.Dict().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
