"""Importing minidl is cheap, and what it offers is there."""

import ast
import json
import re
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

import minidl as md
from tests import wheel

ROOT = Path(__file__).parents[1]
HEAVY = (
    "matplotlib pygraphviz graphviz anywidget ipywidgets IPython rich latex2mathml jupyterlab torch numpy.polynomial".split()
)


@pytest.mark.parametrize("statement", ["import minidl", "import minidl.nn, minidl.optim, minidl.data, minidl.viz"])
def test_import_loads_nothing_heavy(statement):
    code = f"import sys; {statement}; print([m for m in {HEAVY} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_minidl_is_typed():
    from importlib.resources import files

    assert files(md).joinpath("py.typed").is_file()


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'foo'"):
        _ = md.foo
    with pytest.raises(AttributeError, match="has no picture 'foo'; it has"):
        _ = md.viz.foo


def test_the_version_is_a_version():
    assert [part.isdigit() for part in md.__version__.split(".")] == [True] * 3


@pytest.mark.same_everywhere
def test_rooms_import_only_rooms_below_them(monkeypatch):
    from importlinter.cli import lint_imports

    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0  # what it found is in the output


@pytest.mark.same_everywhere
def test_an_import_inside_a_function_says_why():
    """In a comment, which holds for those right below it, too, or for a whole file in its docstring."""
    silent = []
    for path in sorted((ROOT / "minidl").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree, said = ast.parse(text), [""] + ["#" in line for line in text.split("\n")]
        if re.search(r"import(s|ed) ([\w ]* )?(where|when)", ast.get_docstring(tree) or ""):
            continue
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        late = {
            node.lineno
            for function in functions
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
        silent += [f"{path.relative_to(ROOT)}:{i}" for i in sorted(late) if i - 1 not in late and not said[i]]
    assert silent == []


def test_what_is_missing_in_a_distribution_or_there_twice_is_said(tmp_path):
    path = tmp_path / "minidl.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in [*wheel.WHEEL[1:], "minidl/a.pyc"]:
            archive.writestr(name, wheel.STATE if name.endswith("start_here.ipynb") else "")
    assert wheel.problems(path, book=True) == [
        f"minidl.whl lacks {wheel.WHEEL[0]}",
        "minidl.whl lacks minidl/_book/index.html",
        "minidl.whl has minidl/a.pyc",
        "minidl.whl has the state of widgets in minidl/_notebooks/00_start_here.ipynb",
    ]


def test_the_notebooks_of_a_wheel_have_no_state_of_widgets_and_are_otherwise_the_same(tmp_path, monkeypatch):
    hook = SimpleNamespace(BuildHookInterface=object)  # hatchling is there only while a wheel is built
    monkeypatch.setitem(sys.modules, "hatchling.builders.hooks.plugin.interface", hook)
    build = runpy.run_path(str(ROOT / "hatch_build.py"))
    build["write_notebooks"](ROOT / "notebooks", tmp_path)
    name = "00_start_here.ipynb"
    shipped, own = (json.loads((folder / name).read_text(encoding="utf-8")) for folder in (tmp_path, ROOT / "notebooks"))
    assert own["metadata"].pop("widgets")
    assert shipped == own
    assert (tmp_path / "projects" / "README.md").is_file()
    assert not list(tmp_path.rglob(".*"))
