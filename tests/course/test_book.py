"""`minidl book` serves the book that was built, to this machine alone."""

import threading
import urllib.request

import pytest

from minidl.course import book
from minidl.course.copying import CourseError


def test_without_a_book_one_is_told_how_to_make_it(monkeypatch, tmp_path):
    monkeypatch.setattr(book, "PLACES", (tmp_path / "a", tmp_path / "b"))
    with pytest.raises(CourseError, match="make book"):
        book.book_folder()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "index.html").write_text("the book")
    assert book.book_folder() == tmp_path / "b"


def test_the_book_is_served_to_this_machine(tmp_path):
    (tmp_path / "index.html").write_text("the book")
    with book.make_server(tmp_path) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            assert server.server_address[0] == "127.0.0.1"
            with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/") as answer:
                assert answer.read() == b"the book"
        finally:
            server.shutdown()
            thread.join()
