"""A graph in Graphviz's language, with its labels: for those who take it elsewhere. Our own pictures do not need it."""

from minidl.viz.text import one_line
from minidl.viz.theme import FONT, LIGHT

EMPTY = "\u00a0"  # a line without any letter ends Graphviz

DEFAULTS = f"""  graph [rankdir=TB, nodesep=0.3, ranksep=0.35, fontname="{FONT}", fontsize=12, pad=0.2, bgcolor=white]
  node [fontname="{FONT}", fontsize=12, height=0.4, margin="0.15,0.06"]
  edge [arrowsize=0.7, fontname="{FONT}", fontsize=10]"""

LOOKS: dict = {
    "operation": {"shape": "box", "style": "rounded,filled", "fillcolor": LIGHT["value-soft"], "color": LIGHT["value"]},
    "parameter": {"shape": "box", "style": "filled", "fillcolor": LIGHT["parameter-soft"], "color": LIGHT["parameter"]},
    "group": {
        "shape": "box",
        "style": "rounded,filled",
        "fillcolor": LIGHT["panel"],
        "color": LIGHT["value"],
        "peripheries": 2,
    },
    "input": {"shape": "box", "style": "filled", "fillcolor": LIGHT["ground"], "color": LIGHT["faint"]},
}
FRAME = {
    "style": "rounded,filled",
    "labeljust": "l",
    "fillcolor": LIGHT["panel"],
    "color": LIGHT["line"],
    "fontcolor": LIGHT["faint"],
}


def quoted(text):
    r"""Any text as a DOT string that Graphviz shows as it is, in one line.

    Backslashes, quotes, line breaks and character entities lose their meaning; what is long is shortened.

    >>> print(quoted('say "hi" & \\N'))
    "say \"hi\" &amp; \\N"
    """
    text = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def stacked(*lines):
    """Lines of any text, one below the other, as one DOT string."""
    return '"' + "\\n".join(quoted(line)[1:-1] or EMPTY for line in lines) + '"'


def attributes(**values):
    """DOT attributes; values that are not quoted yet are quoted. A trailing underscore is dropped from names."""
    parts = [f"{k.strip('_')}={v if str(v).startswith(chr(34)) else quoted(str(v))}" for k, v in values.items()]
    return "[" + ", ".join(parts) + "]"


def dot_of(drawing, across=False):
    """A drawing in DOT, boxes inside the frames of the open modules."""
    lines = ["digraph computation {", DEFAULTS.replace("TB", "LR") if across else DEFAULTS]

    def fill(frame, indent):
        """The boxes in one frame, then the frames inside it."""
        boxes, inner = drawing.inside(frame)
        lines.extend(indent + _box(box) for box in boxes)
        for f in inner:
            lines.append(f"{indent}subgraph cluster_{f.id} {{")
            lines.append(f"{indent}  graph {attributes(label=stacked(f'▾ {f.label}'), id=f.id, **FRAME)}")
            fill(f.id, indent + "  ")
            lines.append(indent + "}")

    fill("", "  ")
    for e in drawing.edges:
        look = {"class_": "still", "style": "dashed", "color": LIGHT["faint"]} if e.dashed else {"color": LIGHT["value"]}
        lines.append(f"  {e.source} -> {e.target} {attributes(**look)}")
    return "\n".join([*lines, "}", ""])


def _box(box):
    looks = {"class_": box.classes.removeprefix("node "), **LOOKS[box.kind], **({"penwidth": 2.5} if box.root else {})}
    return f"{box.id} {attributes(label=stacked(*(box.lines or [''])), id=box.id, **looks)}"
