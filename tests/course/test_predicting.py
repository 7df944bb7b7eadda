"""Predictions: a guess is kept, set against what came, and nothing stops without one."""

import math
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

import minidl as md
from minidl.cli import main
from minidl.course import outcome, predict
from minidl.course.exercises import ch00
from minidl.course.notebooks import WIDGET_STATE, execute, normalise
from minidl.course.predicting import Prediction, number, predictions
from minidl.course.prediction_box import make_box
from minidl.course.progress import keep_guess, progress_file, read

CHAPTERS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
OF_THE_COURSE = predictions()  # before the tests put their own in
SHARE = Prediction("Which share will be right?")
WAY = Prediction("What will the loss do?", choices=["rise", "fall", "stay"])
DIGITS = Prediction("Which digits will it confuse?", words=True)


@pytest.fixture(autouse=True)
def asked(tmp_path, monkeypatch):
    """Three predictions in chapter 00, and a progress file of the test's own."""
    monkeypatch.setenv("MINIDL_PROGRESS", str(tmp_path / "kept" / "progress.json"))
    monkeypatch.setattr(ch00, "PREDICTIONS", {"p1": SHARE, "p2": WAY, "p3": DIGITS}, raising=False)


def said(capsys):
    return capsys.readouterr().out


def test_a_guess_is_kept_and_set_against_what_came(capsys):
    predict("ch00.p1", 0.8)
    assert said(capsys) == "✓ ch00.p1: your guess is kept. Run the next cell.\n"
    outcome("ch00.p1", 0.91)
    assert said(capsys) == "You guessed 0.8; it is 0.91 (12 % too low).\n"
    assert read()["ch00.p1"] == {"guess": 0.8, "came": 0.91}


@pytest.mark.parametrize("nothing", [..., None])
def test_without_a_guess_nothing_stops_and_the_value_is_said(nothing, capsys):
    predict("ch00.p1", nothing)
    assert said(capsys) == "· ch00.p1: Which share will be right?\n"
    outcome("ch00.p1", 0.91)
    assert said(capsys) == "It is 0.91.\n"
    outcome("ch00.p2", "rise")
    assert said(capsys) == 'The answer is "rise".\n'
    outcome("ch00.p3")
    assert said(capsys) == ""
    assert not progress_file().exists()


@pytest.mark.parametrize(
    ("guess", "came", "words"),
    [
        (0.8, 0.8, "You guessed 0.8: exactly right."),
        (200, 265, "You guessed 200; it is 265 (25 % too low)."),
        (1000, 265, "You guessed 1,000; it is 265 (too high by a factor of 3.8)."),
        (0.1, -0.2, "You guessed 0.1; it is -0.2 (the sign is the other one)."),
        (-10, -100, "You guessed -10; it is -100 (too small by a factor of 10)."),
        (3, 0, "You guessed 3; it is 0 (3 too high)."),
        (0, 3, "You guessed 0; it is 3 (3 too low)."),
        (3, math.nan, "You guessed 3; it is nan."),
        (3, math.inf, "You guessed 3; it is inf."),
    ],
)
def test_how_far_off_a_number_is(guess, came, words, capsys):
    predict("ch00.p1", guess)
    said(capsys)
    outcome("ch00.p1", came)
    assert said(capsys) == words + "\n"


@pytest.mark.parametrize("came", [md.tensor(0.5), md.tensor([0.5]), np.float32(0.5), np.array(0.5)])
def test_what_came_may_be_a_tensor_or_an_array(came, capsys):
    predict("ch00.p1", came)
    outcome("ch00.p1", came)
    assert said(capsys).endswith("You guessed 0.5: exactly right.\n")


def test_a_unit_stands_behind_the_number():
    prediction = Prediction("How many?", unit="of 2,000")
    assert prediction.comparison(200, 265) == "You guessed 200; it is 265 of 2,000 (25 % too low)."


def test_a_choice_is_one_of_the_choices(capsys):
    predict("ch00.p2", "sink")
    assert said(capsys) == "✗ ch00.p2: choose one of 'rise', 'fall', 'stay'.\n"
    predict("ch00.p2", " Fall ")
    outcome("ch00.p2", "rise")
    assert said(capsys).endswith('You guessed "fall"; the answer is "rise".\n')
    predict("ch00.p2", "rise")
    outcome("ch00.p2", "rise")
    assert said(capsys).endswith('You guessed "rise": right.\n')


def test_words_are_kept_and_not_judged(capsys):
    predict("ch00.p3", "4 and\n 9")
    outcome("ch00.p3")
    assert said(capsys).endswith('You guessed "4 and 9".\n')
    outcome("ch00.p3", "3 and 5")
    assert said(capsys) == 'You guessed "4 and 9"; the answer is "3 and 5".\n'
    assert DIGITS.fared("4 and 9", "3 and 5") == ""


@pytest.mark.parametrize(
    ("written", "value"),
    [("0,8", 0.8), ("0.8", 0.8), ("1,200", 1200), ("80 %", 0.8), ("1/4", 0.25), ("-3", -3), ("−3", -3), ("1e-3", 0.001)],
)
def test_numbers_are_read_as_people_write_them(written, value):
    assert number(written) == value


@pytest.mark.parametrize(
    "written", ["", "many", "1/0", "nan", "1e999", "0x10", "1,2,3", [1, 2], np.ones(3), True, "9" * 500]
)
def test_what_is_no_number_is_refused_in_one_line(written, capsys):
    predict("ch00.p1", written)
    assert said(capsys).startswith("✗ ch00.p1: a number is asked for, and this is ")
    assert read() == {}


def test_a_prediction_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(KeyError, match=r"there is no prediction 'ch00\.p9'; there are ch00\.p1, ch00\.p2"):
        predict("ch00.p9", 1)
    with pytest.raises(KeyError, match="there is no prediction 'nowhere'"):
        outcome("nowhere", 1)


def test_another_guess_forgets_what_came():
    predict("ch00.p1", 0.8)
    outcome("ch00.p1", 0.91)
    predict("ch00.p1", 0.9)
    assert read()["ch00.p1"] == {"guess": 0.9}


@pytest.mark.parametrize(("name", "guess"), [("p1", "many"), ("p1", True), ("p2", 3), ("p2", "sink")])
def test_a_guess_of_another_kind_counts_as_none(name, guess, capsys):
    keep_guess(f"ch00.{name}", guess)
    outcome(f"ch00.{name}", "up" if name == "p2" else 3)
    assert "You guessed" not in said(capsys)
    assert field_and_buttons(make_box(f"ch00.{name}", ch00.PREDICTIONS[name]))[-1].value == ""
    assert main(["progress"]) == 0


def test_progress_shows_how_guesses_fared(capsys):
    for name, guess, came in [("p1", 0.9, 0.91), ("p2", "fall", "rise"), ("p3", "4", "5")]:
        predict(f"ch00.{name}", guess)
        outcome(f"ch00.{name}", came)
    said(capsys)
    assert main(["progress"]) == 0
    shown = said(capsys)
    assert f"Guesses: 3 of {len(predictions())} made; 0 right (✓), 1 close (≈), 1 off (✗)" in shown
    assert "≈ ✗ •" in shown


# The box in a notebook


def field_and_buttons(box):
    _, row, words = box.children
    return *row.children, words


def test_the_box_keeps_what_is_written_and_the_button_says_so():
    field, keep, _, words = field_and_buttons(make_box("ch00.p1", SHARE))
    keep.click()
    assert words.value == "Nothing is written yet."
    field.value = "plenty"
    assert words.value == "A number is asked for, and this is &#x27;plenty&#x27;."
    field.value = "80 %"
    assert words.value == "Your guess is kept: 0.8. Run the next cell."
    assert read()["ch00.p1"] == {"guess": 0.8}


def test_skipping_forgets_the_guess():
    field, _, skip, words = field_and_buttons(make_box("ch00.p2", WAY))
    field.value = "rise"
    assert read()["ch00.p2"] == {"guess": "rise"}
    skip.click()
    assert words.value == "Skipped. Run the next cell."
    assert (field.value, read()) == (None, {})


def test_the_box_remembers_an_earlier_guess():
    predict("ch00.p3", "<b>4")
    assert field_and_buttons(make_box("ch00.p3", DIGITS))[-1].value == "Your guess so far: &lt;b&gt;4."


def test_a_question_shows_code_and_stress_and_no_marks():
    for name, prediction in OF_THE_COURSE.items():
        question = make_box(name, prediction).children[0].value
        assert not re.search(r"`|\*\w", question), name


def test_a_progress_file_that_cannot_be_written_is_said(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MINIDL_PROGRESS", str(tmp_path / "file" / "progress.json"))
    field, *_, words = field_and_buttons(make_box("ch00.p1", SHARE))
    field.value = "1"
    assert words.value.startswith("Your guess cannot be kept")


def test_questions_are_escaped():
    assert "<script>" not in make_box("ch00.p1", Prediction("<script>1</script>")).children[0].value


ASK = """
from minidl.course import outcome, predict
from minidl.course.exercises import ch00
from minidl.course.predicting import Prediction
ch00.PREDICTIONS = {"p1": Prediction("Which share?"), "p2": Prediction("Which way?", choices=["up", "down"])}
"""


def test_a_notebook_runs_through_with_the_same_output_twice_and_reads_as_text(tmp_path, monkeypatch):
    predict("ch00.p1", 0.8)  # whoever writes chapters has guesses, too
    results = []
    for _ in range(2):
        cells = [ASK, 'predict("ch00.p1", ...)', 'outcome("ch00.p1", 0.5)', 'predict("ch00.p2", ...)']
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        for k, cell in enumerate(notebook.cells):
            cell.id = f"cell-{k}"
        execute(notebook, tmp_path)
        results.append(nbformat.writes(normalise(notebook)))
    assert results[0] == results[1]
    box, compared, choice = (cell.outputs[0] for cell in notebook.cells[1:])
    assert box.data["text/plain"] == "· ch00.p1: Which share?"
    assert choice.data["text/plain"] == "· ch00.p2: Which way? (up / down)"
    assert compared.text == "It is 0.5.\n"
    models = {model["model_name"] for model in notebook.metadata["widgets"][WIDGET_STATE]["state"].values()}
    assert {"VBoxModel", "TextModel", "RadioButtonsModel", "ButtonModel"} <= models


# Every prediction of the course


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_every_prediction_is_asked_once_and_gets_its_answer_in_a_later_cell(chapter):
    cells = [cell.source for cell in nbformat.read(chapter, as_version=4).cells if cell.cell_type == "code"]
    calls = {what: re.compile(rf"""\b{what}\(\s*["'](ch\d\d\.\w+)["']""") for what in ("predict", "outcome")}
    found = {
        what: [(name, k) for k, cell in enumerate(cells) for name in call.findall(cell)] for what, call in calls.items()
    }
    asked = [name for name, _ in found["predict"]]
    assert sorted(asked) == sorted(name for name in OF_THE_COURSE if name.startswith(f"ch{chapter.name[:2]}."))
    for name, k in found["predict"]:
        assert any(answered == name and later > k for answered, later in found["outcome"]), f"{name} gets no answer"
