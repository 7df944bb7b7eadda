"""`minidl book`: serve the book, which needs no kernel, from this machine."""

import contextlib
import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from minidl.course.copying import CourseError
from minidl.system.resources import PACKAGE

PLACES = (PACKAGE / "_book", PACKAGE.parent / "build" / "book")  # in an installed package, and in a clone


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing about each file that is asked for."""

    def log_message(self, *_):  # noqa: D102
        pass


def book_folder():
    """Where the built book is.

    Raises
    ------
    CourseError
        When it was not built.
    """
    for place in PLACES:
        if (place / "index.html").is_file():
            return place
    raise CourseError("the book is not here: in a clone `make book` builds it, the wheel on PyPI brings it along")


def make_server(folder, port=0):
    """A server of the files in `folder`, on this machine alone; a free port unless one is given."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=str(Path(folder))))


def serve_book(port=None, open_browser=True):
    """Serve the book until Ctrl-C."""
    server = make_server(book_folder(), port or 0)
    address = f"http://127.0.0.1:{server.server_port}/"
    print(f"The book is at {address} (Ctrl-C ends)", flush=True)
    if open_browser:
        webbrowser.open(address)
    with contextlib.suppress(KeyboardInterrupt), server:
        server.serve_forever()
