"""Prove the bridge to PyTorch: `python tests/notebooks/bridge.py`, where torch is installed.

At the end of every chapter a cell of minidl prints some numbers, and a text cell holds the same in PyTorch. What
the one printed and what the other prints must be the same, letter for letter.
"""

import contextlib
import difflib
import io
import re
import sys
from pathlib import Path

import nbformat

CHAPTERS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def bridge(chapter):
    """What the chapter's last cell printed, and the PyTorch code beside it."""
    notebook = nbformat.read(chapter, as_version=4)
    printed = ["".join(o.text for o in cell.outputs) for cell in notebook.cells if cell.id == "bridge"]
    texts = [cell.source for cell in notebook.cells if "pytorch" in cell.metadata.get("tags", [])]
    if len(printed) != 1 or len(texts) != 1:
        raise LookupError(
            f"{chapter.name} needs one code cell with the id 'bridge', and one text cell with the tag 'pytorch'"
        )
    (code,) = re.findall(r"```python\n(.*?)```", texts[0], re.DOTALL)
    return printed[0], code


def main():
    """Run every bridge; the number of those that do not hold."""
    failed = 0
    for chapter in CHAPTERS:
        expected, code = bridge(chapter)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, chapter.name, "exec"), {})
        same = out.getvalue() == expected
        failed += not same
        print(f"{chapter.name}: {'the same' if same else 'different'}")
        if not same:
            sys.stdout.writelines(difflib.ndiff(expected.splitlines(True), out.getvalue().splitlines(True)))
    return failed


if __name__ == "__main__":
    sys.exit(main())
