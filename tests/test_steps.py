"""`make test` and `make check-processors` say what they covered, what failed, and how to run that alone."""

import doctest
import re
import sys

import pytest

from tests import __main__ as steps
from tests import processors


@pytest.fixture
def two_steps(monkeypatch, tmp_path):
    """A step that passes and one that fails, with a report."""
    (tmp_path / "test_one.py").write_text(
        "import pytest\ndef test_a(): pass\ndef test_b(): assert 0\ndef test_c(): pytest.skip()"
    )
    pytest_alone = [
        "pytest",
        "-q",
        "-c",
        str(tmp_path / "none.ini"),
        "-p",
        "no:cacheprovider",
        str(tmp_path / "test_one.py"),
    ]
    (tmp_path / "none.ini").write_text("[pytest]\n")
    monkeypatch.setattr(steps, "STEPS", {"lint": ["platform"], "tests": pytest_alone})


def test_a_failure_says_which_step_and_how_to_run_it_alone(two_steps, capsys):
    assert steps.main([]) == 1
    said = capsys.readouterr().out
    assert f"Failed: tests. To run it alone: {sys.executable} -m tests tests" in said
    assert re.search(
        r"^Covered in [^:]+: lint \([^)]+\), 3, 1 of them skipped, tests and doctests \([^)]+\)\.$", said, re.MULTILINE
    )
    assert re.search(r"^The slowest files: test_one [^,]+\.$", said, re.MULTILINE)


def test_all_that_passed_is_said_in_one_line(two_steps, capsys):
    assert steps.main(["lint"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("All passed in ")


def test_the_examples_of_the_command_hold():  # pytest collects none from a __main__.py
    assert doctest.testmod(steps) == (0, 3)


def test_an_unknown_step_is_said(capsys):
    assert steps.main(["everything"]) == 2
    said = capsys.readouterr().err
    assert "There is no step everything; there is lint, format, types, javascript, tests." in said


def test_a_part_that_fails_with_a_processor_can_be_run_alone(monkeypatch, capsys):
    monkeypatch.setattr(processors, "available", lambda names: {"Prescott": {"OPENBLAS_CORETYPE": "Prescott"}})
    monkeypatch.setattr(
        processors, "parts", lambda only, share: {"chapters": ["-c", "raise SystemExit(1)"], "bridge": ["-c", ""]}
    )
    assert processors.main(["Prescott"]) == 1
    said = capsys.readouterr().out
    assert "Failed: chapters with Prescott. To run it alone: env OPENBLAS_CORETYPE=Prescott " in said
    assert said.splitlines()[-1].startswith("Covered in ")


def test_a_processor_that_cannot_be_played_is_left_out_with_a_reason(monkeypatch, capsys):
    monkeypatch.setattr(processors, "taken", lambda env: None)
    assert processors.main(["SkylakeX"]) == 2
    said = capsys.readouterr().out
    assert "SkylakeX: left out, because this processor cannot run its code" in said
    assert "Nothing could be run" in said
