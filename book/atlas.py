"""The atlas of operations: a page for each shelf of minidl/ops, an entry for each operation, all from the registry."""

import inspect
import io
import textwrap
import warnings
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np

import minidl as md
from minidl import ops
from minidl.engine.registry import REGISTRY

CHAPTERS = {  # shelf -> the chapter that explains it
    "activation": "03_forward",
    "attention": "18_attention",
    "classification": "06_losses",
    "convolution": "12_convolution",
    "ctc": "23_speech_to_text",
    "elementwise": "02_the_slope_of_things",
    "embedding": "16_words",
    "fourier": "22_hearing",
    "indexing": "01_numbers_in_boxes",
    "losses": "06_losses",
    "normalization": "08_building_models",
    "pooling": "12_convolution",
    "products": "01_numbers_in_boxes",
    "recurrence": "17_sequences",
    "reduction": "04_backward",
    "shape": "01_numbers_in_boxes",
}
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
REACH = np.linspace(-3, 3, 241)


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
        text = "\n".join([f"# {shelf.replace('_', ' ').capitalize()}\n", chapter_of(shelf), *map(entry, operations)])
        (folder / f"{shelf}.md").write_text(text, encoding="utf-8")
    count = sum(map(len, shelves().values()))
    (folder / "index.md").write_text(
        f"# Atlas of operations\n\nAll {count} operations of the engine: what each computes, how its gradient passes, "
        "what its curve and slope look like, and the lines that do it.\n\n```{toctree}\n:maxdepth: 1\n\n"
        + "\n".join(shelves())
        + "\n```\n",
        encoding="utf-8",
    )


def chapter_of(shelf):
    """A link to the chapter that explains a shelf, if there is one."""
    name = CHAPTERS.get(shelf, "")
    return (
        f"Explained in [chapter {name[:2]}](../chapters/{name}.ipynb).\n" if (NOTEBOOKS / f"{name}.ipynb").exists() else ""
    )


def entry(operation):
    """One operation as a piece of a page."""
    pieces = [f"## {operation.name}\n", first_line(operation)]
    for label, formula in (("Value", operation.formula), ("Gradient", operation.gradient)):
        if formula:
            pieces.append(f"{label}:\n\n$$\n{formula}\n$$\n")
    if picture := curve(operation):
        pieces.append(f'<div class="md-atlas">\n{picture}\n</div>\n')
    pieces.append(f"Second derivative: {second(operation)}\n")
    pieces.append(f"```python\n{source(operation)}\n```\n")
    return "\n".join(pieces)


def first_line(operation):
    """The first sentence of an operation's docstring."""
    lines = (inspect.getdoc(operation) or "").splitlines()
    return f"{lines[0]}\n" if lines else ""


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
    values, slopes = y.detach().numpy(), x.grad.numpy()
    alone = np.allclose(values[100:101], one.numpy(), equal_nan=True)  # each number for itself
    return drawn(operation.name, values, slopes) if alone and np.isfinite(values).sum() > 60 else ""


def drawn(name, values, slopes):
    """Value (blue) and slope (orange) over -3 to 3."""
    from matplotlib.figure import Figure

    from minidl.viz.theme import LIGHT, themed

    figure = Figure(figsize=(3.2, 2.2))
    axes = figure.subplots()
    for numbers, colour, label in ((values, "value", "value"), (slopes, "gradient", "slope")):
        axes.plot(REACH, np.where(np.abs(numbers) > 6, np.nan, numbers), color=LIGHT[colour], label=label, linewidth=1.6)
    axes.axhline(0, color=LIGHT["line"], linewidth=0.8, zorder=0)
    axes.axvline(0, color=LIGHT["line"], linewidth=0.8, zorder=0)
    axes.legend(frameon=False, fontsize=7)
    axes.tick_params(labelsize=7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.patch.set_alpha(0)
    axes.patch.set_alpha(0)
    figure.tight_layout()
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    svg = themed(text[text.index("<svg") :])
    return svg.replace("<svg ", f'<svg role="img" aria-label="{name}: value and slope from -3 to 3" ', 1).replace(
        "\n\n", "\n"
    )
