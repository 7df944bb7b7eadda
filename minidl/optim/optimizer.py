"""Optimizer: what all ways to descend have in common."""

import difflib
import inspect
from collections import defaultdict

import numpy as np

from minidl.engine.changes import changes
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError

COUNTS = ("step", "mu_product", "eta", "mu")  # plain numbers here, tensors without dimensions in a state dict
MISTAKEN = {  # what others call a setting -> PyTorch's name
    **dict.fromkeys("learning_rate learning_rates learningrate alpha step_size eta LR rate".split(), "lr"),
    **dict.fromkeys("beta beta1 beta2 beta_1 beta_2 b1 b2".split(), "betas"),
    **dict.fromkeys("decay weightdecay wd l2 lambda_ l2_penalty regularization".split(), "weight_decay"),
    "epsilon": "eps",
    **dict.fromkeys("mu momentum_factor".split(), "momentum"),
    **dict.fromkeys("parameters parameter model_parameters weights".split(), "params"),
    "nesterov_momentum": "nesterov",
}


def _unknown(optimizer, name, known):
    """What to say about a setting that an optimizer does not have: PyTorch's name of it, where that can be guessed."""
    meant = MISTAKEN.get(name)
    near = [meant] if meant in known else difflib.get_close_matches(name, known, 1, 0.7)
    if near:
        return f"{optimizer} has no setting {name}: PyTorch, and so minidl, calls it {near[0]}"
    return f"{optimizer} has no setting {name}; it has {', '.join(known)}"


class Optimizer:
    """Holds parameters in groups, each with its own settings, and a state for each parameter.

    An optimiser of your own defines ``update(p, g, state, group)`` (see there), or, as in PyTorch, a ``step`` of its own.

    Parameters
    ----------
    params : iterable of Tensor, of (name, Tensor), or of dict
        A dict is a group: ``{"params": [...], "lr": 0.01}``; what it leaves out is taken from `defaults`.
    defaults : dict
        The settings.

    Raises
    ------
    ValueError
        Without parameters, or for a setting out of its range.
    TypeError
        When something among the parameters is not a tensor.

    Examples
    --------
    >>> import minidl as md
    >>> class SignSGD(Optimizer):
    ...     def __init__(self, params, lr=0.1):
    ...         super().__init__(params, {"lr": lr})
    ...     def update(self, p, g, state, group):
    ...         p -= group["lr"] * np.sign(g)
    >>> w = md.tensor([1.0, -1.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> SignSGD([w]).step()
    >>> w
    tensor([ 0.9000, -0.9000], requires_grad=True)
    """

    never_negative = (
        "lr",
        "weight_decay",
        "momentum",
        "eps",
        "alpha",
        "lr_decay",
        "momentum_decay",
        "initial_accumulator_value",
    )

    def __new__(cls, *args, **settings):
        """A new optimiser; a setting that it does not have is refused before it is looked at."""
        known = inspect.signature(cls.__init__).parameters
        if all(p.kind is not p.VAR_KEYWORD for p in known.values()):
            for name in settings.keys() - known.keys():
                raise TypeError(_unknown(cls.__name__, name, [n for n in known if n != "self"]))
        return super().__new__(cls)

    def __init__(self, params, defaults):
        if isinstance(params, Tensor):
            raise TypeError("an optimizer takes a list of tensors, such as model.parameters(); got a single tensor")
        if isinstance(params, set):
            raise TypeError("the parameters of an optimizer need an order, and a set has none: give a list")
        if hasattr(params, "parameters"):
            raise TypeError(
                f"an optimizer takes parameters, and got a {type(params).__name__}. Did you mean model.parameters() ?"
            )
        params = list(params)
        if not params:
            raise ValueError(
                "an optimizer without parameters has nothing to do: was the model built, and its iterator not used up?"
            )
        self.defaults, self.param_groups, self.state = defaults, [], defaultdict(dict)
        for group in params if isinstance(params[0], dict) else [{"params": params}]:
            self.add_param_group(group)

    def add_param_group(self, param_group):
        """Add parameters with settings of their own."""
        given = param_group["params"]
        if isinstance(given, set):
            raise TypeError("the parameters of an optimizer need an order, and a set has none: give a list")
        given = [given] if isinstance(given, Tensor) else list(given)
        group = {**self.defaults, **param_group, "params": given}
        if given and isinstance(given[0], tuple):
            group["param_names"], group["params"] = [name for name, _ in given], [p for _, p in given]
        if isinstance(group.get("lr"), Tensor):
            group["lr"] = group["lr"].item()
        self._check_settings(group)
        self._check_params(group["params"])
        self.param_groups.append(group)

    def _check_settings(self, group):
        for name in set(group) - set(self.defaults) - {"params"}:  # a word of the user's own, or a mistake?
            likely = MISTAKEN.get(name) in self.defaults or difflib.get_close_matches(name, self.defaults, 1, 0.8)
            if likely and not name.startswith(("initial_", "max_", "min_", "base_")):
                raise ValueError(_unknown(type(self).__name__, name, self.defaults))
        for i, beta in enumerate(group.get("betas", ())):
            if not 0 <= beta < 1:
                raise ValueError(f"betas[{i}] must be at least 0 and below 1, and is {beta}")
        if "rho" in group and not 0 <= group["rho"] <= 1:
            raise ValueError(f"rho must lie between 0 and 1, and is {group['rho']}")
        for name in self.never_negative:
            if name in group and not isinstance(group[name], tuple) and not group[name] >= 0:
                raise ValueError(f"{name} must not be negative, and is {group[name]}")

    def _check_params(self, params):
        known = {id(p) for g in self.param_groups for p in g["params"]}
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(f"an optimizer changes tensors, and got a {type(p).__name__}")
            if p.node is not None:
                raise MinidlError("an optimizer can only change leaves: tensors that were not computed from others")
            if id(p) in known:
                raise ValueError("a parameter is in more than one group, or twice in one")
            known.add(id(p))

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
        """Change one parameter by one step.

        Parameters
        ----------
        p, g : ndarray
            The parameter, changed in place, and its gradient.
        state : dict
            What the optimiser remembers of this parameter; empty at first.
        group : dict
            The settings.
        """
        raise NotImplementedError(f"{type(self).__name__} needs update(p, g, state, group), or a step() of its own")

    def state_dict(self):
        """The state and the settings as plain data with PyTorch's keys; parameters are numbered in order."""
        order = {id(p): i for i, p in enumerate(p for g in self.param_groups for p in g["params"])}
        groups = [{**g, "params": [order[id(p)] for p in g["params"]]} for g in self.param_groups]
        state = {order[id(p)]: {k: _to_outside(k, v) for k, v in s.items()} for p, s in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Load what `state_dict` returned, here or in PyTorch.

        Raises
        ------
        ValueError
            When the groups or their sizes differ; nothing is changed then.
        """
        theirs = state_dict["param_groups"]
        if [len(g["params"]) for g in theirs] != [len(g["params"]) for g in self.param_groups]:
            raise ValueError("the state dict belongs to an optimizer with other parameter groups; nothing was loaded")
        numbers = [i for g in theirs for i in g["params"]]
        place = dict(zip(numbers, (p for g in self.param_groups for p in g["params"]), strict=True))
        self.param_groups = [
            {**self.defaults, **g, "params": own["params"]} for g, own in zip(theirs, self.param_groups, strict=True)
        ]
        self.state = defaultdict(dict)
        for i, s in state_dict["state"].items():
            self.state[place[i]] = {k: _to_inside(k, v, place[i]) for k, v in s.items()}

    def __repr__(self):
        lines = [", ".join(f"{k}={v}" for k, v in g.items() if k != "params") for g in self.param_groups]
        return f"{type(self).__name__}({'; '.join(lines)})"


def _to_outside(name, value):
    """A part of the state as a state dict holds it: arrays and counts as tensors."""
    if name in COUNTS and isinstance(value, int | float):
        return Tensor(value, dtype=np.float32 if name == "step" else np.float64)
    return Tensor.wrap(value) if isinstance(value, np.ndarray) else value


def _to_inside(name, value, parameter):
    """A part of the state as the optimiser keeps it: an array of its own in the dtype of the parameter, or a number."""
    if isinstance(value, Tensor | np.ndarray) and name in COUNTS:
        return int(value.item()) if name == "step" else float(value.item())
    if not isinstance(value, Tensor | np.ndarray):
        return value
    array = value.array if isinstance(value, Tensor) else value
    return np.array(array, parameter.dtype if array.dtype.kind == "f" else array.dtype)


def implementation(**settings):
    """PyTorch's settings of how a step is carried out, for the groups of an optimiser.

    `foreach` and `fused` choose between implementations that compute the same numbers; there is one here, so they change
    nothing.

    Raises
    ------
    ValueError
        For `capturable`, which records steps for a GPU, and `differentiable`, which records them in the graph.
    """
    if settings.get("capturable"):
        raise ValueError("capturable=True records the steps of a GPU, and minidl computes on the CPU: leave it out")
    if settings.get("differentiable"):
        raise ValueError(
            "differentiable=True is not supported: the optimizers of minidl change parameters in place, outside the graph. "
            "To differentiate through a step, write it out: w = w - lr * grad(loss, w, create_graph=True)[0]"
        )
    if settings.get("foreach") and settings.get("fused"):
        raise ValueError("foreach=True and fused=True are two ways to carry out the same step: choose one")
    return settings
