"""Validating notebooks: each runs from top to bottom, and says again what it says in the file.

nbval does the work, cell by cell, with a diff where the two part; pytest runs notebooks side by side and
writes the JUnit file.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from minidl.course.copying import CourseError
from minidl.course.notebooks import ONE_THREAD

SANITIZE = Path(__file__).with_name("sanitize.cfg")


def prove(folder, jobs=None, junit=None, timeout=120):
    """Run every notebook in a folder and compare what comes out with what is in the file.

    Parameters
    ----------
    folder : path
        A folder, or a single notebook.
    jobs : int, optional
        How many notebooks run at once; as many as there are processors unless given.
    junit : path, optional
        Where to write a JUnit report.
    timeout : int
        Seconds that a cell may take.

    Returns
    -------
    int
        0 when all notebooks said the same, pytest's exit code otherwise.

    Raises
    ------
    CourseError
        When there is no notebook, or nbval is not installed.
    """
    folder = Path(folder).resolve()
    if not (folder.suffix == ".ipynb" and folder.is_file()) and not any(folder.glob("**/*.ipynb")):
        raise CourseError(f"there is no notebook in {folder}")
    try:
        import nbval  # noqa: F401
        import xdist  # noqa: F401
    except ImportError as error:
        raise CourseError("checking notebooks needs nbval and pytest-xdist: pip install 'minidl[course]'") from error
    command = [
        sys.executable, "-m", "pytest", "--nbval", f"--nbval-sanitize-with={SANITIZE}", f"--nbval-cell-timeout={timeout}",
        "-p", "no:cacheprovider", "-n", str(jobs or os.cpu_count() or 1), "--dist=loadfile", f"--rootdir={folder.parent}",
        "-c", os.devnull, "--tb=short", "-q", str(folder),
    ]  # fmt: skip
    if junit:
        command.append(f"--junitxml={Path(junit).resolve()}")
    with tempfile.TemporaryDirectory() as own:  # the exercises must not count for whoever runs this
        env = {**os.environ, **ONE_THREAD, "MINIDL_PROGRESS": str(Path(own) / "progress.json")}
        return subprocess.run(command, env=env, cwd=folder if folder.is_dir() else folder.parent).returncode
