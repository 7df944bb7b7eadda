"""Parametrizations: a parameter that is computed from other ones, whenever it is read.

The parameter moves into a module of its own, ``module.parametrizations.weight.original``; in its place comes a property
that sends it through the parametrizations. For this the module gets a class of its own, a subclass of what it was.
"""

from contextlib import contextmanager
from copy import deepcopy

from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError, ShapeError
from minidl.nn.container import ModuleDict, ModuleList
from minidl.nn.parameter import Parameter

_cache: dict = {}  # while `cached`: (id of the module, name) -> the computed tensor
_cached = 0


@contextmanager
def cached():
    """Inside, a parametrized tensor is computed once, however often it is read."""
    global _cached
    _cached += 1
    try:
        yield
    finally:
        _cached -= 1
        if not _cached:
            _cache.clear()


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, in the order in which it goes through them, and what they start from.

    Attributes
    ----------
    original : Parameter
        What is learned; `original0`, `original1`, ... where the first parametrization makes one tensor of several.
    """

    def __init__(self, modules, original, unsafe=False):
        super().__init__(modules)
        self.unsafe = unsafe
        values = original
        for module in reversed(list(self)):
            if hasattr(type(module), "right_inverse"):
                with no_grad():
                    values = module.right_inverse(values)
        self.is_tensor = isinstance(values, Tensor)
        values = [values] if self.is_tensor else list(values)
        self.ntensors = len(values)
        for i, value in enumerate(values):
            name = "original" if self.is_tensor else f"original{i}"
            if isinstance(original, Parameter):
                if value is not original:
                    value = Parameter(value.detach(), original.requires_grad)
                self.register_parameter(name, value)
            else:
                self.register_buffer(name, value)

    def _originals(self):
        return [self.original] if self.is_tensor else [getattr(self, f"original{i}") for i in range(self.ntensors)]

    def right_inverse(self, value):
        """Choose the originals so that `value` comes out."""
        with no_grad():
            for module in reversed(list(self)):
                if not hasattr(type(module), "right_inverse"):
                    raise MinidlError(
                        f"the parametrization {type(module).__name__} has no right_inverse, so no value can be assigned: it "
                        "would have to say which original leads to it"
                    )
                value = module.right_inverse(value)
            for original, new in zip(self._originals(), [value] if self.is_tensor else value, strict=True):
                original.copy_(new)

    def forward(self):
        """The computed tensor."""
        first, *others = self
        value = first(*self._originals())
        for module in others:
            value = module(value)
        return value


def is_parametrized(module, tensor_name=None):
    """Whether any tensor of the module is parametrized, or that of a name."""
    parametrizations = module.__dict__.get("parametrizations")
    if not isinstance(parametrizations, ModuleDict):
        return False
    return len(parametrizations) > 0 if tensor_name is None else tensor_name in parametrizations


def _class_with_properties(module):
    """Give the module a class of its own, a subclass of the one it has, in which properties can be defined."""
    kind = type(module)

    def copied_deeply(self, memo):
        copied = self.__new__(type(self))
        memo[id(self)] = copied
        copied.__dict__.update(deepcopy(self.__dict__, memo))
        return copied

    module.__class__ = type(f"Parametrized{kind.__name__}", (kind,), {"__deepcopy__": copied_deeply, "__module__": __name__})


def _property(name):
    def computed(self):
        if not _cached:
            return self.parametrizations[name]()
        key = (id(self), name)
        if key not in _cache:
            _cache[key] = self.parametrizations[name]()
        return _cache[key]

    def assign(self, value):
        self.parametrizations[name].right_inverse(value)

    return property(computed, assign)


def register_parametrization(module, tensor_name, parametrization, *, unsafe=False):
    """Send a parameter through `parametrization` whenever it is read.

    Parameters
    ----------
    module : Module
    tensor_name : str
        The name of one of its parameters or buffers.
    parametrization : Module
        From the original to the parameter; with a method `right_inverse`, values can be assigned too.
    unsafe : bool
        Allow it to change the shape or the dtype.

    Returns
    -------
    Module
        `module` itself.

    Examples
    --------
    >>> import minidl as md
    >>> class Symmetric(md.nn.Module):
    ...     def forward(self, x):
    ...         return x.triu() + x.triu(1).T
    >>> layer = md.nn.Linear(3, 3)
    >>> layer = register_parametrization(layer, "weight", Symmetric())
    >>> bool((layer.weight == layer.weight.T).all())
    True
    >>> [name for name, _ in layer.named_parameters()]
    ['bias', 'parametrizations.weight.original']
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        held = module.parametrizations[tensor_name]
        held.append(parametrization)
        return module
    if module._kinds.get(tensor_name) not in ("parameter", "buffer"):
        raise ValueError(f"{type(module).__name__} has no parameter or buffer {tensor_name!r} that could be parametrized")
    original = getattr(module, tensor_name)
    held = ParametrizationList([parametrization], original, unsafe)
    with no_grad():
        made = held()
    if not unsafe and (made.shape != original.shape or made.dtype != original.dtype):
        raise ShapeError(
            f"the parametrization makes {made.dtype} of shape {made.shape} of {original.dtype} of shape {original.shape}.\n"
            "If that is meant, say unsafe=True"
        )
    delattr(module, tensor_name)
    if not is_parametrized(module):
        _class_with_properties(module)
        module.parametrizations = ModuleDict()
    module.parametrizations[tensor_name] = held
    setattr(type(module), tensor_name, _property(tensor_name))
    return module


def remove_parametrizations(module, tensor_name, leave_parametrized=True):
    """Make an ordinary parameter of a parametrized one.

    Parameters
    ----------
    leave_parametrized : bool
        Whether it keeps the computed value, or goes back to the original.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"{type(module).__name__} has no parametrized tensor {tensor_name!r}")
    held = module.parametrizations[tensor_name]
    kind = held._kinds["original" if held.is_tensor else "original0"]
    if not leave_parametrized and not held.is_tensor:
        raise ValueError(f"{tensor_name!r} is computed from several tensors, so there is no one original to go back to")
    with no_grad():
        value = getattr(module, tensor_name).detach().clone() if leave_parametrized else held.original.detach()
    wanted = held._originals()[0]
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    if kind == "parameter":
        if held.is_tensor:  # the same object, which an optimiser may hold
            wanted.data = value
            value = wanted
        else:
            value = Parameter(value, wanted.requires_grad)
        module.register_parameter(tensor_name, value)
    else:
        module.register_buffer(tensor_name, value)
    if not is_parametrized(module):
        delattr(module, "parametrizations")
        module.__class__ = type(module).__bases__[0]
    return module
