"""JupyterLab is opened, or one line says why not."""

import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from minidl.cli import main
from minidl.course import opening


@pytest.fixture
def course(tmp_path):
    main(["lab", str(tmp_path), "--copy-only"])
    return tmp_path


def error_line(capsys):
    error = capsys.readouterr().err
    assert error.startswith("minidl: ")
    assert error.count("\n") == 1
    return error


def test_a_missing_notebook_is_named_with_what_there_is(course, capsys):
    assert main(["lab", str(course), "--notebook", "99.ipynb"]) == 1
    assert "there is no notebook 99.ipynb" in (line := error_line(capsys))
    assert "00_start_here.ipynb" in line


def test_a_port_in_use_is_refused(course, capsys):
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["lab", str(course), "--port", str(port)]) == 1
    assert f"port {port} is in use by another program" in error_line(capsys)


def test_without_a_port_the_next_free_one_is_taken():
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert opening.free_port(port) != port


class Stranger(BaseHTTPRequestHandler):
    """Another JupyterLab, which does not know our token."""

    def do_GET(self):
        self.send_error(403)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def stranger():
    with HTTPServer(("localhost", 0), Stranger) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


LAB = """
import http.server, sys, time

class Lab(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

port, taken = map(int, sys.argv[1:])
if port == taken:
    time.sleep(0.5)
    sys.exit(1)
http.server.HTTPServer(("localhost", port), Lab).handle_request()
"""


def lab_that_finds_its_port_taken(taken):
    """What stands for JupyterLab: ends after a while on this port, and after its first answer on any other."""
    return lambda folder, port: [opening.sys.executable, "-c", LAB, str(port), str(taken)]


def test_a_port_that_another_takes_at_the_last_moment_is_left_to_it(course, capfd, monkeypatch, stranger):
    free = opening.free_port(stranger)
    chosen = iter([stranger, free])
    monkeypatch.setattr(opening, "free_port", lambda: next(chosen))
    monkeypatch.setattr(opening, "lab_command", lab_that_finds_its_port_taken(stranger))
    assert main(["lab", str(course), "--no-browser"]) == 0
    said = capfd.readouterr().out
    assert f"http://localhost:{free}/lab/tree/00_start_here.ipynb?token=" in said
    assert f"Another program was quicker to take port {stranger}." in said
    assert f":{stranger}/" not in said


def test_a_named_port_that_another_takes_at_the_last_moment_is_refused(course, capfd, monkeypatch, stranger):
    looks = iter([True, False])
    monkeypatch.setattr(opening, "is_free", lambda port: next(looks))
    monkeypatch.setattr(opening, "lab_command", lab_that_finds_its_port_taken(stranger))
    assert main(["lab", str(course), "--no-browser", "--port", str(stranger)]) == 1
    assert f"port {stranger} is in use by another program" in capfd.readouterr().err


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_what_is_no_port_is_refused(course, port, capsys):
    with pytest.raises(SystemExit):
        main(["lab", str(course), "--port", port])
    assert "is not a port (1 to 65535)" in capsys.readouterr().err


def test_a_missing_jupyterlab_is_said(course, capsys, monkeypatch):
    monkeypatch.setattr(opening.importlib.util, "find_spec", lambda name: None)
    assert main(["lab", str(course)]) == 1
    assert "JupyterLab is not installed" in error_line(capsys)


def test_a_server_that_does_not_start_is_said(course, capfd, monkeypatch):
    monkeypatch.setattr(opening, "lab_command", lambda folder, port: [opening.sys.executable, "-c", "raise SystemExit(3)"])
    assert main(["lab", str(course)]) == 1
    assert "JupyterLab did not start (exit code 3)" in capfd.readouterr().err


def test_without_a_screen_no_browser_is_opened(monkeypatch):
    monkeypatch.setattr(opening.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not opening.has_browser()
