"""Module: a piece of a network that knows its parameters and its parts."""

from collections import OrderedDict
from collections.abc import MutableMapping
from typing import Any

import numpy as np

from minidl.engine import dtypes
from minidl.engine.grad_mode import this_thread
from minidl.engine.names import SAID, missing
from minidl.engine.tensor import Tensor
from minidl.errors import DeviceError, DtypeError, MinidlError
from minidl.nn import hooks
from minidl.nn.parameter import Buffer, Parameter
from minidl.nn.state import load_state_dict


class Module:
    """The base class of all layers and networks.

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

    def __init__(self):
        for name, start in (("_kinds", {}), ("_unsaved", set()), ("_hooks", {})):
            object.__setattr__(self, name, start)

    def forward(self, *args):
        """What the module computes; every subclass defines it."""
        raise MinidlError(f"{type(self).__name__} has no forward method: define what it computes")

    def __call__(self, *args, **kwargs):
        """Run `forward`, with the hooks around it, and let the engine know in which module it is."""
        state = this_thread.state
        before = state.module_call
        state.module_call = (before, self)
        try:
            return hooks.call_with_hooks(self, args, kwargs) if self._hooks else self.forward(*args, **kwargs)
        finally:
            state.module_call = before

    # Parameters, buffers and parts are ordinary attributes; which they are is noted beside their names in `_kinds`.

    def __setattr__(self, name, value):
        kind = "parameter" if isinstance(value, Parameter) else "module" if isinstance(value, Module) else None
        if "_kinds" not in self.__dict__:
            if kind is not None:
                raise MinidlError(f"call super().__init__() first in {type(self).__name__}.__init__, then assign {name!r}")
            object.__setattr__(self, name, value)
            return
        if isinstance(value, Buffer):
            self.register_buffer(name, value, value.persistent)
            return
        before = self._kinds.get(name)
        if kind is None and before is not None and (value is None or isinstance(value, Tensor)):
            if before == "parameter" and value is not None:
                raise TypeError(f"{name!r} is a parameter; assign a Parameter or None, not a plain tensor")
            kind = before if before != "module" or value is None else None
        if kind != before:
            self._kinds.pop(name, None)
        if kind is not None:
            self._kinds[name] = kind
        object.__setattr__(self, name, value)

    def __getattr__(self, name) -> Any:  # called only for names that do not exist
        kind = type(self).__name__
        if hasattr(Tensor, name) and not name.startswith("_"):
            raise AttributeError(
                f"{kind!r} object has no attribute {name!r}: that belongs to a tensor. This is a module, which makes one "
                f"when it is called: {kind}(...)(x).{name}",
                **SAID,
            )
        raise missing(f"{kind!r} object", name, dir(self), reasons={})

    def __delattr__(self, name):
        self._kinds.pop(name, None)
        self._unsaved.discard(name)
        object.__delattr__(self, name)

    def _of(self, kind):
        """The attributes of a kind by name, in the order in which they came."""
        attributes = self.__dict__
        return {name: attributes[name] for name, own in self._kinds.items() if own == kind}

    _parameters = property(lambda self: Attributes(self, "parameter"))
    _buffers = property(lambda self: Attributes(self, "buffer"))
    _modules = property(lambda self: Attributes(self, "module"))
    _forward_hooks = property(lambda self: dict(enumerate(hook.function for hook in self._hooks.get("forward", ()))))

    def _register(self, kind, name, value):
        if not isinstance(name, str) or not name or "." in name:
            raise KeyError(f"the name of a {kind} is a text without dots, not {name!r}")
        if hasattr(type(self), name):
            raise MinidlError(f"{type(self).__name__} has an attribute {name!r} of its own; choose another name")
        if name in self.__dict__ and self._kinds.get(name) != kind:
            raise KeyError(f"attribute {name!r} exists already, and is no {kind}")
        self._kinds[name] = kind
        object.__setattr__(self, name, value)

    def register_parameter(self, name, param):
        """Add a parameter under a name; None means that there is none, as for a layer without bias."""
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"{name!r} must be a Parameter or None, not a {type(param).__name__}. "
                f"Did you mean nn.Parameter({'tensor' if isinstance(param, Tensor) else 'minidl.tensor(...)'}) ?"
            )
        if param is not None and param.node is not None:
            raise ValueError(f"{name!r} was computed from other tensors; a parameter is where a graph begins")
        self._register("parameter", name, param)

    def register_buffer(self, name, tensor, persistent=True):
        """Add a tensor that is part of the state but not learned, such as a running mean."""
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"buffer {name!r} must be a Tensor or None, not a {type(tensor).__name__}")
        self._register("buffer", name, tensor)
        (self._unsaved.discard if persistent else self._unsaved.add)(name)

    def add_module(self, name, module):
        """Add a part under a name."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(
                f"part {name!r} must be a Module or None, not a {type(module).__name__}. "
                "A function such as relu has a module of its own (nn.ReLU())."
            )
        self._register("module", name, module)

    register_module = add_module

    # Hooks. What each of these returns has a method `remove`.

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Call ``hook(module, args)`` before every forward; what it returns replaces the arguments."""
        return hooks.register(self, "forward_pre", hook, prepend, with_kwargs=with_kwargs)

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        """Call ``hook(module, args, output)`` after every forward; what it returns replaces the output."""
        return hooks.register(self, "forward", hook, prepend, with_kwargs=with_kwargs, always_call=always_call)

    def register_full_backward_pre_hook(self, hook, prepend=False):
        """Call ``hook(module, grad_output)`` when the gradient reaches the module; what it returns replaces it."""
        return hooks.register(self, "backward_pre", hook, prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        """Call ``hook(module, grad_input, grad_output)`` when the gradient leaves the module at its inputs.

        What it returns replaces `grad_input`. Both are tuples, with None for what wants no gradient.
        """
        return hooks.register(self, "backward", hook, prepend)

    register_backward_hook = register_full_backward_hook

    # Walking through

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """This module and all inside it, with their dotted names; each once."""
        memo = set() if memo is None else memo
        if id(self) not in memo:
            if remove_duplicate:
                memo.add(id(self))
            yield prefix, self
            for name, module in self._of("module").items():
                if module is not None:
                    yield from module.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self, remove_duplicate=True):
        """This module and all inside it."""
        return (module for _, module in self.named_modules(remove_duplicate=remove_duplicate))

    def named_children(self):
        """The direct parts with their names; each once."""
        seen = set()
        for name, module in self._of("module").items():
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self):
        """The direct parts."""
        return (module for _, module in self.named_children())

    def _named(self, kind, prefix, recurse, remove_duplicate):
        seen = set()
        for path, module in self.named_modules(None, prefix, remove_duplicate) if recurse else [(prefix, self)]:
            for name, tensor in module._of(kind).items():
                if tensor is not None and id(tensor) not in seen:
                    if remove_duplicate:
                        seen.add(id(tensor))
                    yield f"{path}.{name}" if path else name, tensor

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """All parameters with their dotted names; a shared one once."""
        return self._named("parameter", prefix, recurse, remove_duplicate)

    def parameters(self, recurse=True):
        """All parameters."""
        return (p for _, p in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        """All buffers with their dotted names."""
        return self._named("buffer", prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        """All buffers."""
        return (b for _, b in self.named_buffers(recurse=recurse))

    def get_submodule(self, target):
        """The module with a dotted name."""
        module = self
        for name in filter(None, target.split(".")):
            parts = module._of("module")
            if name not in parts:
                raise AttributeError(f"{type(module).__name__} has no part {name!r} (looking for {target!r})")
            module = parts[name]
        return module

    def set_submodule(self, target, module, strict=False):
        """Put `module` in the place of the part with a dotted name; if `strict`, only where there is one."""
        path, _, name = target.rpartition(".")
        if strict:
            self.get_submodule(target)
        setattr(self.get_submodule(path), name, module)

    def _get(self, kind, target):
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if module._kinds.get(name) != kind:
            raise AttributeError(f"{type(module).__name__} has no {kind} {name!r} (looking for {target!r})")
        return getattr(module, name)

    def get_parameter(self, target):
        """The parameter with a dotted name."""
        return self._get("parameter", target)

    def get_buffer(self, target):
        """The buffer with a dotted name."""
        return self._get("buffer", target)

    def apply(self, fn):
        """Call ``fn(module)`` for every module inside, then for this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    # Modes and dtypes

    def train(self, mode=True):
        """Switch to training (dropout drops, batch norm learns) and return the module."""
        if not isinstance(mode, bool | np.bool_):
            raise ValueError(f"train() takes True or False, not {mode!r:.40}")
        for module in self.modules():
            object.__setattr__(module, "training", bool(mode))
        return self

    def eval(self):
        """Switch to evaluation and return the module."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Freeze (False) or unfreeze all parameters."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Forget all gradients, or (``set_to_none=False``) fill them with zeros."""
        for p in self.parameters():
            if set_to_none:
                p.grad = None
            elif p.grad is not None:
                p.grad = p.grad.detach() * 0

    def to(self, *args, **kwargs):
        """All floating parameters and buffers in another dtype; ``"cpu"`` is accepted as a device.

        Raises
        ------
        DeviceError
            For a device other than the CPU.
        """
        kwargs = {name: value for name, value in kwargs.items() if name not in ("non_blocking", "memory_format")}
        if "tensor" in kwargs:
            args = (kwargs.pop("tensor"), *args)
        # What is asked for, tried on two tensors: a dtype makes them alike, a device alone leaves each as it is.
        outcomes = {Tensor.wrap(np.zeros(0, d)).to(*args, **kwargs).dtype for d in (dtypes.float32, dtypes.float64)}
        if len(outcomes) > 1:
            return self
        (dtype,) = outcomes
        if dtype.kind != "f":
            raise TypeError(f"the parameters of a module are floating-point numbers, and cannot become {dtype}")
        return self._cast(dtype)

    def _cast(self, dtype):
        for _, tensor in [*self.named_parameters(), *self.named_buffers()]:
            if tensor.is_floating_point() and tensor.dtype != dtype:
                grad, tensor.data = tensor.grad, tensor.detach().to(dtype)
                tensor.grad = None if grad is None else grad.detach().to(dtype)
        return self

    def type(self, dst_type):
        """All floating parameters and buffers in another dtype."""
        return self._cast(np.dtype(dst_type))

    def half(self):
        """All floating parameters and buffers as float16."""
        return self._cast(dtypes.float16)

    def float(self):
        """All floating parameters and buffers as float32."""
        return self._cast(dtypes.float32)

    def double(self):
        """All floating parameters and buffers as float64."""
        return self._cast(dtypes.float64)

    def bfloat16(self):
        """Refused: NumPy has no bfloat16."""
        raise DtypeError("minidl computes in float16, float32 and float64; there is no bfloat16. Did you mean net.half() ?")

    def cpu(self):
        """The module itself: it is on the CPU."""
        return self

    def share_memory(self):
        """The module itself: threads share its memory already."""
        return self

    def compile(self, *args, **kwargs):
        """Nothing: there is nothing to compile."""

    def cuda(self, device=None):
        """Refused, because minidl computes on the CPU alone."""
        raise DeviceError(
            "minidl computes on the CPU alone, so a module cannot move to cuda. Leave the line out, or write it as lessons "
            'do that run anywhere: device = "cuda" if minidl.cuda.is_available() else "cpu"; net.to(device)'
        )

    # State

    def state_dict(self, *, destination=None, prefix="", keep_vars=False):
        """The parameters and buffers by their dotted names, sharing memory with the module.

        Parameters
        ----------
        destination : dict, optional
            A dict to add to, instead of a new one.
        prefix : str
            Put before every name.
        keep_vars : bool
            Give the parameters themselves, instead of tensors outside the graph.
        """
        result = OrderedDict() if destination is None else destination
        for name in ("parameter", "buffer"):
            for key, tensor in self._of(name).items():
                if tensor is not None and key not in self._unsaved:
                    result[prefix + key] = tensor if keep_vars else tensor.detach()
        for name, module in self._of("module").items():
            if module is not None:
                module.state_dict(destination=result, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in list(self._hooks.get("state_dict", ())):
            hook.function(self, result, prefix, {})
        return result

    load_state_dict = load_state_dict

    def register_state_dict_post_hook(self, hook):
        """Call ``hook(module, state_dict, prefix, metadata)`` on every state dict that is made."""
        return hooks.register(self, "state_dict", hook)

    def register_load_state_dict_pre_hook(self, hook):
        """Call ``hook(module, state_dict, prefix, metadata, strict, missing, unexpected, errors)`` before loading."""
        return hooks.register(self, "load_pre", hook)

    def register_load_state_dict_post_hook(self, hook):
        """Call ``hook(module, incompatible_keys)`` after a state dict was loaded."""
        return hooks.register(self, "load_post", hook)

    # Printing

    def extra_repr(self):
        """The arguments of the module, for its printed form."""
        return ""

    def summary(self):
        """The module as a tree with the number of parameters of every part."""
        from minidl.nn.summary import Summary  # late: it counts the parameters of modules, so it knows this one

        return Summary(self)

    def _repr_html_(self):
        return self.summary()._repr_html_()

    def __repr__(self):
        lines = [f"({name}): " + repr(module).replace("\n", "\n  ") for name, module in self._of("module").items()]
        own = self.extra_repr()
        if not lines:
            return f"{type(self).__name__}({own})"
        return f"{type(self).__name__}(\n  " + "\n  ".join([own, *lines] if own else lines) + "\n)"


class Attributes(MutableMapping):
    """The parameters, buffers or parts of a module as a dict: PyTorch's ``module._modules`` and its like."""

    def __init__(self, module, kind):
        self.module, self.kind = module, kind

    def __getitem__(self, name):
        return self.module._of(self.kind)[name]

    def __setitem__(self, name, value):
        self.module._register(self.kind, name, value)

    def __delitem__(self, name):
        self[name]
        delattr(self.module, name)

    def __iter__(self):
        return iter(self.module._of(self.kind))

    def __len__(self):
        return len(self.module._of(self.kind))

    def __repr__(self):
        return repr(self.module._of(self.kind))


def shown(module, *names, **usual):
    """Arguments of a module for its printed form: the `names` always, the others where they are not as `usual`.

    >>> import minidl as md
    >>> shown(md.nn.Linear(2, 3), "in_features", out_features=3)
    'in_features=2'
    """
    others = [name for name, value in usual.items() if getattr(module, name) != value]
    return ", ".join(f"{name}={getattr(module, name)!r}" for name in (*names, *others))
