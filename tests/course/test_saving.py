"""Pictures come back when a saved notebook is opened again."""

import json

from minidl.course.notebooks import WIDGET_STATE, WIDGET_VIEW
from minidl.course.saving import _before_saving, keep_pictures

A, B, C = (letter * 32 for letter in "abc")  # as long as Jupyter's own


def notebook(states, *shown, svg=True):
    still = {"image/svg+xml": "<svg/>", "text/plain": "a picture"} if svg else {"text/plain": "a slider"}
    outputs = [{"output_type": "execute_result", "data": {WIDGET_VIEW: {"model_id": id}, **still}} for id in shown]
    metadata = {"widgets": {WIDGET_STATE: {"state": states, "version_major": 2, "version_minor": 0}}} if states else {}
    return {"metadata": metadata, "cells": [{"cell_type": "code", "outputs": outputs}, {"cell_type": "markdown"}]}


def widget(**state):
    return {"model_name": "AnyModel", "state": state}


def shown(notebook):
    return [WIDGET_VIEW in output["data"] for output in notebook["cells"][0]["outputs"]]


def states(notebook):
    return notebook["metadata"].get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})


def test_states_that_jupyterlab_forgot_are_taken_from_the_file():
    before = notebook({A: widget(layout=f"IPY_MODEL_{B}"), B: widget(), C: widget()}, A)
    now = notebook({}, A)
    keep_pictures(now, before)
    assert set(states(now)) == {A, B}
    assert shown(now) == [True]


def test_states_that_are_known_win():
    now = notebook({"a": widget(svg="new")}, "a")
    keep_pictures(now, notebook({"a": widget(svg="old")}, "a"))
    assert states(now)["a"]["state"] == {"svg": "new"}


def test_where_nothing_is_known_the_still_picture_is_shown():
    now = notebook({}, "lost")
    keep_pictures(now, None)
    assert shown(now) == [False]
    assert now["cells"][0]["outputs"][0]["data"]["image/svg+xml"] == "<svg/>"
    assert "widgets" not in now["metadata"]


def test_a_widget_without_a_still_picture_is_left_alone():
    now = notebook({}, "slider", svg=False)
    keep_pictures(now, None)
    assert shown(now) == [True]


def test_jupyters_hook_reads_the_file_and_minds_nothing_else(tmp_path):
    class Contents:
        def _get_os_path(self, path):
            return str(tmp_path / path)

    (tmp_path / "n.ipynb").write_text(json.dumps(notebook({"a": widget()}, "a")))
    now = notebook({}, "a")
    _before_saving(path="n.ipynb", model={"type": "notebook", "content": now}, contents_manager=Contents())
    assert set(states(now)) == {"a"}
    (tmp_path / "n.ipynb").write_text("no notebook")
    now = notebook({}, "a")
    _before_saving(path="n.ipynb", model={"type": "notebook", "content": now}, contents_manager=Contents())
    assert shown(now) == [False]
    _before_saving(path="f.txt", model={"type": "file", "content": "text"}, contents_manager=Contents())
