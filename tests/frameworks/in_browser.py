"""Run an exported model in a real browser: `python tests/frameworks/in_browser.py NODE_MODULES`.

`npm install onnxruntime-web` makes the folder NODE_MODULES. The page of chapter 28 is opened, something is drawn with
the mouse, and what the page computes must be what minidl computes from the same pixels.
"""

import shutil
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

import minidl as md
from tests.browser.lab import FLAGS, chromium

FRAMEWORKS = Path(__file__).parents[2] / "assets" / "frameworks"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing about it."""

    def log_message(self, *arguments):
        """Nothing."""


def drawn(address):
    """What the page computed of a stroke of the mouse: pixels, scores, and what it says."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page()
        page.goto(address, wait_until="networkidle")
        page.wait_for_function("document.querySelector('canvas').onpointerup")
        box = page.locator("canvas").bounding_box()
        page.mouse.move(box["x"] + 145, box["y"] + 45)
        page.mouse.down()
        page.mouse.move(box["x"] + 135, box["y"] + 235, steps=20)
        page.mouse.up()
        page.wait_for_function("window.last")
        last, said = page.evaluate("window.last"), page.locator("output").inner_text()
        browser.close()
    return np.array(last["pixels"], dtype=np.float32), np.array(last["scores"]), said


def main(node_modules):
    """Whether browser and minidl differ: 0 or 1."""
    sys.path.insert(0, str(FRAMEWORKS))
    import in_minidl
    import shared

    model = in_minidl.build(shared.start())
    in_minidl.train(model, shared.batches())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        md.interop.export_onnx(model, md.tensor(shared.held_out()[0]), folder / "reader.onnx")
        shutil.copy(FRAMEWORKS / "browser.html", folder)
        (folder / "node_modules").symlink_to(Path(node_modules).resolve())
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=name))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        pixels, scores, said = drawn(f"http://127.0.0.1:{server.server_address[1]}/browser.html")
        server.shutdown()
    own = in_minidl.scores(model, pixels.reshape(1, 1, 28, 28))[0]
    apart = float(np.abs(own - scores).max())
    print(f"The page says {said!r}; minidl says {own.argmax()}; the scores differ by {apart:.1e} at most.")
    return int(apart > 1e-4 or f"a {own.argmax()}?" not in said or pixels.max() < 0.9)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
