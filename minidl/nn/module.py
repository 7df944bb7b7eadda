"""Module: a piece of a network that knows its parameters and its parts."""

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np

from minidl.engine.grad_mode import this_thread
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError, ShapeError


class Parameter(Tensor):
    """A tensor that belongs to a module and is to be learned: it requires a gradient."""

    __slots__ = ()

    def __init__(self, data, requires_grad=True):
        if isinstance(data, Tensor):
            self.array, self.grad, self.node, self.hooks = data.array, None, None, None
            self.requires_grad = False
            if requires_grad:
                self.requires_grad_()
        else:
            super().__init__(data, requires_grad)

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()


class Module:
    """The parent of all layers and networks.

    A subclass creates its parts in ``__init__`` (after ``super().__init__()``) and computes in
    ``forward``. Parameters, buffers and modules that are assigned as attributes are found again by
    their names.

    Examples
    --------
    >>> import minidl as md
    >>> class Net(md.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = md.nn.Linear(2, 3)
    ...         self.out = md.nn.Linear(3, 1)
    ...     def forward(self, x):
    ...         return self.out(self.hidden(x).relu())
    >>> net = Net()
    >>> [name for name, _ in net.named_parameters()]
    ['hidden.weight', 'hidden.bias', 'out.weight', 'out.bias']
    >>> net(md.zeros(5, 2)).shape
    (5, 1)
    """

    training = True

    if TYPE_CHECKING:  # what a subclass assigns or registers

        def __getattr__(self, name: str) -> Any: ...

    def __init__(self):
        for name, start in (("_kinds", {}), ("_unsaved", set()), ("_forward_hooks", {})):
            object.__setattr__(self, name, start)

    def forward(self, *args):
        """What the module computes; every subclass defines it."""
        raise MinidlError(f"{type(self).__name__} has no forward method: define what it computes")

    def __call__(self, *args, **kwargs):
        """Run `forward`, and let the engine know in which module it is."""
        state = this_thread.state
        before = state.module_call
        state.module_call = (before, self)
        try:
            result = self.forward(*args, **kwargs)
        finally:
            state.module_call = before
        if self._forward_hooks:
            for hook in list(self._forward_hooks.values()):
                replaced = hook(self, args, result)
                result = result if replaced is None else replaced
        return result

    # Parameters, buffers and parts are ordinary attributes; which they are is noted beside their names in `_kinds`.

    def __setattr__(self, name, value):
        if "_kinds" not in self.__dict__:
            raise MinidlError(f"call super().__init__() first in {type(self).__name__}.__init__, then assign {name!r}")
        before = self._kinds.get(name)
        kind = "parameter" if isinstance(value, Parameter) else "module" if isinstance(value, Module) else None
        if kind is None and before in ("parameter", "buffer") and (value is None or isinstance(value, Tensor)):
            if before == "parameter" and value is not None:
                raise TypeError(f"{name!r} is a parameter; assign a Parameter or None, not a plain tensor")
            kind = before
        if kind != before:
            self._kinds.pop(name, None)
        if kind is not None:
            self._kinds[name] = kind
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        self._kinds.pop(name, None)
        object.__delattr__(self, name)

    def _of(self, kind):
        """The attributes of a kind by name, in the order in which they came."""
        return {name: self.__dict__[name] for name, own in self._kinds.items() if own == kind}

    def _register(self, kind, name, value):
        if hasattr(type(self), name):
            raise MinidlError(f"{type(self).__name__} has an attribute {name!r} of its own; choose another name")
        self._kinds[name] = kind
        object.__setattr__(self, name, value)

    def register_parameter(self, name, parameter):
        """Add a parameter under a name; None says that there is none, as for a layer without bias."""
        self._register("parameter", name, parameter)

    def register_buffer(self, name, tensor, persistent=True):
        """Add a tensor that is part of the state but not learned, such as a running mean."""
        self._register("buffer", name, tensor)
        if not persistent:
            self._unsaved.add(name)

    def add_module(self, name, module):
        """Add a part under a name."""
        self._register("module", name, module)

    def register_forward_hook(self, hook):
        """Call ``hook(module, args, output)`` after every forward; what it returns replaces the output."""
        key = object()
        self._forward_hooks[key] = hook
        return ForwardHook(self._forward_hooks, key)

    # Walking through

    def named_modules(self, prefix="", seen=None):
        """This module and all inside it, with their dotted names; each once."""
        seen = set() if seen is None else seen
        if id(self) not in seen:
            seen.add(id(self))
            yield prefix, self
            for name, module in self.named_children():
                yield from module.named_modules(f"{prefix}.{name}" if prefix else name, seen)

    def modules(self):
        """This module and all inside it."""
        return (module for _, module in self.named_modules())

    def named_children(self):
        """The direct parts with their names."""
        return ((name, module) for name, module in self._of("module").items() if module is not None)

    def children(self):
        """The direct parts."""
        return (module for _, module in self.named_children())

    def _named(self, kind, prefix="", recurse=True):
        seen = set()
        for path, module in self.named_modules(prefix) if recurse else [(prefix, self)]:
            for name, tensor in module._of(kind).items():
                if tensor is not None and id(tensor) not in seen:
                    seen.add(id(tensor))
                    yield f"{path}.{name}" if path else name, tensor

    def named_parameters(self, prefix="", recurse=True):
        """All parameters with their dotted names; a shared one once."""
        return self._named("parameter", prefix, recurse)

    def parameters(self, recurse=True):
        """All parameters."""
        return (p for _, p in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix="", recurse=True):
        """All buffers with their dotted names."""
        return self._named("buffer", prefix, recurse)

    def buffers(self, recurse=True):
        """All buffers."""
        return (b for _, b in self.named_buffers(recurse=recurse))

    def get_submodule(self, path):
        """The module with a dotted name."""
        module = self
        for name in filter(None, path.split(".")):
            parts = module._of("module")
            if name not in parts:
                raise AttributeError(f"{type(module).__name__} has no part {name!r} (looking for {path!r})")
            module = parts[name]
        return module

    def apply(self, function):
        """Call ``function(module)`` for every module inside, then for this one."""
        for module in self.children():
            module.apply(function)
        function(self)
        return self

    # Modes and dtypes

    def train(self, mode=True):
        """Switch to training (dropout drops, batch norm learns) and return the module."""
        for module in self.modules():
            object.__setattr__(module, "training", mode)
        return self

    def eval(self):
        """Switch to evaluation and return the module."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Freeze (False) or unfreeze all parameters."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self):
        """Forget all gradients."""
        for p in self.parameters():
            p.grad = None

    def to(self, *args, **kwargs):
        """All floating parameters and buffers in another dtype."""
        for _, tensor in [*self.named_parameters(), *self.named_buffers()]:
            if tensor.is_floating_point():
                tensor.array = tensor.detach().to(*args, **kwargs).array
                if tensor.grad is not None:
                    tensor.grad = tensor.grad.detach().to(*args, **kwargs)
        return self

    def float(self):
        """All floating parameters and buffers as float32."""
        return self.to(np.float32)

    def double(self):
        """All floating parameters and buffers as float64."""
        return self.to(np.float64)

    # State

    def state_dict(self):
        """The parameters and buffers by their dotted names, sharing memory with the module."""
        result = OrderedDict()
        for path, module in self._all_modules():
            for name, tensor in [*module._of("parameter").items(), *module._of("buffer").items()]:
                if tensor is not None and name not in module._unsaved:
                    result[f"{path}.{name}" if path else name] = tensor.detach()
        return result

    def _all_modules(self, prefix=""):
        """As `named_modules`, but a shared module under each of its names."""
        yield prefix, self
        for name, module in self.named_children():
            yield from module._all_modules(f"{prefix}.{name}" if prefix else name)

    def load_state_dict(self, state_dict, strict=True):
        """Take over values from a state dict, of this module or of PyTorch's.

        Nothing is changed unless everything fits.

        Raises
        ------
        MinidlError
            It lists the keys that are missing, those not expected, and those of another shape.
        """
        own = self.state_dict()
        missing = [key for key in own if key not in state_dict]
        unexpected = [key for key in state_dict if key not in own]
        given = {key: np.asarray(_values(state_dict[key])) for key in own if key in state_dict}
        misfits = [
            f"{key}: {given[key].shape} given, {own[key].shape} needed"
            for key in given
            if given[key].shape != own[key].shape
        ]
        problems = []
        if strict and missing:
            problems.append("missing: " + ", ".join(missing))
        if strict and unexpected:
            problems.append("unexpected: " + ", ".join(unexpected))
        if misfits:
            problems.append("of another shape: " + "; ".join(misfits))
        if problems:
            kind = ShapeError if misfits else MinidlError
            raise kind(
                f"the state dict does not fit {type(self).__name__}, and nothing was loaded\n    " + "\n    ".join(problems)
            )
        for key, values in given.items():
            own[key].copy_(Tensor.wrap(values))
        return missing, unexpected

    # Printing

    def extra_repr(self):
        """The arguments of the module, for its printed form."""
        return ""

    def summary(self):
        """The module as a tree with the number of parameters of every part."""
        from minidl.nn.summary import Summary

        return Summary(self)

    def _repr_html_(self):
        return self.summary()._repr_html_()

    def __repr__(self):
        parts = self._of("module")
        if not parts:
            return f"{type(self).__name__}({self.extra_repr()})"
        lines = [f"({name}): " + repr(module).replace("\n", "\n  ") for name, module in parts.items()]
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"


def _values(tensor):
    return tensor.detach().numpy() if hasattr(tensor, "detach") else tensor


class ForwardHook:
    """A registered forward hook; `remove` takes it away."""

    def __init__(self, hooks, key):
        self.hooks, self.key = hooks, key

    def remove(self):
        """Take the hook away."""
        self.hooks.pop(self.key, None)
