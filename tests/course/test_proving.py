"""`minidl check` finds what differs, says what it cannot check, and runs nothing else."""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path

import nbformat
import pytest

from minidl.cli import main
from minidl.course.notebooks import rewrite

ROOT = Path(__file__).parents[2]
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need rights on Windows")


def write(path, *sources, tags=(), kernel=None):
    """A notebook with cells that were never run."""
    cells = [nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)} if tags else {}) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    if kernel:
        notebook.metadata["kernelspec"] = {"name": kernel, "display_name": kernel}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def written(path, *sources, tags=()):
    """A notebook with its outputs."""
    rewrite(write(path, *sources, tags=tags))
    return path


def change(path, old, new):
    """Let the file say something else than its cells do; in their sources, which stand above, nothing changes."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = nbformat.from_dict(json.loads(json.dumps(cell.outputs).replace(old, new)))
    nbformat.write(notebook, path)


def check(*arguments, cwd=None, **env):
    """Exit code and everything said, as the command would with nothing of `cwd` on its path."""
    command = [sys.executable, "-P", "-m", "minidl.cli", "check", "--jobs", "1", *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=900, env=env)
    return done.returncode, done.stdout + done.stderr


# What differs: notebooks that part from their cells each in a way of its own, all checked at once


NOISE = "import time\nprint(f'took {time.perf_counter():.3f} s')\nprint('━' * int(time.time() % 7 + 1))\nobject()"
LONG = "print('ab' * 100_000)\nprint('1 ' * 100_000, '<' * 100_000)"
CURVE = "import minidl as md\nmd.viz.loss_curve([2.0, 1.0])"
# name: what the cell is, its tags, and the changes in what the file says
CELLS = {
    "loss": ("print('loss', 0.5)", ["close:2%"], {"near": ("0.5", "0.505"), "far": ("0.5", "0.55")}),
    "exact": ("print('loss', 0.5)", [], {"digits": ("0.5", "0.50")}),
    "curve": (CURVE, ["close:10%"], {"near": ("from 2 to 1", "from 2.1 to 1.05"), "word": ("falls from 2", "rises from 2")}),
    "two": ("display(1)\ndisplay(2)", ["close:50%"], {}),
    "noise": (NOISE, [], {}),
    "long": (LONG, [], {"letter": ("ababab", "abaxab")}),
}


@pytest.fixture(scope="module")
def said_of(tmp_path_factory):
    """What `minidl check` says of each notebook: "loss" is as it was written, "loss far" was changed in this way."""
    folder = tmp_path_factory.mktemp("differing")
    for name, (source, tags, changes) in CELLS.items():
        path = written(folder / f"{name}.ipynb", source, tags=tags)
        for way, (old, new) in changes.items():
            change(copied(path, f"{name} {way}"), old, new)
    path = copied(folder / "two.ipynb", "two less")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].outputs.pop()
    nbformat.write(notebook, path)
    chapter = copied(ROOT / "notebooks" / "00_start_here.ipynb", "chapter", folder)
    change(chapter, "weights to learn: 50890", "weights to learn: 50891")
    assert check(folder, "--junit", folder / "report.xml")[0] == 1
    said = defaultdict(str)
    for case in ET.parse(folder / "report.xml").iter("testcase"):
        said[Path(case.get("classname")).stem] += "".join(problem.text for problem in case)
    assert len(said) == len(list(folder.glob("*.ipynb")))
    return said


def copied(path, name, folder=None):
    """A copy of a notebook under another name."""
    return Path(shutil.copy(path, (folder or path.parent) / f"{name}.ipynb"))


def test_a_changed_answer_in_a_chapter_is_found(said_of):
    assert "in the file: weights to learn: 50891" in said_of["chapter"]
    assert "now:         weights to learn: 50890" in said_of["chapter"]


def test_numbers_may_move_as_far_as_the_tag_of_the_cell_says(said_of):
    assert said_of["loss"] == said_of["loss near"] == ""
    assert "0.55 may move by 2%, and is 0.5" in said_of["loss far"]


def test_a_cell_without_a_tag_is_exact(said_of):
    assert said_of["exact"] == ""
    assert "in the file: loss 0.50" in said_of["exact digits"]


def test_the_words_of_a_picture_follow_the_same_rule(said_of):
    assert said_of["curve"] == said_of["curve near"] == ""
    assert "rises from 2" in said_of["curve word"]


def test_outputs_that_are_new_or_missing_are_found(said_of):
    assert said_of["two"] == ""
    assert "text/plain: 1 outputs in the file, 2 now" in said_of["two less"]


def test_times_addresses_and_progress_bars_are_not_compared(said_of):
    assert said_of["noise"] == ""


def test_a_line_of_ten_megabytes_is_compared(said_of):
    assert said_of["long"] == ""
    assert "abaxab" in said_of["long letter"]
    assert len(said_of["long letter"]) < 5_000


def test_a_cell_that_fails_or_takes_too_long_differs(tmp_path):
    write(tmp_path / "fails.ipynb", "1 / 0")
    write(tmp_path / "slow.ipynb", "while True: pass")
    code, said = check(tmp_path, "--timeout", "2")
    assert code == 1
    assert "ZeroDivisionError" in said
    assert "Timeout of 2 seconds exceeded executing cell" in said


def test_a_kernel_that_dies_is_not_called_slow(tmp_path):
    path = write(tmp_path / "n.ipynb", "1 + 1", "import os\nos._exit(9)", "2 + 2")
    code, said = check(path)
    assert code == 1
    assert "cell 1: the kernel died while this cell was running" in said
    assert "1 failed, 1 passed, 1 skipped" in said
    assert "imeout" not in said


# What cannot be checked


NO_NOTEBOOKS = {
    "words": (b"hello", "it is not a notebook, because it is not JSON"),
    "empty": (b"", "it is not a notebook, because it is not JSON"),
    "list": (b"[1, 2]", "it is not a notebook: its JSON says no nbformat"),
    "deep": (b"[" * 100_000, "nested too deep"),
    "cells": (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}', "it is not a valid notebook"),
    "future": (b'{"nbformat": 99, "nbformat_minor": 5, "metadata": {}, "cells": []}', "it is not a valid notebook"),
    "encoding": ('{"nbformat": 4}'.encode("utf-16"), "it is not UTF-8"),
}


def test_files_that_are_no_notebooks_are_named_and_the_others_are_checked(tmp_path, capfd):
    for name, (content, _) in NO_NOTEBOOKS.items():
        (tmp_path / f"{name}.ipynb").write_bytes(content)
    write(tmp_path / "fine.ipynb", "1 + 1")
    assert main(["check", str(tmp_path), "--jobs", "1"]) == 2
    out = capfd.readouterr().out
    for name, (_, said) in NO_NOTEBOOKS.items():
        assert re.search(f"^{name}.ipynb could not be checked: .*{said}", out, re.MULTILINE), name
    assert "1 passed" in out


@pytest.mark.parametrize("name", NO_NOTEBOOKS)
def test_a_file_that_is_no_notebook_cannot_be_checked(tmp_path, capsys, name):
    (tmp_path / "broken.ipynb").write_bytes(NO_NOTEBOOKS[name][0])
    assert main(["check", str(tmp_path)]) == 2
    assert NO_NOTEBOOKS[name][1] in capsys.readouterr().out


def test_a_kernel_that_is_not_here_is_named(tmp_path, capsys):
    write(tmp_path / "n.ipynb", "1", kernel="julia-1.10")
    assert main(["check", str(tmp_path)]) == 2
    assert "it wants the kernel 'julia-1.10', which is not installed here (there is " in capsys.readouterr().out


def test_a_kernel_that_does_not_start_is_said(tmp_path):
    spec = tmp_path / "jupyter" / "kernels" / "broken"
    spec.mkdir(parents=True)
    argv = [sys.executable, "-c", "raise SystemExit(3)", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "broken", "language": "python"}))
    path = write(tmp_path / "n.ipynb", "1", kernel="broken")
    code, said = check(path, JUPYTER_PATH=str(tmp_path / "jupyter"))
    assert code == 2
    assert "the kernel 'broken' did not start" in said


def test_a_tag_that_is_not_understood_is_named(tmp_path, capsys):
    write(tmp_path / "n.ipynb", "1", tags=["close:some"])
    assert main(["check", str(tmp_path)]) == 2
    assert "cell 0: the tag 'close:some' is not understood; write close:2% or close:0.02" in capsys.readouterr().out


def test_a_place_without_a_notebook_is_said(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("")
    assert main(["check", str(tmp_path)]) == 2
    assert main(["check", str(tmp_path / "a.txt")]) == 2
    assert main(["check", str(tmp_path / "nowhere")]) == 2
    said = capsys.readouterr().err
    assert f"minidl: there is no notebook in {tmp_path}" in said
    assert "a.txt is not a notebook (.ipynb)" in said
    assert "nowhere does not exist" in said


def test_a_notebook_of_text_alone_has_nothing_to_compare(tmp_path, capfd):
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Read me")]), tmp_path / "n.ipynb")
    assert main(["check", str(tmp_path)]) == 0
    assert "n.ipynb has no code cells: nothing to compare" in capfd.readouterr().out


# What else lies in the folder


def test_nothing_in_the_folder_or_above_is_run_except_the_notebooks(tmp_path):
    folder = tmp_path / "[1]" / "a::b"
    write(folder / "sub" / "[x]" / "n.ipynb", "import helper\nhelper.name")
    (folder / "sub" / "[x]" / "helper.py").write_text("name = 'beside the notebook'")
    trap = "raise SystemExit('this was run')"
    for place in (tmp_path, folder.parent, folder, folder / "sub", folder / "sub" / "[x]"):
        for name in ("conftest.py", "random.py", "json.py", "test_mine.py", "sitecustomize.py"):
            (place / name).write_text(trap)
        (place / "pytest.ini").write_text("[pytest]\naddopts = --nonsense")
    code, said = check(folder, cwd=folder, PYTEST_ADDOPTS="--nonsense")
    assert code == 0, said
    assert "1 passed" in said


def test_hidden_folders_and_virtual_environments_are_left_alone(tmp_path):
    for place in (".ipynb_checkpoints", "venv/lib", "."):
        write(tmp_path / place / "n.ipynb", "1 + 1")
    (tmp_path / "venv" / "pyvenv.cfg").write_text("")
    code, said = check(tmp_path)
    assert code == 0
    assert "1 passed" in said


@needs_links
def test_links_are_not_followed(tmp_path):
    write(tmp_path / "outside" / "bad.ipynb", "1 / 0")
    folder = tmp_path / "folder"
    write(folder / "n.ipynb", "1 + 1")
    (folder / "itself").symlink_to(folder)
    (folder / "away").symlink_to(tmp_path / "outside")
    (folder / "bad.ipynb").symlink_to(tmp_path / "outside" / "bad.ipynb")
    (folder / "round.ipynb").symlink_to(folder / "round.ipynb")
    code, said = check(folder)
    assert code == 0, said
    assert "1 passed" in said


def test_a_report_is_written(tmp_path):
    write(tmp_path / "n.ipynb", "1 / 0")
    assert check(tmp_path, "--junit", tmp_path / "report.xml")[0] == 1
    assert 'failures="1"' in (tmp_path / "report.xml").read_text(encoding="utf-8")
