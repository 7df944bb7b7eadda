"""JupyterLab is opened, or one line says why not."""

import socket

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
