"""Modules as functions of their parameters."""

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import GraphError, ShapeError


def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """Run a module with other parameters and buffers than its own, which it has again afterwards.

    Parameters
    ----------
    module : Module
    parameter_and_buffer_dicts : dict or sequence of dict
        Tensors by their names in the module, such as ``"0.weight"``. What is not named keeps its value. A buffer that the
        module assigns anew is new in the dict afterwards.
    args : tuple or anything, optional
        The arguments of the call; what is no tuple is the only one.
    kwargs : dict, optional
    tie_weights : bool
        Where the module has one tensor under several names, one of them is enough.
    strict : bool
        Refuse names that are missing, or that the module does not have.

    Examples
    --------
    >>> import minidl as md
    >>> layer = md.nn.Linear(2, 1)
    >>> values = {"weight": md.tensor([[1.0, 2.0]]), "bias": md.tensor([3.0])}
    >>> md.func.functional_call(layer, values, md.ones(1, 2))
    tensor([[6.]])
    """
    values = _one_dict(parameter_and_buffer_dicts)
    places = _places(module)
    if strict:
        _refuse_other_names(module, values, places, tie_weights)
    swaps = _swaps(module, values, places, tie_weights)
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    before = {place: place[0].__dict__.get(place[1]) for place in swaps}
    try:
        for (owner, name), tensor in swaps.items():
            object.__setattr__(owner, name, tensor)  # past the module, which takes nothing but a Parameter for a parameter
        return module(*args, **(kwargs or {}))
    finally:
        after = {place: place[0].__dict__[place[1]] for place in swaps}
        for (owner, name), tensor in before.items():
            object.__setattr__(owner, name, tensor)
        for name in values:
            values[name] = after.get(places.get(name), values[name])


def _one_dict(given):
    if isinstance(given, dict):
        return given
    if not isinstance(given, list | tuple) or not all(isinstance(d, dict) for d in given):
        raise ValueError(
            f"functional_call takes a dict of tensors by name, or a sequence of dicts, not {type(given).__name__}"
        )
    names = [name for d in given for name in d]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} came in several of the dicts: which of them is meant?")
    return {name: tensor for d in given for name, tensor in d.items()}


def _places(module):
    """Where each parameter and buffer is, by name: (the module that has it, its name there). Shared ones by every name."""
    places = {}
    for path, part in module.named_modules(remove_duplicate=False):
        for own in (part.named_parameters, part.named_buffers):
            for name, _ in own(recurse=False, remove_duplicate=False):
                places[f"{path}.{name}" if path else name] = (part, name)
    return places


def _swaps(module, values, places, tie_weights):
    """The tensor for each place that gets another one."""
    names_of: dict = {}
    for name, (owner, own) in places.items():
        names_of.setdefault(id(owner.__dict__[own]), []).append(name)
    swaps = {}
    for name, tensor in values.items():
        if name not in places:
            module.get_submodule(name.rpartition(".")[0])  # raises if there is no such part
            continue
        if not isinstance(tensor, Tensor):
            raise TypeError(f"functional_call: {name} must be a Tensor, not a {type(tensor).__name__}")
        swaps[places[name]] = tensor
    for names in names_of.values() if tie_weights else ():
        named = [name for name in names if name in values]
        given = {id(values[name]): values[name] for name in named}
        if len(given) > 1:
            raise ValueError(
                f"functional_call: {', '.join(named)} are one tensor in {type(module).__name__}, and were given different "
                "ones. With tie_weights=False each gets its own"
            )
        for tensor in given.values():
            swaps.update((places[name], tensor) for name in names)
    return swaps


def _refuse_other_names(module, values, places, tie_weights):
    present = {id(places[name][0].__dict__[places[name][1]]) for name in values if name in places} if tie_weights else set()
    missing = [n for n, (owner, own) in places.items() if n not in values and id(owner.__dict__[own]) not in present]
    unknown = [name for name in values if name not in places]
    if missing or unknown:
        raise GraphError(
            f"functional_call, strict: the names are not those of {type(module).__name__}. "
            f"Missing: {', '.join(missing) or 'none'}. Not in the module: {', '.join(unknown) or 'none'}"
        )


def stack_module_state(models):
    """The parameters and the buffers of several modules of one kind, stacked: an ensemble for `vmap`.

    Returns
    -------
    (dict, dict)
        Parameters and buffers by name, of shape (number of models, ...). They are leaves, and can be trained.

    Examples
    --------
    >>> import minidl as md
    >>> models = [md.nn.Linear(3, 2) for _ in range(5)]
    >>> parameters, buffers = md.func.stack_module_state(models)
    >>> call = lambda p, b, x: md.func.functional_call(models[0], (p, b), x)
    >>> md.vmap(call, in_dims=(0, 0, None))(parameters, buffers, md.ones(4, 3)).shape
    (5, 4, 2)
    """
    models = list(models)
    if not models:
        raise GraphError("stack_module_state needs at least one model")
    if len({m.training for m in models}) > 1:
        raise GraphError(
            "stack_module_state: some models are in training mode and others not. Call train() or eval() on all"
        )
    if len({type(m) for m in models}) > 1:
        raise GraphError(
            f"stack_module_state: the models are of several classes, {sorted({type(m).__name__ for m in models})}"
        )
    return (
        _stacked([dict(m.named_parameters()) for m in models]),
        _stacked([dict(m.named_buffers()) for m in models]),
    )


def _stacked(states):
    return {name: _stacked_leaf(name, [state[name] for state in states]) for name in states[0]}


def _stacked_leaf(name, tensors):
    wanted = {t.requires_grad for t in tensors}
    if len(wanted) > 1:
        raise GraphError(f"stack_module_state: {name} requires a gradient in some of the models, and in others not")
    if len({t.shape for t in tensors}) > 1:
        raise ShapeError(f"stack_module_state: {name} has different shapes in the models, {[t.shape for t in tensors]}")
    return Tensor.wrap(np.stack([t.array for t in tensors])).requires_grad_(wanted.pop())
