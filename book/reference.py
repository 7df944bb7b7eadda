"""The reference: a page for each public room of minidl, every name with its docstring, operations with their formulas."""

import inspect
import re
from importlib import import_module
from importlib.util import find_spec

import minidl as md
from minidl.engine.registry import REGISTRY
from tests.parity.differences import ARGUMENTS, VALUES

SHAPE = re.compile(r"(?<!`)(\([^()`]*\*[^()`]*\))(?!`)")  # such as (N, *): a star would begin emphasis
ROOMS = {  # module -> what is in it
    "minidl": "Tensors and what is done with them",
    "minidl.nn": "Layers and losses",
    "minidl.nn.functional": "Layers and losses as functions",
    "minidl.nn.init": "Initial weights",
    "minidl.nn.utils": "Clipping, vectors of parameters, parametrizations",
    "minidl.optim": "Optimisers",
    "minidl.optim.lr_scheduler": "Schedules of the learning rate",
    "minidl.autograd": "Gradients",
    "minidl.func": "Derivatives of functions, rows at once",
    "minidl.linalg": "Linear algebra",
    "minidl.fft": "Fourier transforms",
    "minidl.special": "Special functions",
    "minidl.distributions": "Distributions",
    "minidl.data": "Data sets, loaders, transforms",
    "minidl.train": "The training loop, histories, callbacks",
    "minidl.train.metrics": "Metrics",
    "minidl.vision": "Images",
    "minidl.vision.transforms": "Changing images",
    "minidl.vision.ops": "Boxes",
    "minidl.text": "Text",
    "minidl.audio": "Sound",
    "minidl.viz": "Pictures",
    "minidl.interop": "Checkpoints, other libraries' files",
    "minidl.distributed": "Many processes",
    "minidl.profile": "Where time and memory go",
    "minidl.privacy": "Privacy",
    "minidl.utils": "Checkpoints in the backward pass, and more",
    "minidl.testing": "Comparing tensors",
}


def write(place):
    """Write the pages of the reference into the source of the book."""
    folder = place / "reference"
    folder.mkdir()
    rooms = contents()
    for room, names in rooms.items():
        (folder / f"{room}.md").write_text(page(room, names), encoding="utf-8")
    (folder / "Tensor.md").write_text(tensor_page(), encoding="utf-8")
    listed = "\n".join([*rooms, "Tensor"])
    (folder / "index.md").write_text(
        "# Reference\n\nEvery public name. Where PyTorch has the thing, names, arguments and semantics are PyTorch's.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n",
        encoding="utf-8",
    )


def contents():
    """What stands on which page: module -> names. Each thing has one place, the first room that shows it."""
    found, seen = {}, {id(md.Tensor)}
    for room in sorted(filter(exists, ROOMS), key=lambda room: room == "minidl"):  # the rooms before the hall
        module = import_module(room)
        names = [name for name in public_names(module) if id(getattr(module, name)) not in seen]
        seen |= {id(getattr(module, name)) for name in names}
        if names:
            found[room] = names
    return {room: found[room] for room in ROOMS if room in found}


def exists(room):
    """Whether there is such a module."""
    return find_spec(room) is not None


def public_names(module):
    """The names of a module's own functions and classes that have a docstring."""
    own = lambda thing: f"{getattr(thing, '__module__', '')}.".startswith((f"{module.__name__}.", "minidl.ops."))
    shown = getattr(module, "__all__", None) or [name for name, thing in vars(module).items() if own(thing)]
    things = {name: getattr(module, name, None) for name in set(shown) if not name.startswith("_")}
    return sorted(name for name, thing in things.items() if callable(thing) and inspect.getdoc(thing))


def page(room, names):
    """The page of a module."""
    module = import_module(room)
    what = lambda name: "class" if inspect.isclass(getattr(module, name)) else "function"
    entries = [f".. auto{what(name)}:: {room}.{name}{options(what(name))}" for name in names]
    text = "\n\n".join(entries)
    return f"# {room}\n\n{ROOMS[room]}.\n\n```{{eval-rst}}\n{text}\n```\n"


def options(what):
    """Of classes the methods, too."""
    return "\n   :members:" if what == "class" else ""


def tensor_page():
    """The methods of Tensor."""
    methods = sorted(
        name for name in dir(md.Tensor) if not name.startswith("_") and inspect.getdoc(getattr(md.Tensor, name, None))
    )
    entries = "\n\n".join(f".. automethod:: minidl.Tensor.{name}" for name in methods if callable(getattr(md.Tensor, name)))
    return f"# Tensor\n\nThe methods of a tensor.\n\n```{{eval-rst}}\n{entries}\n```\n"


def add_formulas(app, what, name, thing, options, lines):
    """Put formula and gradient below the first line of an operation's docstring (a hook of Sphinx's autodoc)."""
    is_code = lambda line: line.lstrip().startswith((">>>", "..."))
    lines[:] = [line if is_code(line) else SHAPE.sub(r"``\1``", line) for line in lines]
    if what == "property" and lines:
        lines[0] = lines[0].replace(": ", " – ", 1)  # before a colon napoleon expects a type
    operation = REGISTRY.get(getattr(thing, "name", None)) if callable(thing) else None
    if operation is not thing or operation is None:
        return
    added = []
    for formula in filter(None, (operation.formula, operation.gradient)):
        added += ["", ".. math::", "", *(f"   {line}" for line in formula.splitlines())]
    lines[1:1] = [*added, ""]


def add_differences(app, what, name, thing, options, lines):
    """Say at the end of a docstring where the thing differs from PyTorch's (a hook of autodoc, after napoleon)."""
    key = name.removeprefix("minidl.")
    found = [f"``{argument}`` {why}" for argument, why in ARGUMENTS.get(key, {}).items()]
    found += [VALUES[key]] if key in VALUES else []
    if found:
        lines += ["", ".. note::", "", "   On purpose not as in PyTorch:", "", *(f"   - {text}." for text in found), ""]


def add_signature(app, what, name, thing, options, signature, returns):
    """Of a class whose `__new__` only hands on what it is given, show what `__init__` takes (a hook of autodoc)."""
    if what != "class" or not (signature or "").startswith("(*args, **"):
        return None
    taken = inspect.signature(thing.__init__)
    own = taken.replace(
        parameters=[p.replace(annotation=p.empty) for p in list(taken.parameters.values())[1:]],
        return_annotation=taken.empty,
    )
    return str(own), returns
