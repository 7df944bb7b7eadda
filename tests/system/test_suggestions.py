"""A misspelt attribute of a tensor is answered with the nearest name, in notebooks too."""

import re
import subprocess
import sys

import pytest

import minidl as md
from minidl.system.suggestions import suggestion

CELLS = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.colors = "NoColor"
shell.run_cell("import minidl as md")
for cell in ("md.ones(2).reluu", "md.nn.Linear(2, 2).wieght", "(1).reall", "md.ones(2).xyzzy"):
    print("cell", cell)
    assert isinstance(shell.run_cell(cell).error_in_exec, AttributeError)
"""


def test_ipython_says_which_name_was_meant():
    shown = subprocess.run([sys.executable, "-c", CELLS], capture_output=True, text=True).stdout
    shown = re.sub(r"\x1b\[[0-9;]*m", "", shown)  # colours change from version to version
    tensor, module, foreign, unknown = shown.split("cell ")[1:]
    assert "'Tensor' object has no attribute 'reluu'\nDid you mean relu ?" in tensor
    assert module.count("Did you mean weight ?") == 1
    assert "Did you mean" not in foreign + unknown


@pytest.mark.parametrize(
    ("thing", "name", "nearest"),
    [
        (md.ones(2), "unsqeeze", "unsqueeze"),
        (md.ones(2), "requires_gradd_", "requires_grad_"),
        (md.fft.rfft(md.ones(4)), "rael", "real"),
    ],
)
def test_the_nearest_name_is_one_that_the_object_has(thing, name, nearest):
    with pytest.raises(AttributeError) as caught:
        getattr(thing, name)
    assert suggestion(caught.value) == f"Did you mean {nearest} ?"
