"""Every chapter reads well without being run: valid, small, its links lead somewhere, its words are spelled right."""

import json
import re
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from minidl.course.predicting import predictions
from tests.notebooks.bridge import bridge

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
pytestmark = pytest.mark.same_everywhere
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
    assert chapter.stat().st_size < 512 * 1024, "too large to be shown on the web: fewer pictures, or smaller ones"


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


def test_a_chapter_says_what_one_will_be_able_to_do_what_it_needs_and_how_long_it_takes(notebook):
    title = prose(notebook)[0]
    aims = title.partition("**After this chapter you can**")[2].partition("---")[0]
    assert 3 <= aims.count("\n- ") <= 5, "the title cell says in three to five points what one can do afterwards"
    assert re.search(r"^\*About \d+ minutes\. You need [^*]+\*$", title, re.MULTILINE)


def test_a_chapter_asks_back_and_leads_on(chapter, notebook):
    if chapter.name[:2] != "00":  # before the first there is nothing to remember
        recalls = [cell.source for cell in notebook.cells if cell.id == "recall"]
        assert len(recalls) == 1, "a text cell with the id 'recall' asks about earlier chapters"
        recall = recalls[0]
        assert 2 <= recall.count("<details><summary>") == recall.count("</details>") <= 3
    further = prose(notebook)[-1].partition("### To go further\n")[2].partition("\n\nNext")[0]
    assert 2 <= len(re.findall(r"^- .*\(.*\b(?:19|20)\d\d\)", further, re.MULTILINE)) <= 3


def test_every_prediction_is_asked_for_and_answered_later_and_by_no_text_between(chapter, notebook):
    asked, answered, told = [], [], []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            told.append(cell.id)
            assert "Predict" not in cell.source or cell.id == "title", "a prediction is a box: predict(...)"
            assert asked == answered or cell.id.endswith("-text"), f"{cell.id} stands between a question and its answer"
            continue
        asked += re.findall(r'predict\("(ch\d\d\.p\d)"\)', cell.source) or spelled(cell.source, "predict")
        answered += re.findall(r'outcome\(\s*"(ch\d\d\.p\d)"', cell.source) or spelled(cell.source, "outcome")
    assert asked == answered == list(predictions(f"ch{chapter.name[:2]}")), "each of PREDICTIONS is asked, then answered"
    assert len(asked) >= 2, "a chapter asks for two predictions at least"


def spelled(source, function):
    """The names of predictions in a loop over them."""
    return [f"ch10.{p}" for p in re.findall(r'"(p\d)"', source)] if f'{function}(f"ch10.' in source else []


def test_the_test_set_is_opened_once_in_the_whole_course():
    opened = []
    for chapter in CHAPTERS:
        for cell in nbformat.read(chapter, as_version=4).cells:
            if cell.cell_type == "code" and (found := re.search(r"(\w+), (\w+) = md\.data\.digits\(\)", cell.source)):
                opened += [(chapter.name[:2], cell.id)] if found[2] != "_" else []
    assert opened == [("10", "best"), ("25", "test")]


def test_code_cells_are_short(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 22, cell.id


def test_no_code_runs_out_of_its_cell(notebook):
    blocks = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    for text in prose(notebook):
        blocks += re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert [line for block in blocks for line in block.splitlines() if len(line) > 88] == []


def test_every_picture_has_words_and_a_still_face_and_one_can_be_moved(notebook):
    pictures = [data for data in shown(notebook) if "image/svg+xml" in data]
    assert any(WIDGET in data for data in pictures), "no picture of this chapter can be moved"
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
        assert f"]({following[0].name})" in prose(notebook)[-1], f"the last cell leads on to {following[0].name}"


def test_the_readme_lists_every_chapter(chapter):
    assert f"](notebooks/{chapter.name})" in (CHAPTERS[0].parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_chapter_has_a_bridge_to_pytorch(chapter):
    printed, code = bridge(chapter)
    assert printed
    assert "import torch" in code


def test_words_are_spelled_right(tmp_path):
    from minidl.course.answering import exercises

    pages = {path.stem: prose(nbformat.read(path, as_version=4)) for path in CHAPTERS}
    for name, e in exercises().items():
        pages[name] = [e.title, e.hint, e.praise, *[hint for _, hint in e.wrong]]
    for name, texts in pages.items():
        (tmp_path / f"{name}.txt").write_text("\n".join(texts), encoding="utf-8")
    found = subprocess.run([sys.executable, "-m", "codespell_lib", str(tmp_path)], capture_output=True, text=True)
    assert found.stdout == ""
    assert found.returncode == 0


def test_no_line_of_a_paragraph_begins_like_a_list_or_a_heading(notebook):
    mark = re.compile(r" {0,3}(?:\d+[.)]|[-+*]|#{1,6}) ")  # "adds up to\n1. Softmax" would become a list
    for source in prose(notebook):
        lines = re.sub(r"^```.*?^```", "", source, flags=re.M | re.S).split("\n")
        for before, line in pairwise(lines):
            if mark.match(line):
                assert not before.strip() or before.startswith(" ") or mark.match(before), line


def test_nothing_of_the_machine_is_in_a_chapter(chapter):
    saved = json.loads(chapter.read_text(encoding="utf-8"))
    assert set(saved["metadata"]) <= {"kernelspec", "language_info", "widgets"}
    outputs = json.dumps([cell.get("outputs") for cell in saved["cells"]])
    assert not re.search(r"(/[\w.-]+){2,}\.(py|ipynb)|[A-Z]:\\\\", outputs)
    assert not any(str(place) in outputs for place in (Path.home(), ROOT, tempfile.gettempdir()))
