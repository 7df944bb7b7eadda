"""Hooks: functions of the user's that are called before or after a module runs, forwards or backwards."""

from dataclasses import dataclass
from typing import Any

from minidl.engine.tensor import Hook, Tensor
from minidl.errors import MinidlError
from minidl.ops.shape import cat


@dataclass(eq=False)
class Registered:
    """A hook, and how it wants to be called."""

    function: Any
    with_kwargs: bool = False
    always_call: bool = False

    def __call__(self, module, args, kwargs, *more):
        """Call the hook, with the keyword arguments of the module if it asked for them."""
        return self.function(module, args, *([kwargs] if self.with_kwargs else []), *more)


def register(module, kind, function, prepend=False, **how):
    """Add a hook to the list of its kind; `remove` of what is returned takes it away."""
    hooks, hook = module._hooks.setdefault(kind, []), Registered(function, **how)
    hooks.insert(0 if prepend else len(hooks), hook)
    return Hook(hooks, hook)


def call_with_hooks(module, args, kwargs):
    """Run `forward` with all hooks of the module around it."""
    hooks = module._hooks
    for hook in list(hooks.get("forward_pre", ())):
        args, kwargs = _replaced_arguments(hook, hook(module, args, kwargs), args, kwargs)
    watched = WatchedCall(module) if hooks.get("backward_pre") or hooks.get("backward") else None
    if watched is not None:
        args = watched.enter(args)
    waiting = list(hooks.get("forward", ()))
    try:
        result = module.forward(*args, **kwargs)
        while waiting:
            replaced = waiting.pop(0)(module, args, kwargs, result)
            result = result if replaced is None else replaced
    except BaseException:
        for hook in waiting:
            if hook.always_call:
                hook(module, args, kwargs, None)
        raise
    return result if watched is None else watched.leave(result)


def _replaced_arguments(hook, replaced, args, kwargs):
    """The arguments of a module after a forward pre-hook has seen them."""
    if replaced is None:
        return args, kwargs
    if not hook.with_kwargs:
        return (replaced if isinstance(replaced, tuple) else (replaced,)), kwargs
    if isinstance(replaced, tuple) and len(replaced) == 2:
        return replaced
    raise MinidlError(
        f"a forward pre-hook with_kwargs returns None or (args, kwargs), and this one returned {replaced!r:.60}"
    )


class WatchedCall:
    """One call of a module whose gradients hooks want to see.

    All tensors that enter are joined into one and split again, and so are all that leave. The gradient of the joined
    tensor is complete at one moment, which is when the hooks are called.
    """

    def __init__(self, module):
        self.module, self.grad_output = module, ()
        self.entered = False

    def enter(self, args):
        """The arguments of the module, routed through its backward hooks."""
        self.inputs = args
        args, together = joined(args)
        if together is not None:
            self.entered = True
            together.register_hook(self._entrance_reached)
        return args

    def leave(self, result):
        """The result of the module, routed through its backward pre-hooks."""
        self.outputs = result if isinstance(result, tuple) else (result,)
        parted, together = joined(self.outputs)
        if together is None:
            return result
        together.register_hook(self._exit_reached)
        return parted if isinstance(result, tuple) else parted[0]

    def _exit_reached(self, g):
        grads = parted(g, self.outputs)
        for hook in list(self.module._hooks.get("backward_pre", ())):
            grads = _replaced_gradients(hook.function(self.module, grads), grads)
        self.grad_output = grads
        if not self.entered:
            for hook in list(self.module._hooks.get("backward", ())):
                hook.function(self.module, (None,) * len(self.inputs), grads)
        return together_again(grads)

    def _entrance_reached(self, g):
        grads = parted(g, self.inputs)
        for hook in list(self.module._hooks.get("backward", ())):
            grads = _replaced_gradients(hook.function(self.module, grads, self.grad_output), grads)
        return together_again(grads)


def _takes_part(x):
    return isinstance(x, Tensor) and x.requires_grad


def joined(values):
    """The values with all tensors that want a gradient made parts of one long tensor; and that tensor, or None."""
    if not any(map(_takes_part, values)):
        return values, None
    together = cat([x.reshape(-1) for x in values if _takes_part(x)])
    if not together.requires_grad:  # nothing is recorded now
        return values, None
    return parted(together, values, values), together


def parted(together, like, otherwise=None):
    """The parts of a long tensor in the shapes of those of `like` that want a gradient; elsewhere `otherwise`, or None."""
    parts, start = [], 0
    for i, x in enumerate(like):
        if _takes_part(x):
            parts.append(together[start : start + x.numel()].reshape(x.shape).to(x.dtype))
            start += x.numel()
        else:
            parts.append(None if otherwise is None else otherwise[i])
    return tuple(parts)


def together_again(grads):
    """The gradients of the parts as that of the long tensor."""
    return cat([g.reshape(-1) for g in grads if g is not None])


def _replaced_gradients(replaced, grads):
    """The gradients after a hook has seen them, checked: one of the same shape for each."""
    if replaced is None:
        return grads
    replaced = replaced if isinstance(replaced, tuple) else (replaced,)
    if len(replaced) != len(grads):
        raise MinidlError(f"a backward hook got {len(grads)} gradients and returned {len(replaced)}")
    for new, old in zip(replaced, grads, strict=True):
        if (new is None) != (old is None) or (new is not None and new.shape != old.shape):
            raise MinidlError(
                f"a backward hook returned a gradient of shape {None if new is None else new.shape} in the place of one of "
                f"shape {None if old is None else old.shape}"
            )
    return replaced
