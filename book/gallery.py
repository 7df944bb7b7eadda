"""The gallery: one picture of each kind, alive, with the lines that made it in its chapter."""

import ast
import re
from pathlib import Path

import nbformat

import minidl as md
from book import pictures

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
CALL = re.compile(r"\bmd\.viz\.(\w+)\(")


def write(place):
    """Write the gallery into the source of the book."""
    pieces = ["# Gallery\n\nEach picture is alive: hover, drag, step. Below it are the lines that make it.\n"]
    for name, (chapter, picture, code) in sorted(found().items()):
        link = f"[chapter {chapter.stem[:2]}](chapters/{chapter.name})"
        pieces.append(f"## viz.{name}\n\nFrom {link}.\n\n{picture}\n\n```python\n{code}\n```\n")
    (place / "gallery.md").write_text("\n".join(pieces), encoding="utf-8")
    (place / "playground.md").write_text(playground(), encoding="utf-8")


def playground():
    """The playground, before its first step."""
    picture = md.viz.playground()
    view = picture.widget()
    return pictures.alive("play", view.state, picture.svg, repr(picture))


def found():
    """The first picture of each kind: name -> (chapter, picture as HTML, code)."""
    first = {}
    for chapter in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(chapter, as_version=4)
        models = pictures.states(notebook)
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                widget = pictures.widget_of(output, models)
                names = CALL.findall(cell.source)
                if widget and names and names[-1] not in first:
                    words = output.data.get("text/plain", "")
                    picture = pictures.alive(*widget, output.data.get("image/svg+xml", ""), words)
                    picture = picture.replace("\n\n", "\n")  # an empty line would end the HTML in a page of Markdown
                    first[names[-1]] = chapter, picture, last_lines(cell.source)
    return first


def last_lines(source, most=8):
    """The last statements of a cell, whole: as many as fit into so many lines, and at least one.

    >>> print(last_lines("a = 1\\nfor k in a:\\n    b\\n    c\\nd", most=4))
    for k in a:
        b
        c
    d
    """
    lines = source.splitlines()
    starts = [statement.lineno - 1 for statement in ast.parse(source).body]
    return "\n".join(lines[next((k for k in starts if len(lines) - k <= most), starts[-1]) :])
