"""Whatever lies in the progress file, and whatever is handed in as an answer: a sentence, and the lesson goes on."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import minidl as md
from minidl.cli import main
from minidl.course import check, outcome, predict
from minidl.course.answering import exercises
from minidl.course.predicting import Prediction
from minidl.course.progress import progress_file, read

KNOWN = exercises()


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("MINIDL_PROGRESS", str(tmp_path / "kept" / "progress.json"))
    monkeypatch.setattr("minidl.course.exercises.ch00.PREDICTIONS", {"p1": Prediction("How many?")}, raising=False)
    (tmp_path / "kept").mkdir()


# The progress file

NO_PROGRESS = {
    "empty": b"",
    "not JSON": b"{ broken",
    "not UTF-8": b"\xff\xfe{}",
    "a list": b"[1]",
    "a number": b"1",
    "null": b"null",
    "deep": b"[" * 100_000,
    "a long number": b'{"ch01.ex2": ' + b"9" * 10_000 + b"}",
    "entries of other types": b'{"ch01.ex1": 1, "ch01.ex2": [], "ch01.ex3": null, "ch00.p1": "x"}',
    "fields of other types": b'{"ch01.ex2": {"right": "yes", "tries": "many"}, "ch00.p1": {"guess": [1], "came": {}}}',
    "huge": b'{"ch00.p1": {"guess": 1%s}, "ch01.ex2": {"tries": 9%s}}' % (b"0" * 400, b"9" * 4290),
    "not finite": b'{"ch01.ex2": {"right": NaN, "tries": 1e400}, "ch00.p1": {"guess": NaN}}',
}


@pytest.mark.parametrize("content", NO_PROGRESS.values(), ids=NO_PROGRESS)
def test_a_damaged_progress_file_stops_nothing_and_is_put_aside(content, capsys):
    progress_file().write_bytes(content)
    assert main(["progress"]) == 0
    assert "That file is damaged." in capsys.readouterr().out
    check("ch01.ex2", (8, 3, 5))
    predict("ch00.p1", 3)
    outcome("ch00.p1", 4)
    assert main(["progress"]) == 0
    assert capsys.readouterr().err == ""
    assert read()["ch01.ex2"]["right"]
    assert read()["ch00.p1"] == {"guess": 3, "came": 4}
    assert progress_file().with_suffix(".broken").read_bytes() == content


def test_what_makes_sense_in_a_damaged_file_is_kept():
    progress_file().write_text(json.dumps({"ch01.ex1": {"right": True, "tries": 2}, "ch01.ex3": "nonsense"}))
    check("ch01.ex2", (8, 3, 5))
    assert read()["ch01.ex1"] == {"right": True, "tries": 2}
    assert set(read()) == {"ch01.ex1", "ch01.ex2"}


def test_a_second_damaged_file_does_not_replace_the_first(tmp_path):
    for content in ("first", "second"):
        progress_file().write_text(content)
        check("ch01.ex2", (8, 3, 5))
    assert (tmp_path / "kept" / "progress.broken").read_text() == "first"
    assert (tmp_path / "kept" / "progress.broken-2").read_text() == "second"


@pytest.mark.parametrize("folder", ["a file", "a device"])
def test_a_folder_that_cannot_be_written_to_stops_nothing(folder, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" if folder == "a file" else "/dev/null"
    monkeypatch.setenv("MINIDL_PROGRESS", f"{place}/progress.json")
    check("ch01.ex2", (8, 3, 5))
    predict("ch00.p1", 3)
    outcome("ch00.p1", 4)
    assert main(["progress"]) == 0
    said = capsys.readouterr().out
    assert "✓ ch01.ex2: right." in said
    assert said.count("progress.json cannot be written.") == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["[/b]", "[bold]x", "[red]", "{0}", "%s", "a\nb"])
def test_an_odd_name_of_its_folder_is_shown_as_it_is(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MINIDL_PROGRESS", str(tmp_path / name / "progress.json"))
    assert main(["progress"]) == 0
    assert name.replace("\n", "") in capsys.readouterr().out.replace("\n", "")


# Answers


class Evil:
    """Fails at everything."""

    def fail(self, *arguments):
        raise RuntimeError(self)

    __eq__ = __ne__ = __lt__ = __gt__ = __hash__ = __bool__ = __len__ = __iter__ = __getitem__ = __float__ = fail
    __array__ = __index__ = __int__ = __repr__ = __str__ = __call__ = __contains__ = fail


class Forgetful:
    """A number that is another one each time, and then none."""

    def __init__(self):
        self.asked = 0

    def __float__(self):
        self.asked += 1
        if self.asked > 1:
            raise ValueError("I forgot")
        return 1.0


def recursive():
    turned = []
    turned.append(turned)
    return turned


def exits(*arguments):
    raise SystemExit(3)


ANSWERS = {
    "evil": Evil,
    "evil list": lambda: [Evil()],
    "evil tuple": lambda: (Evil(), Evil()),
    "evil dict": lambda: {"a": Evil()},
    "forgetful": Forgetful,
    "recursive": recursive,
    "exits": lambda: exits,
    "generator": lambda: (n for n in range(3)),
    "endless generator": lambda: iter(int, 1),
    "returns a generator": lambda: lambda *a: (n for n in a),
    "returns evil": lambda: lambda *a: Evil(),
    "returns words": lambda: lambda *a: "x",
    "class": lambda: Evil,
    "huge array": lambda: np.zeros(20_000_000),
    "huge tensor": lambda: md.zeros(3000, 3000),
    "huge int": lambda: 10**400,
    "huge list": lambda: list(range(1_000_000)),
    "huge word": lambda: "x" * 1_000_000,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "nan array": lambda: np.full(3, np.nan),
    "complex": lambda: 1 + 1j,
    "bytes": lambda: b"1",
    "objects": lambda: np.array([None, object()]),
    "empty": lambda: np.array([]),
    "words": lambda: "down\n[/b]",
    "model": lambda: md.nn.Linear(2, 2),
    "module": lambda: np,
    "lambda": lambda: lambda: 1,
    "ragged": lambda: [[1], [2, 3]],
    "true": lambda: True,
    "set": lambda: {1, 2},
    "surrogate": lambda: "\ud800",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_every_exercise_says_a_sentence_to_any_answer(answer, capfd):
    for name in KNOWN:
        check(name, answer())
        out, err = capfd.readouterr()
        assert err == ""
        assert out.startswith((f"✗ {name}: not yet. ", f"· {name}: not answered yet", f"✓ {name}: right.")), out
        assert "Traceback" not in out
        assert len(out) < 700


def test_a_complex_number_is_not_taken_for_its_real_part():
    number = next(exercise for exercise in KNOWN.values() if type(exercise.kind).__name__ == "Number")
    assert not number.judge(number.right + 1j)[0]
    assert not number.judge(str(number.right))[0]


@pytest.mark.parametrize("name", [1, None, [], "ch99.ex1", "", "."])
def test_an_exercise_that_does_not_exist_is_a_key_error_that_names_those_that_do(name):
    with pytest.raises(KeyError, match=r"there is no exercise .*; there are ch"):
        check(name, 1)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
def test_who_reads_only_the_first_line_hears_no_complaint():
    command = f"{sys.executable} -m minidl.cli progress | head -1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert "exercises are solved" in result.stdout
    assert result.stderr == ""


ANSWERING = "from minidl.course.progress import note\nfor k in range(40): note('ch01.ex1', False); note(f'ch01.x{k}', True)"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such locks")
def test_two_chapters_that_are_open_at_once_lose_no_answer():
    kernels = [subprocess.Popen([sys.executable, "-c", ANSWERING]) for _ in range(2)]
    assert [kernel.wait() for kernel in kernels] == [0, 0]
    assert read()["ch01.ex1"]["tries"] == 80
    assert {read()[f"ch01.x{k}"]["tries"] for k in range(40)} == {2}
