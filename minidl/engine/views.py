"""Views: tensors that show the memory of another one, their base, and what a change in place does to them.

A row, a transpose, another shape: NumPy makes them without copying, so that writing into one writes into all. For
the graph to follow, each view knows its base and the steps that lead from it, and the base knows its living views.
"""

import weakref

import numpy as np

from minidl.engine.changes import owner_of
from minidl.engine.grad_mode import recorded_if, this_thread
from minidl.engine.tensor import Tensor


class View:
    """How a tensor came to be a view.

    Attributes
    ----------
    base : Tensor
        The tensor whose memory it shows; never a view itself.
    steps : tuple of (operation, arguments after the first, keyword arguments)
        What leads from the base to the view.
    fixed : str or None
        Why it cannot be written into while that is recorded.
    """

    __slots__ = ("base", "fixed", "steps")

    def __init__(self, base, steps, fixed):
        self.base, self.steps, self.fixed = base, steps, fixed

    def of(self, x):
        """The same view of something in the shape of the base: a Tensor (recorded) or an array."""
        for operation, args, kwargs in self.steps:
            x = operation(x, *args, **kwargs) if isinstance(x, Tensor) else operation.rule(x, *args, **kwargs)[0]
        return x

    def outside(self):
        """An array of booleans like the base, false where the view shows it."""
        mask = np.ones_like(self.base.array, bool)  # lies in memory as the base does, so that the steps are views of it
        self.of(mask)[...] = False
        return mask


def view_of(tensor):
    """How `tensor` is a view of another one; None if it is not."""
    return getattr(tensor, "_view", None)


def note_view(out, x, operation, args, kwargs):
    """Note that `out`, which `operation` made of `x`, is a view of it, if it is one and not a copy."""
    if owner_of(out.array) is not owner_of(x.array):
        return
    step = (operation, args, kwargs)
    outer = view_of(x)
    fixed = None if this_thread.state.recording else "it was made under no_grad()"
    if outer is None:
        base, steps = x, (step,)
    else:
        base, steps, fixed = outer.base, (*outer.steps, step), outer.fixed or fixed
    out._view = View(base, steps, fixed)
    if getattr(base, "_views", None) is None:
        base._views = LivingViews()
    base._views.add(out)


class LivingViews:
    """Weak references to the views of one base; those that are gone are swept out now and then."""

    __slots__ = ("most", "references")

    def __init__(self):
        self.references, self.most = [], 16

    def add(self, view):
        """Remember a view as long as somebody else does."""
        self.references.append(weakref.ref(view))
        if len(self.references) > self.most:
            self.references = [r for r in self.references if r() is not None]
            self.most = max(16, 2 * len(self.references))

    def __iter__(self):
        return iter([view for r in self.references if (view := r()) is not None])


def past_of(tensor, array=None):
    """A tensor that stands for what `tensor` is now, before it is changed: its values (or `array`) and its node."""
    past = Tensor.wrap(tensor.array if array is None else array)
    past.node, past._requires_grad = tensor.node, tensor.requires_grad
    return past


class StaleView(Tensor):
    """What a view becomes when its base is written into: it finds out what made it when somebody next asks.

    Its class is changed to this one and back, so that an ordinary tensor pays nothing for the question.
    """

    __slots__ = ()

    @property
    def node(self):
        """The node that makes this view of what the base is now."""
        return _renewed(self).node

    @node.setter
    def node(self, value):
        self.__class__ = Tensor
        self.node = value

    @property
    def _requires_grad(self):
        """Whether operations on this view are recorded: as those on its base."""
        return _renewed(self)._requires_grad

    @_requires_grad.setter
    def _requires_grad(self, value):
        _renewed(self)._requires_grad = value


def make_views_stale(base):
    """Let all views of a base that has just been written into ask for their node again."""
    for view in getattr(base, "_views", ()):
        view.__class__ = StaleView


def _renewed(view):
    """Take the view of its base again, and give the node of that to the tensor."""
    view.__class__ = Tensor
    past = past_of(view)
    with recorded_if(True):
        again = view._view.of(view._view.base)
    if again.node is not None:
        again.node.before = past
        view.node, view._requires_grad = again.node, True
    return view
