"""What PyTorch's functions, methods and classes take, as plain data; and where minidl's take something else."""

import inspect
from functools import partial
from importlib import import_module
from typing import get_overloads

from minidl.engine.calling import OTHER_NAMES, parameters_of, with_own_names
from minidl.engine.registry import REGISTRY

CLASSES = "nn optim optim.lr_scheduler optim.swa_utils distributions utils.data".split()
FUNCTIONS = """
    nn.functional nn.init nn.utils nn.utils.rnn nn.utils.parametrize nn.utils.parametrizations linalg fft special
    autograd autograd.functional func distributions utils.data random testing
""".split()
LAYOUT = {"layout", "pin_memory", "memory_format", "names"}  # how elements lie in memory, and named dimensions


def place_of(library, name):
    """The module or class of that name: "nn.functional" in "minidl" is minidl.nn.functional."""
    if name in ("", "Tensor"):
        module = import_module(library)
        return getattr(module, name) if name else module
    return import_module(f"{library}.{name}")


def public(place):
    """The public names of a module or class."""
    return [name for name in dir(place) if not name.startswith("_")]


def things(library):
    """Name -> (what is called, whether its first argument is the tensor or module itself)."""
    found = {}
    for name in public(place_of(library, "")):
        found[name] = getattr(place_of(library, ""), name), False
    for name in public(place_of(library, "Tensor")):
        found[f"Tensor.{name}"] = getattr(place_of(library, "Tensor"), name), True
    for place in CLASSES:
        module = place_of(library, place)
        for name in public(module):
            thing = getattr(module, name)
            if inspect.isclass(thing) and not issubclass(thing, tuple):
                found[f"{place}.{name}"] = thing.__init__, True
                if place == "nn" and hasattr(thing, "forward"):
                    found[f"{place}.{name}.forward"] = thing.forward, True
    for place in FUNCTIONS:
        module = place_of(library, place)
        for name in public(module):
            if inspect.isroutine(getattr(module, name)):
                found[f"{place}.{name}"] = getattr(module, name), False
    for place, name in (("nn", "Module"), ("optim", "Optimizer")):
        thing = getattr(place_of(library, place), name)
        found |= {f"{place}.{name}.{key}": (getattr(thing, key), True) for key in public(thing)}
    return {name: thing for name, thing in found.items() if inspect.isroutine(thing[0])}


def as_text(default):
    """A default as text: numbers that are equal look equal, as do one for each dimension; functions are their names."""
    if isinstance(default, int | float) and not isinstance(default, bool):
        return repr(float(default))
    if type(default).__name__ == "Generator":
        return "None"  # which means the default generator
    if isinstance(default, list | tuple):
        texts = [*map(as_text, default)] or ["None"]
        return texts[0] if len({*texts}) == 1 else "(" + ", ".join(texts) + ")"
    return getattr(default, "__name__", None) or repr(default)


def written(function, is_method):
    """The overloads that a function of Python says it has; none where it takes just anything."""
    taken = _written(function, is_method)
    if taken is not None:
        return [taken]
    typed = get_overloads(function) if inspect.isfunction(function) else []
    return [_written(f, is_method) for f in typed]


def _written(function, is_method):
    parameters = list(inspect.signature(function).parameters.values())[is_method:]
    kinds = {p.kind for p in parameters}
    if parameters and kinds <= {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
        return None
    taken = []
    for p in parameters:
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) or (p.name.startswith("_") and not is_method):
            continue
        if p.kind is p.KEYWORD_ONLY and ["*"] not in taken:
            taken.append(["*"])
        taken.append([p.name] if p.default in (p.empty, ...) else [p.name, as_text(p.default)])
    return taken


def understood_name(function, argument):
    """What a function of minidl calls an argument; "" for what changes nothing; None where it is not understood."""
    own = inspect.unwrap(function)
    known = parameters_of(own)
    if argument in known.all:
        return argument
    if own is function and function not in REGISTRY.values():
        return "" if known.others else None
    several = known.several is not None and OTHER_NAMES.get(argument) == known.several
    needed = known.positional if several else ()
    try:
        args, kwargs = with_own_names(own, (), dict.fromkeys((*needed, argument)))
    except TypeError:
        return None
    return known.several if args else next((name for name in kwargs if name not in needed), "")


def differences(overload, function, is_method):
    """Argument -> what minidl's function does otherwise than this overload of PyTorch's says, in words."""
    parameters = inspect.signature(inspect.unwrap(function)).parameters
    by_place = [p for p in list(parameters.values())[is_method:] if p.kind is not p.KEYWORD_ONLY]
    found, keyword_only = {}, False
    for k, (argument, *default) in enumerate(overload):
        if argument == "*":
            keyword_only = True
            continue
        if argument in LAYOUT:
            continue
        own = understood_name(function, argument)
        if own is None:
            found[argument] = "is not understood"
        elif own in parameters:
            words = "; ".join(_placed(parameters[own], None if keyword_only else k, by_place, default))
            if words:
                found[argument] = words
    return found


def _placed(parameter, place, by_place, default):
    """Where one argument differs: in its place (None for one that goes by name), or in its default."""
    several = parameter.kind is parameter.VAR_POSITIONAL
    if place is not None and not (several and parameter in by_place[: place + 1]):
        there = by_place[place] if place < len(by_place) else None
        if there is not parameter:
            yield f"is not at place {place}" + (f", where {there.name} is" if there else "")
    if default and not several and parameter.default is parameter.empty:
        yield f"has no default, which is {default[0]}"
    elif default and not several and as_text(parameter.default) != default[0]:
        yield f"has the default {as_text(parameter.default)}, not {default[0]}"


ours = partial(things, "minidl")
