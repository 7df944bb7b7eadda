"""Optimizer: what all ways to descend have in common."""

from collections import defaultdict

import numpy as np

from minidl.engine.inplace import changes
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError


class Optimizer:
    """Holds parameters in groups, each with its own settings, and a state for each parameter.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        A dict is a group: ``{"params": [...], "lr": 0.01}``; what it leaves out is taken from `defaults`.
    defaults : dict
        The settings.

    Raises
    ------
    ValueError
        Without parameters, or for a negative setting.
    TypeError
        When something among the parameters is no tensor.
    """

    never_negative = ("lr", "weight_decay", "momentum", "eps")

    def __init__(self, params, defaults):
        if isinstance(params, Tensor):
            raise TypeError("an optimizer takes a list of tensors, such as model.parameters(); got a single tensor")
        params = list(params)
        if not params:
            raise ValueError(
                "an optimizer without parameters has nothing to do: was the model built, and its iterator not used up?"
            )
        self.defaults, self.param_groups, self.state = defaults, [], defaultdict(dict)
        for group in params if isinstance(params[0], dict) else [{"params": params}]:
            self.add_param_group(group)

    def add_param_group(self, group):
        """Add parameters with settings of their own."""
        given = group["params"]
        group = {**self.defaults, **group, "params": [given] if isinstance(given, Tensor) else list(given)}
        unknown = set(group) - set(self.defaults) - {"params", "initial_lr"}
        if unknown:
            raise ValueError(
                f"{type(self).__name__} has no setting {', '.join(sorted(unknown))}; it has {', '.join(self.defaults)}"
            )
        for i, beta in enumerate(group.get("betas", ())):
            if not 0 <= beta < 1:
                raise ValueError(f"betas[{i}] must be at least 0 and below 1, and is {beta}")
        for name in self.never_negative:
            if name in group and not group[name] >= 0:
                raise ValueError(f"{name} must not be negative, and is {group[name]}")
        known = {id(p) for g in self.param_groups for p in g["params"]}
        for p in group["params"]:
            if not isinstance(p, Tensor):
                raise TypeError(f"an optimizer changes tensors, and got a {type(p).__name__}")
            if p.node is not None:
                raise MinidlError("an optimizer can only change leaves: tensors that were not computed from others")
            if id(p) in known:
                raise ValueError("a parameter is in more than one group")
            known.add(id(p))
        self.param_groups.append(group)

    def zero_grad(self, set_to_none=True):
        """Forget the gradients, so that the next backward starts afresh."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None if set_to_none or p.grad is None else Tensor.wrap(np.zeros_like(p.array))

    def step(self, closure=None):
        """Change every parameter that has a gradient; `closure`, if given, computes the loss first."""
        loss = closure() if closure is not None else None
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            changes.mark(*[p.array for p in params])
            for p in params:
                self.update(p.array, p.grad.array, self.state[p], group)
        return loss

    def decayed(self, p, g, group):
        """The gradient, turned uphill to maximise, with weight decay: in it, or (decoupled) on the weights themselves."""
        g = -g if group.get("maximize") else g
        if not group["weight_decay"]:
            return g
        if group.get("decoupled_weight_decay"):
            p *= 1 - group["lr"] * group["weight_decay"]
            return g
        return g + group["weight_decay"] * p

    def update(self, p, g, state, group):
        """Change the array `p` in place, given its gradient `g`; every optimizer defines it."""
        raise MinidlError(f"{type(self).__name__} does not say how to update a parameter")

    def state_dict(self):
        """The state and the settings as plain data; parameters are numbered in order."""
        order = {id(p): i for i, p in enumerate(p for g in self.param_groups for p in g["params"])}
        groups = [{**g, "params": [order[id(p)] for p in g["params"]]} for g in self.param_groups]
        return {"state": {order[id(p)]: dict(s) for p, s in self.state.items()}, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Take over what `state_dict` gave.

        Raises
        ------
        ValueError
            When the groups or their sizes differ; nothing is changed then.
        """
        theirs = state_dict["param_groups"]
        if [len(g["params"]) for g in theirs] != [len(g["params"]) for g in self.param_groups]:
            raise ValueError("the state dict belongs to an optimizer with other parameter groups; nothing was loaded")
        params = [p for g in self.param_groups for p in g["params"]]
        self.param_groups = [{**g, "params": own["params"]} for g, own in zip(theirs, self.param_groups, strict=True)]
        self.state = defaultdict(dict)
        for i, s in state_dict["state"].items():
            self.state[params[i]] = {k: np.array(v) if isinstance(v, np.ndarray) else v for k, v in s.items()}

    def __repr__(self):
        lines = [", ".join(f"{k}={v}" for k, v in g.items() if k != "params") for g in self.param_groups]
        return f"{type(self).__name__}({'; '.join(lines)})"
