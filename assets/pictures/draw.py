"""Draw the still picture of the README: `python assets/pictures/draw.py CHROMIUM` (needs playwright, of the extra `dev`)."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import minidl as md

HERE = Path(__file__).parent


def main(chromium):
    """Save the graph widget with one box inspected."""
    train, _ = md.data.digits()
    md.manual_seed(0)
    model = md.nn.Sequential(md.nn.Flatten(), md.nn.Linear(784, 64), md.nn.ReLU(), md.nn.Linear(64, 10))
    images, labels = train[:64]
    with md.watch():
        loss = md.nn.functional.cross_entropy(model(images), labels)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1000, "height": 700}, device_scale_factor=1.5)
        page.goto(md.viz.graph(loss).save(Path(folder) / "graph.html").as_uri())
        page.click("g.node:has-text('relu')")
        page.locator(".md-graph-widget").screenshot(path=HERE / "graph_widget.png")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
