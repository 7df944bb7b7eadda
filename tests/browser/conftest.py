"""A real browser, and a real JupyterLab for it to open.

Run where a Chromium is found (or the environment variable CHROMIUM names one). With
MINIDL_BROWSER=required, as in CI, a missing browser is a failure. MINIDL_SLOW=4 makes the pages four times as slow: a test
that asks before an answer can have come fails.
"""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.browser.lab import FLAGS, HARMLESS, chromium, console_errors, new_page


@pytest.fixture(scope="session")
def browser():
    found = chromium()
    if not found:
        if os.environ.get("MINIDL_BROWSER") == "required":
            pytest.fail("the browser tests are required, and no Chromium was found")
        pytest.skip("no Chromium was found: install one, or name it in the environment variable CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def serve(browser, tmp_path_factory):
    """Opens a folder with `minidl lab`; inside, the address that it says."""

    @contextmanager
    def serving(folder, *options):
        own = tmp_path_factory.mktemp("settings")
        names = (
            "MINIDL_PROGRESS",
            "JUPYTERLAB_SETTINGS_DIR",
            "JUPYTERLAB_WORKSPACES_DIR",
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
        )
        server = subprocess.Popen(
            [sys.executable, "-m", "minidl.cli", "lab", str(folder), "--no-browser", *options],
            env={**os.environ, **{name: str(own / name.lower()) for name in names}},  # not those of whoever runs the tests
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in server.stdout:
            if found := re.search(r"http://\S+", line):
                break
        yield found[0]
        server.send_signal(signal.SIGINT)
        assert "JupyterLab is closing" in server.communicate(timeout=120)[0]
        assert server.returncode == 0

    return serving


@pytest.fixture
def open_page(browser):
    """Opens an address; what the browser's console calls an error fails the test."""
    opened = []

    def opening(address, wait_for=".jp-Notebook .jp-Cell"):
        page = new_page(browser, viewport={"width": 1200, "height": 1000}, accept_downloads=True)
        opened.append((page, console_errors(page)))
        page.goto(address)
        page.wait_for_selector(wait_for, timeout=90_000)
        return page

    yield opening
    for page, _ in opened:
        page.close()
    assert [e for _, errors in opened for e in errors if not HARMLESS.search(e)] == []
