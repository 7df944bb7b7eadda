"""The atlas of operations: a page for each shelf of minidl/ops, an entry for each operation, all from the registry."""

import inspect
import re
import textwrap
import warnings
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np

import minidl as md
from book import shapes
from minidl import ops
from minidl.engine.registry import REGISTRY
from minidl.viz.figure import FigurePicture
from minidl.viz.theme import LIGHT

CHAPTERS = {  # a shelf, or one of its operations -> the chapter that explains it
    "activation": "03_forward",
    "attention": "18_attention",
    "conv_transpose2d": "14_what_is_where",
    "convolution": "12_convolution",
    "ctc": "23_speech_to_text",
    "cumsum": "14_what_is_where",
    "elementwise": "02_the_slope_of_things",
    "fourier": "22_hearing",
    "indexing": "01_numbers_in_boxes",
    "loss": "06_losses",
    "normalization": "08_building_models",
    "padding": "12_convolution",
    "pooling": "12_convolution",
    "products": "01_numbers_in_boxes",
    "put": "16_words",
    "recurrence": "17_sequences",
    "reduction": "04_backward",
    "shape": "01_numbers_in_boxes",
    "softmax": "06_losses",
    "log_softmax": "06_losses",
}
INDEX = """# Atlas of operations

All {count} operations of the engine: what each computes, how its gradient passes, what its curve and slope or its shapes
look like, what it costs, and the lines that do it. In a diagram of shapes an axis has the same colour wherever it appears.
FLOPs are counted as `minidl.profile` counts them; bytes are those of float32.

```{{toctree}}
:maxdepth: 1

{shelves}
```
"""
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
REACH = np.linspace(-3, 3, 241)
ROLE = re.compile(r":math:`([^`]*)`")  # a formula in a docstring


def shelves():
    """The operations by the module in which they stand: name of the shelf -> list of operations, sorted."""
    for module in iter_modules(ops.__path__):
        import_module(f"{ops.__name__}.{module.name}")
    found = defaultdict(list)
    for operation in REGISTRY.values():
        found[inspect.unwrap(operation).__module__.rsplit(".", 1)[-1]].append(operation)
    return {shelf: sorted(found[shelf], key=lambda operation: operation.name) for shelf in sorted(found)}


def write(place):
    """Write the pages of the atlas into the source of the book."""
    folder = place / "atlas"
    folder.mkdir()
    for shelf, operations in shelves().items():
        text = "\n".join([f"# {shelf.capitalize()}\n", *(entry(operation, shelf) for operation in operations)])
        (folder / f"{shelf}.md").write_text(text, encoding="utf-8")
    count = sum(map(len, shelves().values()))
    (folder / "index.md").write_text(INDEX.format(count=count, shelves="\n".join(shelves())), encoding="utf-8")


def chapter_of(*names):
    """A link to the chapter that explains the first of these names that has one: an operation, its shelf."""
    name = next((CHAPTERS[name] for name in names if name in CHAPTERS), "")
    return f"[chapter {name[:2]}](../chapters/{name}.ipynb)" if name and (NOTEBOOKS / f"{name}.ipynb").exists() else ""


def entry(operation, shelf=""):
    """One operation as a piece of a page."""
    pieces = [f"## {operation.name}\n", first_line(operation)]
    for label, formula in (("Value", operation.formula), ("Gradient", operation.gradient)):
        if formula:
            pieces.append(f"{label}:\n\n$$\n{formula}\n$$\n")
    example = shapes.called(operation)
    if picture := shapes.diagram(operation.name, example) if example else curve(operation):
        pieces.append(f'<div class="md-atlas">\n{picture}\n</div>\n')
    pieces.append(f"Second derivative: {second(operation)}\n")
    pieces.append(f"Cost: {shapes.cost(operation, example)}\n")
    if link := chapter_of(operation.name, shelf):
        pieces.append(f"Explained in {link}.\n")
    pieces.append(f"```python\n{source(operation)}\n```\n")
    return "\n".join(pieces)


def first_line(operation):
    """The first sentence of an operation's docstring."""
    lines = (inspect.getdoc(operation) or "").splitlines()
    return ROLE.sub(r"$\1$", f"{lines[0]}\n") if lines else ""


def second(operation):
    """How an operation gets its second derivative, in words."""
    if operation.once_differentiable:
        return "refused by name."
    return "by the same operation written with smaller ones." if operation.composed else "the rule itself, run on tensors."


def source(operation):
    """The lines of an operation's rule."""
    return textwrap.dedent(inspect.getsource(inspect.unwrap(operation))).strip()


def curve(operation):
    """A plot of value and slope as an SVG, for an operation from number to number; "" for any other."""
    x = md.tensor(REACH, requires_grad=True)
    function = getattr(md.nn.functional, operation.name, operation)  # with the defaults that one calls it with
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # softmax without a dimension
            y = function(x)
            if y.shape != x.shape or not y.requires_grad:
                return ""
            y.sum().backward()
            one = function(md.tensor(REACH[100:101]))
    except Exception:  # it wants other arguments
        return ""
    values = y.detach().numpy()
    slopes = np.where(np.isfinite(values), x.grad.numpy(), np.nan)  # a formula may go on where the function has no value
    alone = np.allclose(values[100:101], one.numpy(), equal_nan=True)  # each number for itself
    return drawn(operation.name, values, slopes) if alone and np.isfinite(values).sum() > 60 else ""


def drawn(name, values, slopes):
    """Value (blue) and slope (orange) over -3 to 3."""

    def draw(figure):
        axes = figure.subplots()
        for numbers, colour, label in ((values, "value", "value"), (slopes, "gradient", "slope")):
            axes.plot(REACH, np.where(np.abs(numbers) > 6, np.nan, numbers), color=LIGHT[colour], label=label)
        axes.axhline(0, color=LIGHT["faint"], linewidth=0.8, zorder=0)
        axes.axvline(0, color=LIGHT["faint"], linewidth=0.8, zorder=0)
        axes.legend()

    return FigurePicture(draw, f"{name}: value and slope from -3 to 3", {}, size=(4, 2.6)).svg
