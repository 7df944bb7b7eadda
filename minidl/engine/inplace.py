"""Noticing changes made in place, so that no gradient is computed from values that are gone."""

import weakref
from functools import partial
from types import FunctionType

import numpy as np

from minidl.engine.grad_mode import clock
from minidl.errors import GraphError


class Changes:
    """When which memory was last changed in place, on the clock that numbers the nodes.

    A node keeps arrays for its pullbacks. If one of them was changed after the node was made, its
    gradient would be silently wrong, so the walk back asks here. Views share the array that owns
    the memory, so a change through any view counts for all. Writing to ``tensor.array`` directly
    is not seen.
    """

    def __init__(self):
        self.latest, self.times = 0, {}

    def mark(self, *arrays):
        """Note that the memory of `arrays` is about to be changed."""
        self.latest = now = next(clock)
        for array in arrays:
            owner = array if array.base is None else owner_of(array)
            known = self.times.get(id(owner))
            if known is None:
                self.times[id(owner)] = [now, weakref.ref(owner, partial(self._forget, id(owner)))]
            else:
                known[0] = now

    def _forget(self, key, _):
        """The array is gone, and another one may get its id."""
        self.times.pop(key, None)

    def since(self, array, serial):
        """Whether the memory of `array` was changed after `serial`."""
        known = self.times.get(id(owner_of(array)))
        return known is not None and known[0] > serial


changes = Changes()


def owner_of(array):
    """The array that owns the memory of `array`."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _saved_arrays(value, seen):
    """Every array that a pullback has in its closure, or as a default argument."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _saved_arrays(item, seen)
    elif isinstance(value, FunctionType) and id(value) not in seen:
        seen.add(id(value))
        yield from _saved_arrays(value.__defaults__ or (), seen)
        for cell in value.__closure__ or ():
            yield from _saved_arrays(cell.cell_contents, seen)


def refuse_if_saved_values_changed(node):
    """Raise GraphError when an array that a pullback of `node` holds was changed after `node` was made."""
    for array in _saved_arrays(node.pullbacks, set()):
        if changes.since(array, node.serial):
            raise GraphError(
                f"a tensor of shape {array.shape} that {node.operation.name!r} needs for its gradient was changed in "
                "place after it was used, so the gradient would be wrong.\n"
                "Make a new tensor instead (x = x + 1, not x += 1), or change a copy: x.clone()"
            )
