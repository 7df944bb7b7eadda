"""Projects: what a learner and a teacher get. `tests/notebooks/test_running.py` runs them."""

import re

import nbformat
import numpy as np
import pytest

import minidl as md
from minidl.cli import main
from minidl.course.copying import CourseError, copy_course
from minidl.course.solving import NAMED, solved_project
from minidl.course.teaching.project import find_project, write_project
from minidl.system.resources import folder
from tests.fixtures.make_example_digits import PER_DIGIT, make

PROJECTS = sorted((folder("notebooks") / "projects").glob("*.ipynb"))


@pytest.fixture(params=PROJECTS, ids=lambda path: path.stem)
def project(request):
    return request.param


def test_a_project_says_what_it_needs_and_its_rubric_has_twenty_points(project):
    notebook = nbformat.read(project, as_version=4)
    assert re.search(r"^\*About \w+ hours, .*You need chapters", notebook.cells[0].source, re.MULTILINE)
    rubric = project.with_name(f"{project.stem}_rubric.md")
    assert f"({rubric.name})" in notebook.cells[0].source
    rows = re.findall(r"^\| \*\*.*?\*\* \((\d+)\) \|", rubric.read_text(encoding="utf-8"), re.MULTILINE)
    assert sum(map(int, rows)) == 20


def test_the_bars_of_the_rubric_are_those_of_the_notebook(project):
    (cell,) = [cell.source for cell in nbformat.read(project, as_version=4).cells if cell.id == "final"]
    rubric = project.with_name(f"{project.stem}_rubric.md").read_text(encoding="utf-8")
    bars = re.findall(r"bar of ([\d.]+(?: %)?)", cell)
    assert len(bars) == 2
    assert all(bar in rubric for bar in bars)


def test_no_code_of_a_project_runs_out_of_its_cell(project):
    cells = [cell for cell in nbformat.read(project, as_version=4).cells if cell.cell_type == "code"]
    assert [line for cell in cells for line in cell.source.splitlines() if len(line) > 88] == []


def test_a_learners_copy_has_the_projects_with_their_data_and_without_solutions(tmp_path):
    done = copy_course(tmp_path)
    names = sorted(name for name in done if name.startswith("projects/"))
    assert "projects/example_digits.npz" in names
    assert [name for name in names if name.endswith(".ipynb")] == [f"projects/{path.name}" for path in PROJECTS]
    assert md.data.sketches(tmp_path / "projects" / "example_digits.npz").labels.shape == (10 * PER_DIGIT,)
    assert not list(tmp_path.rglob("project_*.py"))


def test_the_example_is_what_its_script_draws():
    images, labels = make()
    example = md.data.sketches(folder("notebooks") / "projects" / "example_digits.npz")
    assert np.abs(images - example.images.numpy()).max() <= 0.011  # rounded to hundredths
    assert labels.tolist() == example.labels.tolist()


# For teachers


def test_a_teacher_gets_both_versions_in_folders_in_which_they_run(tmp_path, capsys):
    assert main(["teach", "project", "1", "--output", str(tmp_path)]) == 0
    assert "solution" in capsys.readouterr().out
    for version in ("students", "solution"):
        names = sorted(path.name for path in (tmp_path / version).iterdir())
        assert names == ["01_your_own_handwriting.ipynb", "01_your_own_handwriting_rubric.md", "example_digits.npz"]
    given, solved = (nbformat.read(tmp_path / v / PROJECTS[0].name, 4) for v in ("students", "solution"))
    assert "DECIDED = False" in str(given.cells)
    assert "DECIDED = True" in str(solved.cells)
    assert all(not cell.get("outputs") for cell in [*given.cells, *solved.cells])


def test_a_project_that_is_not_there_is_told():
    assert find_project("02") == PROJECTS[1]
    with pytest.raises(CourseError, match="there is no project 7; there are 1, 2, 3, 4"):
        find_project("7")


def test_a_solution_of_a_cell_that_is_not_there_is_an_error():
    notebook = nbformat.read(PROJECTS[0], as_version=4)
    assert NAMED.findall("# %% nowhere\npass\n") == [("nowhere", "pass\n")]
    with pytest.raises(KeyError):
        solved_project(notebook, "# %% nowhere\npass\n")


def test_writing_a_project_changes_nothing_of_it(tmp_path):
    before = PROJECTS[0].read_bytes()
    write_project(PROJECTS[0], tmp_path)
    assert PROJECTS[0].read_bytes() == before
