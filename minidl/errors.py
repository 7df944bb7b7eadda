"""The errors minidl raises. Each says what was asked, what came, where the two part, and what would work."""

import numpy as np


class MinidlError(Exception):
    """The parent of every error that minidl raises on purpose."""


class ShapeError(MinidlError, ValueError, RuntimeError):
    """Shapes that do not fit. (Also a RuntimeError, which PyTorch raises here.)"""


class DtypeError(MinidlError, TypeError, RuntimeError):
    """Numbers of the wrong kind, such as float labels or an integer tensor that should have a gradient."""


class DivisionError(MinidlError, ZeroDivisionError, RuntimeError):
    """A whole number is divided by 0."""


class DeviceError(MinidlError, RuntimeError):
    """A device other than the CPU was asked for."""


class GraphError(MinidlError, RuntimeError):
    """The computation graph cannot do what was asked: no graph, a freed one, or one whose saved values changed."""


class DimensionError(MinidlError, IndexError):
    """A dimension (axis) that the tensor does not have."""


class OutOfRangeError(MinidlError, IndexError):
    """A label or an index beyond the size it points into."""


class StateDictError(MinidlError, RuntimeError):
    """A state dict whose keys are not those of the module."""


class DataFileError(MinidlError, OSError):
    """A bundled data file is missing or damaged."""


class CheckpointError(MinidlError):
    """A file that cannot be loaded, or something that cannot be saved."""


def aligned(names_and_shapes):
    """Shapes written under one another, right edges together, as broadcasting compares them.

    >>> print(aligned([("x", (32, 10)), ("bias", (32,))]))
        x     (32, 10)
        bias      (32)
    """
    rows = [(name, "(" + ", ".join(map(str, shape)) + ")") for name, shape in names_and_shapes]
    left = max(len(name) for name, _ in rows)
    right = max(len(text) for _, text in rows)
    return "\n".join(f"    {name:<{left}} {text:>{right}}" for name, text in rows)


def what_came(value):
    """What was given in the place of a tensor, and what was probably meant.

    >>> what_came(None)
    'None. Does the function that made it return its result?'
    """
    kind = type(value).__name__
    if value is None:
        return "None. Does the function that made it return its result?"
    if isinstance(value, list | tuple) and any(hasattr(part, "requires_grad") for part in value):
        return f"a {kind} of tensors. Take one of them, as in output, state = lstm(x), or join them: minidl.stack([a, b])"
    if isinstance(value, list | tuple | int | float):
        return f"a {kind}. Did you mean minidl.tensor(...) ?"
    if hasattr(value, "forward"):
        return f"a module. Call it first: {kind}(...)(x)"
    return f"a {kind}"


def broadcast_error(operation, shapes, names=()):
    """A ShapeError for shapes that cannot be broadcast together, naming the dimension where they part."""
    names = list(names) or ["abcdefgh"[i] for i in range(len(shapes))]
    longest = max(map(len, shapes))
    padded = [(1,) * (longest - len(s)) + tuple(s) for s in shapes]
    clash = next((d for d in range(longest - 1, -1, -1) if len({s[d] for s in padded} - {1}) > 1), None)
    lines = [f"{operation} needs shapes that broadcast together", aligned(list(zip(names, shapes, strict=False)))]
    if clash is not None:
        sizes = [s[clash] for s in padded if s[clash] != 1]
        lines.append(
            f"From the right, dimension {clash - longest} differs: {' ≠ '.join(map(str, dict.fromkeys(sizes)))}. "
            "Sizes must be equal, or one of them 1."
        )
        hint = _unsqueeze_hint(names, shapes)
        if hint:
            lines.append(hint)
    return ShapeError("\n".join(lines))


def _unsqueeze_hint(names, shapes):
    """Suggest the one added dimension that would make two shapes broadcast, if there is one."""
    if len(shapes) != 2:
        return ""
    for short, long in ((0, 1), (1, 0)):
        shape = tuple(shapes[short])
        if len(shape) < len(shapes[long]):
            for place in range(len(shape), -1, -1):
                trial = shape[:place] + (1,) + shape[place:]
                try:
                    result = np.broadcast_shapes(trial, shapes[long])
                except ValueError:
                    continue
                at = place - len(shape) - 1
                return f"Did you mean {names[short]}.unsqueeze({at}) ?  {trial} with {tuple(shapes[long])} -> {result}"
    return ""


def matmul_error(x, w):
    """A ShapeError for inner sizes that differ, with the transpose that would make them agree."""
    inner = w[-2] if len(w) > 1 else w[0]
    rows = aligned([("x", x), ("W", w)]).split("\n")
    rows[1] += f"     {x[-1]} ≠ {inner}"
    lines = ["matmul needs the inner sizes to agree", *rows]
    if len(w) > 1 and x[-1] == w[-1]:
        turned = (*w[:-2], w[-1], w[-2])
        lines.append(f"Did you mean x @ W.T ?  {x} @ {turned} -> {(*x[:-1], w[-2])}")
    elif len(x) > 1 and x[-2] == inner:
        turned = (*x[:-2], x[-1], x[-2])
        lines.append(f"Did you mean x.T @ W ?  {turned} @ {w} -> {(*turned[:-1], *w[-1:])}")
    return ShapeError("\n".join(lines))
