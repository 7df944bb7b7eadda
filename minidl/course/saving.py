"""What JupyterLab saves: pictures must come back when the notebook is opened again.

After a restart of the kernel JupyterLab forgets the state of the widgets that are still on the page, and
would save outputs that point to nothing. So `minidl lab` looks at every notebook before it is saved: what
the file on disk still knows of a widget stays, and where nothing is known the still picture is shown instead.
"""

import json

from minidl.course.notebooks import WIDGET_STATE, WIDGET_VIEW, models_behind


def keep_pictures(model, before):
    """Complete a notebook that is about to be saved, in place.

    Parameters
    ----------
    model : dict
        The notebook as JupyterLab sends it.
    before : dict or None
        The notebook as it was saved last.
    """
    known = _states(model)
    old = _states(before or {})
    for cell in model.get("cells", []):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            id = data.get(WIDGET_VIEW, {}).get("model_id")
            if id is None or id in known:
                continue
            if id in old:
                known |= {id: old[id] for id in models_behind([id], old) if id not in known}
            elif "image/svg+xml" in data:
                del data[WIDGET_VIEW]
    if known:
        kept = {"state": known, "version_major": 2, "version_minor": 0}
        model.setdefault("metadata", {}).setdefault("widgets", {})[WIDGET_STATE] = kept


def _states(notebook):
    return dict(notebook.get("metadata", {}).get("widgets", {}).get(WIDGET_STATE, {}).get("state", {}))


def _before_saving(path, model, contents_manager, **_):
    if model.get("type") != "notebook" or not isinstance(model.get("content"), dict):
        return
    file = contents_manager._get_os_path(path)
    try:
        with open(file, encoding="utf-8") as stream:
            before = json.load(stream)
    except (OSError, ValueError):  # a new notebook, or a file that is none
        before = None
    keep_pictures(model["content"], before)


def _jupyter_server_extension_points():
    return [{"module": __name__}]


def _load_jupyter_server_extension(server):
    """Jupyter calls this when it starts; `minidl lab` names this module on its command line."""
    server.contents_manager.register_pre_save_hook(_before_saving)
