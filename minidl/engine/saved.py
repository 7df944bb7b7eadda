"""What a node keeps for its gradient, and whether it is still what it was when the operation ran."""

from contextlib import suppress
from types import FunctionType

import numpy as np

from minidl.engine.changes import changes
from minidl.engine.inference import memory
from minidl.engine.tensor import Tensor
from minidl.errors import GraphError


def as_it_was(a, serial):
    """The tensor `a` as it was when the node with this serial number was made.

    A tensor that was changed in place has a newer node, which remembers what the tensor was before. A node made
    earlier was given that, so its gradient goes there.
    """
    while a.node is not None and a.node.serial > serial:
        a = a.node.before
    return a


def args_then(node):
    """The arguments of a node as they were when its operation ran."""
    if changes.latest < node.serial:
        return node.args
    return tuple([as_it_was(a, node.serial) if isinstance(a, Tensor) else a for a in node.args])


def refuse_if_pullbacks_hold_changed_values(node, args):
    """Raise GraphError when an array that a pullback of `node` needs was changed after `node` was made."""
    for pull in _wanted_pullbacks(node, args):
        for array in saved_arrays(pull, set()):
            if changes.since(array, node.serial):
                raise _gone(node, array.shape)


def refuse_saved(node):
    """Raise GraphError when a pullback of a new node needs what was made in inference mode."""
    for pull in _wanted_pullbacks(node, node.args):
        for array in saved_arrays(pull, set()):
            if memory.holds(array):
                raise GraphError(
                    f"{node.operation.name!r} needs for its gradient a tensor of shape {array.shape} that was made in "
                    "inference_mode(), and such tensors take part in no graph.\n"
                    "Take a copy outside, x.clone(), or compute it under no_grad() instead"
                )


def refuse_if_arguments_changed(node, args):
    """Raise GraphError when `node` cannot be run again, because a tensor it was given has other values now."""
    for a in args if changes.latest > node.serial and not node.operation.linear else ():
        if isinstance(a, Tensor) and (changes.since(a.array, node.serial) or getattr(a, "_replaced", 0) > node.serial):
            raise _gone(node, a.shape)


def _wanted_pullbacks(node, args):
    """The pullbacks of a node that a gradient will pass."""
    pullbacks = node.pullbacks if type(node.pullbacks) is tuple else (node.pullbacks,)
    wants = [isinstance(a, Tensor) and a.requires_grad for a in args]
    return [pull for pull, want in zip(pullbacks, wants if len(pullbacks) > 1 else [any(wants)], strict=False) if want]


def saved_arrays(value, seen):
    """Every array that a pullback has in its closure, or as a default argument."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from saved_arrays(item, seen)
    elif isinstance(value, FunctionType) and id(value) not in seen:
        seen.add(id(value))
        yield from saved_arrays(value.__defaults__ or (), seen)
        for cell in value.__closure__ or ():
            with suppress(ValueError):  # a variable that was never given a value
                yield from saved_arrays(cell.cell_contents, seen)


def _gone(node, shape):
    return GraphError(
        f"a tensor of shape {shape} that {node.operation.name!r} needs for its gradient was changed in "
        "place after it was used, so the gradient would be wrong.\n"
        "Make a new tensor instead (x = x + 1, not x += 1), or change a copy: x.clone()"
    )
