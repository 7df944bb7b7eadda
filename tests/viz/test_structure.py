"""Every picture is a model and its views: the model (x.py) draws nothing, the views (x_picture.py) draw the model."""

import ast
from pathlib import Path

import pytest

import minidl.viz

HERE = Path(minidl.viz.__file__).parent
ROOMS = ("charts", "graphs", "planes", "runs")
DRAWN_BY = (
    "matplotlib",
    "PIL",
    "anywidget",
    "minidl.viz.figure",
    "minidl.viz.picture",
    "minidl.viz.pixels",
    "minidl.viz.widget",
)
VIEWS = {"png", "layout"}  # of drawings in general: they measure and draw text


def imports(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def models():
    paths = [path for room in ROOMS for path in sorted((HERE / room).glob("*.py"))]
    return [p for p in paths if not p.stem.endswith("_picture") and p.stem not in VIEWS and p.name != "__init__.py"]


@pytest.mark.parametrize("path", models(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_model_imports_nothing_that_draws(path):
    assert [name for name in imports(path) if name.startswith(DRAWN_BY) or name.endswith("_picture")] == []


def test_every_picture_that_is_offered_is_in_a_view_or_is_a_callback():
    rooms = {name: room for name, room in minidl.viz._ROOMS.items() if not room.endswith("_picture")}
    assert set(rooms) == {"Flow", "WeightPath"}  # what records a run
