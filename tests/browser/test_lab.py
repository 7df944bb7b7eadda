"""The course in a real JupyterLab, in a real browser."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest

import minidl as md
from tests.browser.lab import in_view, run_all

pytestmark = pytest.mark.browser
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CHAPTERS = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


ASK = """
from minidl.course import outcome, predict
from minidl.course.exercises import ch00
from minidl.course.predicting import Prediction
ch00.PREDICTIONS = {
    "p1": Prediction("How many of the digits?", unit="of 2,000"),
    "p2": Prediction("Which way?", choices=["up", "down"]),
}
"""


def asking_notebook():
    """A notebook that asks for two predictions."""
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    cells = [ASK, 'predict("ch00.p1", ...)', 'predict("ch00.p2", ...)', 'outcome("ch00.p1", 265)\noutcome("ch00.p2", "up")']
    return nbformat.v4.new_notebook(metadata=kernel, cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    """The address that `minidl lab` says of a folder in which the chapters have their outputs, as in a clone."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(NOTEBOOKS, folder, dirs_exist_ok=True)
    nbformat.write(asking_notebook(), folder / "asking.ipynb")
    with serve(folder) as said:
        yield said


@pytest.fixture
def page(open_page, address):
    """Chapter 00, opened in JupyterLab."""
    return open_page(address)


def test_the_saved_chapter_shows_its_pictures_before_anything_is_run(page):
    widget = in_view(page, ".md-graph-widget")
    assert widget.locator("g.node").count() == 6
    assert in_view(page, ".md-chart-widget svg.minidl-chart").is_visible()


@pytest.mark.parametrize("question", [1, 2])
def test_saved_pictures_that_a_lost_message_kept_away_come_when_the_page_is_loaded_again(page, question):
    """JupyterLab asks the kernel for its widgets twice before it restores those of the file; one of the two is lost."""
    asked = []

    def break_off(socket):
        server = socket.connect_to_server()

        def pass_on(message):
            is_question = "comm_info_request" in str(message)
            asked.extend([message] * is_question)
            if is_question and len(asked) == question:
                socket.close()
            else:
                server.send(message)

        socket.on_message(pass_on)

    page.route_web_socket(re.compile("/channels"), break_off)
    page.reload()
    assert in_view(page, ".md-graph-widget").locator("g.node").count() == 6
    assert len(asked) >= question


def test_hovering_a_box_tells_what_the_engine_computed(page):
    in_view(page, ".md-graph-widget")
    train, _ = md.data.digits()
    md.manual_seed(0)
    model = md.nn.Sequential(md.nn.Flatten(), md.nn.Linear(784, 64), md.nn.ReLU(), md.nn.Linear(64, 10))
    hidden = model[2](model[1](model[0](train.images[:64])))
    page.hover(".md-graph-widget g.node:has-text('relu')")
    tip = page.locator(".md-graph-widget .md-tip").inner_text()
    assert "relu" in tip
    assert "64 × 64" in tip
    assert f"{hidden.mean().item():.4g} ± {hidden.array.astype('f8').std():.4g}" in tip
    assert page.locator(".md-graph-widget .md-tip math").count() == 2
    assert page.locator(".md-graph-widget .md-tip svg").count() == 2  # histograms of values and gradients


def test_the_graph_zooms_moves_and_resets(page):
    svg = in_view(page, ".md-graph-widget svg.minidl-graph")
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
    page.click("button[aria-label='Fit: Show the whole graph']")
    assert [float(n) for n in svg.get_attribute("viewBox").split()] == [float(n) for n in whole.split()]


def test_the_graph_is_used_from_the_keyboard(page):
    svg = in_view(page, ".md-graph-widget svg.minidl-graph")
    svg.locator("g.node").first.focus()
    assert page.locator(".md-graph-widget .md-tip").is_visible()
    whole = svg.get_attribute("viewBox")
    page.keyboard.press("+")
    assert svg.get_attribute("viewBox") != whole
    page.keyboard.press("0")
    page.keyboard.press("Escape")
    assert not page.locator(".md-graph-widget .md-tip").is_visible()
    relu = svg.locator("g.node:has-text('relu')").get_attribute("aria-label")
    assert all(words in relu for words in ("relu 64 × 64, operation, ", "from 1: Linear, to 3: Linear, ", "shape 64 × 64, "))


def test_a_module_that_is_opened_with_a_key_keeps_the_focus(page):
    svg = in_view(page, ".md-graph-widget svg.minidl-graph")
    svg.locator("g.node.group").first.focus()
    page.keyboard.press("Enter")
    assert svg.locator("g.cluster:focus").get_attribute("aria-label") == "1: Linear: open, press Enter to close"
    page.keyboard.press("Enter")
    assert svg.locator("g.node:focus").get_attribute("aria-label").startswith("1: Linear 64 × 64 · 1 operation, closed: ")


def test_the_dark_theme_of_jupyterlab_reaches_the_pictures(page):
    in_view(page, ".md-graph-widget")
    ground = "() => getComputedStyle(document.querySelector('.md-graph-widget')).backgroundColor"
    light = page.evaluate(ground)
    page.evaluate("() => document.body.setAttribute('data-jp-theme-light', 'false')")
    assert light == "rgb(255, 255, 255)"
    assert page.evaluate(ground) == "rgb(21, 25, 31)"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_run_all_runs_every_chapter_without_an_error(open_page, address, chapter):
    own = address.replace("/lab/tree/", f"/lab/workspaces/{chapter[:2]}/tree/")  # with no other chapter in another tab
    page = open_page(own.replace("00_start_here.ipynb", chapter))
    in_view(page, ".md-widget")  # the saved widgets are there: JupyterLab has restored the notebook
    run_all(page)
    assert page.locator(".md-widget").count() > 0
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.locator(".jp-InputPrompt:text('[*]')").count() == 0


def test_a_guess_made_in_the_box_is_set_against_what_came(open_page, address):
    page = open_page(address.replace("/lab/tree/00_start_here.ipynb", "/lab/workspaces/guess/tree/asking.ipynb"))
    run_all(page)
    page.wait_for_selector("text=It is 265 of 2,000.")
    page.get_by_placeholder("a number").fill("many")
    page.locator("button:has-text('Keep my guess')").first.click()
    page.wait_for_selector("text=A number is asked for, and this is 'many'.")
    page.get_by_placeholder("a number").fill("200")
    page.locator("button:has-text('Keep my guess')").first.click()
    page.wait_for_selector("text=Your guess is kept: 200. Run the next cell.")
    page.locator("label:has-text('down')").click()
    page.wait_for_selector("text=Your guess is kept: down. Run the next cell.")
    page.locator("button:has-text('Skip')").last.click()
    page.wait_for_selector("text=Skipped. Run the next cell.")
    run_all(page)
    page.wait_for_selector("text=You guessed 200; it is 265 of 2,000 (25 % too low).")
    page.wait_for_selector('text=The answer is "up".')
