"""Notebooks are written in a normal form."""

from pathlib import Path

import nbformat
import pytest

from minidl.course.copying import CourseError
from minidl.course.notebooks import WIDGET_STATE, difference_from_file, main, normalise, rewrite
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


def test_what_a_cell_measured_stays_until_its_words_change_or_its_output_is_cleared(tmp_path):
    path = write(tmp_path / "n.ipynb", "import time\nprint(time.time_ns())", "print(time.time_ns())")
    rewrite(path)
    assert rewrite(path)
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.metadata["tags"] = ["measured"]
    nbformat.write(notebook, path)
    rewrite(path)
    before = path.read_bytes()
    assert not rewrite(path)
    assert difference_from_file(path, exact=True) is None
    notebook.cells[0].outputs[0].text = "took 5\n"
    nbformat.write(notebook, path)
    assert "took 5" in difference_from_file(path)
    notebook.cells[0].outputs.clear()
    nbformat.write(notebook, path)
    rewrite(path)
    after = nbformat.read(path, as_version=4)
    assert after.cells[0].outputs[0].text.strip().isdigit()
    assert path.read_bytes() != before
    assert after.cells[1].outputs == notebook.cells[1].outputs


def test_a_picture_of_something_measured_stays_with_its_state(tmp_path):
    draw = "import time\nimport minidl as md\nmd.viz.graph((md.ones(2, requires_grad=True) * time.time()).sum())"
    path = write(tmp_path / "n.ipynb", draw, "md.viz.graph(md.ones(3, requires_grad=True).sum())")
    rewrite(path)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].metadata["tags"] = ["measured"]
    nbformat.write(notebook, path)
    rewrite(path)
    before = path.read_bytes()
    assert not rewrite(path)
    state = nbformat.reads(before.decode(), as_version=4).metadata["widgets"][WIDGET_STATE]["state"]
    assert {f"{1:032x}", f"{2:032x}"} <= set(state)


def test_proving_says_where_a_notebook_parts_from_its_file_and_writes_nothing(tmp_path, capsys):
    path = write(tmp_path / "n.ipynb", "print('loss', 0.5)", "2")
    rewrite(path)
    assert main([str(tmp_path), "--prove"]) == 0
    assert capsys.readouterr().out.endswith("n.ipynb: says the same\n")
    path.write_bytes(path.read_bytes().replace(b"loss 0.5", b"loss 0.4"))
    before = path.read_bytes()
    assert main([str(path), "--prove"]) == 1
    assert "n.ipynb: cell 0: stdout, line 1\n  in the file: loss 0.4\n  now:         loss 0.5" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_proving_compares_bytes_when_they_are_required(tmp_path):
    path = write(tmp_path / "n.ipynb", "print('loss', 0.5)")
    rewrite(path)
    assert difference_from_file(path, exact=True) is None
    path.write_bytes(path.read_bytes() + b"\n")
    assert difference_from_file(path) is None
    assert "look at the difference" in difference_from_file(path, exact=True)


def test_a_cell_whose_output_is_not_to_be_compared_is_run_and_not_compared(tmp_path):
    path = write(tmp_path / "n.ipynb", "import time\nprint('at', time.time_ns())")
    rewrite(path)
    assert "cell 0" in difference_from_file(path)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].metadata["tags"] = ["nbval-ignore-output"]
    nbformat.write(notebook, path)
    assert difference_from_file(path) is None
