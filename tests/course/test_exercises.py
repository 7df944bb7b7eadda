"""Exercises: right answers pass, and typical mistakes get their own hint."""

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import nbformat
import numpy as np
import pytest

import minidl as md
from minidl.course import check
from minidl.course.answering import exercises
from minidl.course.exercise import Derivative, Exercise, Experiment, Function, Mistake, Number, Shape, Word, differences
from minidl.course.exercises import ch16
from minidl.course.notebooks import execute
from minidl.course.progress import progress_file, read, table
from minidl.course.solving import exercise_of, solutions
from tests.course.right_ways import RIGHT_WAYS

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
KNOWN = exercises()


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    """Nobody's real progress is touched."""
    monkeypatch.setenv("MINIDL_PROGRESS", str(tmp_path / "kept" / "progress.json"))


def cells_of(chapter):
    return [cell for cell in nbformat.read(chapter, as_version=4).cells if cell.cell_type == "code"]


def compared(kind):
    """Whether answers are compared with the right function."""
    return isinstance(kind, Function) and not isinstance(kind, Derivative)


# Every exercise of the course


@pytest.mark.parametrize("name", KNOWN)
def test_typical_mistakes_are_rejected_with_their_own_hint(name):
    exercise = KNOWN[name]
    assert len(exercise.wrong) >= 2
    hints = []
    for mistake, hint in exercise.wrong:
        right, said = exercise.judge(mistake)
        assert not right
        assert hint in said if isinstance(exercise.kind, Experiment) else said == hint
        hints.append(hint)
    assert len(set(hints)) == len(hints)


@pytest.mark.parametrize("name", [name for name, e in KNOWN.items() if not isinstance(e.kind, Derivative | Experiment)])
def test_the_right_answer_is_right(name):
    assert KNOWN[name].judge(KNOWN[name].right)[0]


@pytest.mark.parametrize("name", [name for name, e in KNOWN.items() if getattr(e.kind, "gradient", False)])
def test_right_numbers_without_their_gradients_are_told_what_is_lost(name):
    cut_off = lambda *given: KNOWN[name].right(*given).detach()
    assert "their gradients are not" in KNOWN[name].judge(cut_off)[1]


def test_every_exercise_has_its_right_ways():
    assert list(RIGHT_WAYS) == list(KNOWN)


@pytest.mark.parametrize("name", RIGHT_WAYS)
def test_there_is_more_than_one_way_to_be_right(name):
    ways = RIGHT_WAYS[name]()
    assert len(ways) >= 2
    for answer in ways:
        assert KNOWN[name].judge(answer) == (True, KNOWN[name].praise)


@pytest.mark.parametrize("name", [name for name, e in KNOWN.items() if isinstance(e.kind, Function | Experiment)])
def test_constants_and_what_was_handed_in_are_no_answers(name):
    for fool in (lambda *given: 0.0, lambda *given: given[0], lambda *given: None, 0.95, 1, "right", []):
        assert not KNOWN[name].judge(fool)[0]


@pytest.mark.parametrize("name", [name for name, e in KNOWN.items() if compared(e.kind)])
def test_an_answer_that_ignores_what_it_is_given_is_wrong(name):
    exercise = KNOWN[name]
    first = exercise.kind.cases()[0]
    right = exercise.right(*first)
    assert not exercise.judge(lambda *given: right)[0]
    for k in range(len(first)):
        assert not exercise.judge(lambda *given, k=k: exercise.right(*given[:k], first[k], *given[k + 1 :]))[0], k


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_has_three_to_six_exercises_and_all_have_solutions(chapter):
    number = chapter.name[:2]
    asked = [name for cell in cells_of(chapter) if (name := exercise_of(cell.source))]
    assert 3 <= len(asked) <= 6, "a chapter has three to six exercises"
    assert asked == [name for name in KNOWN if name.startswith(f"ch{number}.")]
    answers = solutions((ROOT / "solutions" / f"ch{number}.py").read_text(encoding="utf-8"))
    assert list(answers) == asked


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_as_shipped_answers_nothing_and_stops_at_nothing(chapter):
    for cell in cells_of(chapter):
        if name := exercise_of(cell.source):
            assert cell.outputs[0].text == f"· {name}: not answered yet\n"


# The kinds


def test_numbers_may_be_tensors_and_need_not_be_exact():
    exercise = Exercise("", Number(), 2.5, [(-2.5, "the sign")])
    assert exercise.judge(md.tensor(2.5001)) == (True, "")
    assert exercise.judge(-2.5) == (False, "the sign")
    assert exercise.judge(3) == (False, "Look again at the cells above.")
    assert exercise.judge("many") == (False, "A number is asked for, and this is a str.")
    assert exercise.judge([1, 2]) == (False, "One number is asked for, and this has shape (2,).")
    huge = np.broadcast_to(np.int8(1), (10**6, 10**6))  # as floating-point numbers, eight terabytes
    assert exercise.judge(huge) == (False, "One number is asked for, and this has shape (1000000, 1000000).")


@pytest.mark.parametrize("answer", [2.5, np.float32(2.5), np.array([2.5]), [2.5], Fraction(5, 2), Decimal("2.5")])
def test_a_number_may_come_in_any_form(answer):
    assert Exercise("", Number(), 2.5).judge(answer) == (True, "")


class Agreeable(str):
    """A text that calls everything equal, and itself."""

    __hash__ = str.__hash__
    __eq__ = lambda self, other: True
    strip = lower = lambda self: self


class AgreeableInt(int):
    """A whole number that calls everything equal."""

    __hash__ = int.__hash__
    __eq__ = lambda self, other: True


def test_an_answer_that_calls_everything_equal_is_judged_by_what_it_holds():
    assert not Exercise("", Word("up", "down"), "up").judge(Agreeable("over"))[0]
    assert not Exercise("", Shape(), (2, 3)).judge((AgreeableInt(5), AgreeableInt(7)))[0]
    for right in ("up", 2.5, (1.0, 2.0), {"a": 1.0}):
        exercise = Exercise("", Function(lambda: [(1.0,)]), lambda x, right=right: right)
        assert not exercise.judge(lambda x: Agreeable("over"))[0]


def test_a_function_may_return_several_results_as_a_list_or_as_one_array():
    exercise = Exercise("", Function(lambda: [(2.0, 3.0)]), lambda x, y: (x * y, x + y))
    for made in (list, tuple, np.array, md.tensor):
        assert exercise.judge(lambda x, y, made=made: made([x * y, x + y]))[0]
    assert not exercise.judge(lambda x, y: np.array([x * y]))[0]


def test_an_imaginary_part_and_numbers_in_quotes_are_no_numbers():
    exercise = Exercise("", Function(lambda: [(2.0,)]), lambda x: md.tensor([x, x]))
    assert exercise.judge(lambda x: np.array([x, x]))[0]
    assert not exercise.judge(lambda x: np.array([x + 5j, x]))[0]
    assert not exercise.judge(lambda x: [str(x), str(x)])[0]


def test_shapes_are_tuples():
    exercise = Exercise("", Shape(), (2, 3))
    assert exercise.judge([2, 3])[0]
    assert exercise.judge(md.ones(2, 3)) == (False, "The shape is asked for, not the tensor: a tuple such as (2, 3).")
    assert "whole numbers" in exercise.judge(6)[1]


def test_words_are_chosen_from_a_list():
    exercise = Exercise("", Word("up", "down"), "up", [("down", "the other way")])
    assert exercise.judge(" Up ")[0]
    assert exercise.judge("down") == (False, "the other way")
    assert exercise.judge("left") == (False, "Answer with one of 'up', 'down'.")


def test_functions_are_tried_on_hidden_inputs_with_their_gradients():
    cases = lambda: [(md.tensor([1.0, -2.0]),)]
    exercise = Exercise("", Function(cases, gradient=True), lambda x: x.abs(), [(lambda x: x, "negative numbers")])
    assert exercise.judge(lambda x: (x * x).sqrt())[0]
    assert exercise.judge(lambda x: x) == (False, "negative numbers")
    assert not exercise.judge(lambda x: x.abs().detach() + 0 * x)[0]  # the values are right, the gradient is not
    assert exercise.judge(lambda x: 1 / 0) == (False, "Your function stops with ZeroDivisionError: division by zero")
    assert exercise.judge(lambda x: None) == (False, "Your function returns nothing: is there a return in it?")
    assert "hand over its name" in exercise.judge(md.ones(2))[1]


def test_a_function_cannot_spoil_the_hidden_inputs_for_its_judge():
    cases = lambda: [(md.tensor([1.0, 2.0]),)]
    exercise = Exercise("", Function(cases), lambda x: x * 2)
    assert exercise.judge(lambda x: x.mul_(2))[0]


def test_any_correct_form_of_a_derivative_is_right():
    exercise = Exercise(
        "", Derivative(lambda: [(0.3,), (-1.2,)]), lambda x: x**3 - x, [(Mistake(lambda x: 3 * x**2), "the second term")]
    )
    assert exercise.judge(lambda x: 3 * x * x - 1)[0]
    assert exercise.judge(lambda x: (3**0.5 * x - 1) * (3**0.5 * x + 1))[0]
    assert exercise.judge(lambda x: 3 * x**2) == (False, "the second term")
    assert differences(lambda x, y: x * y, (2.0, 3.0)) == pytest.approx((3.0, 2.0))


def test_an_experiment_takes_any_result_that_will_do():
    exercise = Exercise("", Experiment(lambda share: "" if share > 0.9 else "More than 0.9 is asked for."), None)
    assert exercise.judge(0.95) == (True, "")
    assert exercise.judge(0.5) == (False, "More than 0.9 is asked for.")
    assert "That cannot be judged: TypeError" in exercise.judge("much")[1]


# check and progress


def test_what_is_no_number_is_never_fair():
    aside = len(ch16.put_aside()[0])
    real = RIGHT_WAYS["ch16.ex6"]()[0]
    judge = lambda of_names: lambda texts: real(texts) if len(texts) == aside else [of_names] * len(texts)
    assert ch16.judging_problem(judge(0.0)) == ""
    assert "gets nan with" in ch16.judging_problem(judge(float("nan")))


def test_check_says_right_wrong_and_open(capsys):
    check("ch01.ex2", ...)
    check("ch01.ex2", (8, 1, 5))
    check("ch01.ex2", (8, 3, 5))
    open_, wrong, right = capsys.readouterr().out.splitlines()
    assert open_ == "· ch01.ex2: not answered yet"
    assert wrong == "✗ ch01.ex2: not yet. The 1 in the middle is stretched to fit the 3 of the other shape."
    assert right == "✓ ch01.ex2: right."
    with pytest.raises(KeyError, match=r"there is no exercise 'ch01\.ex9'; there are ch01\.ex1"):
        check("ch01.ex9", 1)


def test_progress_is_kept_and_what_was_solved_stays_solved(capsys):
    assert read() == {}
    check("ch01.ex2", (1,))
    check("ch01.ex2", (8, 3, 5))
    check("ch01.ex2", (1,))
    kept = read()["ch01.ex2"]
    assert kept["right"]
    assert kept["tries"] == 3
    assert table(["ch01.ex1", "ch01.ex2", "ch02.ex1"], read()) == [("ch01", ["open", "right"]), ("ch02", ["open"])]


def test_a_broken_progress_file_stops_no_lesson(capsys):
    progress_file().parent.mkdir()
    progress_file().write_text("{ broken")
    check("ch01.ex2", (8, 3, 5))
    assert "✓" in capsys.readouterr().out
    assert read()["ch01.ex2"]["right"]
    assert progress_file().with_suffix(".broken").read_text() == "{ broken"


def test_progress_is_shown_by_the_command(capsys):
    from minidl.cli import main

    check("ch01.ex1", 50176)
    assert main(["progress"]) == 0
    shown = capsys.readouterr().out
    assert f"1 of {len(KNOWN)} exercises are solved" in shown
    assert "Next: " in shown


# minidl check


def course(folder, *cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    execute(notebook, folder)
    nbformat.write(notebook, folder / "lesson.ipynb")
    return folder / "lesson.ipynb"


def minidl_check(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "minidl.cli", "check", *map(str, arguments)], capture_output=True, text=True
    )


def test_a_folder_that_says_the_same_passes_and_a_changed_one_is_shown_cell_by_cell(tmp_path):
    lesson = course(tmp_path, "print(1 + 1)", "2 * 21")
    report = tmp_path / "report.xml"
    assert minidl_check(tmp_path, "--jobs", 1, "--junit", report).returncode == 0
    assert 'tests="2"' in report.read_text()
    lesson.write_text(lesson.read_text().replace('"42"', '"43"'))
    failed = minidl_check(tmp_path, "--jobs", 1)
    assert failed.returncode == 1
    assert "Cell 1" in failed.stdout
    assert "43" in failed.stdout


def test_a_folder_without_notebooks_is_refused(tmp_path):
    result = minidl_check(tmp_path)
    assert result.returncode == 2
    assert "there is no notebook in" in result.stderr
