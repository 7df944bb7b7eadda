"""What is drawn of a graph: boxes with lines of text, inside frames, and edges between them."""

from dataclasses import dataclass, field


@dataclass
class DrawnBox:
    """A box.

    Attributes
    ----------
    id : str
        Letters and digits.
    lines : list of str
        Its text, from the top.
    kind : {"operation", "parameter", "input", "group"}
    look : str
        How the last line is coloured: "faint", "flow", or "".
    frame : str
        The id of the frame it stands in, "" for none.
    root : bool
        Whether it is the result.
    """

    id: str
    lines: list
    kind: str
    look: str = ""
    frame: str = ""
    root: bool = False

    @property
    def classes(self):
        """The classes of its element in the SVG."""
        return " ".join(filter(None, ("node", self.kind, self.look, "root" if self.root else "")))


@dataclass
class DrawnFrame:
    """A frame around boxes, such as an open module."""

    id: str
    label: str
    outer: str = ""


@dataclass
class DrawnEdge:
    """An arrow; a dashed one where no gradient flows."""

    source: str
    target: str
    dashed: bool = False


@dataclass
class Drawing:
    """Boxes, frames (outer ones first) and edges, below the lines of a title."""

    boxes: list
    edges: list
    frames: list = field(default_factory=list)
    title: list = field(default_factory=list)

    def inside(self, frame):
        """The boxes and the frames that stand directly in a frame ("": in none)."""
        return [b for b in self.boxes if b.frame == frame], [f for f in self.frames if f.outer == frame]
