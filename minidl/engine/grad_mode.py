"""Whether operations are recorded, who watches them, and the clock that orders them."""

import threading
from functools import partial, wraps
from inspect import isgeneratorfunction
from itertools import count

from minidl.engine.restoring import Restoring, remembered

clock = count(1)  # serial numbers of nodes, and the times of changes made in place


class State:
    """What differs from thread to thread.

    Attributes
    ----------
    recording : bool
        Whether operations leave nodes behind.
    module_call : tuple or None
        The call of a module under way, as (the call around it, the module).
    observers : tuple
        What is notified of every operation: `watch`, `detect_anomaly`, inference mode.
    inference : bool
        Whether inference mode is on, in which `enable_grad` has no effect.
    """

    __slots__ = ("inference", "module_call", "observers", "recording")
    module_call: tuple | None
    observers: tuple

    def __init__(self):
        self.recording, self.module_call, self.observers, self.inference = True, None, (), False


class _Thread(threading.local):
    def __init__(self):
        self.state = State()


this_thread = _Thread()  # this_thread.state is the running thread's own


def is_grad_enabled():
    """Whether operations are recorded now."""
    return this_thread.state.recording


class _GradMode(Restoring):
    """A context manager and decorator that sets whether operations are recorded."""

    mode: bool

    def __new__(cls, function=None):
        made = super().__new__(cls)
        return made if function is None else made(function)

    def __enter__(self):
        state = this_thread.state
        self.end_by(remembered(state, "recording"))
        state.recording = self.mode

    def again(self):
        """A new context of the same mode: a decorated function may call itself, and run in several threads."""
        return type(self)()

    def __call__(self, function):
        if isgeneratorfunction(function):
            return _each_step_inside(function, self.again)

        @wraps(function)
        def inside(*args, **kwargs):
            with self.again():
                return function(*args, **kwargs)

        return inside


def _each_step_inside(function, context):
    """A generator function whose steps run inside `context`, while what happens between them does not."""

    @wraps(function)
    def generator(*args, **kwargs):
        with context():
            running = function(*args, **kwargs)
            step = partial(next, running)
        try:
            while True:
                with context():
                    value = step()
                try:
                    step = partial(running.send, (yield value))
                except GeneratorExit:
                    raise
                except BaseException as error:
                    step = partial(running.throw, error)
        except StopIteration as end:
            return end.value
        finally:
            with context():
                running.close()

    return generator


class no_grad(_GradMode):
    """Inside, operations leave no graph: for evaluation, and for changing weights by hand.

    Works as a context manager and as a decorator, also of generator functions.

    >>> import minidl as md
    >>> w = md.ones(2, requires_grad=True)
    >>> with md.no_grad():
    ...     w -= 0.5
    >>> w
    tensor([0.5000, 0.5000], requires_grad=True)
    """

    mode = False


class enable_grad(_GradMode):
    """Inside, operations are recorded again, also within `no_grad` (but not within `inference_mode`, as in PyTorch)."""

    mode = True

    def __enter__(self):
        super().__enter__()
        this_thread.state.recording = not this_thread.state.inference


class ChosenGradMode(_GradMode):
    """A grad mode that is given when it is made."""

    def __new__(cls, mode=True):
        """A block of this mode; or, given a function, that function run in it."""
        if callable(mode):
            return cls(True)(mode)
        made = super().__new__(cls)
        made.mode = cls.recording_for(mode)
        return made

    @staticmethod
    def recording_for(mode):
        """What `mode` means for recording."""
        return mode

    def again(self):
        """A new context of the same mode."""
        return recorded_if(self.mode)


class recorded_if(ChosenGradMode):
    """A block in which operations are recorded, or not: `set_grad_enabled`, but only from where the block begins."""


class set_grad_enabled(ChosenGradMode):
    """Whether operations are recorded: from here on, inside a ``with`` block, or in a decorated function.

    >>> import minidl as md
    >>> x = md.ones(2, requires_grad=True)
    >>> with md.set_grad_enabled(False):
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    at_start: bool

    def __new__(cls, mode):
        """Set the mode at once; as a block or a decorator, it ends with that."""
        made = super().__new__(cls, bool(mode))
        made.at_start = this_thread.state.recording
        this_thread.state.recording = made.mode and not this_thread.state.inference
        return made

    def __enter__(self):
        state = this_thread.state
        self.end_by(partial(setattr, state, "recording", self.at_start))
        state.recording = self.mode and not state.inference

    def __call__(self, function):
        """The function, run in this mode."""
        this_thread.state.recording = self.at_start  # it was meant for the function alone
        return super().__call__(function)
