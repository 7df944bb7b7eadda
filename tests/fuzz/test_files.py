"""Damaged files: what was saved comes back, or a sentence says that it does not."""

import contextlib
import gzip
import io
import json
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl.course.copying import CourseError, fingerprint, without_outputs
from minidl.course.predicting import Prediction
from minidl.course.progress import guesses, is_progress, read, table
from minidl.course.proving import code_cells
from minidl.data.full_sets import read_idx
from minidl.errors import CheckpointError, DataFileError, MinidlError, ShapeError
from tests.fuzz.damaging import damaged, nonsense
from tests.fuzzing import fuzz

ROOT = Path(__file__).parents[2]
TORCH_FILES = ROOT / "tests" / "fixtures" / "torch_files"
CHAPTER = (ROOT / "notebooks" / "00_start_here.ipynb").read_bytes()
PROGRESS = json.dumps(
    {
        "ch01.ex1": {"right": True, "tries": 2, "on": "2024-01-01"},
        "ch01.ex2": {"right": False, "tries": 1},
        "ch02.p1": {"guess": "up", "came": "down"},
        "ch02.p2": {"guess": 1.5, "came": 2},
    }
).encode()

PREDICTIONS = {"ch02.p1": Prediction("Which way?", choices=["up", "down"]), "ch02.p2": Prediction("How many?")}

pytestmark = pytest.mark.fuzz


def state():
    return {
        "model": md.nn.Linear(2, 3).state_dict(),
        "lr": 0.1,
        "epoch": 3,
        "name": "tëxt",
        "list": [1, (2, None), md.ones(2)],
        "a.b": md.zeros(1),
        "a": {"b": np.arange(3)},
        5: True,
    }


class Named(io.BytesIO):
    """A file in memory with a name."""

    def __init__(self, content, name):
        super().__init__(content)
        self.name = name


def saved(name):
    file = Named(b"", name)
    md.save(state(), file)
    return file.getvalue()


def same(one, other):
    if isinstance(one, dict):
        return type(one) is type(other) and list(one) == list(other) and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray | md.Tensor):
        one, other = np.asarray(one), np.asarray(other)
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    return one == other


@pytest.mark.parametrize("name", ["state.safetensors", "state.pth"])
def test_a_damaged_checkpoint_is_whole_or_refused(name):
    content = saved(name)
    whole = md.load(Named(content, name))

    def attempt(rng):
        try:
            found = md.load(Named(damaged(rng, content), name))
        except CheckpointError:
            return
        assert same(found, whole)

    fuzz(attempt)


@pytest.mark.parametrize("name", ["zip.pth", "legacy.pth"])
def test_a_damaged_file_of_pytorch_is_read_or_refused(name):
    content = (TORCH_FILES / name).read_bytes()

    def attempt(rng):
        with contextlib.suppress(CheckpointError):
            md.load(Named(damaged(rng, content), name))

    fuzz(attempt)


def test_a_header_of_safetensors_that_makes_no_sense_is_refused_or_read():
    content = saved("state.safetensors")
    size = int.from_bytes(content[:8], "little")

    def attempt(rng):
        header = nonsense(rng, content[8 : 8 + size])
        with contextlib.suppress(CheckpointError):
            md.load(Named(len(header).to_bytes(8, "little") + header + content[8 + size :], "state.safetensors"))

    fuzz(attempt)


def test_a_state_of_any_form_comes_back_as_it_was():
    keys = [
        "",
        ".",
        "a",
        "a.b",
        "b",
        "__metadata__",
        "1",
        1,
        0,
        -1,
        "é",
        "\n",
        "\ud800",
        '"',
        "minidl",
        "a#2",
        "sha256_of_file",
    ]
    values = [
        None,
        True,
        0,
        1.5,
        "",
        "\ud800",
        "x" * 300,
        2**60,
        float("inf"),
        np.float32(2),
        md.zeros(0, 3),
        md.ones(2).half(),
        md.tensor([True]),
        md.tensor(3, dtype=md.int8),
        np.arange(4).reshape(2, 2).T,
        md.ones(4)[::2],
        np.zeros(()),
    ]

    def thing(rng, depth):
        kind = rng.random() if depth else 1
        if kind < 0.4:
            return {rng.choice(keys): thing(rng, depth - 1) for _ in range(rng.randrange(5))}
        if kind < 0.7:
            return rng.choice([list, tuple])(thing(rng, depth - 1) for _ in range(rng.randrange(4)))
        return rng.choice(values)

    def attempt(rng):
        form = {rng.choice(keys): thing(rng, 3) for _ in range(rng.randrange(1, 6))}
        for name in ("state.safetensors", "state.pth"):
            file = Named(b"", name)
            try:
                md.save(form, file)
            except CheckpointError:
                continue
            found = md.load(Named(file.getvalue(), name))
            assert repr(found) == repr(_as_read(form, name)), name

    fuzz(attempt)


def _as_read(thing, name):
    """What a thing is when it comes back: NumPy's numbers are Python's, and PyTorch's files know tensors alone."""
    if isinstance(thing, dict):
        return {key: _as_read(value, name) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return type(thing)(_as_read(value, name) for value in thing)
    if isinstance(thing, np.generic):
        return thing.item()
    return md.tensor(thing) if isinstance(thing, np.ndarray) and name.endswith(".pth") else thing


def test_damaged_pictures_of_digits_are_read_or_refused(tmp_path):
    file = tmp_path / "images.gz"
    content = b"\0\0\x08\x03" + b"".join(n.to_bytes(4, "big") for n in (2, 3, 3)) + bytes(range(18))

    def attempt(rng):
        inside = rng.random() < 0.8
        packed = gzip.compress(damaged(rng, content) if inside else content, 1)
        file.write_bytes(packed if inside else damaged(rng, packed))
        with contextlib.suppress(DataFileError):
            assert read_idx(file).dtype == np.uint8

    fuzz(attempt)


def test_a_damaged_sound_is_read_or_refused():
    file = io.BytesIO()
    md.audio.save(file, md.linspace(-1, 1, 60).reshape(2, 30), 8000)

    def attempt(rng):
        with contextlib.suppress(DataFileError):
            assert md.audio.load(Named(damaged(rng, file.getvalue()), "x.wav"))[0].ndim == 2

    fuzz(attempt)


def test_a_damaged_onnx_file_is_read_or_refused(tmp_path):
    pytest.importorskip("onnx")
    file, x = tmp_path / "model.onnx", md.randn(1, 1, 6, 6)
    layers = md.nn.Conv2d(1, 2, 3), md.nn.ReLU(), md.nn.MaxPool2d(2), md.nn.Flatten(), md.nn.Linear(8, 2)
    content = md.interop.export_onnx(md.nn.Sequential(*layers), x, file).read_bytes()

    def attempt(rng):
        file.write_bytes(damaged(rng, content))
        with contextlib.suppress(MinidlError), np.errstate(all="ignore"):  # a weight may have become huge
            md.interop.import_onnx(file)(x)

    fuzz(attempt)


def test_a_damaged_file_of_drawings_is_read_or_refused(tmp_path):
    file, packed = tmp_path / "mine.npz", io.BytesIO()
    np.savez_compressed(packed, images=np.zeros((2, 1, 28, 28), np.float32), labels=np.arange(2))

    def attempt(rng):
        file.write_bytes(damaged(rng, packed.getvalue()))
        with contextlib.suppress(DataFileError, ShapeError):
            md.data.sketches(file)

    fuzz(attempt)


def test_progress_in_any_state_is_read(tmp_path):
    file = tmp_path / "progress.json"

    def attempt(rng):
        file.write_bytes(rng.choice([damaged, nonsense])(rng, PROGRESS))
        kept = read(file)
        is_progress(file)
        json.dumps(kept, allow_nan=False)
        table(["ch01.ex1", "ch01.ex2", "ch09.ex1"], kept)
        guesses(PREDICTIONS, kept)

    fuzz(attempt)


def test_a_notebook_in_any_state_is_read_or_refused_with_a_sentence(tmp_path):
    file = tmp_path / "chapter.ipynb"

    def attempt(rng):
        content = rng.choice([damaged, nonsense])(rng, CHAPTER)
        file.write_bytes(content)
        for work in (lambda: code_cells(file), lambda: fingerprint(content), lambda: without_outputs(content)):
            with contextlib.suppress(CourseError):
                work()

    fuzz(attempt)
