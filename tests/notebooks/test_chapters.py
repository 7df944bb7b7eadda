"""Every chapter reads well without being run: valid, small, its links lead somewhere, its words are spelled right."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.bridge import bridge

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request):
    return request.param


@pytest.fixture
def notebook(chapter):
    return nbformat.read(chapter, as_version=4)


def prose(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def shown(notebook):
    return [output.data for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]


def test_a_chapter_is_valid_and_small(chapter, notebook):
    nbformat.validate(notebook)
    assert chapter.stat().st_size < 512 * 1024


def test_a_chapter_has_all_its_parts(notebook):
    text = "\n".join(prose(notebook))
    assert text.startswith("# ")
    for part in (
        "By hand|by hand",
        "Break it",
        "## Exercises",
        "## What you have seen",
        "### The same in PyTorch",
    ):
        assert re.search(part, text), part
    summary = next(source for source in prose(notebook) if "## What you have seen" in source)
    assert summary.count("\n- ") == 5


def test_code_cells_are_short(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 22, cell.id


def test_every_picture_has_words_and_a_still_face_and_one_can_be_moved(notebook):
    pictures = [data for data in shown(notebook) if "image/svg+xml" in data]
    assert any(WIDGET in data for data in pictures)
    for data in pictures:
        assert data["text/plain"].strip()
        assert re.match(r'<svg [^>]*aria-label="[^"]+"', data["image/svg+xml"])
    boxes = [data for data in shown(notebook) if WIDGET in data and "image/svg+xml" not in data]
    assert all(data["text/plain"].startswith("· ch") for data in boxes)  # predict(): the question in words


def test_links_lead_to_files_that_are_there(chapter, notebook):
    for target in re.findall(r"\]\(([^)\s]+)\)", "\n".join(prose(notebook))):
        assert (chapter.parent / target.partition("#")[0]).is_file(), target  # a course without a network has no others


def test_chapters_link_to_the_next(chapter, notebook):
    following = CHAPTERS[CHAPTERS.index(chapter) + 1 :][:1]
    if following:
        assert f"]({following[0].name})" in prose(notebook)[-1]


def test_every_chapter_has_a_bridge_to_pytorch(chapter):
    printed, code = bridge(chapter)
    assert printed
    assert "import torch" in code


def test_words_are_spelled_right(notebook, tmp_path):
    from minidl.course.answering import exercises

    hints = [text for e in exercises().values() for text in (e.title, e.hint, e.praise, *[hint for _, hint in e.wrong])]
    page = tmp_path / "prose.txt"
    page.write_text("\n".join([*prose(notebook), *hints]), encoding="utf-8")
    found = subprocess.run([sys.executable, "-m", "codespell_lib", str(page)], capture_output=True, text=True)
    assert found.stdout == ""
    assert found.returncode == 0


def test_nothing_of_the_machine_is_in_a_chapter(chapter):
    saved = json.loads(chapter.read_text(encoding="utf-8"))
    assert set(saved["metadata"]) <= {"kernelspec", "language_info", "widgets"}
    outputs = json.dumps([cell.get("outputs") for cell in saved["cells"]])
    assert not re.search(r"(/[\w.-]+){2,}\.(py|ipynb)|[A-Z]:\\\\", outputs)
    assert not any(str(place) in outputs for place in (Path.home(), ROOT, tempfile.gettempdir()))
