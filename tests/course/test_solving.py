"""A chapter is run as shipped and solved in one kernel, and each is as it would be alone."""

from copy import deepcopy

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from minidl.course.notebooks import execute, normalise
from minidl.course.solving import execute_also_solved, exercise_of, solutions

DRAWN = "import minidl as md\nmd.manual_seed(3)\nx, kept = md.rand(1).item(), []\nmd.viz.loss_curve([2.0, 1.0])"
EXERCISE = "import random\nx = 0\nprint(md.rand(1).item() + random.random())\ncheck('ch01.ex2', ...)"
BELOW = "later = x, md.rand(1).item()\nlater"
SHIPPED = ["import random\nfrom minidl.course import check\nrandom.seed(1)", DRAWN, EXERCISE, BELOW]
SOLVED = "print(x, md.rand(1).item(), random.random())\ncheck('ch01.ex2', (8, 3, 5))"


def notebook_of(*sources):
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{k}") for k, source in enumerate(sources)]
    return nbformat.v4.new_notebook(cells=cells)


def run(*sources, folder):
    """A notebook that was run by itself."""
    notebook = notebook_of(*sources)
    execute(notebook, folder)
    return notebook


def texts(cells):
    """What each cell says; a stream may come in pieces."""
    return ["".join(o.get("text") or o.data["text/plain"] for o in cell.outputs) for cell in cells]


def test_a_solved_chapter_is_run_as_if_by_itself_and_so_is_the_shipped_one(tmp_path):
    notebook = notebook_of(*SHIPPED)
    first, said, solved = execute_also_solved(notebook, tmp_path, {"ch01.ex2": SOLVED})
    alone, solved_alone = run(*SHIPPED, folder=tmp_path), run(*SHIPPED[:2], SOLVED, BELOW, folder=tmp_path)
    assert (first, said) == (2, "")
    assert normalise(notebook) == normalise(alone)
    assert texts(solved) == texts(solved_alone.cells[first:])
    assert "✓ ch01.ex2: right." in texts(solved)[0]


def test_a_solution_cannot_use_what_is_made_below_it(tmp_path):
    with pytest.raises(CellExecutionError, match="name 'later' is not defined"):
        execute_also_solved(notebook_of(*SHIPPED), tmp_path, {"ch01.ex2": "check('ch01.ex2', later)"})


def test_what_is_asked_between_sees_the_chapter_at_its_first_exercise_and_changes_nothing(tmp_path):
    ask = "print(x > 0, 'later' in globals())\nx = 5\nmd.rand(7)"
    _, said, solved = execute_also_solved(notebook_of(*SHIPPED), tmp_path, {"ch01.ex2": SOLVED}, between=ask)
    _, nothing, as_before = execute_also_solved(notebook_of(*SHIPPED), tmp_path, {"ch01.ex2": SOLVED})
    assert (said, nothing) == ("True False\n", "")
    assert texts(solved) == texts(as_before)


def test_a_chapter_of_which_an_exercise_is_not_solved_is_an_error(tmp_path):
    before = notebook_of(*SHIPPED)
    notebook = deepcopy(before)
    with pytest.raises(KeyError, match=r"ch01\.ex2"):
        execute_also_solved(notebook, tmp_path, {})
    assert notebook == before


def test_solutions_are_read_block_by_block():
    assert solutions("# %% ch01.ex1\nx = 1\n\n# %% ch01.ex2\ny = 2\n") == {"ch01.ex1": "x = 1", "ch01.ex2": "y = 2"}
    assert exercise_of('x = 1\ncheck("ch02.ex3", x)') == "ch02.ex3"
    assert exercise_of("print(1)") is None
