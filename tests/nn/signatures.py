"""The signatures of what minidl.nn and torch.nn have in common, as plain data: what they take, in order, with defaults."""

import inspect

PLACES = ("nn", "nn.functional", "nn.init", "nn.utils", "nn.utils.rnn", "nn.utils.parametrize", "nn.utils.parametrizations")


def signatures(library, resolve):
    """Name -> [[argument, its default as text, or None for none], ...] of every public class, forward and function."""
    found = {}
    for place in PLACES:
        module = resolve(place)
        for name in dir(module):
            thing = getattr(module, name)
            if name.startswith("_") or not getattr(thing, "__module__", "").startswith(library):
                continue
            if inspect.isclass(thing) and place == "nn":
                found[f"{place}.{name}"] = arguments(thing.__init__)
                if hasattr(thing, "forward"):
                    found[f"{place}.{name}.forward"] = arguments(thing.forward)
            elif inspect.isroutine(thing) and not inspect.isclass(thing):
                found[f"{place}.{name}"] = arguments(thing)
    module = resolve("nn").Module
    for name, method in inspect.getmembers(module, inspect.isfunction):
        if not name.startswith("_"):
            found[f"nn.Module.{name}"] = arguments(method)
    return {name: taken for name, taken in found.items() if taken is not None}


def arguments(function):
    """The arguments of a function but the first of a method; None where they are not fixed."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (ValueError, TypeError):
        return None
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        return None
    parameters = [p for p in parameters if p.name not in ("self", "_stacklevel")]
    return [[p.name, None if p.default is p.empty else as_text(p.default)] for p in parameters]


def as_text(default):
    """A default as text: numbers that are equal look equal, functions are their names."""
    if isinstance(default, int | float) and not isinstance(default, bool):
        return repr(float(default))
    return getattr(default, "__name__", None) or repr(default)
