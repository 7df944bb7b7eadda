"""JupyterLab is opened, or one line says why not."""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import url2pathname

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
        taken.bind((opening.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["lab", str(course), "--port", str(port)]) == 1
    assert f"port {port} is in use by another program" in error_line(capsys)


@pytest.mark.parametrize("content", [b"[]", b"{}", b"", b"\xff", b'"x"', b"[" * 100_000, b'{"port": []}'])
def test_a_damaged_file_of_another_server_is_passed_over(content, tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "jpserver-1.json").write_bytes(content)
    assert opening._runtime_info(8888) == {}


def test_without_a_port_the_next_free_one_is_taken():
    with socket.socket() as taken:
        taken.bind((opening.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert opening.free_port(port) != port


class Stranger(BaseHTTPRequestHandler):
    """Another user's program, which writes down all it is told."""

    heard: list[str] = []  # noqa: RUF012

    def do_GET(self):
        self.heard.append(f"{self.path} {self.headers}")
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def stranger():
    Stranger.heard.clear()
    with HTTPServer((opening.HOST, 0), Stranger) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


LAB = """
import http.server, json, os, pathlib, sys, time, urllib.parse
from minidl.course.proof import SECRET, proof

class Lab(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        question = urllib.parse.parse_qs(self.path.partition("?")[2])["question"][0]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(proof(os.environ[SECRET], question).encode())

port, taken = map(int, sys.argv[1:])
info = {"port": port, "base_url": "/", "token": os.environ["JUPYTER_TOKEN"], "pid": os.getpid()}
pathlib.Path(os.environ["JUPYTER_RUNTIME_DIR"], f"jpserver-{os.getpid()}.json").write_text(json.dumps(info))
if port == taken:
    time.sleep(0.5)
    sys.exit(1)
http.server.HTTPServer(("127.0.0.1", port), Lab).handle_request()
"""


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    """A folder for what Jupyter's servers keep about themselves."""
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture
def quick_lab(monkeypatch, runtime, stranger):
    """What stands for JupyterLab: like it, it says where it will be before it is there.

    It ends after a while on the stranger's port, and after its first answer on any other.
    """
    command = lambda folder, port, settings: [opening.sys.executable, "-c", LAB, str(port), str(stranger)]
    monkeypatch.setattr(opening, "lab_command", command)


def token_in(said):
    return re.search(r"token=(\w+)", said)[1]


def test_a_port_that_another_takes_at_the_last_moment_is_left_to_it(course, capfd, monkeypatch, stranger, quick_lab):
    free = opening.free_port(stranger)
    chosen = iter([stranger, free])
    monkeypatch.setattr(opening, "free_port", lambda: next(chosen))
    assert main(["lab", str(course), "--no-browser"]) == 0
    said = capfd.readouterr().out
    assert f"http://127.0.0.1:{free}/lab/tree/00_start_here.ipynb?token=" in said
    assert f"Another program was quicker to take port {stranger}." in said
    assert f":{stranger}/" not in said


def test_who_waits_on_the_port_hears_no_token(course, capfd, monkeypatch, stranger, quick_lab):
    tokens = []
    draw = secrets.token_hex
    monkeypatch.setattr(opening.secrets, "token_hex", lambda n: tokens.append(draw(n)) or tokens[-1])
    chosen = iter([stranger, opening.free_port(stranger)])
    monkeypatch.setattr(opening, "free_port", lambda: next(chosen))
    assert main(["lab", str(course), "--no-browser"]) == 0
    heard = "".join(Stranger.heard)
    assert "/minidl/proof?question=" in heard
    assert "uthorization" not in heard
    questions = re.findall(r"question=(\w+)", heard)
    assert not [token for token in tokens if token in heard and token not in questions]


def test_every_try_has_a_token_of_its_own(course, capfd, monkeypatch, stranger, quick_lab):
    free = opening.free_port(stranger)
    monkeypatch.setattr(opening, "free_port", lambda: free)
    said = [token_in(capfd.readouterr().out) for _ in range(2) if main(["lab", str(course), "--no-browser"]) == 0]
    assert len(set(said)) == 2


def test_a_program_that_always_is_quicker_ends_in_one_line(course, capfd, monkeypatch, stranger, quick_lab):
    monkeypatch.setattr(opening, "TRIES", 2)
    monkeypatch.setattr(opening, "free_port", lambda: stranger)
    assert main(["lab", str(course), "--no-browser"]) == 1
    assert "2 times another program was quicker to take the port" in capfd.readouterr().err


def test_a_named_port_that_another_takes_at_the_last_moment_is_refused(course, capfd, monkeypatch, stranger, quick_lab):
    looks = iter([True, False, False])
    monkeypatch.setattr(opening, "is_free", lambda port: next(looks))
    assert main(["lab", str(course), "--no-browser", "--port", str(stranger)]) == 1
    assert f"port {stranger} is in use by another program" in capfd.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_browser_gets_the_token_through_a_file_that_only_its_owner_can_read(
    course, capfd, monkeypatch, runtime, stranger, quick_lab
):
    opened = []

    class Browser:
        def open(self, address):
            file = Path(url2pathname(urlsplit(address).path))
            opened.append((address, file.stat().st_mode & 0o777, file.read_text()))
            return True

    monkeypatch.setattr(opening, "has_browser", lambda: True)
    monkeypatch.setattr(opening.webbrowser, "open", Browser().open)
    free = opening.free_port(stranger)
    monkeypatch.setattr(opening, "free_port", lambda: free)
    assert main(["lab", str(course)]) == 0
    said = capfd.readouterr().out
    ((address, mode, page),) = opened
    assert "The course is open in your browser" in said
    assert address.startswith("file:")
    assert token_in(said) not in address
    assert token_in(said) in page
    assert mode == 0o600
    assert [path.name for path in runtime.glob("*.html")] == []  # gone when JupyterLab is


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
    monkeypatch.setattr(
        opening, "lab_command", lambda folder, port, settings: [opening.sys.executable, "-c", "raise SystemExit(3)"]
    )
    assert main(["lab", str(course)]) == 1
    assert "JupyterLab did not start (exit code 3)" in capfd.readouterr().err


def test_without_a_screen_no_browser_is_opened(monkeypatch):
    monkeypatch.setattr(opening.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not opening.has_browser()


# The real JupyterLab


@contextmanager
def real_lab(course, runtime, **options):
    """`minidl lab` as a learner runs it: the process, and the address that it says."""
    command = [sys.executable, "-m", "minidl.cli", "lab", str(course), "--no-browser"]
    if os.name != "nt":  # also where these tests are run by nohup, which lets everything below it ignore SIGHUP
        options["preexec_fn"] = lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)
    lab = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    said = ""
    try:
        for line in lab.stdout:
            said += line
            if found := re.search(r"http://\S+", line):
                break
        else:
            pytest.fail(f"JupyterLab did not start:\n{said}")
        assert "Config option" not in said
        yield lab, found[0]
    finally:
        lab.kill()
        lab.wait()
        lab.stdout.close()


def server_of(runtime):
    """The process id of the server that keeps a file in the runtime folder."""
    (info,) = runtime.glob("jpserver-*.json")
    return json.loads(info.read_text())["pid"]


def runs(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z" if Path("/proc").is_dir() else True


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        time.sleep(0.1)


def ask(address, token=None, method="GET", **headers):
    if token:
        headers["Authorization"] = f"token {token}"
    return urllib.request.urlopen(urllib.request.Request(address, headers=headers, method=method), timeout=10)


def body(*arguments, **headers):
    """What a server answers."""
    with ask(*arguments, **headers) as response:
        return response.read().decode()


def status(*arguments, **headers):
    """The status of its answer, and which pages may read it."""
    try:
        with ask(*arguments, **headers) as response:
            return response.status, response.headers.get("Access-Control-Allow-Origin")
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Access-Control-Allow-Origin")


def test_the_real_jupyterlab_lets_in_the_token_from_its_own_pages_alone(course, runtime):
    with real_lab(course, runtime) as (_, address):
        base, token = address.partition("/lab")[0], token_in(address)
        assert [path for path in runtime.iterdir() if path.stat().st_mode & 0o077] == []  # nothing for others to read
        foreign = {"Origin": "http://evil.example"}
        assert status(f"{base}/api/contents", token, Origin=base) == (200, base)
        assert status(f"{base}/api/contents", token)[0] == 200
        assert status(f"{base}/api/contents")[0] == 403
        assert status(f"{base}/api/contents", token, **foreign)[0] in (403, 404)
        assert status(f"{base}/api/terminals", token, "POST", **foreign)[0] in (403, 404)
        assert status(f"{base}/api/terminals", token)[0] == 200
        assert '"cells"' in body(f"{base}/files/00_start_here.ipynb", token)
        assert '"cells"' not in body(f"{base}/files/00_start_here.ipynb", token, **foreign)
        socket_of = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "a" * 24,
        }
        events = f"{base}/api/events/subscribe"
        assert status(events, token, **socket_of, **foreign)[0] == 403
        if Path("/proc").is_dir():  # nothing of it on any command line
            lines = [p.read_bytes() for p in Path("/proc").glob("[0-9]*/cmdline") if p.exists()]
            assert not [line for line in lines if token.encode() in line]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_whatever_ends_minidl_ends_jupyterlab_too(course, runtime, name):
    with real_lab(course, runtime) as (lab, _):
        server = server_of(runtime)
        assert runs(server)
        lab.send_signal(getattr(signal, name))
        assert lab.wait(30) == (-signal.SIGKILL if name == "SIGKILL" else 128 + getattr(signal, name))
        wait_until(lambda: not runs(server))


def test_a_program_on_the_other_local_address_alone_is_no_hindrance(course, runtime):
    try:
        other = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no [::1]")
    with other:
        port = other.getsockname()[1]
        command = [sys.executable, "-m", "minidl.cli", "lab", str(course), "--no-browser", "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as lab:
            try:
                said = next(line for line in lab.stdout if "http://" in line)
                assert f"http://127.0.0.1:{port}/lab/tree/" in said
                assert status(said.strip().replace("/lab/tree/00_start_here.ipynb", "/api/status"))[0] == 200
            finally:
                lab.terminate()
                lab.communicate(timeout=30)
