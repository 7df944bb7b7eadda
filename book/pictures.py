"""The pictures of a notebook as pieces of a page that stay alive without a kernel."""

import html
import json
import shutil
from pathlib import Path

from minidl.viz.theme import DARK, LIGHT, css, variables
from minidl.viz.widget import HERE as WIDGETS
from minidl.viz.widget import unpacked

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
STATIC = Path(__file__).parent / "static"
NAMES = sorted(path.stem for path in WIDGETS.glob("*.css") if path.stem != "common")


def states(notebook):
    """The saved models of the widgets of a notebook, by id."""
    return notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})


def widget_of(output, models):
    """The name of the ES module that draws an output, and its packed state; None for an output of another kind."""
    model = models.get(output.get("data", {}).get(VIEW, {}).get("model_id"), {})
    kind = model.get("state", {}).get("_anywidget_id", "").rsplit(".", 1)[-1]
    name = kind.removesuffix("Widget").lower()
    return (name, model["state"]["state"]) if kind.endswith("Widget") and name in NAMES else None


def alive(name, state, still, label):
    """A picture: the still one, which is replaced as soon as the reader comes near.

    Parameters
    ----------
    name : str
        Of the ES module.
    state : str
        As it is saved in a notebook: packed.
    still : str
        An SVG. Where the state begins with the same, it is not repeated: `book.js` takes it from the page.
    label : str
        What there is to see, in words.
    """
    shown = unpacked(state)
    if still and shown.get("svg") == still:
        shown["svg"] = None
    data = json.dumps(shown, ensure_ascii=False, separators=(",", ":")).replace("<", r"\u003c")  # it must not end the script
    return (
        f'<div class="md-picture" data-widget="{name}" role="group" aria-label="{html.escape(" ".join(label.split()))}">'
        f'{still}<script type="application/json">{data}</script></div>'
    )


def write(place):
    """Write the scripts and style sheets to the folder `place`: the widgets as text in one script, and our own."""
    shutil.copytree(STATIC, place, dirs_exist_ok=True)
    modules = {name: (WIDGETS / f"{name}.js").read_text(encoding="utf-8") for name in ("common", *NAMES)}
    (place / "widgets.js").write_text(f"window.minidlWidgets = {json.dumps(modules)};\n", encoding="utf-8")
    # What all widgets share comes once, and first: after a widget's own rules it would undo them.
    sheets = [css(".md-widget"), css(".md-atlas svg")]
    sheets += [(WIDGETS / f"{name}.css").read_text(encoding="utf-8") for name in ("common", *NAMES)]
    drawings = (".md-widget", ".md-picture svg", ".output svg", ".md-atlas svg")
    for theme, colours in (("light", LIGHT), ("dark", DARK)):
        for inside in drawings:
            sheets.append(f'body[data-theme="{theme}"] {inside} {{ {variables(colours)} color-scheme: {theme}; }}')
    paper = ", ".join(f"body[data-theme] {inside}" for inside in drawings)
    sheets.append(f"@media print {{ {paper} {{ {variables(LIGHT)} color-scheme: light; }} }}")
    own = (STATIC / "book.css").read_text(encoding="utf-8")
    (place / "book.css").write_text("\n".join([*sheets, own]), encoding="utf-8")
