"""Loading a state dict into a module."""

from collections import namedtuple

import numpy as np

from minidl.engine.conversion import as_array
from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError, StateDictError
from minidl.nn.parameter import Parameter, UninitializedParameter


class IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """Which keys of a module a state dict lacked, and which of its keys the module lacks."""

    __slots__ = ()

    def __repr__(self):
        return super().__repr__() if any(self) else "<All keys matched successfully>"

    __str__ = __repr__


def load_state_dict(module, state_dict, strict=True, assign=False):
    """Take over values from a state dict, of this module or of PyTorch's.

    Nothing is changed unless everything fits.

    Parameters
    ----------
    state_dict : dict
    strict : bool
        Whether every key of the module must be there, and no other.
    assign : bool
        Take over the tensors themselves, with their dtypes, instead of copying their values.

    Returns
    -------
    IncompatibleKeys
        The keys that are missing and those not expected.

    Raises
    ------
    StateDictError
        It lists the keys that are missing, those not expected, and those of another shape.
    """
    if not hasattr(state_dict, "keys"):
        raise TypeError(f"load_state_dict takes a dict of names and tensors, not a {type(state_dict).__name__}")
    state_dict = dict(state_dict)
    own, problems = module.state_dict(keep_vars=True), []
    missing = [key for key in own if key not in state_dict]
    unexpected = [key for key in state_dict if key not in own]
    for path, part in module.named_modules():
        for hook in list(part._hooks.get("load_pre", ())):
            hook.function(part, state_dict, f"{path}." if path else "", {}, strict, missing, unexpected, problems)
    given = {key: as_array(state_dict[key]) for key in own if key in state_dict}
    misfits = [
        f"{key}: {given[key].shape} given, {own[key].shape} needed"
        for key in given
        if not isinstance(own[key], UninitializedParameter) and given[key].shape != own[key].shape
    ]
    if strict and missing:
        problems.append("missing: " + ", ".join(missing))
    if strict and unexpected:
        problems.append("unexpected: " + ", ".join(unexpected))
    if misfits:
        problems.append("of another shape: " + "; ".join(misfits))
    if problems:
        kind = ShapeError if misfits else StateDictError
        raise kind(
            f"the state dict does not fit {type(module).__name__}, and nothing was loaded\n    " + "\n    ".join(problems)
        )
    for key, values in given.items():
        _take_over(module, key, own[key], state_dict[key] if assign else None, values)
    result = IncompatibleKeys(missing, unexpected)
    for part in module.modules():
        for hook in list(part._hooks.get("load_post", ())):
            hook.function(part, result)
    return result


def _take_over(module, key, own, assigned, values):
    """Give one parameter or buffer its new values, or (`assigned`) put the given tensor in its place."""
    if assigned is None:
        if isinstance(own, UninitializedParameter):
            own.materialize(values.shape)
        with no_grad():
            own.copy_(Tensor.wrap(values.astype(own.dtype, copy=False)))
        return
    path, _, name = key.rpartition(".")
    tensor = assigned if isinstance(assigned, Tensor) else Tensor.wrap(np.array(values))
    if isinstance(own, Parameter) and not isinstance(tensor, Parameter):
        tensor = Parameter(tensor, own.requires_grad)
    setattr(module.get_submodule(path), name, tensor)
