"""Picture: what every drawing function returns. It shows itself in a notebook and saves itself to a file."""

import html
from pathlib import Path

from minidl.system.files import write_atomically
from minidl.viz.page import page, widget_html
from minidl.viz.text import readable


class Picture:
    """A picture with three views: a widget, a still one (SVG), and a line of text that says what it shows.

    Attributes
    ----------
    svg : str
        The picture, light and dark.
    text : str
        What it shows, for a terminal and for a screen reader.
    script : str
        The name of the ES module in `minidl/viz/widget/` that makes it answer to mouse and keys; "" for none.
    """

    script = ""
    kinds: tuple[str, ...] = (".svg", ".html")

    def __init__(self, svg, text):
        self.svg, self.text, self._widget = svg, readable(text), None

    def __repr__(self):
        return self.text

    def state(self):
        """What the widget in the browser is given: plain data."""
        return {"svg": self.svg, "text": self.text}

    def answer(self, request):
        """What the kernel answers when the widget asks; None for nothing."""

    def widget(self):
        """The interactive view; the same object until it is closed."""
        if self._widget is None or self._widget.closed:
            from minidl.viz.widget import make_widget  # inside: it loads anywidget, which only a notebook needs

            self._widget = make_widget(self.script, self.state(), self.answer)
        return self._widget

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {"text/plain": self.text, "image/svg+xml": self.svg}
        if not self.script:
            return bundle
        try:
            from minidl.viz.widget.shown import remember  # inside: as above

            view = self.widget()._repr_mimebundle_()
        except ImportError:
            return bundle
        remember(self.widget())
        return {**(view[0] if isinstance(view, tuple) else view or {}), **bundle}

    def html(self):
        """The picture as a piece of a page that needs no server."""
        if self.script:
            return widget_html(self.script, self.state(), self.svg)
        return f'<figure class="minidl" role="group" aria-label="{html.escape(self.text)}">{self.svg}</figure>'

    def content(self, kind):
        """The bytes of a file of this kind."""
        if kind == ".svg":
            return self.svg.encode()
        if kind == ".html":
            return page(self.text, [("", self)]).encode()
        raise ValueError(
            f"a {type(self).__name__} is saved as {', '.join(self.kinds)}, not as {kind or 'a file without ending'}"
        )

    def save(self, path):
        """Write the picture to a file; its extension says in which format.

        Raises
        ------
        ValueError
            For an extension that this picture does not know.
        """
        path = Path(path)
        write_atomically(path, self.content(path.suffix.lower()))
        return path
