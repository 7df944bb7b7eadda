"""DOT text and its layout: the only place that speaks to Graphviz.

Graphviz comes inside pygraphviz's wheels, so there is nothing to install by hand.
"""

import os
import re
import tempfile
from contextlib import contextmanager
from html import escape
from pathlib import Path

from minidl.viz.theme import FONT, LIGHT, css

MOST_CHARACTERS = 60


def quoted(text, most=MOST_CHARACTERS):
    r"""Any text as a DOT string that Graphviz shows as it is.

    Backslashes, quotes, line breaks and character entities lose their meaning; what is longer
    than `most` is shortened.

    >>> print(quoted('say "hi" & \\N'))
    "say \"hi\" &amp; \\N"
    """
    text = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()
    if len(text) > most:
        text = text[: most - 1] + "…"
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def stacked(*lines):
    """Lines of any text, one below the other, as one DOT string."""
    return '"' + "\\n".join(quoted(line)[1:-1] for line in lines) + '"'


def attributes(**values):
    """DOT attributes; values that are not quoted yet are quoted. A trailing underscore is dropped from names."""
    parts = [f"{k.strip('_')}={v if str(v).startswith(chr(34)) else quoted(str(v))}" for k, v in values.items()]
    return "[" + ", ".join(parts) + "]"


def laid_out(dot, title):
    """The SVG of a DOT graph, in the reader's theme, with `title` as its accessible name."""
    svg = draw(dot, "svg").decode()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<polygon fill="white" stroke="none"[^>]*/>', "", svg, count=1)
    width, height, box = re.findall(r'width="([\d.]+)pt" height="([\d.]+)pt"\s*viewBox="([^"]+)"', svg)[0]
    head = (
        f'<svg class="minidl-graph" role="img" aria-label="{escape(title)}" width="{width}" height="{height}" '
        f'viewBox="{box}" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    ground = f'<rect class="ground" x="0" y="0" width="{width}" height="{height}"/>'
    body = svg[svg.index(">") + 1 :]
    return f"{head}\n<style>{css('.minidl-graph')}{STYLE}</style>\n{ground}{body}"


def draw(dot, kind):
    """The bytes that Graphviz makes of a DOT graph.

    Raises
    ------
    ImportError
        When pygraphviz is missing; it says how to get it.
    """
    try:
        import pygraphviz
    except ImportError as error:
        raise ImportError(
            "graphs are laid out by pygraphviz, which brings Graphviz along: pip install 'pygraphviz>=2'"
        ) from error
    with _one_font(), _no_complaints_of_fontconfig(), pygraphviz.AGraph(string=dot) as graph:
        return graph.draw(format=kind, prog="dot")


@contextmanager
def _one_font():
    """Let Graphviz measure text with the font that matplotlib ships, so that every machine draws the same picture."""
    if "FONTCONFIG_FILE" in os.environ:
        yield
        return
    from matplotlib import get_data_path

    with tempfile.TemporaryDirectory(prefix="minidl-") as folder:
        settings = Path(folder) / "fonts.conf"
        settings.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            f"<dir>{escape(str(Path(get_data_path()) / 'fonts' / 'ttf'))}</dir><cachedir>{escape(folder)}</cachedir>"
            '<match><edit name="family" mode="assign" binding="strong"><string>DejaVu Sans</string></edit></match>'
            "</fontconfig>",
            encoding="utf-8",
        )
        os.environ["FONTCONFIG_FILE"] = str(settings)
        try:
            yield
        finally:
            del os.environ["FONTCONFIG_FILE"]


@contextmanager
def _no_complaints_of_fontconfig():
    """Keep back what the font library says of the system's settings, which it reads though it need not.

    Everything else that is written to the error stream meanwhile is passed on afterwards.
    """
    error = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(error, 2)
            os.close(error)
            kept.seek(0)
            rest = [line for line in kept if not line.startswith(b"Fontconfig ")]
            if rest:
                os.write(2, b"".join(rest))


STYLE = """
.minidl-graph .ground { fill: var(--md-ground); }
.minidl-graph text { fill: var(--md-ink); }
.minidl-graph .faint text:last-of-type { fill: var(--md-faint); }
.minidl-graph .flow text:last-of-type { fill: var(--md-gradient); }
.minidl-graph .input.flow text:last-of-type { fill: var(--md-faint); }
.minidl-graph .cluster path, .minidl-graph .cluster polygon { fill: var(--md-panel); stroke: var(--md-line); }
.minidl-graph .cluster text { fill: var(--md-faint); }
.minidl-graph .operation :is(path, polygon) { fill: var(--md-value-soft); stroke: var(--md-value); }
.minidl-graph .group :is(path, polygon) { fill: var(--md-panel); stroke: var(--md-value); }
.minidl-graph .parameter :is(path, polygon) { fill: var(--md-parameter-soft); stroke: var(--md-parameter); }
.minidl-graph .input :is(path, polygon) { fill: var(--md-ground); stroke: var(--md-faint); }
.minidl-graph .root path, .minidl-graph .root polygon { stroke-width: 2.5; }
.minidl-graph .edge path { stroke: var(--md-value); }
.minidl-graph .edge polygon { fill: var(--md-value); stroke: var(--md-value); }
.minidl-graph .edge.still path { stroke: var(--md-faint); }
.minidl-graph .edge.still polygon { fill: var(--md-faint); stroke: var(--md-faint); }
"""

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
