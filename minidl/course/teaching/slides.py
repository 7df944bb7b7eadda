"""Slides of a chapter: one page of HTML with reveal.js and all pictures inside, which needs no network.

A heading begins a slide, and what follows goes down from it, one idea at a time. What comes after a prediction appears
only at the next key, so that the class can guess first.
"""

import copy
import re
from itertools import pairwise
from pathlib import Path

from nbconvert.exporters import SlidesExporter
from nbformat.v4 import new_markdown_cell
from traitlets.config import Config

from minidl.course.notebooks import WIDGET_VIEW
from minidl.course.teaching.chapters import exercise_in, predictions_in, read_chapter
from minidl.system.resources import folder
from minidl.viz.graphs.maths import mathml

ROOM = 9  # lines of text and code above a picture that leave room for it
TALL = 950  # pixels that still fit on a slide of 720, when they are drawn smaller
TEMPLATES = Path(__file__).parent
HEADING = re.compile(r"^#{1,3} ", re.MULTILINE)
CODE = re.compile(r"(^```.*?^```[^\n]*$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$(?!\s)([^$\n]+?)(?<!\s)\$(?![\w$])", re.DOTALL)


def slides(chapter):
    """The page with the slides of a chapter.

    Parameters
    ----------
    chapter : path
        A notebook, with its outputs. Cells may say themselves what they are, by Jupyter's ``slideshow`` metadata.

    Returns
    -------
    str
    """
    notebook, formulas = arranged(read_chapter(chapter))
    reveal = folder("assets") / "reveal"
    exporter = SlidesExporter(
        config=Config({"CSSHTMLHeaderPreprocessor": {"style": "default"}}),
        template_name="slides_template",
        extra_template_basedirs=[str(TEMPLATES)],
        embed_images=True,
    )
    own = {
        "title": re.sub(r"^#+\s*", "", notebook.cells[0].source.partition("\n")[0]) if notebook.cells else chapter.stem,
        "script": (reveal / "reveal.js").read_text(encoding="utf-8"),
        "style": (reveal / "reveal.css").read_text(encoding="utf-8"),
    }
    page, _ = exporter.from_notebook_node(notebook, {"minidl": own, "metadata": {"path": str(Path(chapter).parent)}})
    for number, formula in enumerate(formulas):
        page = page.replace(_token(number), formula, 1)
    return page


def arranged(notebook):
    """A copy of a notebook whose cells say where slides begin, without what needs a kernel or a network.

    Returns
    -------
    notebook, list of str
        Its formulas, for which tokens stand in it.
    """
    notebook = copy.deepcopy(notebook)
    notebook.metadata.pop("widgets", None)
    cells = [piece for cell in notebook.cells for piece in _pieces(cell)]
    notebook.cells, formulas, used = [], [], 0
    for before, cell, after in zip([None, *cells[:-1]], cells, [*cells[1:], None], strict=True):
        kind = _slide_type(cell, before, after)
        together = _height(cell) + (_height(after) if after is not None and predictions_in(cell) else 0)
        if used and used + together > TALL and (kind == "-" or (kind == "fragment" and cell.cell_type == "markdown")):
            kind = "subslide"
        kind = cell.metadata.setdefault("slideshow", {}).setdefault("slide_type", kind)
        used = _height(cell) + (0 if kind in ("slide", "subslide") else used)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
        if cell.cell_type == "markdown":
            cell.source = _take_formulas(cell.source, formulas)
            notebook.cells.append(cell)
        elif question := _question(cell):
            notebook.cells.append(new_markdown_cell(question, metadata=cell.metadata))
        else:
            notebook.cells += _picture_apart(cell, before)
    return notebook, formulas


def _height(cell):
    """About how many pixels a cell is tall on a slide, its pictures as small as they may get."""
    if cell.cell_type == "markdown":
        return 40 * sum(1 + len(line) // 88 for line in cell.source.replace("\n\n", "\0").replace("\n", " ").split("\0"))
    if asked := predictions_in(cell):
        return 40 * (len(asked) + len(asked[-1].choices)) + 20
    outputs = cell.get("outputs", [])
    printed = sum(output.get("text", "").count("\n") for output in outputs)
    drawn = sum("image/svg+xml" in output.get("data", {}) for output in outputs)
    return 40 + 27 * (cell.source.count("\n") + 1 + printed) + 280 * drawn


def _picture_apart(cell, before):
    """A cell of code; where text and code leave no room for its picture, that has a slide of its own, further down."""
    lines = cell.source.count("\n") + (
        len(before.source) / 90 if before is not None and before.cell_type == "markdown" else 0
    )
    drawn = any("image/svg+xml" in output.get("data", {}) for output in cell.get("outputs", []))
    if lines < ROOM or not drawn or cell.metadata["slideshow"]["slide_type"] not in ("-", "subslide", "fragment"):
        return [cell]
    picture = copy.deepcopy(cell)
    picture.id = f"{cell.id}-picture"[-64:]
    picture.metadata |= {"slideshow": {"slide_type": "subslide"}, "transient": {"remove_source": True}}
    cell.outputs = []
    return [cell, picture]


def _question(cell):
    """What a cell asks the class to predict, as a text; "" when it asks nothing.

    Questions with the same choices stand one after the other, above them.
    """
    lines, asked = [], predictions_in(cell)
    for k, this in enumerate(asked, 1):
        lines.append(f"**Predict first.** {this.question}\n")
        if k == len(asked) or asked[k].choices != this.choices:
            lines += [*(f"- {choice}" for choice in this.choices), ""]
    return "\n".join(lines).strip()


def _pieces(cell):
    """A text that goes on under another heading is two."""
    starts = [match.start() for match in HEADING.finditer(_blanked(cell.source))] if cell.cell_type == "markdown" else []
    cuts = sorted({0, *starts, len(cell.source)})
    pieces = [cell.source[a:b].strip() for a, b in pairwise(cuts)]
    if len([piece for piece in pieces if piece]) < 2:
        return [cell]
    copies = []
    for number, piece in enumerate(filter(None, pieces)):
        one = copy.deepcopy(cell)
        one.source, one.id = piece, f"{cell.id}-{number}"[-64:]
        one.metadata["goes_on"] = number == 0  # what comes before the first heading belongs to the cell above
        copies.append(one)
    return copies


def _blanked(text):
    """A text of the same length, without its code: a comment in Python is no heading."""
    return CODE.sub(lambda found: " " * len(found[0]), text)


def _slide_type(cell, before, after):
    if exercise_in(cell):
        return "skip"  # the question stands above it
    follows_code = before is not None and before.cell_type == "code"
    if cell.cell_type == "markdown":
        if re.match(r"#{1,2} ", cell.source):
            return "slide"
        explains = follows_code and not (after is not None and after.cell_type == "code")
        return "fragment" if explains or cell.metadata.get("goes_on") else "subslide"
    if before is not None and predictions_in(before):
        return "fragment"
    return "subslide" if follows_code else "-"


def _token(number):
    """What stands for a formula until Markdown is done, which would take MathML apart."""
    return f"minidl-formula-{number}-"


def _take_formulas(text, formulas):
    r"""A text with tokens for its formulas, which are added to a list as MathML; code stays as it is.

    >>> taken = []
    >>> _take_formulas(r"the slope $\frac{dy}{dx}$ costs `$x$` or 5 $", taken)
    'the slope minidl-formula-0- costs `$x$` or 5 $'
    >>> taken[0].startswith("<math"), len(taken)
    (True, 1)
    """

    def take(found):
        display = found[1] is not None
        try:
            drawn = mathml((found[1] if display else found[2]).strip())
            drawn = drawn.replace('display="inline"', 'display="block"', 1) if display else drawn
        except Exception:  # what the converter does not know stays readable
            return found[0]
        formulas.append(f'<span class="formula">{drawn}</span>' if display else drawn)
        return f"\n\n{_token(len(formulas) - 1)}\n\n" if display else _token(len(formulas) - 1)

    parts = CODE.split(text)
    parts[::2] = [FORMULA.sub(take, part) for part in parts[::2]]
    return "".join(parts)
