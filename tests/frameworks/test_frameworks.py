"""The runs that chapter 28 draws: five frameworks, one model, the same numbers."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "assets" / "frameworks"
RUNS = json.loads((FOLDER / "runs.json").read_text(encoding="utf-8"))
FILES = sorted(FOLDER.glob("in_*.py"))


@pytest.fixture
def shared(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import shared

    return shared


def of_each_batch(name):
    """The losses batch by batch: Keras prints the mean of all so far."""
    losses, n = np.array(RUNS[name]["losses"]), np.arange(1, 61)
    return np.diff(losses * n, prepend=0) if name == "keras" else losses


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_has_the_three_parts_that_the_chapter_shows(path):
    source = path.read_text(encoding="utf-8")
    assert [line for line in source.splitlines() if line in ("# The model", "# The training", "# The use")] == [
        "# The model",
        "# The training",
        "# The use",
    ]
    defined = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    assert {"train", "scores"} <= defined
    assert max(map(len, source.splitlines())) <= 88


def test_there_is_a_run_of_every_file():
    assert [f"in_{name}" for name in sorted(RUNS)] == [path.stem for path in FILES]
    assert all(len(run["losses"]) == 60 for run in RUNS.values())


@pytest.mark.parametrize("name", RUNS)
def test_the_curves_are_one_curve(name):
    assert np.abs(of_each_batch(name) - of_each_batch("minidl")).max() < 1e-4
    assert RUNS[name]["right"] == RUNS["minidl"]["right"]


def test_minidl_gives_the_recorded_run_again(shared):
    import in_minidl

    model = in_minidl.build(shared.start())
    losses = in_minidl.train(model, shared.batches())
    images, labels = shared.held_out()
    assert np.abs(np.array(losses) - RUNS["minidl"]["losses"]).max() < 1e-3
    assert abs((in_minidl.scores(model, images).argmax(1) == labels).sum() - RUNS["minidl"]["right"]) <= 2


def test_no_image_held_out_is_in_a_batch(shared):
    seen = {image.tobytes() for images, _ in shared.batches() for image in images}
    assert not seen & {image.tobytes() for image in shared.held_out()[0]}


def test_only_pytorch_and_minidl_share_their_random_numbers():
    seeded = {name: tuple(run["seeded"]) for name, run in RUNS.items()}
    assert seeded["minidl"] == seeded["pytorch"]
    assert len(set(seeded.values())) == 4
