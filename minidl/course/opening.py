"""Opening the course in JupyterLab."""

import http.client
import importlib.util
import os
import secrets
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

from minidl.course.copying import CourseError

FIRST_PORT = 8888


def open_lab(folder, notebook, port=None, browser=None):
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

    Raises
    ------
    CourseError
        When the notebook is missing, the port is in use, or JupyterLab is missing or does not start.
    """
    folder = Path(folder).resolve()
    if not (folder / notebook).is_file():
        there = ", ".join(sorted(p.name for p in folder.glob("*.ipynb"))) or "no notebook at all"
        raise CourseError(f"there is no notebook {notebook} in {folder}; it holds {there}")
    if importlib.util.find_spec("jupyterlab") is None:
        raise CourseError("JupyterLab is not installed in this environment: pip install jupyterlab")
    token = secrets.token_hex(16)
    served = False
    while not served:
        if port is not None and not is_free(port):
            raise CourseError(f"port {port} is in use by another program: choose another with --port, or leave --port out")
        served = _serve(folder, notebook, free_port() if port is None else port, token, browser)


def _serve(folder, notebook, port, token, browser):
    """Run JupyterLab until it is stopped; False when another program took the port before it could."""
    server = subprocess.Popen(
        lab_command(folder, port),
        env={**os.environ, "JUPYTER_TOKEN": token},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        if not _becomes_ready(server, port, token):
            print(f"Another program was quicker to take port {port}.")
            return False
        address = f"http://localhost:{port}/lab/tree/{notebook}?token={token}"
        opened = (has_browser() if browser is None else browser) and webbrowser.open(address)
        print(
            f"The course is open in your browser, at\n\n    {address}\n"
            if opened
            else f"Open this address in a browser:\n\n    {address}\n"
        )
        print("Stop with Ctrl-C.", flush=True)
        code = server.wait()
        if code:
            raise CourseError(f"JupyterLab ended with an error (exit code {code}); its messages are above")
    except KeyboardInterrupt:
        print("\nJupyterLab is closing. Your notebooks are in", folder)
    finally:
        if server.poll() is None:
            server.terminate()
            server.wait()
    return True


def lab_command(folder, port):
    """The command that starts JupyterLab, quietly, and without news from the network."""
    settings = Path(__file__).with_name("lab_settings")
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", f"--LabApp.app_settings_dir={settings}", "--Application.log_level=ERROR",
        "--ServerApp.jpserver_extensions=minidl.course.saving=True",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container one is often root, and JupyterLab would refuse
    return command


def is_free(port):
    """Whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) != 0


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


def _becomes_ready(server, port, token, seconds=120):
    """Wait until JupyterLab answers on its port; False when it ended because another program is there."""
    end, stranger = time.monotonic() + seconds, None
    while True:
        status = _status(port, token)
        if server.poll() is not None:
            if status is not None:
                return False
            raise CourseError(f"JupyterLab did not start (exit code {server.returncode}); its messages are above")
        if status is not None:
            # Who does not know our token is another's server, and ours will end soon; or ours, if settings name a token.
            stranger = stranger or time.monotonic()
            if status == 200 or time.monotonic() > stranger + 30:
                return True
        elif time.monotonic() > end:
            raise CourseError(f"JupyterLab did not start within {seconds} seconds")
        time.sleep(0.1)


def _status(port, token):
    """What the server on a port answers to our token: an HTTP status, 0 for anything else, None when nobody is there."""
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", "/api/status", headers={"Authorization": f"token {token}"})
        return connection.getresponse().status
    except ConnectionRefusedError:
        return None
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
