# ruff: noqa: NPY002 (NumPy's old stream is one of those that a chapter may draw from)
"""Taking a kernel back to a place in its notebook: its names and its random numbers are again as they were there.

What was changed in place stays changed; no kernel can tell what that was.
"""

import random

import numpy as np

from minidl.engine.generator import get_rng_state, set_rng_state

# Run in a kernel, these leave no name behind.
MARK = "__import__('minidl.course.rewinding', fromlist=['mark']).mark(globals())"
REWIND = "__import__('minidl.course.rewinding', fromlist=['rewind']).rewind(globals())"

marked = {}


def mark(names):
    """Remember the names of a kernel, its `globals()`, and where its streams of random numbers are."""
    marked.update(names=dict(names), python=random.getstate(), numpy=np.random.get_state(), minidl=get_rng_state())


def rewind(names):
    """Give a kernel its names and random numbers back as they were at the mark; names of IPython's own are left alone.

    >>> names = {"x": 1}
    >>> mark(names)
    >>> names.update(x=2, y=3)
    >>> rewind(names)
    >>> names
    {'x': 1}
    """
    kept = {name: thing for name, thing in marked["names"].items() if not name.startswith("_")}
    for name in [name for name in names if not name.startswith("_") and name not in kept]:
        del names[name]
    names.update(kept)
    random.setstate(marked["python"])
    np.random.set_state(marked["numpy"])
    set_rng_state(marked["minidl"])
