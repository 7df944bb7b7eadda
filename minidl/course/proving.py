"""Validating notebooks: each runs from top to bottom, and says again what it says in the file.

nbval does the work, cell by cell (`nbval_plugin.py`); pytest runs notebooks side by side and writes the JUnit file. They
see a copy of the notebooks in a folder of its own, so that no test, no conftest.py and no settings of anybody are run.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from minidl.course.comparing import closeness
from minidl.course.copying import CourseError
from minidl.system.processors import ONE_THREAD

SAME, DIFFERS, UNCHECKED = 0, 1, 2
PYTEST = {0: SAME, 1: DIFFERS, 5: SAME}  # 5: there was no cell to run; every other code of pytest is a failure of its own


def prove(folder, jobs=None, junit=None, timeout=120):
    """Run every notebook in a folder and compare what comes out with what is in the file.

    Links are not followed, and neither hidden folders nor virtual environments are looked into.

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
        0 when all notebooks said the same, 1 when one said something else, failed or took too long, 2 when one could
        not be checked.

    Raises
    ------
    CourseError
        When there is no notebook, or nbval is not installed.
    """
    try:
        import nbval  # noqa: F401
        import xdist  # noqa: F401
    except ImportError as error:
        raise CourseError("checking notebooks needs nbval and pytest-xdist: pip install 'minidl[course]'") from error
    root, names = notebooks_in(folder)
    checked, unchecked = [], False
    for name in names:
        try:
            cells = code_cells(root / name)
        except CourseError as error:
            print(f"{name} could not be checked: {error}", flush=True)
            unchecked = True
        else:
            if not cells:
                print(f"{name} has no code cells: nothing to compare", flush=True)
            checked.append(name)
    code = _run(root, checked, jobs or os.cpu_count() or 1, junit, timeout) if checked else SAME
    return UNCHECKED if unchecked else code


def notebooks_in(folder):
    """The notebooks to check: the folder that they are in, and their paths in it, sorted.

    Raises
    ------
    CourseError
        When there is none.
    """
    place = Path(os.path.realpath(folder))
    if place.is_file() and place.suffix == ".ipynb":
        return place.parent, [place.name]
    if not place.is_dir():
        what = "is not a notebook (.ipynb)" if place.exists() else "does not exist"
        raise CourseError(f"{folder} {what}")
    found = []
    for here, folders, files in os.walk(place):
        folders[:] = [
            name for name in folders if not name.startswith(".") and not (Path(here) / name / "pyvenv.cfg").exists()
        ]
        paths = [Path(here) / name for name in files if name.endswith(".ipynb") and not name.startswith(".")]
        found += [path.relative_to(place) for path in paths if path.is_file() and not path.is_symlink()]
    if not found:
        raise CourseError(f"there is no notebook in {place}")
    return place, sorted(found)


def code_cells(path):
    """How many code cells a notebook has, once everything is found that would keep it from being checked.

    Raises
    ------
    CourseError
        When it is not a notebook, names a kernel that is not here, or has a tag that is not understood.
    """
    import nbformat  # late: Jupyter is for the course, and this for its teachers
    from jupyter_client.kernelspec import KernelSpecManager

    content = _content(path)
    try:
        notebook = nbformat.from_dict(nbformat.convert(nbformat.reader.reads(content), 4))
        nbformat.validate(notebook)
    except Exception as error:  # what is wrong with a damaged file shows in any way
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise CourseError(f"it is not a valid notebook: {said}") from error
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code):
        try:
            closeness(cell.metadata.get("tags", []))
        except ValueError as error:
            raise CourseError(f"cell {number}: {error}") from error
    kernel = notebook.metadata.get("kernelspec", {}).get("name")
    known = sorted(KernelSpecManager().find_kernel_specs())
    if code and kernel and kernel not in known:
        raise CourseError(f"it wants the kernel {kernel!r}, which is not installed here (there is {', '.join(known)})")
    return len(code)


def _content(path):
    """The text of a notebook; CourseError when it cannot be one."""
    try:
        text = path.read_bytes().decode("utf-8")
        content = json.loads(text)
    except OSError as error:
        raise CourseError(f"it cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CourseError("it is not UTF-8, as notebooks are; save it with this encoding") from error
    except RecursionError as error:
        raise CourseError("it is not a notebook: its JSON is nested too deep") from error
    except ValueError as error:
        raise CourseError(f"it is not a notebook, because it is not JSON: {error}") from error
    if not (isinstance(content, dict) and isinstance(content.get("nbformat"), int)):
        raise CourseError("it is not a notebook: its JSON says no nbformat")
    return text


def _run(root, names, jobs, junit, timeout):
    """Let pytest check notebooks, given as paths in `root`; our exit code."""
    with tempfile.TemporaryDirectory() as own:
        copies = Path(os.path.realpath(own)) / "notebooks"
        copies.mkdir()
        for name in names:
            (copies / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, copies / name)
        workers = min(jobs, len(names)) if len(names) > 1 else 0  # 0: in pytest's own process
        command = [
            sys.executable,
            "-P",
            "-m",
            "pytest",
            ".",
            "-q",
            "--tb=short",
            "--show-capture=no",
            "--rootdir=.",
            "-c",
            os.devnull,
            "-o",
            "norecursedirs=",
            "-p",
            "no:cacheprovider",
            "-p",
            "xdist.plugin",
            "-n",
            str(workers),
            "--dist=loadfile",
            "-p",
            "nbval.plugin",
            f"--nbval-cell-timeout={timeout}",
            "-p",
            "minidl.course.nbval_plugin",
            f"--notebooks-of={root}",
        ]
        if junit:
            command.append(f"--junitxml={Path(junit).resolve()}")
        code = subprocess.run(command, env=_environment(own), cwd=copies).returncode
    return PYTEST.get(code, UNCHECKED)


def _environment(own):
    """The environment of pytest and of the kernels: one thread, nobody's options, and exercises that count for nobody."""
    env = {**os.environ, **ONE_THREAD, "MINIDL_PROGRESS": str(Path(own) / "progress.json")}
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    env.pop("PYTEST_ADDOPTS", None)
    if "PYTHONPATH" in env:  # pytest runs elsewhere
        env["PYTHONPATH"] = os.pathsep.join(os.path.abspath(entry) for entry in env["PYTHONPATH"].split(os.pathsep))
    return env
