"""A chapter as an assignment for nbgrader: its exercises are graded by the checks that the learner sees, too.

Every exercise is a solution cell, followed by a locked cell worth a point, which fails unless `check` said "right" in
the same run. The metadata is nbgrader's, in version 3 of its schema.
"""

import copy

import nbformat
from nbformat.v4 import new_code_cell

from minidl.course.copying import CourseError, file_bytes
from minidl.course.solving import solutions
from minidl.course.teaching.chapters import exercise_in, read_chapter
from minidl.system.files import write_atomically
from minidl.system.resources import folder

SCHEMA = {"schema_version": 3, "grade": False, "locked": False, "solution": False, "task": False}
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def write_assignment(chapter, target):
    """Write both versions of a chapter, in the folders in which nbgrader looks for them.

    Parameters
    ----------
    chapter : path
        A notebook of the course.
    target : path
        ``source/chNN/`` gets the version with solutions, ``release/chNN/`` that for the students.

    Returns
    -------
    list of Path
        The two files.

    Raises
    ------
    CourseError
        When an exercise has no solution.
    OSError
        When the folder cannot be written.
    """
    name = f"ch{chapter.name[:2]}"
    notebook, written = read_chapter(chapter), []
    answers = solutions((folder("solutions") / f"{name}.py").read_text(encoding="utf-8"))
    for version, given in (("source", answers), ("release", None)):
        path = target / version / name / chapter.name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, file_bytes(nbformat.writes(assignment(notebook, given))))
        written.append(path)
    return written


def assignment(notebook, answers=None):
    """A copy of a chapter without outputs and with nbgrader's metadata.

    Parameters
    ----------
    notebook : nbformat object
    answers : dict of str -> str, optional
        The cells that solve the exercises, for the version with solutions.
    """
    made = copy.deepcopy(notebook)
    made.metadata.pop("widgets", None)
    made.cells = []
    for cell in copy.deepcopy(notebook.cells):
        name = exercise_in(cell)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        made.cells.append(cell)
        if name:
            cell.metadata["nbgrader"] = {**SCHEMA, "solution": True, "grade_id": _id(name)}
            if answers is not None:
                cell.source = _solved(cell.source, name, answers)
            made.cells.append(_graded(name))
    return made


def _id(name):
    return name.replace(".", "-")  # nbgrader wants letters, digits, - and _


def _solved(source, name, answers):
    """The solution between the marks that nbgrader takes out, below the question as a comment, which it leaves."""
    if name not in answers:
        raise CourseError(f"the exercise {name} has no solution in the folder solutions")
    question = "\n".join(f"# {line}".rstrip() for line in source.splitlines())
    return f"{question}\n{BEGIN}\n{answers[name]}\n{END}"


def _graded(name):
    """The locked cell that gives the point."""
    source = f'# One point, if check said "right" above.\nfrom minidl.course.answering import require\n\nrequire("{name}")'
    cell = new_code_cell(source, id=f"{_id(name)}-points")
    cell.metadata["nbgrader"] = {**SCHEMA, "grade": True, "locked": True, "points": 1, "grade_id": f"{_id(name)}-points"}
    return cell
