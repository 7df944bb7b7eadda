"""The course in a real JupyterLab, in a real browser.

Run where a Chromium is found (or the environment variable CHROMIUM names one). With
MINIDL_BROWSER=required, as in CI, a missing browser is a failure.
"""

import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

import minidl as md

pytestmark = pytest.mark.browser
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
HARMLESS = re.compile("favicon|Autofocus|net::ERR_INTERNET_DISCONNECTED")


@pytest.fixture(scope="module")
def browser():
    found = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None
    )
    if not found:
        if os.environ.get("MINIDL_BROWSER") == "required":
            pytest.fail("the browser tests are required, and no Chromium was found")
        pytest.skip("no Chromium was found: install one, or name it in the environment variable CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def address(browser, tmp_path_factory):
    """The address that `minidl lab` says."""
    folder, own = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("settings")
    names = ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")
    server = subprocess.Popen(
        [sys.executable, "-m", "minidl.cli", "lab", str(folder), "--no-browser"],
        env={**os.environ, **{name: str(own / name.lower()) for name in names}},  # not those of whoever runs the tests
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in server.stdout:
        if found := re.search(r"http://\S+", line):
            break
    yield found[0]
    server.send_signal(signal.SIGINT)
    assert "JupyterLab is closing" in server.communicate(timeout=30)[0]
    assert server.returncode == 0


@pytest.fixture
def page(browser, address):
    """Chapter 00, opened in JupyterLab; what the browser's console called an error fails the test."""
    opened, errors = browser.new_page(viewport={"width": 1200, "height": 1000}), []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(address)
    opened.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    yield opened
    opened.close()
    assert [e for e in errors if not HARMLESS.search(e)] == []


def in_view(page, selector):
    """The first element, scrolled into view; JupyterLab draws cells when they come near."""
    page.click(".jp-Notebook .jp-Cell >> nth=0")
    for _ in range(60):
        if page.locator(selector).count():
            page.locator(selector).first.scroll_into_view_if_needed()
            page.wait_for_timeout(500)
            return page.locator(selector).first
        page.mouse.move(600, 500)
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(200)
    raise AssertionError(f"{selector} never came into view")


def wait_until_idle(page, seconds=180):
    """Wait until no cell waits or runs, for two seconds on end."""
    quiet = 0
    for _ in range(seconds):
        page.wait_for_timeout(1000)
        waiting = page.locator(".jp-InputPrompt:text('[*]')").count()
        idle = page.locator("text=Python 3 (ipykernel) | Idle").count()
        quiet = quiet + 1 if idle and not waiting else 0
        if quiet == 2:
            return
    raise AssertionError(f"the notebook was still running after {seconds} seconds")


def test_the_saved_chapter_shows_its_pictures_before_anything_is_run(page):
    widget = in_view(page, ".md-graph-widget")
    assert widget.locator("g.node").count() == 10
    assert page.locator(".jp-RenderedSVG").count() > 0


def test_hovering_a_box_tells_what_the_engine_computed(page):
    in_view(page, ".md-graph-widget")
    train, _ = md.data.digits()
    md.manual_seed(0)
    model = md.nn.Sequential(md.nn.Flatten(), md.nn.Linear(784, 64), md.nn.ReLU(), md.nn.Linear(64, 10))
    hidden = model[2](model[1](model[0](train.images[:64])))
    page.hover(".md-graph-widget g.node:has-text('relu')")
    tip = page.locator(".md-tip").inner_text()
    assert "relu" in tip
    assert "64 × 64" in tip
    assert f"{hidden.mean().item():.4g} ± {hidden.array.astype('f8').std():.4g}" in tip
    assert page.locator(".md-tip math").count() == 2


def test_the_graph_zooms_moves_and_resets(page):
    svg = in_view(page, ".md-graph-widget svg")
    whole = svg.get_attribute("viewBox")
    page.click("button[aria-label='Zoom in']")
    near = svg.get_attribute("viewBox")
    assert float(near.split()[2]) < float(whole.split()[2])
    box = svg.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 130, box["y"] + 60, steps=4)
    page.mouse.up()
    moved = svg.get_attribute("viewBox")
    assert float(moved.split()[0]) < float(near.split()[0])
    page.click("button[aria-label='Show the whole graph']")
    assert [float(n) for n in svg.get_attribute("viewBox").split()] == [float(n) for n in whole.split()]


def test_the_graph_is_used_from_the_keyboard(page):
    svg = in_view(page, ".md-graph-widget svg")
    svg.locator("g.node").first.focus()
    assert page.locator(".md-tip").is_visible()
    whole = svg.get_attribute("viewBox")
    page.keyboard.press("+")
    assert svg.get_attribute("viewBox") != whole
    page.keyboard.press("0")
    page.keyboard.press("Escape")
    assert not page.locator(".md-tip").is_visible()
    assert "shape" in svg.locator("g.node").first.get_attribute("aria-label")


def test_the_dark_theme_of_jupyterlab_reaches_the_pictures(page):
    in_view(page, ".md-graph-widget")
    ground = "() => getComputedStyle(document.querySelector('.md-graph-widget')).backgroundColor"
    light = page.evaluate(ground)
    page.evaluate("() => document.body.setAttribute('data-jp-theme-light', 'false')")
    assert light == "rgb(255, 255, 255)"
    assert page.evaluate(ground) == "rgb(21, 25, 31)"


def test_run_all_runs_the_chapter_without_an_error(page):
    page.click("text=Run >> nth=0")
    page.click("text=Run All Cells")
    wait_until_idle(page)
    assert in_view(page, ".md-graph-widget").is_visible()
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.locator(".jp-InputPrompt:text('[*]')").count() == 0
