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
    """The playground, as it opens."""
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
                    first[names[-1]] = chapter, picture, making_lines(cell.source, names[-1])
    return first


def making_lines(source, name, most=8):
    """The statements of a cell that make a picture, whole: the last ones, as many as fit into so many lines, after the one
    that names it.

    >>> print(making_lines("live = md.viz.Live()\\nfor k in a:\\n    b\\n    c\\nlive.close()", "Live", most=2))
    live = md.viz.Live()
    ...
    live.close()
    """
    lines, statements = source.splitlines(), ast.parse(source).body
    starts = [statement.lineno - 1 for statement in statements]
    begin = next((k for k in starts if len(lines) - k <= most), starts[-1])
    shown = lines[begin:]
    if not any(f"md.viz.{name}(" in line for line in shown):
        spans = [lines[one.lineno - 1 : one.end_lineno] for one in statements]
        naming = next(span for span in reversed(spans) if any(f"md.viz.{name}(" in line for line in span))
        shown = [*naming, *([] if naming[-1] == lines[begin - 1] else ["..."]), *shown]
    return "\n".join(shown)
