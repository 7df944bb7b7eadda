"""Every widget, driven by mouse and keys in a real JupyterLab; its numbers are compared with the engine's."""

import json

import nbformat
import numpy as np
import pytest

import minidl as md
from minidl.viz.planes.race import SURFACES, run
from tests.browser.lab import HARMLESS, console_errors, in_view, new_page, restart, run_all, run_cell, save, wait_for

pytestmark = pytest.mark.browser

CELLS = {
    "setup": """
import minidl as md
md.manual_seed(0)
block = md.nn.Sequential(md.nn.Linear(8, 8), md.nn.Tanh())
model = md.nn.Sequential(md.nn.Linear(2, 8), md.nn.ReLU(), block, md.nn.Linear(8, 2))
X, y = md.data.moons(120)[:]
loader = md.data.DataLoader(md.data.TensorDataset(X, y), 40)
""",
    "graph": """
with md.watch():
    loss = md.nn.functional.cross_entropy(model(X), y)
md.viz.graph(loss)
""",
    "steps": """
a, b = md.tensor(2.0, requires_grad=True), md.tensor(-3.0, requires_grad=True)
z = (a * b + a) ** 2
md.viz.steps(z)
""",
    "live": """
flow, live, film, path = md.viz.Flow(model), md.viz.Live(), md.viz.LiveBoundary(X, y), md.viz.WeightPath(model)
history = md.train.fit(
    model, loader, loader, optimizer=md.optim.Adam(model.parameters(), lr=0.03), epochs=12,
    callbacks=[flow, live, film, path], verbose=False,
)
""",
    "flow": "md.viz.gradient_flow(flow)",
    "confusion": """
_, test = md.data.digits()
guesses = md.tensor([(int(label) + (i % 7 == 0)) % 10 for i, label in enumerate(test.labels[:200])])
md.viz.confusion(guesses, test.labels[:200], images=test.images[:200])
""",
    "surface": "md.viz.landscape(model, md.nn.functional.cross_entropy, (X, y), path=path, points=15)",
    "race": 'md.viz.race("bowl", {"SGD": md.optim.SGD, "Adam": md.optim.Adam}, lr={"SGD": 0.05, "Adam": 0.3}, steps=40)',
    "tangent": "md.viz.tangent(lambda x: x**2, low=-2, high=2, at=1.0)",
    "open": """
from ipywidgets.widgets.widget import _instances
print([type(widget).__name__ for widget in _instances.values()].count("TangentWidget"), "still open")
""",
    "play": "md.viz.playground()",
    "pad": """
ink_by_half = lambda x: md.stack([x[..., :14].sum(), x[..., 14:].sum()]).reshape(1, 2)  # is there more ink left or right?
pad = md.viz.sketchpad(ink_by_half, classes=["L", "R"])
pad
""",
    "pad kept": "print(pad, pad.labels.tolist())",
    "tensor": "md.arange(12).reshape(3, 4)",
    "field": """
reader = md.nn.Sequential(md.nn.Conv2d(1, 2, 3), md.nn.ReLU(), md.nn.MaxPool2d(2), md.nn.Conv2d(2, 2, 3))
md.viz.receptive_field(reader, (28, 28))
""",
    "maps": "md.viz.feature_maps(reader, md.rand(28, 28))",
    "saliency": """
judge = md.nn.Sequential(md.nn.Conv2d(3, 2, 3), md.nn.ReLU(), md.nn.Flatten(), md.nn.Linear(2 * 22 * 22, 9))
drawings, _ = md.data.emoji()
md.viz.saliency(judge, drawings.images[3], target=2)
""",
    "augmentations": """
md.viz.augmentations(md.vision.transforms.RandomAffine(20, fill=1.0), drawings.images[:2], times=3)
""",
    "boxes": """
true = md.tensor([[2.0, 2.0, 12.0, 12.0], [20.0, 20.0, 30.0, 30.0]])
said = md.cat([true[:1], true[:1] + 1, true + 12])
md.viz.boxes(md.rand(44, 44), said, md.tensor([0.9, 0.8, 0.7, 0.3]), targets=true)
""",
    "next token": """
chances = md.tensor([0.1, 0.4, 0.05, 0.3] + [0.15 / 16] * 16)
md.viz.next_token(chances.log(), [*"abcd", *(f"<i>{k}" for k in range(16))])
""",
    "copying": """
looks = md.tensor([[0.5, 0.5, 0.0], [0.0, 0.1, 0.9]])
md.viz.copying(["the", "old", "<i>ridge"], ["a", "<i>ridge"], looks, md.tensor([0.25, 1.0]))
""",
    "masks": """
truth = md.zeros(24, 24)
truth[6:18, 6:18] = 1
md.viz.masks(truth, 0.3 + 0.6 * md.rand(24, 24) * truth, truth)
""",
    "mask film": """
painted = md.viz.LiveMask(truth, truth)
for bias in (-30.0, -10.0, 0.0):
    painted.add(lambda x: 20 * x - 10 + bias, f"bias {bias:g}")
painted.close()
""",
    "embedding film": """
apart = md.viz.LiveEmbedding(md.tensor([[0.0], [1.0], [5.0], [6.0]]), md.tensor([0, 0, 1, 1]))
for share in (0.0, 1.0):
    apart.add(lambda x: md.cat([x % 5, share * x], dim=1), f"share {share:g}")
apart.close()
""",
    "denoise": """
from minidl.vision.diffusion import sample
walk = sample(lambda noisy, t: noisy, md.randn(6, 1, 8, 8), steps=10)
md.viz.denoise(walk.seen, walk.guesses, labels=[f"image {k}" for k in range(6)])
""",
    "heat": """
from minidl.vision.scanning import scan
brightness = md.nn.Sequential(md.nn.AvgPool2d(4, stride=4), md.nn.Conv2d(1, 1, 1))
found = scan(brightness, md.data.faces().photographs["astronaut"][:64, :64], window=4, scales=(1.0,))
md.viz.heat_map(found, found.boxes[:2], found.scores[:2])
""",
    "perturbation": """
ink = md.nn.Sequential(md.nn.Flatten(), md.nn.Linear(16, 2))
_ = ink.load_state_dict({"1.weight": md.tensor([[0.0] * 16, [1.0] * 16]), "1.bias": md.tensor([1.7, 0.0])})
md.viz.perturbation(ink, md.zeros(4, 4), md.ones(4, 4))
""",
    "trade-off": 'md.viz.trade_off({"net": {0.5: [0.7, 0.8], 8.0: [0.9]}}, xlabel="epsilon", ylabel="accuracy")',
    "sound": """
tone = (2 * md.pi * 500 * md.arange(4000) / 8000).sin()
md.viz.spectrogram(md.cat([tone, md.zeros(4000)]), 8000)
""",
    "alignment": """
spoken = (9 * md.eye(3)[[0, 1, 1, 0, 2]]).log_softmax(dim=1)  # five frames of a tenth of a second
md.viz.alignment(spoken, ["-", "h", "i"], 0.5 * md.ones(4000), 8000, frame=0.1)
""",
    "recorder": """
louder = lambda sound: md.stack([sound.min().abs() < 0.4, sound.min().abs() >= 0.4]).float().reshape(1, 2) * 9
recorder = md.viz.recorder(louder, ["quiet", "loud"], sample_rate=8000)
recorder
""",
    "flame": """
from minidl.profile import Machine, profile
spent = profile(md.nn.Sequential(md.nn.Linear(64, 64), md.nn.ReLU()), md.ones(8, 64))
md.viz.flame(spent)
""",
    "roofline": "md.viz.roofline(spent, Machine(flops_per_second=1e11, bytes_per_second=1e10))",
    "trials": """
from minidl.train import search
half = lambda config, budget: (config["x"] + (config["act"] == "tanh")) / budget
md.viz.trials(search({"x": [1, 2, 4], "act": ["relu", "tanh"]}, half, method="halving", trials=9), measure="error")
""",
    "network": """
wide = md.nn.Sequential(md.nn.Linear(2, 8), md.nn.ReLU(), md.nn.Linear(8, 8), md.nn.ReLU(), md.nn.Linear(8, 2))
md.viz.steps(md.nn.functional.cross_entropy(wide(X), y))
""",
    "sum": """
shift = md.zeros(2, requires_grad=True)
md.viz.steps((md.ones(3, 2) + shift).sum(), names={"shift": shift})
""",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with one notebook in which every widget has a cell."""
    place = tmp_path_factory.mktemp("pictures")
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source.strip()) for source in CELLS.values()], metadata=kernel
    )
    nbformat.write(notebook, place / "00_pictures.ipynb")
    return place


@pytest.fixture(scope="module")
def address(serve, folder):
    with serve(folder) as said:
        yield said.partition("/lab")[0] + "/lab/tree/00_pictures.ipynb?" + said.partition("?")[2]


@pytest.fixture(scope="module")
def ran(browser, address):
    """The notebook after "Run All Cells", one page for all tests; errors of the console are gathered."""
    page = new_page(browser, viewport={"width": 1200, "height": 1000})
    errors = console_errors(page)
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    run_all(page)
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    yield page, errors
    page.close()


@pytest.fixture
def page(ran):
    """The page, and afterwards no new error in its console."""
    opened, errors = ran
    before = len(errors)
    yield opened
    assert [e for e in errors[before:] if not HARMLESS.search(e)] == []


def numbers(text):
    """The numbers in a text."""
    return [
        float(word)
        for word in text.replace("·", " ").replace(",", " ").split()
        if word.replace(".", "").lstrip("-").isdigit()
    ]


def model_and_data():
    md.manual_seed(0)
    block = md.nn.Sequential(md.nn.Linear(8, 8), md.nn.Tanh())
    model = md.nn.Sequential(md.nn.Linear(2, 8), md.nn.ReLU(), block, md.nn.Linear(8, 2))
    X, y = md.data.moons(120)[:]
    return model, X, y


# The graph


def test_a_module_opens_and_closes_and_its_boxes_tell_the_engines_numbers(page):
    widget = in_view(page, ".md-graph-widget")
    names = lambda: widget.locator("g.node text:first-of-type").all_text_contents()
    assert [n for n in names() if n.startswith("▸")] == ["▸ 0: Linear", "▸ 2: Sequential", "▸ 3: Linear"]
    widget.locator("g.node:has-text('2: Sequential')").click()
    wait_for(page, lambda: any("tanh" in n for n in names()))
    model, X, _ = model_and_data()
    hidden = model[2](model[1](model[0](X)))
    widget.locator("g.node:has-text('tanh')").hover()
    tip = widget.locator(".md-tip").inner_text()
    assert f"{hidden.mean().item():.4g} ± {hidden.array.astype('f8').std():.4g}" in tip
    widget.locator("g.cluster text:has-text('2: Sequential')").first.click()
    wait_for(page, lambda: not any("tanh" in n for n in names()))


def test_the_inspector_shows_heat_maps_formulas_and_the_line(page):
    widget = in_view(page, ".md-graph-widget")
    widget.locator("g.node:has-text('relu')").click()
    inspector = widget.locator(".md-inspector")
    assert inspector.is_visible()
    assert inspector.locator("svg[aria-label='heat map']").count() == 2
    assert inspector.locator("math").count() == 2
    assert "cross_entropy(model(X), y)" in inspector.locator("code").inner_text()
    assert "this notebook, line 2" in inspector.inner_text()
    inspector.locator("button[aria-label='Close the inspector']").click()
    assert not inspector.is_visible()


def test_search_opens_the_module_in_which_a_name_is(page):
    widget = in_view(page, ".md-graph-widget")
    widget.locator("button:has-text('Layers')").click()
    box = widget.locator("input[type=search]")
    box.fill("2.0.weight")
    box.press("Enter")
    wait_for(page, lambda: widget.locator("g.node.md-chosen:has-text('2.0.weight')").count() == 1)
    assert "1 of 1: 2.0.weight" in widget.locator(".md-said").inner_text()
    box.fill("<script>")
    box.press("Enter")
    assert "no box is called “<script>”" in widget.locator(".md-said").inner_text()


def test_paths_and_gradient_colours(page):
    widget = in_view(page, ".md-graph-widget")
    widget.locator("button:has-text('Open all')").click()
    wait_for(page, lambda: widget.locator("g.node:has-text('0.weight')").count() >= 1)
    widget.locator("g.node:has-text('3.weight')").focus()
    page.keyboard.press("p")
    assert "1 path from 3.weight to loss = cross_entropy" in widget.locator(".md-said").inner_text()
    assert widget.locator("g.node.md-on").count() == 3
    page.keyboard.press("Escape")
    assert widget.locator(".md-following").count() == 0
    widget.locator("button:has-text('Gradients')").click()
    model, X, y = model_and_data()
    md.nn.functional.cross_entropy(model(X), y).backward()
    sizes = [np.sqrt((p.grad.array.astype(float) ** 2).mean()) for p in model.parameters()]
    assert max(sizes) < 1  # the loss itself has gradient 1, the strongest
    assert "to 1.00, strong" in widget.locator(".md-said").inner_text()
    fills = [
        float(f)
        for f in widget.locator("g.node").evaluate_all(
            "nodes => nodes.map(n => n.querySelector('rect').style.fillOpacity || 0)"
        )
    ]
    assert sum(f > 0 for f in fills) == widget.locator("g.node").count() - 2  # all but the two inputs
    widget.locator("button:has-text('Gradients')").click()
    widget.locator("button:has-text('Layers')").click()


def test_a_module_that_only_a_kernel_could_open_shows_what_was_saved_of_it(open_page, tmp_path):
    block = lambda: md.nn.Sequential(md.nn.Linear(2, 2), md.nn.ReLU())
    model = md.nn.Sequential(*(block() for _ in range(100)))
    md.viz.graph(model, md.ones(1, 2)).save(tmp_path / "huge.html")
    widget = open_page((tmp_path / "huge.html").as_uri(), ".md-graph-widget").locator(".md-graph-widget")
    closed = widget.locator("g.node:has-text('▸')").first
    closed.press("Enter")
    assert "only a running notebook looks inside" in widget.locator(".md-said").inner_text()
    assert "operations" in widget.locator(".md-inspector").inner_text()


@pytest.mark.parametrize(("kind", "start"), [("SVG", b"<svg"), ("DOT", b"digraph"), ("PNG", b"\x89PNG")])
def test_the_graph_is_saved_as_a_file(page, kind, start):
    widget = in_view(page, ".md-graph-widget")
    with page.expect_download() as download:
        widget.locator(f"button[aria-label='Save as {kind}']").click()
    with open(download.value.path(), "rb") as file:
        assert file.read(len(start)) == start


# Stepping


def test_a_film_is_stepped_with_keys_and_slider(page):
    widget = in_view(page, ".md-steps-widget")
    widget.focus()
    page.keyboard.press("Home")
    assert "Given · step 1 of 10" in widget.locator(".md-phase").inner_text()
    assert widget.locator("g.node:has-text('gradient')").count() == 0
    page.keyboard.press("ArrowRight")
    assert "mul computes its result: -6." in widget.locator(".md-panel").inner_text()
    page.keyboard.press("End")
    panel = widget.locator(".md-panel").inner_text()
    assert "(-8) × 2 = -16" in panel
    a, b = md.tensor(2.0, requires_grad=True), md.tensor(-3.0, requires_grad=True)
    ((a * b + a) ** 2).backward()
    shown = widget.locator("g.node.parameter").all_text_contents()
    assert any(f"gradient {a.grad.item():g}" in text for text in shown)
    assert any(f"gradient {b.grad.item():g}" in text for text in shown)
    widget.locator("input[type=range]").evaluate("box => { box.value = 8; box.dispatchEvent(new Event('input')) }")
    assert "(-8) + 24 = 16" in widget.locator(".md-panel").inner_text()


def test_a_film_plays_and_pauses(page):
    widget = in_view(page, ".md-steps-widget")
    widget.focus()
    page.keyboard.press("Home")
    widget.locator("button:has-text('Play')").click()
    wait_for(page, lambda: numbers(widget.locator(".md-phase").inner_text())[0] >= 3)
    widget.locator("button:has-text('Pause')").click()
    here = widget.locator(".md-phase").inner_text()
    page.wait_for_timeout(1500)
    assert widget.locator(".md-phase").inner_text() == here


def test_guess_first_hides_the_gradient_until_it_is_typed(page):
    widget = in_view(page, ".md-steps-widget")
    widget.focus()
    page.keyboard.press("End")
    check = widget.locator("input[type=checkbox]")
    check.check()
    panel = widget.locator(".md-panel")
    assert "What does mul pass back to b?" in panel.inner_text()
    assert "-16" not in panel.inner_text()
    box = panel.locator("input")
    for guess, reply in (("16", "the sign is not"), ("2", "multiply what flows in"), ("1, 2", "1 are asked for")):
        box.fill(guess)
        box.press("Enter")
        assert reply in panel.inner_text()
    box.fill("-16")
    box.press("Enter")
    assert "(-8) × 2 = -16" in panel.inner_text()
    page.keyboard.press("ArrowLeft")  # the keys go on from here
    assert "What does mul pass back to a?" in panel.inner_text()
    check.uncheck()


def test_a_guess_that_forgets_the_sum_is_told_so(page):
    widget = in_view(page, ".md-steps-widget:has-text('shift')")
    widget.focus()
    page.keyboard.press("End")
    widget.locator("input[type=checkbox]").check()
    panel = widget.locator(".md-panel")
    box = panel.locator("input")
    box.fill("1, 1")
    box.press("Enter")
    assert "and sum over the copies" in panel.inner_text()
    box.fill("3, 3")
    box.press("Enter")
    assert "summed over the 3 copies that broadcasting made of shift" in panel.inner_text()


def test_the_film_of_a_network_can_be_read_and_follows_the_box_at_work(page):
    widget = in_view(page, ".md-steps-widget:has-text('4.weight')")
    size = widget.locator("g.node text").first.evaluate("text => text.getBoundingClientRect().height")
    assert size >= 9  # pixels
    widget.focus()
    page.keyboard.press("End")

    def followed():  # it scrolls smoothly
        stage, box = (widget.locator(place).bounding_box() for place in (".md-stage", "g.node.md-active rect"))
        return stage["y"] - 1 <= box["y"] and box["y"] + box["height"] <= stage["y"] + stage["height"] + 1

    wait_for(page, followed)


def test_a_film_that_can_be_read_whole_is_shown_whole(page):
    before = page.viewport_size
    page.set_viewport_size({**before, "width": 1600})
    stage = in_view(page, ".md-steps-widget:has-text('4.weight') .md-stage")
    wait_for(page, lambda: stage.evaluate("stage => stage.scrollHeight <= stage.clientHeight + 1"))
    page.set_viewport_size(before)


# Charts


def test_the_live_picture_is_a_chart_in_the_end(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Loss curve'])")
    assert page.locator(".md-live-widget").count() == 0
    svg = chart.locator("svg.minidl-chart")
    svg.focus()
    page.keyboard.press("ArrowRight")
    assert chart.locator(".md-tip").inner_text().startswith("train_loss\nepoch 1\nloss ")


def test_the_boundary_has_a_slider_over_the_epochs(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Decision boundary'])")
    image = chart.locator("svg.minidl-chart image")
    last = image.get_attribute("href")
    slider = chart.locator("input[type=range]")
    slider.evaluate("box => { box.value = 0; box.dispatchEvent(new Event('input')) }")
    assert image.get_attribute("href") != last
    assert "epoch 1" in chart.locator(".md-bar").first.inner_text()
    slider.evaluate("box => { box.value = 11; box.dispatchEvent(new Event('input')) }")
    assert image.get_attribute("href") == last


def test_the_heat_map_of_the_gradient_flow_is_read_cell_by_cell(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Gradient flow'])")
    box = chart.locator("svg.minidl-chart image").first.bounding_box()
    page.mouse.move(box["x"] + 6, box["y"] + 6)
    tip = chart.locator(".md-tip").inner_text()
    assert tip.startswith("0.weight\nstep 1\ngradients (root mean square): ")
    model, X, y = model_and_data()
    md.nn.functional.cross_entropy(model(X[:40]), y[:40]).backward()
    size = np.sqrt((model[0].weight.grad.array.astype(float) ** 2).mean())
    assert float(tip.rpartition(" ")[2]) == pytest.approx(size, rel=1e-3)


def test_a_click_into_the_confusion_matrix_shows_the_mistakes(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Confusion'])")
    box = chart.locator("svg.minidl-chart image").first.bounding_box()
    page.mouse.click(box["x"] + 0.35 * box["width"], box["y"] + 0.25 * box["height"])  # row 2, column 3
    assert chart.locator(".md-tip").inner_text().startswith("2 taken for 3\n")
    assert chart.locator(".md-shelf img").count() >= 1
    assert "2 taken for 3" in chart.locator(".md-shelf img").first.get_attribute("alt")


def test_a_block_of_a_flame_says_what_it_costs(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Flame'])")
    label = chart.locator("svg.minidl-chart text", has_text="linear").first.bounding_box()
    page.mouse.move(label["x"] + label["width"] / 2, label["y"] + label["height"] / 2)
    assert chart.locator(".md-tip").inner_text().startswith("linear (forward)\n66 kFLOP")


def test_the_layers_under_a_roofline_say_what_they_reach(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Roofline'])")
    svg = chart.locator("svg.minidl-chart").bounding_box()
    for height in range(0, int(svg["height"]), 8):  # how fast the layer was, and so how high it lies, is not known
        page.mouse.move(svg["x"] + 0.604 * svg["width"], svg["y"] + height)
        if tip := chart.locator(".md-tip").inner_text():
            break
    assert tip.startswith("0 (Linear)\n2.3 FLOP/byte, ")
    assert tip.endswith("of what the roof allows")


def test_the_receptive_field_of_the_unit_under_the_mouse_is_framed(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Receptive field'])")
    image = chart.locator("svg.minidl-chart image").last.bounding_box()
    page.mouse.move(image["x"] + image["width"] / 2 + 2, image["y"] + image["height"] / 2 + 2)
    assert chart.locator(".md-tip").inner_text() == "Conv2d 3, unit (5, 5)\nsees 8 × 8 pixels"
    mark = chart.locator(".md-mark").bounding_box()
    assert mark["width"] == pytest.approx(8 * image["width"] / 28, rel=0.05)


def test_a_feature_map_shows_its_filter(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Feature maps'])")
    chart.locator("svg.minidl-chart").focus()
    page.keyboard.press("ArrowRight")
    assert chart.locator(".md-tip").inner_text().startswith("Conv2d 0, map 0: from ")
    assert chart.locator(".md-tip img").count() == 1


def test_saliency_is_read_pixel_by_pixel(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Saliency'])")
    assert "for class 2" in chart.locator("svg.minidl-chart").get_attribute("aria-label")
    image = chart.locator("svg.minidl-chart image").last.bounding_box()
    page.mouse.move(image["x"] + 10.5 * image["width"] / 24, image["y"] + 4.5 * image["height"] / 24)
    assert chart.locator(".md-tip").inner_text().startswith("pixel (4, 10): ")
    assert "\nweight " in chart.locator(".md-tip").inner_text()


def test_an_augmentation_says_of_which_image_it_is_which_draw(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Augmentations: 2 images, and 3 draws of each'])")
    assert chart.locator("svg.minidl-chart image").count() == 8
    chart.locator("svg.minidl-chart").focus()
    page.keyboard.press("ArrowRight")
    assert chart.locator(".md-tip").inner_text() == "image 0, as it came"
    page.keyboard.press("ArrowRight")
    assert chart.locator(".md-tip").inner_text() == "image 0, draw 1"


# Boxes and masks


def test_the_slider_on_the_score_shows_and_counts_the_boxes(page):
    widget = in_view(page, ".md-boxes-widget")
    said, shown = widget.locator(".md-said"), widget.locator(".md-box[visibility='visible']")
    assert said.inner_text() == "1 found · 1 doubled · 1 wrong · 1 missed · precision 33 % · recall 50 %"
    assert shown.count() == 4
    widget.locator("svg").focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    page.keyboard.press("ArrowRight")
    assert said.inner_text() == "1 found · 0 doubled · 0 wrong · 1 missed · precision 100 % · recall 50 %"
    page.keyboard.press("ArrowDown")
    assert said.inner_text().startswith("score 0.9 found")
    page.keyboard.press("ArrowUp")
    assert said.inner_text().startswith("missed")
    widget.locator("input[type=range]").fill("0.95")
    assert said.inner_text() == "0 found · 0 doubled · 0 wrong · 2 missed · precision – · recall 0 %"
    box = widget.locator(".md-missed").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert widget.locator(".md-tip").inner_text().startswith("missed")


def test_sliders_change_what_may_come_next(page):
    widget = in_view(page, ".md-next-token-widget")
    rows, said = widget.locator(".md-token-row"), widget.locator(".md-said")
    numbers = lambda: widget.locator(".md-token-number").all_text_contents()
    assert said.inner_text().startswith("20 of 20 tokens may come; 2.")
    assert numbers()[:4] == ["40.0 %", "30.0 %", "10.0 %", "5.0 %"]
    assert rows.nth(4).locator(".md-token-name").inner_text() == "<i>0"
    assert rows.last.locator(".md-token-name").inner_text() == "all others"
    slide = lambda name, value: widget.locator(f"input[aria-label='{name}']").fill(value)
    slide("top-p", "0.75")
    assert numbers()[:3] == ["50.0 %", "37.5 %", "12.5 %"]
    assert "md-token-gone" in rows.nth(3).get_attribute("class")
    slide("top-k", "1")  # the second step: two tokens
    slide("temperature", "0.5")
    chances = md.tensor([0.1, 0.4, 0.05, 0.3] + [0.15 / 16] * 16)
    expected = sorted(md.text.filtered(chances.log(), 0.5, top_k=2, top_p=0.75).tolist(), reverse=True)
    assert numbers()[:3] == [f"{100 * share:.1f} %" for share in expected[:3]]
    wide = lambda k: rows.nth(k).locator(".md-token-after").bounding_box()["width"]
    assert wide(1) / wide(0) == pytest.approx(expected[1] / expected[0], rel=0.02)


def test_one_goes_from_written_word_to_written_word(page):
    widget = in_view(page, ".md-copying-widget")
    said, words = widget.locator(".md-said"), widget.locator("button.md-copying-word")
    assert said.inner_text() == "“a”: 25 % copied, 75 % written freely; it looks most at “the” (50 %)"
    widget.locator("input[aria-label='word']").fill("1")
    assert said.inner_text() == "“<i>ridge”: 100 % copied, 0 % written freely; it looks most at “<i>ridge” (90 %)"
    assert words.nth(1).get_attribute("aria-pressed") == "true"
    colour = "word => getComputedStyle(word).backgroundColor"
    ground = lambda k: widget.locator("span.md-copying-word").nth(k).evaluate(colour)
    assert ground(2) != ground(0)
    words.nth(0).click()
    assert said.inner_text().startswith("“a”")


def test_a_mask_has_a_film_over_its_thresholds_and_one_over_the_training(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Mask: IoU'])")
    words, overlay = chart.locator(".md-bar > .md-faint"), chart.locator("svg image").last
    at_the_end = words.inner_text(), overlay.get_attribute("href")
    chart.locator("input[type=range]").fill("0")
    assert (words.inner_text(), overlay.get_attribute("href")) != at_the_end
    assert "IoU" in words.inner_text()
    film = in_view(page, ".md-chart-widget:has(svg[aria-label^='Mask: the mask'])")
    assert film.locator(".md-bar > .md-faint").inner_text() == "IoU 1.00, Dice 1.00"
    film.locator("input[type=range]").fill("0")
    assert film.locator(".md-bar > .md-faint").inner_text() == "IoU 0.00, Dice 0.00"


def test_a_film_shows_how_an_embedding_came_apart(page):
    film = in_view(page, ".md-chart-widget:has(svg[aria-label^='Embedding: while the model trains'])")
    words = film.locator(".md-bar > .md-faint")
    assert words.inner_text().startswith("the nearest other has the same class: 100%")
    last = film.locator("image").first.get_attribute("href")
    film.locator("input[type=range]").fill("0")
    assert words.inner_text().startswith("the nearest other has the same class: 0%")
    assert film.locator("image").first.get_attribute("href") != last


def test_the_slider_on_epsilon_changes_the_verdict_and_all_three_pictures(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Perturbation'])")
    words, images = chart.locator(".md-bar > .md-faint"), chart.locator("svg image")
    seen = lambda: [images.nth(k).get_attribute("href") for k in range(3)]
    assert words.inner_text() == "ε = 0.24: read as 1 (89%)"
    at_the_end = seen()
    chart.locator("input[type=range]").fill("0")
    assert words.inner_text() == "ε = 0.00: read as 0 (85%)"
    assert all(a != b for a, b in zip(seen(), at_the_end, strict=True))


def test_a_point_of_a_trade_off_tells_its_runs(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Trade-off'])")
    chart.locator("svg.minidl-chart").focus()
    page.keyboard.press("ArrowRight")
    assert chart.locator(".md-tip").inner_text() == "net\nepsilon 0.5\naccuracy 0.75\nruns 0.7  0.8"


def test_the_line_under_the_mouse_is_traced_and_tells_its_setting(page):
    chart = in_view(page, ".md-trials-widget")
    svg, trace = chart.locator("svg.minidl-chart"), chart.locator("polyline.md-trace")
    assert trace.get_attribute("visibility") == "hidden"
    svg.focus()
    page.keyboard.press("ArrowRight")  # the best line first
    tip = chart.locator(".md-tip")
    assert tip.inner_text().endswith(", budget 9")
    assert trace.get_attribute("visibility") == "visible"
    points = [[float(n) for n in point.split(",")] for point in trace.get_attribute("points").split()]
    assert len(points) == 5  # two settings and three budgets
    page.keyboard.press("ArrowLeft")  # round to the worst, which ended after the first budget
    assert "budget 3" not in tip.inner_text()
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    box, (width, height) = svg.bounding_box(), [float(n) for n in svg.get_attribute("viewBox").split()[2:]]
    x, y = points[-1]
    page.mouse.move(box["x"] + x / width * box["width"], box["y"] + y / height * box["height"])
    assert tip.inner_text().endswith(", budget 9")


def test_the_slider_goes_back_to_the_noise_and_forward_to_the_sample(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Denoising'])")
    images, slider = chart.locator("svg image"), chart.locator("input[type=range]")
    shown = lambda: [images.nth(k).get_attribute("href") for k in range(7)]
    at_the_end = shown()
    slider.fill("0")
    assert chart.locator(".md-slider-value").inner_text() == "step 0 of 10"
    assert [a == b for a, b in zip(shown(), at_the_end, strict=True)] == [False, False] + [True] * 5  # the moments stay
    slider.fill("10")
    assert shown() == at_the_end
    box = images.first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 10, box["y"] + box["height"] / 4)
    assert chart.locator(".md-tip").inner_text() == "image 0"


def test_the_window_under_the_mouse_is_framed_on_the_heat_map_and_a_box_shows_what_is_in_it(page):
    chart = in_view(page, ".md-chart-widget:has(svg[aria-label^='Heat map'])")
    image = chart.locator("svg.minidl-chart image").last.bounding_box()
    page.mouse.move(image["x"] + image["width"] / 2 + 2, image["y"] + image["height"] / 2 + 2)
    assert chart.locator(".md-tip").inner_text().endswith("window of 4 × 4 pixels")
    assert chart.locator(".md-mark").bounding_box()["width"] == pytest.approx(image["width"] / 16, abs=4)  # the line counts
    chart.locator("svg.minidl-chart").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    assert chart.locator(".md-tip").inner_text().startswith("box 1: score ")
    assert chart.locator(".md-tip img").count() == 1


# Surfaces, races, the playground


def test_a_surface_is_turned_by_mouse_and_keys(page):
    widget = in_view(page, ".md-surface-widget")
    face = widget.locator("polygon").nth(20)
    before = face.get_attribute("points")
    box = widget.locator(".md-stage > svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert widget.locator(".md-said").inner_text().startswith("loss ")
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 80, box["y"] + box["height"] / 2 + 20, steps=3)
    page.mouse.up()
    turned = face.get_attribute("points")
    assert turned != before
    widget.locator(".md-stage > svg").focus()
    page.keyboard.press("ArrowLeft")
    assert face.get_attribute("points") != turned
    for key in ("Shift+ArrowRight", "Shift+ArrowRight"):  # the first one begins in the middle
        page.keyboard.press(key)
    assert widget.locator("polygon.md-read").get_attribute("data-at") == "7,8"
    widget.locator("button:has-text('Contours')").click()
    assert widget.locator("svg.minidl-chart").is_visible()
    widget.locator("button:has-text('Turn')").click()


def test_a_race_is_run_again_from_where_the_start_is_dragged(page):
    widget = in_view(page, ".md-race-widget")
    said = widget.locator(".md-said")
    handle = widget.locator(".md-start")
    handle.focus()
    page.keyboard.press("ArrowRight")
    wait_for(page, lambda: "flew" not in said.inner_text())
    start = [-4.0 + 10 / 40, 1.2]
    expected = run(SURFACES["bowl"][0], md.optim.SGD, start, 0.05, 40)[-1][2]
    wait_for(
        page, lambda: f"SGD: {expected:.3e}"[:8] in said.inner_text() or f"SGD: {expected:.4g}"[:8] in said.inner_text()
    )
    box = handle.bounding_box()
    words = said.inner_text()
    page.mouse.move(box["x"] + 7, box["y"] + 7)
    page.mouse.down()
    page.mouse.move(box["x"] + 107, box["y"] + 40, steps=5)
    page.mouse.up()
    wait_for(page, lambda: said.inner_text() != words)
    words = said.inner_text()
    rate = widget.locator("input[aria-label='SGD: learning rate']")
    rate.evaluate("box => { box.value = 0.5; box.dispatchEvent(new Event('input')) }")
    wait_for(page, lambda: "SGD: flew away" in said.inner_text())


def test_the_playground_trains_in_the_kernel(page):
    widget = in_view(page, ".md-play-widget")
    said = widget.locator(".md-said")
    assert "step 200" in said.inner_text()
    field = widget.locator(".md-plane image").get_attribute("href")
    widget.locator("button:has-text('Train')").click()
    wait_for(page, lambda: "step 200" not in said.inner_text())
    widget.locator("button:has-text('Pause')").click()
    assert widget.locator(".md-plane image").get_attribute("href") != field
    widget.locator("select[aria-label='data']").select_option("circles")
    wait_for(page, lambda: said.inner_text().startswith("step 0"))
    widget.locator("input[aria-label='layers']").evaluate("box => { box.value = 4; box.dispatchEvent(new Event('input')) }")
    widget.locator("button:has-text('Step')").click()
    wait_for(page, lambda: said.inner_text().startswith("step 1 "))
    assert widget.locator(".md-side svg").nth(1).locator("rect").count() == 5


def test_the_style_of_a_picture_is_not_undone_by_the_pictures_after_it(page):
    style = lambda selector, name: in_view(page, selector).evaluate(f"part => getComputedStyle(part).{name}")
    assert style(".md-play-widget .md-stage", "flexBasis") == "320px"
    assert style(".md-steps-widget .md-stage svg", "maxWidth") == "none"


def test_a_tangent_follows_the_mouse_and_the_keys(page):
    widget = in_view(page, ".md-tangent-widget")
    said = widget.locator(".md-said")
    assert said.inner_text() == "x = 1.00 · value 1.000 · slope 2.000"
    box = widget.locator("svg").bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"])
    x, value, slope = (float(part.split()[-1]) for part in said.inner_text().split(" · "))
    assert x < 0
    assert slope == pytest.approx(2 * x, abs=0.02)
    assert value == pytest.approx(x * x, abs=0.02)
    widget.locator("svg").focus()
    page.keyboard.press("ArrowRight")
    assert float(said.inner_text().split()[2]) > x


def test_what_is_drawn_on_the_sketchpad_is_read_and_kept(page):
    widget = in_view(page, ".md-sketchpad-widget")
    paper = widget.locator(".md-page")
    box = paper.bounding_box()

    def stroke(*ways):
        for k, (x, y) in enumerate(ways):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
            if k == 0:
                page.mouse.down()
        page.mouse.up()

    widget.locator("button:has-text('Keep')").click()
    assert "draw first" in widget.locator(".md-said").inner_text()
    stroke((0.2, 0.2), (0.2, 0.8))
    wait_for(page, lambda: widget.locator(".md-reading").count())
    assert widget.locator(".md-reading").inner_text() == "I read: L"
    widget.locator("button:has-text('Keep')").click()
    wait_for(page, lambda: widget.locator(".md-said").inner_text().split() == ["kept", "L:", "1", "R:", "0"])
    assert widget.locator("select").input_value() == "R"  # what is rare is proposed
    assert paper.locator("polyline").count() == 0
    stroke((0.8, 0.3), (0.7, 0.7))
    wait_for(page, lambda: widget.locator(".md-reading").count())
    assert widget.locator(".md-reading").inner_text() == "I read: R"
    paper.press("Escape")
    assert paper.locator("polyline").count() == 0
    for key in (" ", "ArrowRight", "ArrowRight", " ", "R"):  # by the keys alone; the name of a class keeps the drawing
        paper.press(key)
    wait_for(page, lambda: "R: 1" in widget.locator(".md-said").inner_text())
    widget.locator("button:has-text('Take back')").click()
    wait_for(page, lambda: "R: 0" in widget.locator(".md-said").inner_text())


def test_a_line_moves_over_the_spectrogram_while_the_sound_is_heard(page):
    widget = in_view(page, ".md-sound-widget")
    said = widget.locator(".md-said")
    chart = widget.locator("svg")
    box = chart.bounding_box()
    page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.7 * box["height"])
    assert "strongest at 500 Hz" in said.inner_text()
    place = float(widget.locator(".md-cursor").last.get_attribute("x1"))
    chart.press("ArrowRight")
    assert float(widget.locator(".md-cursor").last.get_attribute("x1")) > place
    page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 0.7 * box["height"])
    assert said.inner_text().endswith("silence")


def test_a_sound_that_the_browser_refuses_is_not_said_to_play(page):
    widget = in_view(page, ".md-sound-widget")
    refuse = "window.plays = HTMLMediaElement.prototype.play; HTMLMediaElement.prototype.play = () => Promise.reject();"
    page.evaluate(f"() => {{ {refuse} }}")
    widget.locator("button").click()
    wait_for(page, lambda: widget.locator(".md-said").inner_text() == "This browser does not play the sound.")
    assert widget.locator("button").inner_text() == "▶ Listen"
    page.evaluate("() => { HTMLMediaElement.prototype.play = window.plays; }")


def test_the_alignment_says_which_letter_the_frame_under_the_line_says(page):
    widget = in_view(page, ".md-sound-widget >> nth=1")
    said, chart, line = widget.locator(".md-said"), widget.locator("svg"), widget.locator(".md-cursor").last
    assert chart.get_attribute("aria-label") == "Sound: 5 frames say h i"
    assert widget.locator("button:has-text('Listen')").is_enabled()
    assert said.inner_text() == "0.00 s: - 100%"
    heard = []
    for _ in range(22):  # from frame to frame, in steps of 0.02 seconds
        chart.press("ArrowRight")
        time, letter = said.inner_text().removesuffix(" 100%").split(" s: ")
        heard.append((round(float(time), 2), letter))
    assert [letter for _, letter in heard] == ["-"] * 2 + ["h"] * 10 + ["-"] * 5 + ["i"] * 5
    end = float(line.get_attribute("x1"))
    chart.press("Enter")
    wait_for(page, lambda: float(line.get_attribute("x1")) != end)  # the sound is heard, and the line follows


def test_the_recorder_opens_a_file_and_the_model_hears_it(page, tmp_path):
    widget = in_view(page, ".md-recorder-widget")
    for name, loudness in (("quiet", 0.1), ("loud", 0.8)):
        path = tmp_path / f"{name}.wav"
        md.audio.save(path, loudness * (md.arange(4000) / 3).sin(), 16000)
        widget.locator("input[type=file]").set_input_files(path)
        wait_for(page, lambda heard=name: widget.locator(".md-reading").all_inner_texts() == [f"I hear: {heard}"])
    assert "Recorder: 0.25 seconds" in widget.locator(".md-stage svg").get_attribute("aria-label")
    (tmp_path / "no.wav").write_bytes(b"RIFF and nothing else")
    widget.locator("input[type=file]").set_input_files(tmp_path / "no.wav")
    wait_for(page, lambda: "no sound that the browser can read" in widget.locator(".md-said").inner_text())


def test_a_tensor_shows_a_card(page):
    card = in_view(page, ".minidl-tensor")
    assert "shape 3 × 4 · dtype int64" in card.inner_text()
    assert card.locator("img").bounding_box()["width"] == 4 * 18 + 2  # its border


# Kernel and file


def test_a_cell_that_runs_again_closes_its_last_picture(page):
    in_view(page, ".md-tangent-widget")
    cell = page.locator(".jp-CodeCell:has-text('md.viz.tangent')")
    run_cell(page, cell)
    wait_for(page, lambda: cell.locator(".md-tangent-widget").count() == 1)
    cell = page.locator(".jp-CodeCell:has-text('still open')")
    run_cell(page, cell)
    wait_for(page, lambda: "1 still open" in cell.locator(".jp-OutputArea").inner_text())


def test_pictures_stay_when_the_kernel_restarts(page):
    save(page)  # with the widgets alive, as JupyterLab does by itself every two minutes
    restart(page)
    widget = in_view(page, ".md-graph-widget")
    assert widget.locator("g.node").count() >= 6
    widget.locator("g.node:has-text('relu')").hover()
    assert "relu" in widget.locator(".md-tip").inner_text()


def test_a_notebook_saved_after_a_restart_reopens_with_its_pictures(page, address, folder):
    save(page)
    saved = json.loads((folder / "00_pictures.ipynb").read_text())
    shown = [o["data"] for cell in saved["cells"] for o in cell["outputs"] if "data" in o]
    pictures = [data for data in shown if "application/vnd.jupyter.widget-view+json" in data]
    assert len(pictures) > 20
    assert all("image/svg+xml" in data and data["text/plain"] for data in pictures)
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    widget = in_view(page, ".md-graph-widget")
    widget.locator("button:has-text('Open all')").click()
    wait_for(page, lambda: widget.locator("g.node:has-text('tanh')").count() == 1)
    assert page.locator("text=Error displaying widget").count() == 0
