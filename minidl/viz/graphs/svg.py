"""A graph as SVG: every letter is written here, and escaped."""

from html import escape

from minidl.viz.graphs.layout import FRAME_LETTERS, LETTERS, LINE, arrow_head, title_places
from minidl.viz.text import readable
from minidl.viz.theme import FONT, css

LEAST_SCALE = 0.7  # on a narrow screen a graph is scrolled, rather than made smaller than can be read
STYLE = f"""
.minidl-graph .ground {{ fill: var(--md-ground); }}
.minidl-graph text {{ fill: var(--md-ink); font: {LETTERS}px {FONT}; text-anchor: middle; }}
.minidl-graph .faint text:last-of-type {{ fill: var(--md-faint); }}
.minidl-graph .flow text:last-of-type {{ fill: var(--md-gradient); }}
.minidl-graph .input.flow text:last-of-type {{ fill: var(--md-faint); }}
.minidl-graph .cluster rect {{ fill: var(--md-panel); stroke: var(--md-line); }}
.minidl-graph .cluster text {{ fill: var(--md-faint); text-anchor: start; }}
.minidl-graph .operation rect {{ fill: var(--md-value-soft); stroke: var(--md-value); }}
.minidl-graph .group rect {{ fill: var(--md-panel); stroke: var(--md-value); }}
.minidl-graph .parameter rect {{ fill: var(--md-parameter-soft); stroke: var(--md-parameter); }}
.minidl-graph .input rect {{ fill: var(--md-ground); stroke: var(--md-faint); }}
.minidl-graph .root rect {{ stroke-width: 2.5; }}
.minidl-graph .edge path {{ fill: none; stroke: var(--md-value); }}
.minidl-graph .edge polygon {{ fill: var(--md-value); stroke: var(--md-value); }}
.minidl-graph .edge.still path {{ stroke: var(--md-faint); stroke-dasharray: 5 3; }}
.minidl-graph .edge.still polygon {{ fill: var(--md-faint); stroke: var(--md-faint); }}
"""


def svg_of(drawing, layout, title):
    """The SVG of a drawing, in the reader's theme, with `title` as its accessible name."""
    wide, tall = f"{layout.width:.1f}", f"{layout.height:.1f}"
    name, least = escape(readable(title)), f"{LEAST_SCALE * layout.width:.0f}px"
    head = (
        f'<svg class="minidl-graph" style="min-width: {least}" role="img" aria-label="{name}" width="{wide}" '
        f'height="{tall}" viewBox="0 0 {wide} {tall}" xmlns="http://www.w3.org/2000/svg">'
    )
    parts = [head, f"<style>{css('.minidl-graph')}{STYLE}</style>", f'<rect class="ground" width="{wide}" height="{tall}"/>']
    parts += [_text(x, y, line, look='style="text-anchor: start" ') for x, y, line in title_places(drawing)]
    parts += [_frame(frame, layout.frames[frame.id]) for frame in drawing.frames if frame.id in layout.frames]
    parts += [_edge(edge, *places) for edge, places in zip(drawing.edges, layout.edges, strict=True)]
    parts += [_box(box, layout.boxes[box.id]) for box in drawing.boxes]
    return "\n".join([*parts, "</svg>\n"])


def _rect(place, inset=0.0, rounded=0):
    x, y, wide, tall = place
    size = f'width="{wide - 2 * inset:.1f}" height="{tall - 2 * inset:.1f}"'
    return f'<rect x="{x + inset:.1f}" y="{y + inset:.1f}" {size}' + (f' rx="{rounded}"/>' if rounded else "/>")


def _text(x, y, line, size=LETTERS, look=""):
    return f'<text {look}x="{x:.1f}" y="{y + 0.35 * size:.1f}">{escape(readable(line))}</text>'


def _frame(frame, place):
    x, y, *_ = place
    label = _text(x + 9, y + 14, f"▾ {frame.label}", FRAME_LETTERS)
    return f'<g id="{frame.id}" class="cluster">{_rect(place, rounded=6)}{label}</g>'


def _box(box, place):
    x, y, wide, tall = place
    rounded = 6 if box.kind in ("operation", "group") else 0
    borders = _rect(place, rounded=rounded) + (_rect(place, 2.5, rounded=4) if box.kind == "group" else "")
    first = y + tall / 2 - (len(box.lines) - 1) * LINE / 2
    text = "".join(_text(x + wide / 2, first + k * LINE, line) for k, line in enumerate(box.lines))
    return f'<g id="{box.id}" class="{box.classes}">{borders}{text}</g>'


def _edge(edge, points, tip):
    at = lambda point: f"{point[0]:.1f},{point[1]:.1f}"
    path = f"M{at(points[0])}C{' '.join(map(at, points[1:]))}"
    head = " ".join(map(at, arrow_head(points, tip)))
    still = " still" if edge.dashed else ""
    ends = f'data-source="{edge.source}" data-target="{edge.target}"'
    return f'<g class="edge{still}" {ends}><path d="{path}"/><polygon points="{head}"/></g>'
