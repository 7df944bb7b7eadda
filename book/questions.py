"""Questions and answers: the cells of chapter 28 that hold them, on a page of their own with an anchor each."""

import re

import nbformat

from book.chapters import NOTEBOOKS, page

CHAPTER = "28_moving_on.ipynb"
ASKED = re.compile(r"### (\d+)\. (.+)\n")
OPENING = f"""# Questions and answers

What learners ask again and again, each with a short answer and a cell that shows it. The cells are those of
[chapter 28](chapters/{CHAPTER}), and so are the sections that an answer names. There, too, stand the helpers that some cells
use: `said` prints an error instead of stopping, `fit` trains on sixty batches of digits.
"""


def write(place):
    """Write the page into the source of the book."""
    notebook = nbformat.read(NOTEBOOKS / CHAPTER, as_version=4)
    nbformat.write(questions(page(notebook, CHAPTER)), place / "questions.ipynb")


def questions(notebook):
    """The questions of a chapter as a notebook of their own, with a list of them in front."""
    cells = [cell for cell in notebook.cells if re.fullmatch(r"q\d\d(-text)?", cell.id)]
    asked = [ASKED.search(cell.source) for cell in cells if cell.cell_type == "markdown"]
    contents = "\n".join(f"{found[1]}. [{found[2]}](#question-{found[1]})" for found in asked)
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = with_anchor(cell.source)
    notebook.cells = [nbformat.v4.new_markdown_cell(f"{OPENING}\n{contents}", id="contents"), *cells]
    return notebook


def with_anchor(text):
    """A question as a heading with an anchor, and links where an answer names another question or a chapter.

    >>> print(with_anchor("### 2. Why twice?\\n\\nIt is freed (question 13, chapter 04)."))
    (question-2)=
    ## 2. Why twice?
    <BLANKLINE>
    It is freed ([question 13](#question-13), [chapter 04](chapters/04_backward.ipynb)).
    """
    text = re.sub(r"\bquestion (\d+)", r"[question \1](#question-\1)", text)
    text = re.sub(r"\bchapter (\d\d)\b", link_to_chapter, text)
    return ASKED.sub(r"(question-\1)=\n## \1. \2\n", text)


def link_to_chapter(found):
    """A chapter that is named by its number, as a link; as it stands where there is none."""
    files = sorted(NOTEBOOKS.glob(f"{found[1]}_*.ipynb"))
    return f"[{found[0]}](chapters/{files[0].name})" if files else found[0]
