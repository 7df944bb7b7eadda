"""For teachers: slides without a network, assignments that nbgrader accepts, the progress of a class, a plan."""

import csv
import json
import re
from pathlib import Path

import nbformat
import pytest

from minidl.cli import main
from minidl.course import check
from minidl.course.answering import exercises, require
from minidl.course.exercises import ch00
from minidl.course.notebooks import WIDGET_STATE, WIDGET_VIEW, execute
from minidl.course.predicting import Prediction
from minidl.course.teaching.assignment import BEGIN, END, assignment
from minidl.course.teaching.chapters import exercise_in, find_chapter, read_chapter
from minidl.course.teaching.class_progress import class_progress
from minidl.course.teaching.slides import arranged, slides

CHAPTERS = sorted((Path(__file__).parents[2] / "notebooks").glob("[0-9]*.ipynb"))


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("MINIDL_PROGRESS", str(tmp_path / "kept" / "progress.json"))


def notebook(*cells):
    """Texts are strings that begin with a capital or #, all else is code."""
    made = [
        nbformat.v4.new_markdown_cell(c) if c[0] in "#*" or c[0].isupper() else nbformat.v4.new_code_cell(c) for c in cells
    ]
    return nbformat.v4.new_notebook(cells=made)


def kinds(*cells):
    return [cell.metadata["slideshow"]["slide_type"] for cell in arranged(notebook(*cells))[0].cells]


# Chapters


@pytest.mark.parametrize("number", ["4", "04", "ch04", 4])
def test_a_chapter_is_found_by_its_number(number):
    assert find_chapter(number).name == "04_backward.ipynb"


@pytest.mark.parametrize("number", ["99", "", "../04", "04_backward"])
@pytest.mark.parametrize("what", ["slides", "assignment"])
def test_a_chapter_that_does_not_exist_is_answered_with_those_that_do(what, number, capsys):
    assert main(["teach", what, number]) == 1
    error = capsys.readouterr().err
    assert f"there is no chapter {number}; there are 00, 01" in error
    assert error.count("\n") == 1


# Slides


def test_a_heading_begins_a_slide_and_what_follows_goes_down():
    assert kinds("# Title", "1 + 1", "More text", "2 + 2", "## Next") == ["slide", "-", "subslide", "-", "slide"]


def test_code_stands_below_its_text_and_more_code_on_its_own():
    assert kinds("# Title", "1 + 1", "2 + 2") == ["slide", "-", "subslide"]


def test_a_text_that_goes_on_under_another_heading_is_two():
    assert kinds("# Title", "1 + 1", "That was it.\n\n## Next\n\nText", "2") == ["slide", "-", "fragment", "slide", "-"]


def test_a_text_that_explains_stays_with_the_code_above_it():
    assert kinds("# Title", "1 + 1", "So it is.", "## Next") == ["slide", "-", "fragment", "slide"]


def test_a_picture_without_room_has_a_slide_of_its_own():
    output = nbformat.v4.new_output("display_data", {"image/svg+xml": "<svg/>", "text/plain": "a picture"})
    made = notebook("# Title", "draw()", "## Next", "\n".join(f"line_{k}()" for k in range(12)))
    made.cells[1].outputs, made.cells[3].outputs = [output], [output]
    cells = arranged(made)[0].cells
    assert [cell.metadata["slideshow"]["slide_type"] for cell in cells] == ["slide", "-", "slide", "-", "subslide"]
    assert [len(cell.get("outputs", [])) for cell in cells] == [0, 1, 0, 0, 1]


def test_a_question_and_its_answer_have_a_slide_of_their_own_where_the_text_above_leaves_no_room(monkeypatch):
    choices = {"p1": Prediction("Which way?", choices=["up", "down"])}
    monkeypatch.setattr(ch00, "PREDICTIONS", choices, raising=False)
    long, code = "## Guess\n\n" + 88 * "word ", "\n".join(f"line_{k} = {k}" for k in range(20))
    assert kinds("## Guess", 'predict("ch00.p1")', code) == ["slide", "-", "fragment"]
    assert kinds(long, 'predict("ch00.p1")', code) == ["slide", "subslide", "fragment"]


def test_an_explanation_that_does_not_fit_below_its_code_goes_on_a_new_slide():
    code = "\n".join(f"line_{k} = {k}" for k in range(20))
    assert kinds("## A", code, "It is so.", "## B") == ["slide", "-", "fragment", "slide"]
    assert kinds("## A", code, 12 * (88 * "x" + "\n\n"), "## B") == ["slide", "-", "subslide", "slide"]


def test_a_comment_in_python_is_no_heading():
    assert kinds("# Title\n\n```python\n# a comment\n```\n\nText") == ["slide"]


def test_exercises_show_their_question_and_not_their_cell():
    assert kinds("## Exercises", "**1.** How many?", 'check("ch00.ex1", ...)') == ["slide", "subslide", "skip"]


def test_the_answer_to_a_prediction_comes_at_the_next_key(monkeypatch):
    asked = {"p1": Prediction("Which way?", choices=["up", "down"])}
    monkeypatch.setattr(ch00, "PREDICTIONS", asked, raising=False)
    made, _ = arranged(notebook("## Guess", 'predict("ch00.p1")', 'outcome("ch00.p1", "up")'))
    assert [cell.metadata["slideshow"]["slide_type"] for cell in made.cells] == ["slide", "-", "fragment"]
    assert made.cells[1].source == "**Predict first.** Which way?\n\n- up\n- down"


def test_questions_with_the_same_choices_stand_above_them(monkeypatch):
    asked = {name: Prediction(f"And {name}?", choices=["up", "down"]) for name in ("p1", "p2")}
    monkeypatch.setattr(ch00, "PREDICTIONS", asked | {"p3": Prediction("How much?")}, raising=False)
    made, _ = arranged(notebook('predict("ch00.p1")\npredict("ch00.p2")\npredict("ch00.p3")'))
    first, second, third = (f"**Predict first.** {question}\n" for question in ("And p1?", "And p2?", "How much?"))
    assert made.cells[0].source.rstrip() == f"{first}\n{second}\n- up\n- down\n\n{third}".rstrip()


def test_the_picture_that_answers_a_question_has_room(monkeypatch):
    monkeypatch.setattr(ch00, "PREDICTIONS", {"p1": Prediction("Which way?", choices=["up", "down"])}, raising=False)
    output = nbformat.v4.new_output("display_data", {"image/svg+xml": "<svg/>", "text/plain": "a picture"})
    made = notebook("## Guess", 'predict("ch00.p1")', "\n".join(f"line_{k}()" for k in range(12)))
    made.cells[2].outputs = [output]
    cells = arranged(made)[0].cells
    assert [cell.metadata["slideshow"]["slide_type"] for cell in cells] == ["slide", "-", "fragment", "subslide"]


def test_a_notebook_may_say_itself_where_slides_begin():
    made = notebook("# Title", "Text")
    made.cells[1].metadata["slideshow"] = {"slide_type": "notes"}
    assert [cell.metadata["slideshow"]["slide_type"] for cell in arranged(made)[0].cells] == ["slide", "notes"]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_slides_need_nothing_from_a_network(chapter):
    whole = slides(chapter)
    page = re.sub(r"<script>.*?</script>", "", whole, flags=re.DOTALL)
    loaded = re.findall(r"<(?:img|iframe|object|embed|video|audio)[^>]*?(?:src|data)=\"([^\"]+)\"", page)
    assert all(address.startswith("data:") for address in loaded)
    assert not re.search(r"<(link|script)\b", page)
    assert not re.search(r"@import|url\(\s*['\"]?https?:", page.partition("<body")[0])
    assert "minidl-formula-" not in page
    assert page.count("<section>") == page.count("</section>") > 10, "a chapter is more than ten slides"
    assert not re.search(r"<img(?![^>]*alt=\"[^\"]+\")", page)  # every picture says what it shows
    assert WIDGET_VIEW not in page
    assert WIDGET_STATE not in page
    title = read_chapter(chapter).cells[0].source.partition("\n")[0].removeprefix("# ")
    assert f"<title>{title}</title>" in page


def test_formulas_are_drawn_by_the_browser_alone():
    page = slides(find_chapter("04"))
    assert page.count("<math") > 5
    assert page.count('display="block"') >= 2  # as tall as in a book
    assert "MathJax" not in page


def test_the_command_writes_slides(tmp_path, capsys):
    assert main(["teach", "slides", "04", "--output", str(tmp_path / "s.html")]) == 0
    assert (tmp_path / "s.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert str(tmp_path / "s.html") in capsys.readouterr().out
    assert main(["teach", "slides", "04", "--output", str(tmp_path)]) == 1
    assert "is a folder" in capsys.readouterr().err


# Assignments


def problems(made):
    """What nbgrader's schema of cells, in version 3, would not accept."""
    found, ids = [], set()
    for cell in made.cells:
        meta = cell.metadata.get("nbgrader")
        if meta is None:
            continue
        known = {"schema_version": int, "grade": bool, "locked": bool, "solution": bool, "task": bool, "grade_id": str}
        found += [key for key, kind in known.items() if type(meta.get(key)) is not kind]
        found += [key for key in meta if key not in (*known, "points", "checksum", "cell_type")]
        found += ["schema_version"] * (meta["schema_version"] != 3)
        found += ["grade_id"] * (not re.fullmatch(r"[a-zA-Z0-9_-]+", meta["grade_id"]) or meta["grade_id"] in ids)
        found += ["points"] * (meta["grade"] != ("points" in meta))
        ids.add(meta["grade_id"])
    return found


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_an_assignment_has_a_solution_cell_and_a_point_for_each_exercise(chapter, tmp_path):
    number = chapter.name[:2]
    assert main(["teach", "assignment", number, "--output", str(tmp_path)]) == 0
    names = [name for name in exercises() if name.startswith(f"ch{number}.")]
    for version in ("source", "release"):
        path = tmp_path / version / f"ch{number}" / chapter.name
        made = nbformat.read(path, as_version=4)
        nbformat.validate(made)
        assert problems(made) == []
        graded = [cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("grade")]
        solved = [cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("solution")]
        assert len(graded) == len(solved) == len(names)
        assert all(cell.metadata.nbgrader.locked for cell in graded)
        assert not any(cell.get("outputs") for cell in made.cells)
        marked = [BEGIN in cell.source and END in cell.source for cell in solved]
        assert all(marked) if version == "source" else not any(marked)
        if version == "release":
            assert [exercise_in(cell) for cell in solved] == names


def test_nbgraders_own_validation_accepts_it():
    format_ = pytest.importorskip("nbgrader.nbgraderformat", reason="nbgrader is not installed")
    for chapter in CHAPTERS:
        format_.writes(assignment(read_chapter(chapter)))


def test_a_point_is_given_if_and_only_if_the_answer_is_right(tmp_path):
    lines = [
        "from minidl.course import check",
        'check("ch01.ex2", ...)',
        'check("ch01.ex2", (8, 3, 5))',
        'check("ch01.ex2", (1,))',
    ]
    made = assignment(notebook(*lines), {"ch01.ex2": "answered"})
    assert [bool(cell.metadata.get("nbgrader", {}).get("grade")) for cell in made.cells] == [False] + [False, True] * 3
    for answer, right in ((..., False), ((8, 3, 5), True), ((1,), False)):
        check("ch01.ex2", answer)
        if right:
            require("ch01.ex2")
        else:
            with pytest.raises(AssertionError, match=r"ch01\.ex2 is not solved"):
                require("ch01.ex2")


def test_the_version_with_solutions_gets_every_point(tmp_path):
    main(["teach", "assignment", "04", "--output", str(tmp_path)])
    made = nbformat.read(tmp_path / "source" / "ch04" / "04_backward.ipynb", as_version=4)
    execute(made, tmp_path)  # a cell that gives no point stops it


def test_a_chapter_without_solutions_is_refused():
    from minidl.course.copying import CourseError

    with pytest.raises(CourseError, match=r"the exercise ch01\.ex2 has no solution"):
        assignment(notebook('check("ch01.ex2", ...)'), {})


# The progress of a class


@pytest.fixture
def students(tmp_path):
    folder = tmp_path / "class"
    (folder / "Bo").mkdir(parents=True)
    entry = {"right": True, "tries": 3, "on": "2026-01-01"}
    (folder / "ann.json").write_text(
        json.dumps({"ch00.ex1": entry, "ch01.ex2": entry, "ch01.ex1": {"right": False, "tries": 2}})
    )
    (folder / "Bo" / "progress.json").write_text("{}")
    (folder / "=cmd|[red].json").write_bytes(b"\xff not JSON")
    return folder


def test_each_student_is_a_row(students):
    rows = {row["name"]: row for row in class_progress(students)}
    assert rows["ann"]["00"] == "1 of 4"  # "1/4" would become a day in April, or in January
    assert rows["ann"]["01"] == "1 of 5"
    assert (rows["ann"]["solved"], rows["ann"]["tries"]) == (2, 8)
    assert rows["Bo"]["solved"] == 0
    assert rows["=cmd|[red]"] == {"name": "=cmd|[red]", "problem": "is no progress file, or damaged"}


def test_the_table_is_shown_and_written_for_a_spreadsheet(students, tmp_path, capsys):
    assert main(["teach", "progress", str(students), "--csv", str(tmp_path / "class.csv")]) == 0
    shown = capsys.readouterr().out
    assert "=cmd|[red]" in shown
    assert shown.split()[:4] == ["name", "00", "01", "solved"]  # the chapters that somebody has begun
    with open(tmp_path / "class.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == ["'=cmd|[red]", "ann", "Bo"]
    assert rows[1]["solved"] == "2"


def test_a_folder_without_progress_is_refused_in_one_line(tmp_path, capsys):
    assert main(["teach", "progress", str(tmp_path / "nowhere")]) == 1
    assert "there is no folder" in capsys.readouterr().err
    assert main(["teach", "progress", str(tmp_path)]) == 1
    assert "NAME.json, or NAME/progress.json" in capsys.readouterr().err


# The plan


def test_the_plan_has_fourteen_weeks_and_every_chapter(capsys):
    assert main(["teach", "plan"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("## A plan for 14 weeks")
    assert re.findall(r"^\| (\d+) \|", shown, re.MULTILINE) == [str(week) for week in range(1, 15)]
    chapters = {path.name[:2] for path in CHAPTERS}
    planned = set(re.findall(r"^\| \d+ \| (\d\d) ", shown, re.MULTILINE))
    assert planned == {number for number in chapters if number < "12"}


def test_what_does_not_fit_into_fourteen_weeks_is_planned_for_a_second_term():
    page = (Path(__file__).parents[2] / "notebooks" / "TEACHING.md").read_text(encoding="utf-8")
    later = set(re.findall(r"^\| \d+, \d+ \| (\d\d) ", page.partition("## A second term")[2], re.MULTILINE))
    assert {path.name[:2] for path in CHAPTERS if path.name[:2] >= "12"} <= later


@pytest.mark.parametrize("arguments", [[], ["slides"], ["assignment"], ["progress"], ["nothing"]])
def test_what_is_missing_is_said(arguments, capsys):
    with pytest.raises(SystemExit):
        main(["teach", *arguments])
    assert "usage: minidl teach" in capsys.readouterr().err
