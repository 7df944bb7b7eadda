"""Blocks that put things back however they end, Ctrl-C at any moment included."""

import io
from collections import deque
from functools import partial
from operator import call


class Restoring(io.IOBase):
    """The parent of context managers that put back what they change, even if Ctrl-C comes while they end.

    Python looks whether Ctrl-C was pressed after every call, and before the first line of a function that is written in
    Python. So an ``__exit__`` of our own may be broken off before it has done anything. Nothing breaks off a function that
    is written in C, and `io.IOBase` has such an ``__exit__``: it calls ``self.close()``. Here that is written in C all the
    way down too: it takes the last of `endings`, and calls it.

    A subclass says in its ``__enter__``, before it changes anything, what puts things back: `end_by`.

    >>> class Loud(Restoring):
    ...     def __enter__(self):
    ...         self.end_by(remembered(volume, "value"))
    ...         volume.value = 11
    >>> volume = type("Volume", (), {})()
    >>> volume.value = 3
    >>> with Loud():
    ...     print(volume.value)
    11
    >>> volume.value
    3
    """

    endings: list
    closed = True  # no file: nothing is closed once more when the object goes

    def __new__(cls, *args, **kwargs):
        """A block with nothing to put back yet, whatever its `__init__` takes."""
        made = super().__new__(cls)
        made.endings = []  # one for each time that the block was entered and not left
        made.close = partial(next, map(call, iter(made.endings.pop, None)))
        return made

    def end_by(self, *calls):
        """When the block ends, call these in turn; they take no arguments, and are written in C."""
        self.endings.append(calls[0] if len(calls) == 1 else partial(deque, map(call, calls), 0))


def remembered(target, name):
    """What gives an attribute the value back that it has now."""
    return partial(object.__setattr__, target, name, getattr(target, name))


class afterwards(Restoring):
    """A block that ends by `calls`: see `Restoring.end_by`."""

    def __init__(self, *calls):
        self.calls = calls

    def __enter__(self):
        self.end_by(*self.calls)
