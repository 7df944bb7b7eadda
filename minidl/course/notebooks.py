"""Executing notebooks and writing them in a normal form, so that a second run changes nothing.

python -m minidl.course.notebooks FOLDER-OR-NOTEBOOK           writes them
python -m minidl.course.notebooks FOLDER-OR-NOTEBOOK --prove   writes nothing, and fails when one says something else;
                                                               with MINIDL_BYTES=required, when a byte would change
"""

import argparse
import json
import os
import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from minidl.course.comparing import MEASURED, cell_difference
from minidl.course.copying import CourseError, file_bytes
from minidl.course.proving import notebooks_in
from minidl.system.files import write_atomically
from minidl.system.processors import ONE_THREAD, for_chapters

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
BYTES = "other digits, another picture, widget or form: write it with `make notebooks`, and look at the difference"
MODEL_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


def execute(notebook, folder, env=ONE_THREAD, silently=None):
    """Run all cells of a notebook (an nbformat object) in a fresh kernel with `env` in its environment, in place.

    Parameters
    ----------
    silently : dict, optional
        Number of a cell -> code that is run before it and leaves no trace in the notebook, not even if it fails.
    """
    from nbclient import NotebookClient  # late: JupyterLab's server loads this module, and runs nothing

    silently = silently or {}

    def before(cell, cell_index):
        if cell_index in silently:
            assert client.kc is not None  # it has a kernel while cells are run
            client.kc.execute(silently[cell_index], silent=True, store_history=False)

    with tempfile.TemporaryDirectory() as own:  # whoever runs this has guesses of their own, which must not show
        client = NotebookClient(
            notebook,
            timeout=300,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            store_widget_state=True,
            extra_arguments=["--log-level=ERROR"],
            on_cell_start=before,
        )
        client.execute(env={**os.environ, **env, "MINIDL_PROGRESS": str(Path(own) / "progress.json")})


def normalise(notebook):
    """Bring a notebook into its normal form, in place: nothing that differs from run to run stays.

    Cells keep their ids; widgets are numbered in the order in which they appear; times, versions and
    other traces of the machine go.
    """
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        **{key: value for key, value in notebook.metadata.items() if key == "widgets"},
    }
    for cell in notebook.cells:
        for name in ("execution", "scrolled", "collapsed", "ExecuteTime"):
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            cell.outputs = _joined_streams(cell.outputs)
    _number_widgets(notebook)
    return notebook


def _joined_streams(outputs):
    """Pieces of one stream that arrived one after another are one output."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def _number_widgets(notebook):
    """Give the models of widgets ids that depend on their order alone, and drop models that no output shows."""
    state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    shown = [
        output.data[WIDGET_VIEW]["model_id"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if WIDGET_VIEW in output.get("data", {})
    ]
    new = {old: f"{k:032x}" for k, old in enumerate(models_behind(shown, state), start=1)}
    rename = lambda thing: json.loads(MODEL_ID.sub(lambda match: new.get(match[0], match[0]), json.dumps(thing)))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            view = output.get("data", {}).get(WIDGET_VIEW)
            if view:
                view["model_id"] = new.get(view["model_id"], view["model_id"])
    if new:
        kept = {new[old]: rename(state[old]) for old in new}
        notebook.metadata["widgets"] = {WIDGET_STATE: {"state": kept, "version_major": 2, "version_minor": 0}}
    else:
        notebook.metadata.pop("widgets", None)


def models_behind(shown, state):
    """The ids of widgets and of all that they refer to, as far as `state` knows them, each once, in order."""
    found, waiting = {}, list(shown)
    while waiting:
        id = waiting.pop(0)
        if id in state and id not in found:
            found[id] = True
            waiting += MODEL_ID.findall(json.dumps(state[id]["state"]))
    return list(found)


def _keep_measured(notebook, before):
    """Leave the outputs of measuring cells as they were in the file, in place, when they say the same but for numbers."""
    states = [note.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {}) for note in (before, notebook)]
    kept = False
    for cell, old in zip(notebook.cells, before.cells, strict=True):
        tags = cell.metadata.get("tags", [])
        if MEASURED in tags and old.outputs and cell_difference(old, cell) is None:
            cell.outputs, kept = old.outputs, True
    if kept and states[0]:
        notebook.metadata["widgets"] = {WIDGET_STATE: {"state": states[0] | states[1]}}


def executed(path, env=ONE_THREAD):
    """Execute a notebook file: the notebook as it is there, the new one in its normal form, and the bytes of that.

    Raises
    ------
    CourseError
        When a cell fails.
    """
    import nbformat  # late: as above
    from nbclient.exceptions import CellExecutionError

    before, notebook = (nbformat.read(path, as_version=4) for _ in range(2))
    try:
        execute(notebook, path.parent, env)
    except CellExecutionError as error:
        raise CourseError(f"{path.name} was not written, because a cell failed:\n{error}") from error
    return before, notebook, written(notebook, before)


def written(notebook, before):
    """Bring a notebook that was run into its normal form, in place; the bytes of its file.

    Parameters
    ----------
    notebook, before : NotebookNode
        The notebook that was run, and the same as it was in its file.
    """
    import nbformat  # late: as above

    _keep_measured(notebook, before)
    nbformat.validate(normalise(notebook))
    return file_bytes(nbformat.writes(notebook))


def rewrite(path, env=ONE_THREAD):
    """Execute a notebook file and write it back in its normal form; whether its bytes changed.

    Raises
    ------
    CourseError
        When a cell fails. The file is left as it was.
    """
    _, _, content = executed(path, env)
    changed = content != path.read_bytes()
    if changed:
        write_atomically(path, content)
    return changed


def difference_from_file(path, env=ONE_THREAD, exact=False):
    """Execute a notebook file, and say where it first parts from what is written there; None when it does not.

    Numbers may move as far as their cells allow; with `exact`, no byte may change.

    Raises
    ------
    CourseError
        When a cell fails.
    """
    before, after, content = executed(path, env)
    return parting(before, after) or (BYTES if exact and content != path.read_bytes() else None)


def parting(before, after):
    """Where a notebook that was run first parts from what is in its file, as far as its cells say; None when nowhere."""
    for number, (old, new) in enumerate(zip(before.cells, after.cells, strict=True)):
        if new.cell_type == "code" and (parts := cell_difference(old, new)):
            return f"cell {number}: {parts}"
    return None


def main(arguments=None):
    """Rewrite every notebook in a folder, or one, with the digits of one kernel, whatever this processor would take."""
    parser = argparse.ArgumentParser(prog="python -m minidl.course.notebooks", description=__doc__.split("\n")[0])
    parser.add_argument("place", help="a folder, or one notebook")
    parser.add_argument("--prove", action="store_true", help="write nothing, and fail when one says something else")
    options = parser.parse_args(arguments)
    env, doubt = for_chapters()
    exact = os.environ.get("MINIDL_BYTES") == "required" and not doubt
    if doubt:
        print(f"The last digits may change: {doubt}.")
    folder, names = notebooks_in(options.place)
    work = partial(difference_from_file, env=env, exact=exact) if options.prove else partial(rewrite, env=env)
    failed = False
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for name, found in zip(names, pool.map(work, [folder / name for name in names]), strict=True):
            if options.prove:
                print(f"{name}: {found or 'says the same'}", flush=True)
                failed = failed or found is not None
            else:
                print(f"{name}: {'written' if found else 'unchanged'}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
