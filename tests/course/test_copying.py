"""The course reaches the learner, and what the learner wrote is never lost."""

import json
import os
import random
from pathlib import Path

import pytest

from minidl.cli import COPY, main
from minidl.course import copying
from minidl.course.copying import CourseError, copy_course, without_outputs

CHAPTER = "00_start_here.ipynb"


def notebook(*cells, run=False, **metadata):
    """The bytes of a notebook with these cells; `run` as JupyterLab saves it after its cells were run."""
    output = {"output_type": "stream", "name": "stdout", "text": "42"}
    written = [
        {
            "cell_type": "code",
            "id": f"c{k}",
            "metadata": {"scrolled": True} if run else {},
            "source": source,
            "execution_count": 1 if run else None,
            "outputs": [output] if run else [],
        }
        for k, source in enumerate(cells)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": written}).encode()


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A course of two files that the test may change as an update of minidl would."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / CHAPTER).write_text("chapter, first edition")
    (folder / "01_next.ipynb").write_text("next")
    monkeypatch.setattr(copying, "resource", lambda name: folder)
    return folder


def test_the_course_is_copied(source, tmp_path):
    assert copy_course(tmp_path / "a" / "b") == {CHAPTER: "copied", "01_next.ipynb": "copied"}
    assert (tmp_path / "a" / "b" / CHAPTER).read_text() == "chapter, first edition"


def test_a_second_copy_changes_nothing(source, tmp_path):
    copy_course(tmp_path / "mine")
    assert set(copy_course(tmp_path / "mine").values()) == {"unchanged"}


def test_an_untouched_chapter_is_updated(source, tmp_path):
    copy_course(tmp_path / "mine")
    (source / CHAPTER).write_text("chapter, second edition")
    assert copy_course(tmp_path / "mine")[CHAPTER] == "updated"
    assert (tmp_path / "mine" / CHAPTER).read_text() == "chapter, second edition"


def test_a_changed_chapter_is_kept_and_the_new_edition_lies_beside_it(source, tmp_path):
    copy_course(tmp_path / "mine")
    mine = tmp_path / "mine" / CHAPTER
    mine.write_text("my answers")
    assert copy_course(tmp_path / "mine")[CHAPTER] == "kept"
    (source / CHAPTER).write_text("chapter, second edition")
    assert copy_course(tmp_path / "mine")[CHAPTER] == "00_start_here.new.ipynb"
    assert mine.read_text() == "my answers"
    assert (tmp_path / "mine" / "00_start_here.new.ipynb").read_text() == "chapter, second edition"
    assert copy_course(tmp_path / "mine")[CHAPTER] == "kept"


def test_a_new_edition_in_which_the_learner_worked_is_never_overwritten(source, tmp_path):
    copy_course(tmp_path / "mine")
    (tmp_path / "mine" / CHAPTER).write_text("my answers")
    (source / CHAPTER).write_text("chapter, second edition")
    copy_course(tmp_path / "mine")
    (source / CHAPTER).write_text("chapter, third edition")  # nobody touched the second
    assert copy_course(tmp_path / "mine")[CHAPTER] == "00_start_here.new.ipynb"
    new = tmp_path / "mine" / "00_start_here.new.ipynb"
    assert new.read_text() == "chapter, third edition"
    new.write_text("my answers there")
    (source / CHAPTER).write_text("chapter, fourth edition")
    assert copy_course(tmp_path / "mine")[CHAPTER] == "00_start_here.new-2.ipynb"
    assert new.read_text() == "my answers there"


def test_the_command_says_which_chapters_both_changed(source, tmp_path, capsys):
    main(["lab", str(tmp_path / "mine"), "--copy-only"])
    (tmp_path / "mine" / CHAPTER).write_text("my answers")
    (source / CHAPTER).write_text("chapter, second edition")
    (source / "01_next.ipynb").write_text("next, second edition")
    capsys.readouterr()
    main(["lab", str(tmp_path / "mine"), "--copy-only"])
    said = capsys.readouterr().out
    assert "There is a new edition of 01_next.ipynb: your copy is refreshed." in said
    assert f"You changed {CHAPTER}, and there is a new edition: yours is left as it is" in said
    assert "the new one is 00_start_here.new.ipynb" in said


def test_the_copy_has_no_outputs_and_the_source_keeps_its_own(source, tmp_path):
    shipped = notebook("6 * 7", run=True, widgets={"state": {}})
    (source / CHAPTER).write_bytes(shipped)
    copy_course(tmp_path / "mine")
    copy = json.loads((tmp_path / "mine" / CHAPTER).read_bytes())
    assert copy["cells"][0]["outputs"] == []
    assert copy["cells"][0]["execution_count"] is None
    assert copy["metadata"] == {}
    assert (source / CHAPTER).read_bytes() == shipped


def test_a_chapter_that_was_only_run_is_updated(source, tmp_path):
    (source / CHAPTER).write_bytes(notebook("6 * 7"))
    copy_course(tmp_path / "mine")
    mine = tmp_path / "mine" / CHAPTER
    mine.write_bytes(notebook("6 * 7", "  ", run=True, language_info={"name": "python"}))  # with an empty cell at its end
    (source / CHAPTER).write_bytes(notebook("6 * 8"))
    assert copy_course(tmp_path / "mine")[CHAPTER] == "updated"
    assert json.loads(mine.read_bytes())["cells"][0]["source"] == "6 * 8"


@pytest.mark.parametrize("answers", [["6 * 9"], ["6 * 7", "mine"], [], ["x", "6 * 7"]])
def test_a_chapter_in_which_any_cell_changed_is_kept(source, tmp_path, answers):
    (source / CHAPTER).write_bytes(notebook("6 * 7"))
    copy_course(tmp_path / "mine")
    (tmp_path / "mine" / CHAPTER).write_bytes(notebook(*answers, run=True))
    (source / CHAPTER).write_bytes(notebook("6 * 8"))
    copy_course(tmp_path / "mine")
    assert [cell["source"] for cell in json.loads((tmp_path / "mine" / CHAPTER).read_bytes())["cells"]] == answers


def test_outputs_of_the_learner_survive_a_copy_that_has_nothing_new(source, tmp_path):
    (source / CHAPTER).write_bytes(notebook("6 * 7"))
    copy_course(tmp_path / "mine")
    run = notebook("6 * 7", run=True)
    (tmp_path / "mine" / CHAPTER).write_bytes(run)
    assert copy_course(tmp_path / "mine")[CHAPTER] == "unchanged"
    assert (tmp_path / "mine" / CHAPTER).read_bytes() == run


def test_a_copy_by_an_earlier_version_is_known_by_the_checksum_of_its_bytes(source, tmp_path):
    (tmp_path / "mine").mkdir()
    old = notebook("6 * 7", run=True)
    (tmp_path / "mine" / CHAPTER).write_bytes(old)
    (tmp_path / "mine" / copying.RECORD).write_text(json.dumps({CHAPTER: copying.checksum(old)}))
    (source / CHAPTER).write_bytes(notebook("6 * 8"))
    assert copy_course(tmp_path / "mine")[CHAPTER] == "updated"


@pytest.mark.parametrize(
    "content", [b"[]", b"{}", b'{"nbformat": 4, "metadata": {}, "cells": [1]}', b"\xff", b"[" * 100_000]
)
def test_what_is_no_notebook_is_copied_as_it_is(source, tmp_path, content):
    (source / CHAPTER).write_bytes(content)
    copy_course(tmp_path / "mine")
    assert (tmp_path / "mine" / CHAPTER).read_bytes() == content


def test_what_jupyter_keeps_for_itself_is_not_copied(source, tmp_path):
    (source / ".ipynb_checkpoints").mkdir()
    (source / ".ipynb_checkpoints" / CHAPTER).write_text("a draft")
    assert set(copy_course(tmp_path / "mine")) == {CHAPTER, "01_next.ipynb"}


def test_the_folder_of_the_copy_is_ignored_by_git():
    assert f"/{COPY}/" in (Path(__file__).parents[2] / ".gitignore").read_text().split()


def test_a_changed_chapter_is_kept_when_there_is_no_record_of_a_copy(source, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / CHAPTER).write_text("my own file")
    copy_course(tmp_path / "mine")
    assert (tmp_path / "mine" / CHAPTER).read_text() == "my own file"


def test_a_damaged_record_counts_as_none(source, tmp_path):
    copy_course(tmp_path / "mine")
    (tmp_path / "mine" / copying.RECORD).write_text("{not json")
    (tmp_path / "mine" / CHAPTER).write_text("my answers")
    copy_course(tmp_path / "mine")
    assert (tmp_path / "mine" / CHAPTER).read_text() == "my answers"


def test_a_folder_that_is_a_file_is_refused_in_one_line(source, tmp_path):
    (tmp_path / "mine").write_text("a file")
    with pytest.raises(CourseError, match="cannot be written") as error:
        copy_course(tmp_path / "mine")
    assert "\n" not in str(error.value)
    assert (tmp_path / "mine").read_text() == "a file"


def test_a_folder_without_permission_is_refused_in_one_line(source, tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(copying, "write_atomically", refuse)
    with pytest.raises(CourseError, match="cannot be written: Permission denied"):
        copy_course(tmp_path / "mine")


def test_the_command_copies_the_real_course(tmp_path, capsys):
    assert main(["lab", str(tmp_path / "course"), "--copy-only"]) == 0
    chapter = json.loads((tmp_path / "course" / CHAPTER).read_text(encoding="utf-8"))
    assert chapter["cells"][0]["source"][0].startswith("# 00")
    assert not any(cell.get("outputs") for cell in chapter["cells"])
    assert str(tmp_path / "course") in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_copied_files_have_the_usual_permissions(source, tmp_path):
    before = os.umask(0o022)
    try:
        copy_course(tmp_path / "mine")
    finally:
        os.umask(before)
    assert (tmp_path / "mine" / CHAPTER).stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_learner_wrote_is_still_there_after_any_course_of_events(source, tmp_path, seed):
    rng, mine, written = random.Random(seed), tmp_path / "mine", set()
    (source / CHAPTER).write_bytes(notebook("edition 0"))
    for step in range(30):
        files = sorted(mine.glob("*.ipynb")) if mine.is_dir() else []
        match rng.choice(["copy", "copy", "write", "run", "publish", "forget"]):
            case "copy":
                copy_course(mine)
            case "write" if files:
                path = rng.choice(files)
                cells = sources(path)
                path.write_bytes(notebook(*cells, f"mine {step}"))
                written.add(f"mine {step}")
            case "run" if files:
                path = rng.choice(files)
                path.write_bytes(notebook(*sources(path), run=True))
            case "publish":
                (source / CHAPTER).write_bytes(notebook(f"edition {step}"))
            case "forget":
                (mine / copying.RECORD).unlink(missing_ok=True)
        assert written <= {text for path in mine.glob("*.ipynb") for text in sources(path)}


def sources(path):
    """What stands in the cells of a notebook; a file that is none has no cells."""
    try:
        return [cell["source"] for cell in json.loads(path.read_bytes())["cells"]]
    except ValueError:
        return []


def test_half_of_a_surrogate_pair_in_a_notebook_stays_what_it_was():
    content = (
        b'{"cells": [{"cell_type": "markdown", "source": "\\ud83d"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    )
    assert json.loads(without_outputs(content)) == json.loads(content)
