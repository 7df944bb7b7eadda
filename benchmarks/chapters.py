"""How long each chapter takes from its first cell to its last: python benchmarks/chapters.py"""

import time
from pathlib import Path

import nbformat

from minidl.course.notebooks import execute

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def measure():
    """Seconds of each chapter, with the start of its kernel; printed as they come."""
    print("\nchapters, in seconds")
    seconds = {}
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        start = time.perf_counter()
        execute(notebook, path.parent)
        seconds[path.stem] = time.perf_counter() - start
        print(f"{path.stem:40s}{seconds[path.stem]:8.1f}", flush=True)
    print(f"{'all':40s}{sum(seconds.values()):8.1f}")
    return seconds


if __name__ == "__main__":
    measure()
