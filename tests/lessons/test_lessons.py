"""PyTorch's lessons run unchanged, without PyTorch, and print its numbers (fixtures/make_lessons.py)."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
KEPT = json.loads((HERE.parent / "fixtures" / "lessons.json").read_text())
NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?")


def run(path, *arguments):
    """Run a lesson as its reader would."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run(
        [sys.executable, "-m", "minidl.cli", "torch", str(path), *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        encoding="utf-8",
    )


def in_common(text):
    """What is printed, without the ways to write a shape, a dtype and the function of a gradient."""
    text = re.sub(r"torch\.Size\(\[([^]]*)\]\)", lambda m: f"({m[1]}{',' * (',' not in m[1] and m[1] != '')})", text)
    text = re.sub(r"grad_fn=<\w+>", "grad_fn", re.sub(r"\btorch\.(?=(float|int|bool))", "", text))
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("name", sorted(KEPT))
def test_a_lesson_prints_the_numbers_of_pytorch(name):
    done = run(HERE / f"{name}.py")
    assert (done.returncode, done.stderr) == (0, "")
    ours, theirs = in_common(done.stdout), in_common(KEPT[name])
    assert NUMBER.sub("#", ours) == NUMBER.sub("#", theirs)
    found, expected = ([float(n) for n in NUMBER.findall(text)] for text in (ours, theirs))
    assert found == pytest.approx(expected, rel=2e-3, abs=2e-3)


def test_what_is_missing_is_reported_together_with_the_nearest_names(tmp_path):
    lesson = tmp_path / "lesson.py"
    lesson.write_text(
        "import sys\nimport torch.nn as nn\nfrom torch import optim\nimport torch\n"
        "print(sys.argv[1:], __name__)\noptim.Adamm([])\nnn.Linaer(2, 3)\ntorch.no_such_thing()\n"
    )
    done = run(lesson, "a", "--b")
    assert done.returncode == 1
    assert done.stdout == "['a', '--b'] __main__\n"
    assert "has no torch.optim.Adamm. Did you mean torch.optim.Adam ?" in done.stderr
    assert "minidl does not have 3 of the names that were asked of torch:" in done.stderr
    assert "torch.nn.Linaer    (there is torch.nn.Linear)\n    torch.no_such_thing\n" in done.stderr


def test_an_error_of_the_lesson_is_shown_as_python_shows_it(tmp_path):
    lesson = tmp_path / "lesson.py"
    lesson.write_text("import helper\nhelper.divide()\n")
    (tmp_path / "helper.py").write_text("import torch\n\ndef divide():\n    return torch.ones(1) + 1 / 0\n")
    done = run(lesson)
    assert done.returncode == 1
    assert done.stderr.startswith(f'Traceback (most recent call last):\n  File "{lesson}", line 2')
    assert "ZeroDivisionError" in done.stderr


def python(code):
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60)


def test_a_script_that_is_no_file_gets_a_sentence_and_none_is_waited_for(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    os.mkfifo(tmp_path / "pipe")
    for name, words in [("pipe", "is a pipe"), ("nothing.py", "No such file"), (".", "Is a directory")]:
        command = [sys.executable, "-m", "minidl.cli", "torch", name]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, timeout=60)
        assert done.returncode == 1
        assert done.stderr.startswith("minidl: the script")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1


def test_importing_as_torch_lets_torch_mean_minidl():
    done = python(
        "import minidl.as_torch, minidl, sys\n"
        "import torch, torch.nn as nn, torch.nn.functional as F\n"
        "from torch.utils.data import DataLoader\n"
        "from torch.optim.lr_scheduler import StepLR\n"
        "assert torch.Tensor is minidl.Tensor and nn is torch.nn and nn.Linear is minidl.nn.Linear\n"
        "assert DataLoader is minidl.data.DataLoader and F.relu is minidl.nn.functional.relu\n"
        "try:\n    import torch.nothing\nexcept ModuleNotFoundError as error:\n    print(error)\n"
        "try:\n    import torchvision\nexcept ModuleNotFoundError as error:\n    print(error)\n"
    )
    assert "minidl, which stands in for torch here, has no torch.nothing" in done.stdout
    assert "minidl stands in for torch alone, and torchvision needs PyTorch itself" in done.stdout
    assert "    torch.nothing\n    torchvision\n" in done.stderr


def test_a_torch_that_is_there_already_is_refused():
    done = python("import sys, types\nsys.modules['torch'] = types.ModuleType('torch')\nimport minidl.as_torch")
    assert done.returncode == 1
    assert "PyTorch itself is already imported, and two libraries cannot have one name" in done.stderr


def test_a_notebook_loads_it_as_an_extension():
    done = python(
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_cell('%load_ext minidl.as_torch')\n"
        "shell.run_cell('import torch; print(torch.ones(2).sum()); hasattr(torch, \"nothing\")')\n"
        "shell.run_cell('%unload_ext minidl.as_torch')\n"
        "shell.run_cell('import sys; print(\"torch\" in sys.modules)')\n"
    )
    assert "tensor(2.)" in done.stdout
    assert "False" in done.stdout
    assert "torch.nothing" in done.stderr
