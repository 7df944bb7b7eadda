"""Opening the course in JupyterLab, for nobody but the learner.

On a machine that others use, whoever holds the token of the server has a shell as the learner. So the token goes only
to the server that was started (see `serving`), the browser gets it through a file that nobody else can read, and every
try has a token of its own.
"""

import contextlib
import html
import http.client
import importlib.util
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import webbrowser
from pathlib import Path

from minidl.course.copying import CourseError
from minidl.course.language_pack import LANGUAGE, language_pack
from minidl.course.proof import PATH, SECRET, proof

HOST = "127.0.0.1"  # not "localhost", which may also be [::1], where another program can listen
FIRST_PORT = 8888
TRIES = 10
LAB_SETTINGS = Path(__file__).with_name("lab_settings")


def open_lab(folder, notebook, port=None, browser=None, language=None):
    """Start JupyterLab in `folder` on `notebook`, say its address, and wait until it is stopped.

    Parameters
    ----------
    folder : path
    notebook : str
        A file in the folder.
    port : int, optional
        Where to listen; the first free one from 8888 on unless given.
    browser : bool, optional
        Whether to open a browser; where there is one and a screen, unless given.
    language : path, optional
        A folder with a language pack for JupyterLab to speak.

    Raises
    ------
    CourseError
        When the notebook or the language pack is missing, the port is in use, or JupyterLab is missing or does not start.
    """
    folder = Path(folder).resolve()
    language = language and language_pack(language)
    if not (folder / notebook).is_file():
        there = ", ".join(sorted(p.name for p in folder.glob("*.ipynb"))) or "no notebook at all"
        raise CourseError(f"there is no notebook {notebook} in {folder}; it holds {there}")
    if importlib.util.find_spec("jupyterlab") is None:
        raise CourseError("JupyterLab is not installed in this environment: pip install jupyterlab")
    with ending_on_signals():
        for _ in range(TRIES):
            if port is not None and not is_free(port):
                raise CourseError(f"port {port} is in use by another program: choose another with --port, or leave it out")
            if _serve(folder, notebook, free_port() if port is None else port, browser, language):
                return
    raise CourseError(f"{TRIES} times another program was quicker to take the port: choose one with --port")


def _serve(folder, notebook, port, browser, language=None):
    """Run JupyterLab until it is stopped; False when another program took the port before it could."""
    token, secret = secrets.token_hex(24), secrets.token_hex(24)
    server, redirect = None, None
    try:
        server = subprocess.Popen(
            lab_command(folder, port, language or LAB_SETTINGS),
            env={**os.environ, "JUPYTER_TOKEN": token, SECRET: secret, LANGUAGE: str(language or "")},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        home = _wait_until_ready(server, port, secret)
        if home is None:
            print(f"Another program was quicker to take port {port}.")
            return False
        address = f"{home}lab/tree/{urllib.parse.quote(notebook)}"
        if found := _runtime_info(port).get("token"):  # settings of the learner's own may name another, or a password
            address += f"?token={found}"
        redirect = _redirect_file(address) if (has_browser() if browser is None else browser) else None
        opened = redirect is not None and webbrowser.open(redirect.as_uri())
        print(
            f"{'The course is open in your browser, at' if opened else 'Open this address in a browser:'}\n\n    {address}\n"
        )
        print("Stop with Ctrl-C.", flush=True)
        code = server.wait()
        if code:
            raise CourseError(f"JupyterLab ended with an error (exit code {code}); its messages are above")
    except KeyboardInterrupt:
        print("\nJupyterLab is closing. Your notebooks are in", folder)
    finally:
        if redirect is not None:
            redirect.unlink(missing_ok=True)
        if server is not None:
            _end(server)
    return True


def _end(server, seconds=15):
    """Stop the server, gently at first."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(seconds)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            server.kill()
            server.wait()


@contextlib.contextmanager
def ending_on_signals():
    """Inside, a signal that asks for an end (SIGTERM, or SIGHUP when the terminal is closed) is an exception.

    Without it Python would be gone at once, and what it started would go on.
    """

    def end(number, frame):
        raise SystemExit(128 + number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # nohup asks to ignore SIGHUP
                before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def lab_command(folder, port, settings):
    """The command that starts JupyterLab, quietly, without news from the network, and for its own pages alone."""
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.allow_origin=http://{HOST}:{port}",
        "--ServerApp.identity_provider_class=minidl.course.serving.OwnOrigin",
        "--ServerApp.jpserver_extensions=minidl.course.serving=True",
        f"--LabApp.app_settings_dir={settings}",
        "--Application.log_level=ERROR",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container one is often root, and JupyterLab would refuse
    return command


def is_free(port):
    """Whether JupyterLab could listen on a port; nobody is spoken to."""
    with socket.socket() as probe:
        if os.name == "posix":  # as Jupyter does it: connections that are closing already do not matter
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port(start=FIRST_PORT):
    """The first free port from `start` on."""
    for port in range(start, start + 100):
        if is_free(port):
            return port
    raise CourseError(f"all ports from {start} to {start + 99} are in use: choose another with --port")


def has_browser():
    """Whether there is a screen and a browser to open."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _redirect_file(address):
    """A page that leads the browser to the address; only its owner can read it.

    The address itself on the browser's command line could be read by everyone who asks for the list of processes.
    """
    from jupyter_core.paths import jupyter_runtime_dir  # late: the course needs Jupyter, the package does not

    folder = Path(jupyter_runtime_dir())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, link = folder / f"minidl-{secrets.token_hex(8)}.html", html.escape(address)
    with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600), encoding="utf-8") as file:
        file.write(
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>minidl</title>'
            f'<meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url={link}"></head>'
            f'<body><p>The course opens <a href="{link}">here</a>.</p></body></html>'
        )
    return path


def _wait_until_ready(server, port, secret, seconds=120):
    """Wait until the started server, and no other, answers on its port.

    Returns
    -------
    str or None
        Its address; None when it ended because another program is on the port.
    """
    end = time.monotonic() + seconds
    while server.poll() is None:
        info = _runtime_info(port)
        if info and _proves_itself(port, info.get("base_url", "/"), secret):
            return f"http://{HOST}:{port}{info.get('base_url', '/')}"
        if time.monotonic() > end:
            raise CourseError(f"JupyterLab did not start within {seconds} seconds")
        time.sleep(0.1)
    if is_free(port):
        raise CourseError(f"JupyterLab did not start (exit code {server.returncode}); its messages are above")
    return None


def _runtime_info(port):
    """What Jupyter's servers keep about the one on this port, in a folder that only their owner can read; the newest."""
    from jupyter_core.paths import jupyter_runtime_dir  # late: the course needs Jupyter, the package does not

    newest, found = 0.0, {}
    for path in Path(jupyter_runtime_dir()).glob("jpserver-*.json"):
        with contextlib.suppress(OSError, ValueError, RecursionError):  # it is just being written, or gone already
            info, written = json.loads(path.read_text(encoding="utf-8")), path.stat().st_mtime
            if isinstance(info, dict) and info.get("port") == port and written >= newest:
                newest, found = written, info
    return found


def _proves_itself(port, base, secret):
    """Whether the server on a port knows the secret. It is asked a question; neither token nor secret is sent."""
    question = secrets.token_hex(16)
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", f"{base}{PATH}?question={question}")
        answer = connection.getresponse().read(200)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return secrets.compare_digest(answer, proof(secret, question).encode())
