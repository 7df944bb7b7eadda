"""Notebooks are written in a normal form."""

from pathlib import Path

import nbformat
import pytest

from minidl.course.copying import CourseError
from minidl.course.notebooks import WIDGET_STATE, normalise, rewrite
from minidl.viz.widget import unpacked

ROOT = Path(__file__).parents[2]


def notebook_of(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    for i, cell in enumerate(cells):
        cell.id = f"cell-{i}"
    return nbformat.v4.new_notebook(cells=cells)


def write(path, *sources):
    nbformat.write(notebook_of(*sources), path)
    return path


def test_a_second_run_changes_no_byte(tmp_path):
    path = write(
        tmp_path / "n.ipynb",
        "import minidl as md\nw = md.ones(2, requires_grad=True)\nprint('loss', (w * 3).sum().item())",
        "md.viz.graph((w * 3).sum())",
    )
    assert rewrite(path)
    first = path.read_bytes()
    assert not rewrite(path)
    assert path.read_bytes() == first


def test_a_widget_is_kept_with_its_state_so_that_a_saved_notebook_shows_it(tmp_path):
    path = write(tmp_path / "n.ipynb", "import minidl as md\nmd.viz.graph(md.ones(2, requires_grad=True).sum())")
    rewrite(path)
    notebook = nbformat.read(path, as_version=4)
    (output,) = notebook.cells[0].outputs
    model = output.data["application/vnd.jupyter.widget-view+json"]["model_id"]
    state = notebook.metadata["widgets"][WIDGET_STATE]["state"]
    assert model == f"{1:032x}"
    assert unpacked(state[model]["state"]["state"])["views"][""]["svg"].startswith("<svg")
    assert output.data["image/svg+xml"].startswith("<svg")
    assert output.data["text/plain"] == "Computation graph of sum: 1 operation, 1 parameter"


def test_a_failing_cell_leaves_the_file_as_it_was(tmp_path):
    path = write(tmp_path / "n.ipynb", "print(1)", "1 / 0")
    before = path.read_bytes()
    with pytest.raises(CourseError, match=r"(?s)n.ipynb was not written.*ZeroDivisionError"):
        rewrite(path)
    assert path.read_bytes() == before


def test_normal_form_drops_what_differs_from_run_to_run():
    notebook = notebook_of("print(1)")
    notebook.metadata["language_info"] = {"name": "python", "version": "3.12.1"}
    cell = notebook.cells[0]
    cell.metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in ("a\n", "b\n")]
    normalise(notebook)
    assert notebook.metadata["language_info"] == {"name": "python"}
    assert cell.metadata == {}
    assert [o.text for o in cell.outputs] == ["a\nb\n"]


def test_a_notebook_is_written_with_the_kernels_that_were_named(tmp_path):
    path = write(tmp_path / "n.ipynb", "import os\nprint(os.environ['OPENBLAS_CORETYPE'])")
    rewrite(path, {"OPENBLAS_CORETYPE": "Prescott"})
    assert nbformat.read(path, as_version=4).cells[0].outputs[0].text == "Prescott\n"
