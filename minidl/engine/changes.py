"""Noticing that memory was written into, so that no gradient is computed from values that are gone."""

import weakref
from functools import partial

import numpy as np

from minidl.engine.grad_mode import clock


class Changes:
    """Which memory was changed in place, and when, on the clock that numbers the nodes.

    A node keeps arrays for its pullbacks. If one of them was changed after the node was made, its
    gradient would be silently wrong, so the backward pass asks here. Views share the array that owns
    the memory, so a change through any view counts for all. Writing to ``tensor.array`` directly
    is not seen.

    Attributes
    ----------
    latest : int
        The time of the last change of all: nodes made after it are not affected.
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
    while (base := array.base) is not None:
        if not isinstance(base, np.ndarray):
            base = getattr(base, "base", None)  # NumPy's as_strided puts an object of its own between
            if not isinstance(base, np.ndarray):
                break
        array = base
    return array
