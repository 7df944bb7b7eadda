"""Whether operations are recorded, who watches them, and the clock that orders them."""

import threading
from functools import wraps
from itertools import count

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
        Who is told of every operation: `watch`, `detect_anomaly`.
    """

    __slots__ = ("module_call", "observers", "recording")
    module_call: tuple | None
    observers: tuple

    def __init__(self):
        self.recording, self.module_call, self.observers = True, None, ()


class _Thread(threading.local):
    def __init__(self):
        self.state = State()


this_thread = _Thread()  # this_thread.state is the running thread's own


def is_grad_enabled():
    """Whether operations are recorded now."""
    return this_thread.state.recording


class set_grad_enabled:
    """Whether operations are recorded, from here on or inside a ``with`` block or a function.

    >>> import minidl as md
    >>> x = md.ones(2, requires_grad=True)
    >>> with md.set_grad_enabled(False):
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    def __init__(self, mode):
        self.mode, self.before = bool(mode), [this_thread.state.recording]
        this_thread.state.recording = self.mode

    def __enter__(self):
        this_thread.state.recording = self.mode
        return self

    def __exit__(self, *error):
        this_thread.state.recording = self.before[-1]


class _GradMode:
    """A context manager and decorator that sets whether operations are recorded."""

    mode: bool
    before: list

    def __new__(cls, function=None):
        made = super().__new__(cls)
        made.before = []
        return made if function is None else made(function)

    def __enter__(self):
        state = this_thread.state
        self.before.append(state.recording)
        state.recording = self.mode

    def __exit__(self, *error):
        this_thread.state.recording = self.before.pop()

    def __call__(self, function):
        @wraps(function)
        def inside(*args, **kwargs):
            with type(self)():
                return function(*args, **kwargs)

        return inside


class no_grad(_GradMode):
    """Inside, operations leave no graph: for evaluation, and for changing weights by hand.

    Works as a context manager and as a decorator.

    >>> import minidl as md
    >>> w = md.ones(2, requires_grad=True)
    >>> with md.no_grad():
    ...     w -= 0.5
    >>> w
    tensor([0.5000, 0.5000], requires_grad=True)
    """

    mode = False


class inference_mode(no_grad):
    """PyTorch's stricter `no_grad`; here they are the same."""


class enable_grad(_GradMode):
    """Inside, operations are recorded again, also within `no_grad`."""

    mode = True
