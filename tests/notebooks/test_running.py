"""Every chapter runs, says what its file says, and can be solved: both in one kernel.

The chapter is run as it is shipped, and compared with its file. Then its kernel goes back to the first exercise, and goes
on with the solutions. Nothing above an exercise can know its answer, so all that an answer could change is run twice: the
exercises, and what stands below them.

With MINIDL_BYTES=required, as in CI, the kernels with which the chapters are written are taken, and no byte of a file may
change. Otherwise it is the code that this processor takes, and numbers may move as far as their cells allow.
"""

import os
import re
from functools import cache

import nbformat
import pytest

from minidl.course.comparing import cell_difference
from minidl.course.notebooks import BYTES, difference_from_file, execute, parting, written
from minidl.course.solving import execute_also_solved, exercise_of, solutions
from minidl.course.teaching.project import solution_of
from minidl.system.processors import ONE_THREAD, for_chapters
from tests.notebooks.test_chapters import CHAPTERS, ROOT

PROJECTS = sorted((ROOT / "notebooks" / "projects").glob("*.ipynb"))
OWN_OBJECTS = """
from minidl.course.answering import exercises as _exercises
from minidl.course.exercise import Experiment as _Experiment, Function as _Function
_tools = {"In", "Out", "exit", "quit", "open", "display", "get_ipython", "check", "predict", "outcome"}
for _name, _exercise in _exercises("{chapter}").items():
    if isinstance(_exercise.kind, _Experiment | _Function):
        for _key, _thing in list(globals().items()):
            if not _key.startswith("_") and _key not in _tools and _exercise.judge(_thing)[0]:
                print(_name, "accepts", _key)
"""


@cache
def kernels():
    """The environment in which notebooks are run, and whether every byte counts."""
    if os.environ.get("MINIDL_BYTES") != "required":
        return ONE_THREAD, False
    env, doubt = for_chapters()
    return env, not doubt


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_says_what_its_file_says_and_solved_it_passes_every_check(chapter):
    env, exact = kernels()
    number = f"ch{chapter.name[:2]}"
    shipped, notebook = (nbformat.read(chapter, as_version=4) for _ in range(2))
    answers = solutions((ROOT / "solutions" / f"{number}.py").read_text(encoding="utf-8"))
    own = OWN_OBJECTS.replace("{chapter}", number)
    first, accepted, solved = execute_also_solved(notebook, chapter.parent, answers, env, own)
    content = written(notebook, shipped)
    assert parting(shipped, notebook) is None
    assert not exact or content == chapter.read_bytes(), BYTES
    assert accepted == ""  # what the chapter itself has made is no answer
    for cell, before in zip(solved, shipped.cells[first:], strict=True):
        if cell.cell_type == "code" and (name := exercise_of(cell.source)):
            printed = "".join(output.text for output in cell.outputs if output.output_type == "stream")
            assert printed.splitlines()[-1].startswith(f"✓ {name}: right")
        elif cell.cell_type == "code":
            assert cell_difference(before, cell) is None


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.stem)
def test_a_project_as_it_begins_says_what_its_file_says(project):
    env, exact = kernels()
    assert difference_from_file(project, env, exact) is None


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.stem)
def test_a_solved_project_reaches_the_bars_of_its_rubric_and_reports_what_its_cells_say(project):
    started, solved = nbformat.read(project, as_version=4), solution_of(project)
    execute(solved, project.parent)
    assert printed(started, "final") == ""  # what is final is still closed
    assert re.findall(r"reached: (\w+)", printed(solved, "final")) == ["True", "True"]
    assert printed(solved, "judge") != printed(started, "judge")
    (report,) = [cell.source for cell in solved.cells if cell.id == "report"]
    shown = "\n".join(printed(solved, cell.id) for cell in solved.cells if cell.cell_type == "code")
    there = [float(n) for n in re.findall(r"\d+(?:\.\d+)?(?=%)", shown)]
    for said in re.findall(r"(\d+) %", report):
        assert any(abs(float(said) - n) <= 2 for n in there) or f"{said} %" in GIVEN.get(project.stem, []), said


GIVEN = {"01_your_own_handwriting": ["98 %", "90 %"]}  # worked out, or tried elsewhere


def printed(notebook, name):
    (cell,) = [cell for cell in notebook.cells if cell.id == name]
    return "".join(output.get("text", "") for output in cell.outputs)
