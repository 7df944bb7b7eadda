"""Editors and type checkers know what a Tensor can do."""

import re
import subprocess
import sys
from pathlib import Path

from tests.typing.tensor_face import FACE, face

LESSONS = Path(__file__).parents[1] / "lessons"
LESSON = """
import minidl as md
from minidl import nn

x: md.Tensor = md.tensor([[1.0, 2.0]], requires_grad=True)
y = (x * 2 + 1).relu().sum()
y.backward()
assert x.grad is not None
print(x.grad.abs().max().item(), len(x), x[0].tolist(), 2 - x, x @ x.T)
x[0] = 1.0
model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
loss = nn.functional.mse_loss(model(x), md.zeros(1, 3))
optimizer = md.optim.Adam(model.parameters(), lr=0.1)
optimizer.zero_grad()
x.add(other=y, alpha=2).sum(dim=0, keepdim=True).mean(axis=0, keepdims=True).clamp_(min=0.0).unsqueeze_(0)
x.scatter_add(dim=0, index=md.tensor([[0]]), src=x).max(dim=1).values.split(split_size=1, dim=0)[0].uniform_(0, to=2)
spectrum = md.stft(md.zeros(64), n_fft=16, window=md.hann_window(16), return_complex=True).abs()
"""


def test_the_face_shows_what_the_class_has():
    assert FACE.read_text(encoding="utf-8") == face(), "make it anew: python -m tests.typing.tensor_face"


def test_a_lesson_passes_mypy_and_a_misspelt_method_does_not(tmp_path):
    (tmp_path / "right.py").write_text(LESSON)
    (tmp_path / "misspelt.py").write_text(LESSON + "x.reluu()\n")
    checked = mypy(tmp_path)
    (error,) = [line for line in checked.stdout.splitlines() if ": error: " in line]
    assert Path(error.partition(":")[0]).name == "misspelt.py"
    assert '"Tensor" has no attribute "reluu"; maybe "relu' in error
    assert "checked 2 source files" in checked.stdout


def test_the_lessons_pass_mypy_with_nothing_but_the_import_changed(tmp_path):
    for lesson in LESSONS.glob("lesson_*.py"):
        text = re.sub(r"^import torch$", "import minidl as torch", lesson.read_text(), flags=re.MULTILINE)
        text = re.sub(r"^(import|from) torch\b", r"\1 minidl", text, flags=re.MULTILINE)
        (tmp_path / lesson.name).write_text(text)
    checked = mypy(tmp_path, "--allow-redefinition")
    assert checked.returncode == 0, checked.stdout
    assert "10 source files" in checked.stdout


def mypy(path, *options):
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--no-incremental",
        "--follow-imports=silent",
        "--config-file=",
        *options,
        str(path),
    ]
    return subprocess.run(command, capture_output=True, text=True, cwd=path.parent)


def test_methods_complete_in_an_editor():
    import jedi

    names = {c.name for c in jedi.Script("import minidl as md\nx: md.Tensor\nx.").complete(3, 2)}
    assert {"relu", "backward", "sum", "requires_grad_", "shape", "mul_", "unsqueeze_", "unfold", "lgamma"} <= names
