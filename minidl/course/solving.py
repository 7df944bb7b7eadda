"""Solved chapters: a chapter with the solutions in place of the exercises, for those who prove that both fit."""

import re
from copy import deepcopy

from minidl.course.notebooks import execute
from minidl.course.rewinding import MARK, REWIND
from minidl.system.processors import ONE_THREAD

NAMED = re.compile(r"^# %% ([\w-]+)\n(.*?)(?=^# %% |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^# %% (ch\d\d\.\w+)\n(.*?)(?=^# %% |\Z)", re.MULTILINE | re.DOTALL)


def solutions(text):
    """Name of an exercise -> the cell that solves it, from a file of solutions.

    >>> solutions("# %% ch01.ex1\\ncheck('ch01.ex1', 5)\\n")
    {'ch01.ex1': "check('ch01.ex1', 5)"}
    """
    return {name: cell.strip() for name, cell in BLOCK.findall(text)}


def exercise_of(source):
    """The exercise that a cell checks, or None."""
    found = re.search(r"""\bcheck\(\s*["'](ch\d\d\.\w+)["']""", source)
    return found[1] if found else None


def solved(notebook, cells):
    """Put the solutions into a notebook (an nbformat object), in place.

    Raises
    ------
    KeyError
        When an exercise has no solution.
    """
    for cell in notebook.cells:
        name = exercise_of(cell.source) if cell.cell_type == "code" else None
        if name:
            cell.source = cells[name]
    return notebook


def execute_also_solved(notebook, folder, answers, env=ONE_THREAD, between=""):
    """Run a chapter as it is, in place; then go back to its first exercise in the same kernel, and go on with the solutions.

    What stands above the first exercise knows no answer, and is run once for both.

    Parameters
    ----------
    notebook : nbformat object
    answers : dict
        Name of an exercise -> the cell that solves it.
    between : str
        Code that is run at the first exercise, before the solutions: what it prints is returned.

    Returns
    -------
    first : int
        The number of the first exercise's cell.
    said : str
    solved : list of cells
        The cells from the first exercise on, solved and run.
    """
    from nbformat.v4 import new_code_cell, new_notebook  # late: who only reads solutions needs no notebooks

    cells = notebook.cells
    first = next(k for k, cell in enumerate(cells) if cell.cell_type == "code" and exercise_of(cell.source))
    aside = new_code_cell("\n".join([REWIND, between, REWIND]))
    again = solved(new_notebook(cells=deepcopy(cells[first:])), answers).cells
    notebook.cells = [*cells, aside, *again]
    execute(notebook, folder, env, silently={first: MARK})
    notebook.cells, again = notebook.cells[: len(cells)], notebook.cells[len(cells) + 1 :]
    return first, "".join(output.text for output in aside.outputs if output.get("name") == "stdout"), again


def solved_project(notebook, text):
    """Put the solution of a project into its notebook (an nbformat object), in place.

    Parameters
    ----------
    notebook : nbformat object
    text : str
        A file of cells: the name of each is the id of the cell whose place it takes; a text cell is a string.

    Raises
    ------
    KeyError
        When the notebook has no cell of such a name.
    """
    cells = {cell.id: cell for cell in notebook.cells}
    for name, source in NAMED.findall(text):
        is_text = cells[name].cell_type == "markdown"
        cells[name].source = source.strip().strip('"').strip() if is_text else source.strip()
    return notebook
