"""Inference mode: no gradient may need later what is made inside, as in PyTorch."""

import weakref
from functools import partial

from minidl.engine.changes import owner_of
from minidl.engine.grad_mode import ChosenGradMode, this_thread
from minidl.engine.restoring import remembered
from minidl.errors import GraphError


class InferenceMemory:
    """Which arrays were made in inference mode and are still alive; views share the memory of the array that owns it.

    >>> import numpy as np
    >>> memory, made = InferenceMemory(), np.zeros(4)
    >>> memory.add(made)
    >>> memory.holds(made[1:]), memory.holds(np.zeros(4))
    (True, False)
    """

    def __init__(self):
        self.owners = {}

    def add(self, array):
        """Note that the memory of `array` was made in inference mode."""
        owner = owner_of(array)
        self.owners[id(owner)] = weakref.ref(owner, partial(self._forget, id(owner)))

    def _forget(self, key, _):
        """The array is gone, and another one may get its id."""
        self.owners.pop(key, None)

    def holds(self, array):
        """Whether the memory of `array` was made in inference mode."""
        if not self.owners:
            return False
        owner = owner_of(array)
        known = self.owners.get(id(owner))
        return known is not None and known() is owner  # Ctrl-C may have come while the last holder of this id was forgotten


memory = InferenceMemory()


class _Marker:
    """An observer that marks what operations make; a view of a tensor from outside stays one from outside."""

    def ran(self, operation, args, kwargs, arrays, out):
        """An operation ran on `arrays` and made `out`."""
        owner = owner_of(out.array)
        if not any(owner is owner_of(a) for a in arrays if hasattr(a, "base")):
            memory.add(out.array)

    def changed(self, tensor, new):
        """Changes in place make no memory."""

    def pulled(self, slot, g):
        """Gradients are no concern here."""


MARKER = _Marker()


class inference_mode(ChosenGradMode):
    """PyTorch's stricter `no_grad`: what is made inside takes part in no graph later, either.

    A gradient that would need such a tensor is refused, and so is changing it outside; its `clone()` is an ordinary
    tensor. ``inference_mode(False)`` records, also inside of either.

    >>> import minidl as md
    >>> w = md.ones(2, requires_grad=True)
    >>> with md.inference_mode():
    ...     y = w * 2
    >>> y.requires_grad, (w + y).requires_grad  # the gradient of w * y would need y
    (False, True)
    """

    @staticmethod
    def recording_for(mode):
        """What `mode` means for recording."""
        return not mode

    def __enter__(self):
        state = this_thread.state
        self.end_by(*[remembered(state, name) for name in ("recording", "inference", "observers")])
        others = tuple([o for o in state.observers if o is not MARKER])
        state.observers = others if self.mode else (*others, MARKER)
        state.recording, state.inference = self.mode, not self.mode

    def again(self):
        """A new context of the same mode."""
        return inference_mode(not self.mode)


def refuse_change_outside(tensor, what):
    """Raise GraphError where a tensor from inference mode would be changed outside of it."""
    if memory.holds(tensor.array) and not this_thread.state.inference:
        raise GraphError(
            f"{what} would change a tensor that was made in inference_mode(), outside of it. Change a copy, x.clone(), or "
            "compute it under no_grad() instead"
        )


def refuse_gradient(tensor):
    """Raise GraphError where a tensor from inference mode is to require a gradient outside of it."""
    if memory.holds(tensor.array) and not this_thread.state.inference:
        raise GraphError(
            "a tensor that was made in inference_mode() cannot require a gradient outside of it. Did you mean x.clone() ?"
        )
