"""One picture of each kind in the built book, driven by mouse or keys; what it then says is compared with the notebook.

A picture says something after it was driven. What it has to say is computed here from the state that the notebook saved, and
where the book computes by itself (the race, the next token), by the engine.
"""

import io
import re
import wave
from functools import partial
from pathlib import Path

import nbformat

import minidl as md
from book import pictures
from minidl.text import filtered
from minidl.viz.planes.race import SURFACES, run
from minidl.viz.widget import unpacked

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
NO_KERNEL = "this needs a running notebook"
MOVED = "([place, before]) => place.querySelector('polyline').getAttribute('points') !== before"  # lines are drawn anew
ASKED = {"boxes": "targets", "chart": "points", "sound": "readings"}  # what the state of a picture needs, to be asked for it


def chosen():
    """The picture of each kind that is driven: kind -> (page, which of the pictures of its kind there, state)."""
    found = {}
    for path in sorted(NOTEBOOKS.rglob("*.ipynb"), key=lambda path: (len(path.parts), path)):
        notebook, seen = nbformat.read(path, as_version=4), {}
        models = pictures.states(notebook)
        for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
            if not (widget := pictures.widget_of(output, models)):
                continue
            kind, state = widget[0], unpacked(widget[1])
            index = seen[kind] = seen.get(kind, -1) + 1
            if kind not in found and (kind not in ASKED or state[ASKED[kind]]):
                page = f"chapters/{path.relative_to(NOTEBOOKS).with_suffix('.html').as_posix()}"
                found[kind] = page, index, state
    return found


def numbers(text):
    """The numbers in what a picture says."""
    return [float(number) for number in NUMBER.findall(text)]


def alike(text, expected, rel=6e-4):
    """Whether a text has exactly these numbers, as far as it writes them out."""
    found = numbers(text)
    near = [abs(a - b) <= rel * abs(b) + 1e-6 for a, b in zip(found, expected, strict=False)]
    return len(found) == len(expected) and all(near)


def slide(slider, value):
    """Move a slider."""
    slider.evaluate("(box, value) => { box.value = value; box.dispatchEvent(new Event('input')); }", str(value))


def said(place):
    """The line that says what happened."""
    return place.locator(".md-said").text_content()


def words(text):
    """A text without its line ends."""
    return " ".join(text.split())


# -- each yields what a picture said, and whether it is what the notebook has


def chart(place, state):
    """The first point."""
    place.locator("svg[tabindex]").press("ArrowRight")
    told = words(place.locator(".md-tip").text_content())
    yield told, words(state["points"][0][2]) in told


def graph(place, state):
    """The inspector of the first box."""
    svg = state["views"][",".join(sorted(state["opened"]))]["svg"]
    box = next(key for key in state["details"] if key not in state["groups"] and f'id="{key}"' in svg)
    place.locator(f"#{box}").first.press("Enter")
    told = words(place.locator(".md-inspector").text_content())
    facts = [text for row in state["details"][box]["lines"] for text in row]
    yield told, all(words(text) in told for text in [state["details"][box]["title"], *facts])


def steps(place, state):
    """The last step."""
    place.locator(".md-steps-widget").press("End")
    told, last = words(place.locator(".md-panel").text_content()), state["frames"][-1]
    yield told, all(words(text) in told for text in [last["caption"], *(text for row in last["lines"] for text in row)])


def tangent(place, state):
    """One point further."""
    place.locator("svg[tabindex]").press("ArrowRight")
    here = state["here"] + 1
    yield said(place), alike(said(place), [state[key][here] for key in ("x", "y", "slope")], rel=6e-3)


def surface(place, state):
    """The loss at a face of the surface, by mouse; then beside the middle, by keys."""

    def there(i, j):
        loss = 10 ** state["height"][i][j] if state["logarithmic"] else state["height"][i][j]
        return alike(said(place), [loss, state["x"][j], state["y"][i]], rel=6e-3)

    i, j = len(state["y"]) // 2, len(state["x"]) // 2
    place.locator(f'polygon[data-at="{i - 1},{j}"]').dispatch_event("pointermove", {"bubbles": True})
    yield said(place), there(i - 1, j)
    for key in ("Shift+ArrowRight", "Shift+ArrowRight"):  # the first one begins in the middle
        place.locator(".md-stage > svg").press(key)
    yield said(place), there(i, j + 1)
    marked = place.locator("polygon.md-read").get_attribute("data-at")
    yield marked, marked == f"{i},{j + 1}"


def boxes(place, state):
    """What is found, doubled, wrong and missed by the better half of the boxes."""
    scores = state["scores"]
    least = round(sorted(scores)[len(scores) // 2], 2)
    slide(place.locator("input[type=range]"), least)
    fates = [fate for fate, score in zip(state["fates"], scores, strict=True) if score >= least]
    missed = sum(score is None or score < least for score in state["finders"])
    yield said(place), numbers(said(place))[:4] == [*map(fates.count, ("found", "doubled", "wrong")), missed]
    place.locator("svg[tabindex]").press("ArrowDown")  # the first box that is shown
    told = next(text for text, score in zip(state["told"], scores, strict=True) if score >= least)
    yield said(place), words(said(place)) == words(told)


def next_token(place, state):
    """The chances at temperature 2, as the engine computes them."""
    slide(place.locator("input[type=range]").first, 2)
    engine = filtered(md.tensor(state["logits"]), temperature=2.0)[: len(state["names"])].tolist()
    told = place.locator(".md-token-number").all_text_contents()[: len(engine)]
    yield " ".join(told), told == [f"{100 * share:.1f} %" for share in engine]


def copying(place, state):
    """The word that the third written word looks at."""
    place.locator("button.md-copying-word").nth(2).click()
    most = max(state["looks"][2])
    where = state["read"][state["looks"][2].index(most)]
    yield said(place), f"looks most at “{where}” ({100 * most:.0f} %)" in said(place)


def sound(place, state):
    """What is read a tenth of a second later."""
    for _ in range(5):
        place.locator("svg[tabindex]").press("ArrowRight")
    reading = state["readings"][round(0.1 / state["step"])]
    yield said(place), said(place) == f"0.10 s{reading and f': {reading}'}"


def trials(place, state):
    """The best trial."""
    place.locator("svg[tabindex]").press("ArrowRight")
    yield said(place), said(place) == state["lines"][0]["text"].replace("\n", ", ")


def race(place, state):
    """The heights that the notebook saved; then, from another start, those that the engine computes."""
    saved = [state["steps"], *(rows[-1][2] for rows in state["paths"].values())]
    yield said(place), alike(said(place), saved)
    before = place.locator("polyline").first.get_attribute("points")
    place.locator(".md-start").press("ArrowRight")
    place.page.wait_for_function(MOVED, arg=[place.element_handle(), before])
    (left, right), (x, y) = state["limits"][0], state["start"]
    function = SURFACES[state["surface"]][0]
    start = x + (right - left) / 40, y
    paths = [
        run(function, optimizer(rule), start, state["rates"][name], state["steps"]) for name, rule in state["rules"].items()
    ]
    yield said(place), alike(said(place), [state["steps"], *(rows[-1][2] for rows in paths)], rel=2e-3)


def optimizer(rule):
    """The engine's optimiser for what the book knows of it."""
    options = {key: value for key, value in rule.items() if key != "kind"}
    return partial(getattr(md.optim, rule["kind"]), **options)


def play(place, state):
    """The points and the shares that the notebook saved; then the network of the page learns them."""
    shares = [100 * state["right"][part] for part in ("train", "test")]
    step = state["first"] + len(state["losses"]) - 1
    yield said(place), numbers(said(place)) == [step, *map(round, shares)]
    label = place.locator(".md-plane").get_attribute("aria-label")
    yield label, numbers(label)[0] == len(state["points"])
    train = place.get_by_role("button", name="Train, or pause")
    train.click()
    heard = place.locator(".md-said").element_handle()
    place.page.wait_for_function("heard => /step [1-9]\\d\\d /.test(heard.textContent)", arg=heard)
    train.click()
    yield said(place), numbers(said(place))[1] > 80


def recorder(place, state):
    """A file that is opened is not lost in silence."""
    place.locator("input[type=file]").set_input_files([{"name": "a.wav", "mimeType": "audio/wav", "buffer": silence(state)}])
    place.locator(".md-said", has_text=NO_KERNEL).wait_for()
    yield said(place), said(place) == NO_KERNEL


def silence(state):
    """A tenth of a second of it, as a WAV file."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(state["rate"])
        file.writeframes(bytes(2 * state["rate"] // 10))
    return content.getvalue()


def sketchpad(place, state):
    """A line, drawn with the keys: it is there, and what a kernel would do with it is said."""
    page = place.locator("svg[tabindex]")
    for key in (" ", "ArrowRight", "ArrowRight", " "):
        page.press(key)
    middle = state["side"] / 2
    yield (
        place.locator("polyline").get_attribute("points"),
        place.locator("polyline").get_attribute("points").startswith(f"{middle:g},{middle:g} {middle + 0.5:g},{middle:g}"),
    )
    yield said(place), said(place) == NO_KERNEL


KINDS = (boxes, chart, copying, graph, next_token, play, race, recorder, sketchpad, sound, steps, surface, tangent, trials)
DRIVES = {drive.__name__: drive for drive in KINDS}
