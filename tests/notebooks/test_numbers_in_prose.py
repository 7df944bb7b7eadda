"""No number in a chapter's prose is typed and forgotten."""

import nbformat
import pytest

from tests.notebooks.numbers_in_prose import missing_in, problems
from tests.notebooks.test_chapters import CHAPTERS

pytestmark = pytest.mark.same_everywhere


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_numbers_in_prose_are_those_that_the_cells_show(chapter):
    assert problems(nbformat.read(chapter, as_version=4)) == []


def notebook(text, printed="", **numbers):
    code = nbformat.v4.new_code_cell("...", outputs=[nbformat.v4.new_output("stream", text=printed)], id="run")
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text, id="text", metadata=numbers), code])


def test_a_number_counts_as_it_is_rounded():
    assert missing_in("91 to 92.5 %", "91.35% ... 92.46%") == []
    assert missing_in("92 %", "91.35%") == ["92"]
    assert missing_in("about 300", "302.9", closeness=0.05) == []
    assert missing_in("28,000,000", "28,000,000-fold") == []


def test_a_number_that_no_cell_shows_is_found():
    told = {"loss of 0.48": "run"}
    assert problems(notebook("It ends at a loss of 0.48.", "loss 0.481", numbers=told)) == []
    assert "0.48 of" in problems(notebook("It ends at a loss of 0.48.", "loss 0.52", numbers=told))[0]
    assert "not in the text" in problems(notebook("It ends at 0.5.", "loss 0.481", numbers=told))[0]


def test_a_measured_number_without_a_source_is_found():
    assert problems(notebook("It reads 92 % of them, at $0.1$ and `0.2`.")) == ["text: where does 92 come from?"]
    assert problems(notebook("It reads 92 % of them.", numbers={"92 %": "given"})) == []
