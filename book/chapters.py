"""The chapters as pages: pictures alive, guesses and exercises as far as they go without Python."""

import html
import json
import re
from pathlib import Path

import nbformat

from book import mathml, pictures
from book.answers import answers
from book.glossary import Glossary
from minidl.course.answering import exercises
from minidl.course.predicting import predictions
from minidl.course.prediction_box import with_marks
from minidl.course.solving import exercise_of

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
PREDICT = re.compile(r"""^predict\(["'](ch\d+\.p\d+)["']""", re.MULTILINE)
OUTCOME = re.compile(r"""\boutcome\(["'](ch\d+\.p\d+)["']""")
SUMMARY = re.compile(r"<summary>.*?</summary>", re.DOTALL)
FORMULA = re.compile(r"\$([^$\n]+)\$")
NOTHING = {"text/plain": ""}  # a display whose content was closed
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#|mailto:)([^)\s]+)\)")


def write(place):
    """Write all chapters and projects, the glossary and the page for teachers into the source of the book."""
    folder = place / "chapters"
    (folder / "projects").mkdir(parents=True)
    glossary = Glossary((NOTEBOOKS / "GLOSSARY.md").read_text(encoding="utf-8"))
    for path in sorted(NOTEBOOKS.rglob("*.ipynb"), key=lambda path: (len(path.parts), path)):
        name = path.relative_to(NOTEBOOKS)
        notebook = page(nbformat.read(path, as_version=4), path.name, path.parent)
        prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
        up = "../" * (len(name.parts) - 1)
        linked = glossary.linked([cell.source for cell in prose], name.with_suffix("").as_posix(), up)
        for cell, text in zip(prose, linked, strict=True):
            cell.source = text
        nbformat.write(notebook, folder / name)
    for path in sorted(NOTEBOOKS.rglob("*.md")):
        text = glossary.page() if path.name == "GLOSSARY.md" else path.read_text(encoding="utf-8")
        (folder / path.relative_to(NOTEBOOKS)).write_text(elsewhere(text, path.parent), encoding="utf-8")


def elsewhere(text, folder=NOTEBOOKS):
    """A text without links to files that are no pages: only their words stay.

    >>> elsewhere("[Next](01_numbers_in_boxes.ipynb), and the [source](../minidl/engine/tensor.py)")
    '[Next](01_numbers_in_boxes.ipynb), and the source'
    """

    def kept(match):
        target = (folder / match[2].partition("#")[0]).resolve()
        return match[0] if target.is_relative_to(NOTEBOOKS) and target.is_file() else match[1]

    return LINK.sub(kept, text)


def with_formulas(text):
    r"""A text in which questions that unfold have their formulas as MathML: they are HTML, and Sphinx leaves that as it is.

    >>> with_formulas(r"<summary>Is $x$ one?</summary> And $y$?").count("<math")
    1
    """
    drawn = lambda formula: mathml.converted(formula[1], "inline")
    return SUMMARY.sub(lambda question: FORMULA.sub(drawn, question[0]), text)


def page(notebook, file, folder=NOTEBOOKS):
    """A notebook whose outputs show in a browser without a kernel, in place."""
    models = pictures.states(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = with_formulas(elsewhere(cell.source, folder))
            continue
        if cell.cell_type != "code":
            continue
        if asked := PREDICT.findall(cell.source):
            cell.outputs = [as_html(guess_box(name)) for name in asked]
        elif name := exercise_of(cell.source):
            cell.outputs = [as_html(answer_box(name, file))]
        else:
            cell.outputs = [shown(output, models) for output in cell.outputs if output.get("data") != NOTHING]
        if awaited := OUTCOME.findall(cell.source):
            tags = cell.metadata.setdefault("tags", [])
            tags += [f"awaits-{name.replace('.', '-')}" for name in awaited]
    notebook.metadata.pop("widgets", None)
    return notebook


def shown(output, models):
    """An output, as HTML when it is a widget of ours."""
    found = pictures.widget_of(output, models)
    if found is None:
        if "data" in output:
            output.data.pop(pictures.VIEW, None)
            if "image/svg+xml" in output.data and "text/html" not in output.data:
                return as_html(f'<div class="md-still">{output.data["image/svg+xml"]}</div>')
        return output
    name, state = found
    still = output.data.get("image/svg+xml", "")
    return as_html(pictures.alive(name, state, still, output.data.get("text/plain", "")))


def as_html(text):
    """An output that is HTML."""
    return nbformat.v4.new_output("display_data", {"text/html": text})


def guess_box(name):
    """The box of a prediction: a guess opens the output that answers it."""
    asked = predictions(name.split(".")[0])[name]
    data = {"name": name, "choices": [str(choice) for choice in asked.choices], "words": asked.words, "unit": asked.unit}
    question = with_marks(asked.question)
    return f'<div class="md-guess" data-guess="{attribute(data)}"><b>Predict first.</b> {question}</div>'


def answer_box(name, file):
    """The box of an exercise."""
    exercise = exercises(name.split(".")[0])[name]
    data = {"name": name, "hint": exercise.hint, **answers(name, exercise)}
    command = f'minidl lab <span class="md-kept">--notebook</span> {html.escape(file)}'  # a line may end behind a hyphen
    title = exercise.title if exercise.title.endswith("?") else f"{exercise.title}."
    return (
        f'<div class="md-exercise" data-exercise="{attribute(data)}"><b>{name}</b> {html.escape(title)} '
        f"<span>Run this chapter to be checked: <code>{command}</code></span></div>"
    )


def attribute(data):
    """Data as the value of an attribute."""
    return html.escape(json.dumps(data, ensure_ascii=False))
