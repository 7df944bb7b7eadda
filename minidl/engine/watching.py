"""Watching operations run: `watch` records them, `detect_anomaly` finds the first NaN."""

import sys
import weakref
from functools import partial
from types import FrameType

import numpy as np

from minidl.engine.grad_mode import this_thread
from minidl.engine.restoring import Restoring, remembered
from minidl.errors import GraphError


def calling_line():
    """File, line number and function of the code outside minidl that is running now."""
    frame: FrameType | None = sys._getframe(1)
    while frame and frame.f_globals.get("__name__", "").partition(".")[0] == "minidl":
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name) if frame else ("?", 0, "?")


class Event:
    """One operation that `watch` saw: its name, its result, the module it ran in, the line that called it."""

    __slots__ = ("inputs", "line", "module_call", "name", "output")

    def __init__(self, name, inputs, output, module_call, line):
        self.name, self.inputs, self.output, self.module_call, self.line = name, inputs, output, module_call, line

    def __repr__(self):
        shapes = ", ".join(str(i) for i in self.inputs)
        return f"{self.name}({shapes}) -> {self.output.shape}"


class Observer:
    """The base class of observers; each of its methods may be overridden."""

    def ran(self, operation, args, kwargs, arrays, out):
        """After an operation; `arrays` are its arguments as its rule got them."""

    def changed(self, tensor, new):
        """After `tensor` was given the values of `new` in its own memory."""

    def pulled(self, node, g):
        """When the gradient of a node is complete."""


class Trace(Observer, list):
    """The events that `watch` recorded, in order; `gradients` maps a node to the gradient that reached it."""

    def __init__(self):
        super().__init__()
        self.gradients = {}

    def ran(self, operation, args, kwargs, arrays, out):
        """Note an operation that has just run."""
        inputs = [a.shape for a in args if hasattr(a, "shape")]
        line = calling_line()
        self.append(Event(operation.name, inputs, out, this_thread.state.module_call, line))
        if out.node is not None:
            out.node.line = line

    def pulled(self, slot, g):
        """Note the gradient that has just reached a node, or a leaf."""
        self.gradients[slot] = g


def watch():
    """Record every operation, with its module and the line that made it, and every gradient.

    >>> import minidl as md
    >>> with md.watch() as trace:
    ...     y = md.ones(2, 3).sum(dim=0)
    >>> trace
    [sum((2, 3)) -> (3,)]
    """
    return observed(Trace())


class observed(Restoring):
    """Tell `observer` of every operation (``ran``), change in place (``changed``) and gradient (``pulled``) inside."""

    def __init__(self, observer):
        self.observer = observer

    def __enter__(self):
        state = this_thread.state
        self.end_by(remembered(state, "observers"))
        state.observers = (*state.observers, self.observer)
        return self.observer


def has_nan(value):
    """Whether `value` is an array of floats with a NaN in it."""
    return isinstance(value, np.ndarray | np.floating) and value.dtype.kind == "f" and bool(np.isnan(value).any())


class _NaNFinder(Observer):
    """Stops at the first operation that makes a NaN, forwards or backwards."""

    def __init__(self):
        self.lines = weakref.WeakKeyDictionary()

    def ran(self, operation, args, kwargs, arrays, out):
        line = calling_line()
        if out.node is not None:
            self.lines[out.node] = line
        if has_nan(out.array) and not any(map(has_nan, arrays)):
            raise GraphError(
                f"{operation.name} made the first NaN (not a number), at {line[0]}, line {line[1]}, in {line[2]}.\n"
                f"Its inputs had no NaN: look for a log or sqrt of a negative number, 0/0, or inf - inf."
            )

    def pulled(self, slot, g):
        if not has_nan(getattr(g, "array", g)):
            return
        if not hasattr(slot, "operation"):
            raise GraphError(
                f"the gradient that reaches a leaf of shape {slot.shape} is NaN (not a number), though those of all results "
                "that it was used for were not: look for a slope that is infinite, such as that of sqrt at 0."
            )
        file, number, function = self.lines.get(slot, ("?", 0, "?"))
        raise GraphError(
            f"the gradient that reaches {slot.operation.name} is NaN (not a number); the operation was called at "
            f"{file}, line {number}, in {function}."
        )


class detect_anomaly(Restoring):
    """Inside, the first operation that makes a NaN stops with its name and the line that called it.

    Without `check_nan` nothing is looked for.

    >>> import minidl as md
    >>> with md.autograd.detect_anomaly():      # doctest: +ELLIPSIS
    ...     md.tensor(-1.0).sqrt()
    Traceback (most recent call last):
    minidl.errors.GraphError: sqrt made the first NaN (not a number), at ...
    """

    def __init__(self, check_nan=True):
        self.check_nan = check_nan

    def __enter__(self):
        state = this_thread.state
        self.end_by(remembered(state, "observers"), partial(np.seterr, **np.geterr()))
        try:
            np.seterr(invalid="ignore", divide="ignore")  # NumPy's warnings would say it twice
            state.observers = _with_nan_finder(state.observers, self.check_nan)
        except BaseException:  # a block that was not entered does not end either
            self.close()
            raise


def _with_nan_finder(observers, wanted):
    """The observers with one that stops at the first NaN, or without."""
    others = tuple(o for o in observers if not isinstance(o, _NaNFinder))
    return (*others, _NaNFinder()) if wanted else others


class set_detect_anomaly(Restoring):
    """Whether to look for the first NaN, from here on or inside a ``with`` block: see `detect_anomaly`.

    >>> import minidl as md
    >>> with md.autograd.set_detect_anomaly(True):
    ...     md.is_anomaly_enabled()
    True
    """

    def __init__(self, mode, check_nan=True):
        state = this_thread.state
        self.before = state.observers
        state.observers = _with_nan_finder(self.before, mode and check_nan)

    def __enter__(self):
        """What was set when this was made stays until the end of the block."""
        self.end_by(partial(setattr, this_thread.state, "observers", self.before))


def is_anomaly_enabled():
    """Whether the first NaN is looked for now."""
    return any(isinstance(o, _NaNFinder) for o in this_thread.state.observers)
