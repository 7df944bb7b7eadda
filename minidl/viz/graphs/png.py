"""A graph as PNG, drawn by matplotlib in the light theme."""

import io

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from minidl.viz.figure import quiet_about_letters
from minidl.viz.graphs.layout import LETTERS, LINE, arrow_head, title_places
from minidl.viz.theme import LIGHT

FILLS = {"operation": "value-soft", "parameter": "parameter-soft", "group": "panel", "input": "ground"}
BORDERS = {"operation": "value", "parameter": "parameter", "group": "value", "input": "faint"}
LAST_LINES = {"faint": "faint", "flow": "gradient", "": "ink"}


def png_of(drawing, layout):
    """The bytes of a PNG, twice as large as the SVG."""
    figure = Figure(figsize=(layout.width / 72, layout.height / 72), facecolor=LIGHT["ground"])
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    axes.set_xlim(0, layout.width)
    axes.set_ylim(layout.height, 0)
    for x, y, line in title_places(drawing):
        _write(axes, x, y, line, "ink", ha="left")
    for frame in drawing.frames:
        if frame.id in layout.frames:
            _draw_frame(axes, frame, layout.frames[frame.id])
    for edge, (points, tip) in zip(drawing.edges, layout.edges, strict=True):
        _draw_edge(axes, edge, points, tip)
    for box in drawing.boxes:
        _draw_box(axes, box, layout.boxes[box.id])
    file = io.BytesIO()
    with quiet_about_letters():
        figure.savefig(file, format="png", dpi=min(144, 72 * 20_000 / max(layout.width, layout.height)))
    return file.getvalue()


def _draw_rect(axes, place, fill, border, rounded=0.0, width=1.0):
    x, y, wide, tall = place
    style = f"round,pad=0,rounding_size={rounded}" if rounded else "square,pad=0"
    look: dict = {"facecolor": LIGHT[fill], "edgecolor": LIGHT[border], "linewidth": width}
    axes.add_patch(FancyBboxPatch((x, y), wide, tall, boxstyle=style, **look))


def _write(axes, x, y, text, colour, **look):
    axes.text(x, y, text, color=LIGHT[colour], parse_math=False, va="center_baseline", fontsize=LETTERS, **look)


def _draw_frame(axes, frame, place):
    _draw_rect(axes, place, "panel", "line", rounded=6)
    _write(axes, place[0] + 9, place[1] + 14, f"▾ {frame.label}", "faint", ha="left")


def _draw_edge(axes, edge, points, tip):
    colour = LIGHT["faint" if edge.dashed else "value"]
    codes = [Path.MOVETO] + [Path.CURVE4] * (len(points) - 1)
    line: dict = {"fill": False, "edgecolor": colour, "linestyle": "--" if edge.dashed else "-"}
    axes.add_patch(PathPatch(Path(points, codes), **line))
    axes.add_patch(Polygon(arrow_head(points, tip), closed=True, color=colour))


def _draw_box(axes, box, place):
    x, y, wide, tall = place
    rounded = 6.0 if box.kind in ("operation", "group") else 0.0
    _draw_rect(axes, place, FILLS[box.kind], BORDERS[box.kind], rounded, 2.5 if box.root else 1.0)
    if box.kind == "group":
        _draw_rect(axes, (x + 2.5, y + 2.5, wide - 5, tall - 5), "panel", "value", 4.0)
    first = y + tall / 2 - (len(box.lines) - 1) * LINE / 2
    for k, line in enumerate(box.lines):
        last = k == len(box.lines) - 1
        _write(axes, x + wide / 2, first + k * LINE, line, LAST_LINES[box.look] if last else "ink", ha="center")
