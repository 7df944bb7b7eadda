"""Solved chapters: a chapter with the solutions in place of the exercises, for those who prove that both fit."""

import re

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
