"""Picture: what every drawing function returns. It shows itself in a notebook and saves itself to a file."""

import html
from pathlib import Path

from minidl.files import write_atomically


class Picture:
    """A picture with a static face (SVG) and a line of text that says what it shows.

    Attributes
    ----------
    svg : str
        The picture, light and dark.
    text : str
        What it shows, for a terminal and for a screen reader.
    """

    def __init__(self, svg, text):
        self.svg, self.text = svg, text

    def __repr__(self):
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self.text, "image/svg+xml": self.svg}

    def html(self):
        """The picture as a piece of a page."""
        return f'<figure class="minidl" role="group" aria-label="{html.escape(self.text)}">{self.svg}</figure>'

    def content(self, kind):
        """The bytes of a file of this kind."""
        if kind == ".svg":
            return self.svg.encode()
        if kind == ".html":
            from minidl.viz.page import page

            return page(self.text, [("", self)]).encode()
        raise ValueError(
            f"a {type(self).__name__} is saved as {', '.join(self.kinds)}, not as {kind or 'a file without ending'}"
        )

    kinds: tuple[str, ...] = (".svg", ".html")

    def save(self, path):
        """Write the picture to a file; its ending says in which form.

        Raises
        ------
        ValueError
            For an ending that this picture does not know.
        """
        path = Path(path)
        write_atomically(path, self.content(path.suffix.lower()))
        return path
