"""A picture of boxes and arrows: what the views of all graphs have in common."""

from functools import cached_property

from minidl.viz.graphs.dot import dot_of
from minidl.viz.graphs.layout import lay_out
from minidl.viz.graphs.svg import svg_of
from minidl.viz.picture import Picture


class DrawnPicture(Picture):
    """A picture of boxes and arrows.

    Attributes
    ----------
    drawing : Drawing
    dot : str
        The same in Graphviz's language.
    """

    kinds = (".svg", ".png", ".dot", ".html")

    def __init__(self, drawing, text, across=False):
        self.drawing, self._across = drawing, across
        self._layout = lay_out(drawing, across)
        super().__init__(svg_of(drawing, self._layout, text), text)

    @cached_property
    def dot(self):
        """The graph in Graphviz's language."""
        return dot_of(self.drawing, self._across)

    def content(self, kind):
        """The bytes of a file of this kind."""
        if kind == ".png":
            from minidl.viz.graphs.png import png_of  # inside: it loads the figures of Matplotlib

            return png_of(self.drawing, self._layout)
        if kind == ".dot":
            return self.dot.encode()
        return super().content(kind)

    def to_graphviz(self):
        """The graph as an object of the package `graphviz`, for those who work with it."""
        import graphviz  # inside: only this needs it

        return graphviz.Source(self.dot)
