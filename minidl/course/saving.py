"""What JupyterLab saves: pictures must come back when the notebook is opened again.

After a restart of the kernel JupyterLab forgets the state of the widgets that are still on the page, and
would save outputs that point to nothing. So `minidl lab` looks at every notebook before it is saved: what
the file on disk still knows of a widget stays, and where nothing is known the still picture is shown instead.

Jupyter trusts what it saves, and runs the scripts in it when the notebook is opened again. So nothing is taken from
a file that it does not trust already, and the scripts of widgets come from the package, never from the file.
"""

from minidl.course.notebooks import WIDGET_STATE, WIDGET_VIEW, models_behind

STILL = "minidl_still"  # in the metadata of an output: which of its forms says enough without the widget


def keep_pictures(model, before):
    """Complete a notebook that is about to be saved, in place.

    Parameters
    ----------
    model : dict
        The notebook as JupyterLab sends it.
    before : dict or None
        The notebook as it was saved last; None unless it is trusted.
    """
    known = _states(model)
    old = {id: own for id, state in _states(before or {}).items() if (own := with_own_script(state)) is not None}
    for output in _outputs(model):
        data = _dict(output.get("data"))
        id = _dict(data.get(WIDGET_VIEW)).get("model_id")
        if not isinstance(id, str) or id in known:
            continue
        if id in old:
            known |= {id: old[id] for id in models_behind([id], old) if id not in known}
        elif "image/svg+xml" in data or str(_dict(output.get("metadata")).get(STILL)) in data:
            del data[WIDGET_VIEW]
    if known:
        kept = {"state": known, "version_major": 2, "version_minor": 0}
        metadata = model["metadata"] = _dict(model.get("metadata"))
        metadata["widgets"] = {**_dict(metadata.get("widgets")), WIDGET_STATE: kept}


def with_own_script(model):
    """The kept state of a widget with the script that this package has for it.

    Returns
    -------
    dict or None
        None for a widget that brings a script and is none of minidl's; Jupyter's own bring none.
    """
    from minidl.viz.widget import HERE, packed_script  # late: a notebook without pictures is saved without it

    try:
        state, scripts = model["state"], {"_esm", "_css"} & model["state"].keys()
        if model["model_module"].startswith("@jupyter-widgets/") and not scripts:
            return model
        name = str(state.get("_anywidget_id")).rpartition(".")[2].removesuffix("Widget").lower()
        if (model["model_module"], model["model_name"]) != ("anywidget", "AnyModel") or not name.isalpha():
            return None
        if not (HERE / f"{name}.js").is_file():
            return None
    except (KeyError, TypeError, AttributeError):  # no state of a widget at all
        return None
    return {**model, "state": {**{k: v for k, v in state.items() if k not in scripts}, "_esm": packed_script(name)}}


def _dict(thing):
    """The thing itself if it is a dict: anybody can write a notebook, and put anything anywhere."""
    return thing if isinstance(thing, dict) else {}


def _outputs(notebook):
    """The outputs of all cells, as far as they are what they should be."""
    for cell in notebook["cells"] if isinstance(notebook.get("cells"), list) else []:
        outputs = _dict(cell).get("outputs")
        yield from (output for output in (outputs if isinstance(outputs, list) else []) if isinstance(output, dict))


def _states(notebook):
    found = notebook
    for part in ("metadata", "widgets", WIDGET_STATE, "state"):
        found = _dict(found.get(part))
    return dict(found)


def before_saving(path, model, contents_manager, **_):
    """Jupyter calls this before it saves anything."""
    if model.get("type") == "notebook" and isinstance(model.get("content"), dict):
        keep_pictures(model["content"], _trusted(contents_manager._get_os_path(path), contents_manager.notary))


def _trusted(file, notary):
    """The notebook in a file, if Jupyter trusts it: if it was signed on this machine, by this user. Otherwise None."""
    import nbformat  # late: the server that calls this has it loaded

    try:
        with open(file, encoding="utf-8") as stream:
            notebook = nbformat.reads(stream.read(), as_version=4, capture_validation_error={})
        return notebook if notary.check_signature(notebook) else None
    except Exception:  # a new notebook, or a file that is none: whatever is wrong with it, saving goes on
        return None
