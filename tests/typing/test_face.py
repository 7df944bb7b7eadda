"""Editors and type checkers know what a Tensor can do."""

import subprocess
import sys

from tests.typing.tensor_face import FACE, face

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
"""


def test_the_face_shows_what_the_class_has():
    assert FACE.read_text(encoding="utf-8") == face(), "make it anew: python -m tests.typing.tensor_face"


def test_a_lesson_passes_mypy_and_a_misspelt_method_does_not(tmp_path):
    lesson = tmp_path / "lesson.py"
    lesson.write_text(LESSON)
    assert mypy(lesson).returncode == 0, mypy(lesson).stdout
    lesson.write_text(LESSON + "x.reluu()\n")
    assert '"Tensor" has no attribute "reluu"; maybe "relu' in mypy(lesson).stdout


def mypy(path):
    command = [sys.executable, "-m", "mypy", "--no-incremental", "--follow-imports=silent", "--config-file=", str(path)]
    return subprocess.run(command, capture_output=True, text=True, cwd=path.parent)


def test_methods_complete_in_an_editor():
    import jedi

    names = {c.name for c in jedi.Script("import minidl as md\nx: md.Tensor\nx.").complete(3, 2)}
    assert {"relu", "backward", "sum", "requires_grad_", "shape", "mul_"} <= names
