"""The course reaches the learner, and what the learner wrote is never lost."""

import json
import os

import pytest

from minidl.cli import main
from minidl.course import copying
from minidl.course.copying import CourseError, copy_course

CHAPTER = "00_start_here.ipynb"


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
    (source / CHAPTER).write_text("chapter, second edition")
    assert copy_course(tmp_path / "mine")[CHAPTER] == "kept"
    assert mine.read_text() == "my answers"
    assert (tmp_path / "mine" / "00_start_here.new.ipynb").read_text() == "chapter, second edition"


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
    assert str(tmp_path / "course") in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_copied_files_have_the_usual_permissions(source, tmp_path):
    before = os.umask(0o022)
    try:
        copy_course(tmp_path / "mine")
    finally:
        os.umask(before)
    assert (tmp_path / "mine" / CHAPTER).stat().st_mode & 0o777 == 0o644
