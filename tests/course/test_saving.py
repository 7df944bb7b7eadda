"""Pictures come back when a saved notebook is opened again, and bring no script from the file."""

import nbformat
import pytest
from nbformat.sign import MemorySignatureStore, NotebookNotary

from minidl.course.notebooks import WIDGET_STATE, WIDGET_VIEW
from minidl.course.saving import STILL, before_saving, keep_pictures
from minidl.viz.widget import packed_script

A, B, C = (letter * 32 for letter in "abc")  # as long as Jupyter's own


def notebook(states, *shown, svg=True, **metadata):
    still = {"image/svg+xml": "<svg/>", "text/plain": "a picture"} if svg else {"text/plain": "a slider"}
    outputs = [
        {"output_type": "display_data", "metadata": metadata, "data": {WIDGET_VIEW: {"model_id": id}, **still}}
        for id in shown
    ]
    widgets = {"widgets": {WIDGET_STATE: {"state": states, "version_major": 2, "version_minor": 0}}} if states else {}
    code = {"cell_type": "code", "id": "a", "metadata": {}, "source": "", "execution_count": 1, "outputs": outputs}
    words = {"cell_type": "markdown", "id": "b", "metadata": {}, "source": "two\nlines"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": widgets, "cells": [code, words]}


def widget(**state):
    """A picture of minidl's."""
    state = {"_anywidget_id": "traitlets.traitlets.ChartWidget", "_esm": packed_script("chart"), **state}
    return {"model_module": "anywidget", "model_name": "AnyModel", "state": state}


def layout(**state):
    return {"model_module": "@jupyter-widgets/base", "model_name": "LayoutModel", "state": state}


def shown(notebook):
    return [WIDGET_VIEW in output["data"] for output in notebook["cells"][0]["outputs"]]


def states(notebook):
    return notebook["metadata"].get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})


def test_states_that_jupyterlab_forgot_are_taken_from_the_file():
    before = notebook({A: widget(layout=f"IPY_MODEL_{B}"), B: layout(), C: widget()}, A)
    now = notebook({}, A)
    keep_pictures(now, before)
    assert set(states(now)) == {A, B}
    assert shown(now) == [True]


def test_states_that_are_known_win():
    now = notebook({A: widget(state="new")}, A)
    keep_pictures(now, notebook({A: widget(state="old")}, A))
    assert states(now)[A]["state"]["state"] == "new"


def test_where_nothing_is_known_the_still_picture_is_shown():
    now = notebook({}, "lost")
    keep_pictures(now, None)
    assert shown(now) == [False]
    assert now["cells"][0]["outputs"][0]["data"]["image/svg+xml"] == "<svg/>"
    assert "widgets" not in now["metadata"]


def test_where_nothing_is_known_a_prediction_is_its_text():
    now = notebook({}, "lost", svg=False, **{STILL: "text/plain"})
    keep_pictures(now, None)
    assert shown(now) == [False]


def test_a_widget_without_a_still_picture_is_left_alone():
    now = notebook({}, "slider", svg=False)
    keep_pictures(now, None)
    assert shown(now) == [True]


def test_scripts_come_from_the_package_and_never_from_the_file():
    now = notebook({}, A)
    keep_pictures(now, notebook({A: widget(_esm="steal()", _css="@import url(//evil)", state="data")}, A))
    assert states(now)[A]["state"]["_esm"] == packed_script("chart")
    assert "_css" not in states(now)[A]["state"]
    assert states(now)[A]["state"]["state"] == "data"


FOREIGN = {
    "another widget": widget(_anywidget_id="evil.Evil", _esm="steal()"),
    "a path": widget(_anywidget_id="x.../../etcWidget"),
    "no name": {"model_module": "anywidget", "model_name": "AnyModel", "state": {"_esm": "steal()"}},
    "another module": {"model_module": "https://evil/x.js", "model_name": "AnyModel", "state": {}},
    "a script in a widget of Jupyter's": layout(_esm="steal()"),
    "no state": {"model_module": "anywidget"},
    "no widget": "steal()",
}


@pytest.mark.parametrize("model", FOREIGN.values(), ids=FOREIGN)
def test_widgets_that_are_not_minidls_are_not_taken_from_the_file(model):
    now = notebook({}, A)
    keep_pictures(now, notebook({A: model}, A))
    assert states(now) == {}
    assert shown(now) == [False]


# As Jupyter calls it


@pytest.fixture
def contents(tmp_path):
    """What stands for Jupyter's manager of files, with a real notary."""

    (tmp_path / "notary").mkdir()

    class Contents:
        notary = NotebookNotary(data_dir=str(tmp_path / "notary"), store_factory=MemorySignatureStore)

        def _get_os_path(self, path):
            return str(tmp_path / path)

    return Contents()


def save(contents, path="n.ipynb"):
    now = notebook({}, A)
    before_saving(path=path, model={"type": "notebook", "content": now}, contents_manager=contents)
    return now


def test_a_file_that_jupyter_trusts_is_read(contents, tmp_path):
    before = nbformat.from_dict(notebook({A: widget()}, A))
    contents.notary.sign(before)
    nbformat.write(before, tmp_path / "n.ipynb")
    assert set(states(save(contents))) == {A}


def test_nothing_is_taken_from_a_file_that_was_tampered_with(contents, tmp_path):
    before = nbformat.from_dict(notebook({A: widget(state="honest")}, A))
    contents.notary.sign(before)
    nbformat.write(before, tmp_path / "n.ipynb")
    (tmp_path / "n.ipynb").write_text((tmp_path / "n.ipynb").read_text().replace("honest", "<script>"))
    assert states(now := save(contents)) == {}
    assert shown(now) == [False]


@pytest.mark.parametrize("content", [None, b"no notebook", b"\xff", b"[]", b"{}", b"[" * 100_000])
def test_a_new_notebook_and_a_file_that_is_none_are_saved(contents, tmp_path, content):
    if content is not None:
        (tmp_path / "n.ipynb").write_bytes(content)
    assert shown(save(contents)) == [False]


def test_files_that_are_no_notebooks_are_left_alone(contents):
    before_saving(path="f.txt", model={"type": "file", "content": "text"}, contents_manager=contents)
