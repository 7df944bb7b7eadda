"""Executing notebooks and writing them in a normal form, so that a second run changes nothing.

python -m minidl.course.notebooks FOLDER-OR-NOTEBOOK
"""

import json
import os
import re
import sys
import tempfile
from pathlib import Path

from minidl.course.copying import CourseError
from minidl.course.proving import notebooks_in
from minidl.system.files import write_atomically
from minidl.system.processors import ONE_THREAD, for_chapters

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
MODEL_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


def execute(notebook, folder, env=ONE_THREAD):
    """Run all cells of a notebook (an nbformat object) in a fresh kernel with `env` in its environment, in place."""
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as own:  # whoever runs this has guesses of their own, which must not show
        NotebookClient(
            notebook,
            timeout=300,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            store_widget_state=True,
            extra_arguments=["--log-level=ERROR"],
        ).execute(env={**os.environ, **env, "MINIDL_PROGRESS": str(Path(own) / "progress.json")})


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


def rewrite(path, env=ONE_THREAD):
    """Execute a notebook file and write it back in its normal form; whether its bytes changed.

    Raises
    ------
    CourseError
        When a cell fails. The file is left as it was.
    """
    import nbformat
    from nbclient.exceptions import CellExecutionError

    before = path.read_bytes()
    notebook = nbformat.reads(before.decode("utf-8"), as_version=4)
    try:
        execute(notebook, path.parent, env)
    except CellExecutionError as error:
        raise CourseError(f"{path.name} was not written, because a cell failed:\n{error}") from error
    nbformat.validate(normalise(notebook))
    after = (nbformat.writes(notebook).rstrip("\n") + "\n").encode("utf-8")
    if after != before:
        write_atomically(path, after)
    return after != before


def main(place):
    """Rewrite every notebook in a folder, or one, with the digits of one kernel, whatever this processor would take."""
    env, doubt = for_chapters()
    if doubt:
        print(f"The last digits may change: {doubt}.")
    folder, names = notebooks_in(place)
    for name in names:
        changed = rewrite(folder / name, env)
        print(f"{name}: {'written' if changed else 'unchanged'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
