"""Where boxes and arrows stand: the only place that speaks to Graphviz.

Graphviz comes inside pygraphviz's wheels, so there is nothing to install by hand. It is told how large the boxes are, and
never what is written in them: the layout of text is where labels can end the process (an empty first line does), where the
fonts of a machine change the picture, and where the font library writes to the error stream.
"""

import json
import math
from dataclasses import dataclass
from functools import cache
from threading import Lock

from matplotlib import get_data_path
from matplotlib.ft2font import FT2Font

LETTERS = 12  # points
LINE = 1.2 * LETTERS
SIDE, TOP = 10.8, 4.3  # between the text of a box and its border
LEAST = (54.0, 28.8)
FRAME_LETTERS = 12
PAD = 14.4  # around everything
ROOM = '<<TABLE BORDER="0" CELLBORDER="0" FIXEDSIZE="TRUE" WIDTH="{wide}" HEIGHT="16"><TR><TD></TD></TR></TABLE>>'
_one_at_a_time = Lock()  # Graphviz keeps its state in global variables


@dataclass
class Layout:
    """Places in points, from the top left.

    Attributes
    ----------
    width, height : float
    boxes : dict of str -> (float, float, float, float)
        Left, top, width, height.
    frames : dict of str -> (float, float, float, float)
        The same.
    edges : list of (list of (float, float), (float, float))
        For each edge the points of its Bézier curves (one, and three more for each curve), and its tip.
    """

    width: float
    height: float
    boxes: dict
    frames: dict
    edges: list


@cache
def _advance(letter):
    """The width of a letter in ems, in the font that matplotlib ships: the same on every machine."""
    font = _font()
    if not font.get_char_index(ord(letter)):  # a letter of another script, or an emoji
        return 1.1
    return font.load_char(ord(letter)).linearHoriAdvance / 65536 / LETTERS


@cache
def _font():
    font = FT2Font(f"{get_data_path()}/fonts/ttf/DejaVuSans.ttf")
    font.set_size(LETTERS, 72)
    return font


def text_width(text, size=LETTERS):
    """The width of one line of text in points."""
    return size * sum(map(_advance, text))


def box_size(box):
    """Width and height of a box that holds its lines."""
    wide = max(map(text_width, box.lines), default=0.0) + 2 * SIDE
    return max(LEAST[0], wide), max(LEAST[1], LINE * len(box.lines) + 2 * TOP)


def lay_out(drawing, across=False):
    """Find a place for everything.

    Parameters
    ----------
    drawing : Drawing
    across : bool
        Whether the arrows run from left to right instead of down.

    Raises
    ------
    ImportError
        When pygraphviz is missing; it says how to get it.
    """
    try:
        import pygraphviz  # inside: where it is missing, the other pictures work
    except ImportError as error:
        raise ImportError(
            "graphs are laid out by pygraphviz, which brings Graphviz along: pip install 'pygraphviz>=2'"
        ) from error
    with _one_at_a_time:
        sizes = {box.id: box_size(box) for box in drawing.boxes}
        with pygraphviz.AGraph(string=_question(drawing, sizes, across)) as graph:
            answer = json.loads(graph.draw(format="json0", prog="dot"))
    return _places(answer, drawing, sizes)


def _question(drawing, sizes, across):
    """The graph in DOT without a letter of text: ids that we made, and numbers."""
    names = {box.id: f"n{k}" for k, box in enumerate(drawing.boxes)}
    frames = {frame.id: f"cluster_{k}" for k, frame in enumerate(drawing.frames)}
    lines = [
        "digraph {",
        f"graph [rankdir={'LR' if across else 'TB'}, nodesep=0.3, ranksep=0.35]",
        'node [shape=box, fixedsize=true, label=""]',
        "edge [arrowsize=0.7]",
    ]

    def fill(frame):
        boxes, inner = drawing.inside(frame)
        for box in boxes:
            wide, tall = sizes[box.id]
            lines.append(f"{names[box.id]} [width={wide / 72:.3f}, height={tall / 72:.3f}]")
        for f in inner:
            wide = math.ceil(text_width(f"▾ {f.label}", FRAME_LETTERS))
            table = (
                f'<<TABLE BORDER="0" CELLBORDER="0" FIXEDSIZE="TRUE" WIDTH="{wide}" HEIGHT="16"><TR><TD></TD></TR></TABLE>>'
            )
            lines.append(f"subgraph {frames[f.id]} {{ graph [label={table}, labeljust=l]")
            fill(f.id)
            lines.append("}")

    fill("")
    lines += [f"{names[e.source]} -> {names[e.target]} [id=e{k}]" for k, e in enumerate(drawing.edges)]
    return "\n".join([*lines, "}"])


def _places(answer, drawing, sizes):
    left, bottom, right, top = map(float, answer["bb"].split(","))
    title = LINE * (len(drawing.title) + 0.5) if drawing.title else 0.0
    place = lambda x, y: (x - left + PAD, top - y + PAD + title)  # Graphviz counts from the bottom
    by_name = {item["name"]: item for item in answer.get("objects", ())}
    boxes = {}
    for k, box in enumerate(drawing.boxes):
        x, y = place(*map(float, by_name[f"n{k}"]["pos"].split(",")))
        wide, tall = sizes[box.id]
        boxes[box.id] = (x - wide / 2, y - tall / 2, wide, tall)
    frames = {}
    for k, frame in enumerate(drawing.frames):
        if f"cluster_{k}" in by_name:
            x0, y0, x1, y1 = map(float, by_name[f"cluster_{k}"]["bb"].split(","))
            frames[frame.id] = (*place(x0, y1), x1 - x0, y1 - y0)
    drawn = {edge["id"]: edge["pos"] for edge in answer.get("edges", ())}
    edges = [_curve(drawn[f"e{k}"], place) for k in range(len(drawing.edges))]
    wide = max([right - left, *map(text_width, drawing.title)])
    return Layout(wide + 2 * PAD, top - bottom + 2 * PAD + title, boxes, frames, edges)


def title_places(drawing):
    """The lines of the title, each with the left end of its middle line."""
    return [(PAD, PAD + k * LINE, line) for k, line in enumerate(drawing.title)]


def _curve(pos, place):
    """The points of an edge, and its tip."""
    points = [place(*map(float, part.split(",")[-2:])) for part in pos.split() if not part.startswith("e,")]
    tip = next((place(*map(float, part.split(",")[1:])) for part in pos.split() if part.startswith("e,")), points[-1])
    return points, tip


def arrow_head(points, tip, width=2.5):
    """The three corners of the head of an arrow."""
    (x0, y0), (x1, y1) = points[-1], tip
    long = math.hypot(x1 - x0, y1 - y0) or 1.0
    across = (-(y1 - y0) / long * width, (x1 - x0) / long * width)
    return [(x0 + across[0], y0 + across[1]), tip, (x0 - across[0], y0 - across[1])]
