"""What must be in a wheel and in a source distribution: `python -m tests.wheel dist`."""

import sys
import tarfile
import zipfile
from pathlib import Path

LARGEST = 25e6  # bytes
WHEEL = (
    "minidl/__init__.py minidl/py.typed minidl/_assets/data/digits/digits.npz minidl/_notebooks/00_start_here.ipynb "
    "minidl/_solutions/ch00.py minidl/viz/widget/common.js"
).split()
BOOK = "minidl/_book/index.html"
STATE = b"application/vnd.jupyter.widget-state+json"  # of a notebook's widgets: it would be two megabytes
SDIST = (
    "pyproject.toml hatch_build.py README.md LICENSE minidl/__init__.py tests/wheel.py book/conf.py "
    "notebooks/00_start_here.ipynb"
).split()


def problems(path, book=False):
    """What is wrong with a distribution: a list of sentences.

    Parameters
    ----------
    path : Path
        A wheel or a source distribution.
    book : bool
        Whether the wheel has to bring the book along.
    """
    wheel = path.suffix == ".whl"
    if wheel:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            stateful = [name for name in names if name.endswith(".ipynb") and STATE in archive.read(name)]
    else:
        stateful = []
        with tarfile.open(path) as archive:
            names = [name.partition("/")[2] for name in archive.getnames()]
    wanted = [*WHEEL, *([BOOK] if book else [])] if wheel else SDIST
    found = [f"{path.name} lacks {name}" for name in wanted if name not in names]
    found += [f"{path.name} has {name} twice" for name in {name for name in names if names.count(name) > 1}]
    found += [f"{path.name} has {name}" for name in names if "__pycache__" in name or name.endswith((".pyc", ".DS_Store"))]
    found += [f"{path.name} has the state of widgets in {name}" for name in stateful]
    if (size := path.stat().st_size) > LARGEST:
        found.append(f"{path.name} has {size / 1e6:.1f} MB, and {LARGEST / 1e6:.0f} MB are allowed")
    return found


def main(folder="dist"):
    """Look into every distribution of a folder; 1 when something is wrong."""
    paths = [*Path(folder).glob("*.whl"), *Path(folder).glob("*.tar.gz")]
    found = [problem for path in paths for problem in problems(path, book=True)]
    print(*found, f"{len(paths)} distributions looked into, {len(found)} problems.", sep="\n")
    return int(bool(found) or len(paths) < 2)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
