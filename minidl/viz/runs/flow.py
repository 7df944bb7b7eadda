"""What a training run did to gradients, weights and activations, layer by layer and step by step."""

from dataclasses import dataclass, field

import numpy as np

from minidl.errors import GraphError, MinidlError
from minidl.nn.activation import LeakyReLU, ReLU, Sigmoid, Tanh
from minidl.train.callbacks import Callback
from minidl.viz.runs.diagnosis import fold, uneven
from minidl.viz.summary import number_text, root_mean_square, scale_of

SATURATED = 0.97  # a tanh or sigmoid nearer to its limits than this share of its range hardly has a slope


@dataclass
class FlowHistory:
    """Numbers of a run, one a recorded step.

    Attributes
    ----------
    steps : list of int
    loss : list of float
    gradient, weight, update : dict of str -> list of float
        Root mean squares of each weight's gradient and value, and that of its last change divided by its value's.
    activations : dict of str -> dict of str -> list of float
        Of the output of each layer: "std", "zeros" (a share), "dead" (the share of units that were 0 for the whole
        batch) and "saturated" (the share at the limits of a tanh or sigmoid).
    accumulated : list of bool
        Whether the gradients of the step before were still in the gradients.
    input : dict
        "mean" and "std" of the input at the first step.
    """

    steps: list = field(default_factory=list)
    loss: list = field(default_factory=list)
    gradient: dict = field(default_factory=dict)
    weight: dict = field(default_factory=dict)
    update: dict = field(default_factory=dict)
    activations: dict = field(default_factory=dict)
    accumulated: list = field(default_factory=list)
    input: dict = field(default_factory=dict)


class Flow(Callback):
    """Record the gradient flow of a run, for `minidl.viz.gradient_flow`.

    As a callback of `minidl.train.fit`, or by hand: call `step` after each ``optimizer.step()``.

    Parameters
    ----------
    model : Module
    every : int
        Record one step in `every`.

    Attributes
    ----------
    history : FlowHistory

    Examples
    --------
    >>> import minidl as md
    >>> model = md.nn.Sequential(md.nn.Linear(2, 8), md.nn.Tanh(), md.nn.Linear(8, 1))
    >>> optimizer = md.optim.SGD(model.parameters(), lr=0.1)
    >>> flow = md.viz.Flow(model)
    >>> for _ in range(3):
    ...     optimizer.zero_grad()
    ...     loss = model(md.ones(4, 2)).square().mean()
    ...     loss.backward()
    ...     optimizer.step()
    ...     flow.step(loss)
    >>> list(flow.history.gradient), len(flow.history.loss)
    (['0.weight', '2.weight'], 3)
    """

    def __init__(self, model, every=1):
        self.model, self.every, self.history = model, every, FlowHistory()
        self._count, self._outputs, self._input = 0, {}, None
        self._weights = weights(model)
        self._before = {name: np.array(p.array) for name, p in self._weights.items()}
        self._gradients = {}
        layers = [(name, m) for name, m in model.named_modules() if not list(m.children())]
        self._hooks = [m.register_forward_hook(self._seen(name, m)) for name, m in layers]
        self._hooks.append(model.register_forward_hook(self._ran))

    def _seen(self, name, module):
        def hook(_, args, out):
            if module.training and hasattr(out, "array"):
                self._outputs[name] = (module, out.array)

        return hook

    def _ran(self, model, args, out):
        if model.training and args and hasattr(args[0], "array") and self._input is None:
            self._input = args[0].array

    def close(self):
        """Stop watching."""
        for hook in self._hooks:
            hook.remove()

    def after_step(self, run, loss):
        """Record, if it is time."""
        self.step(loss)

    def at_end(self, run):
        """Stop watching."""
        self.close()

    def step(self, loss):
        """Record the step that has just been made.

        Parameters
        ----------
        loss : Tensor or float
        """
        self._count += 1
        if (self._count - 1) % self.every:
            return
        h = self.history
        h.steps.append(self._count)
        h.loss.append(float(loss))
        if not h.input and self._input is not None and self._input.dtype.kind == "f":
            x = self._input.astype(np.float64)
            with np.errstate(all="ignore"):
                h.input = {"mean": float(x.mean()), "std": float(x.std())}
        for name, p in self._weights.items():
            g = np.zeros_like(p.array) if p.grad is None else p.grad.array
            size = root_mean_square(self._before[name])
            h.gradient.setdefault(name, []).append(root_mean_square(g))
            h.weight.setdefault(name, []).append(root_mean_square(p.array))
            with np.errstate(all="ignore"):
                h.update.setdefault(name, []).append(root_mean_square(p.array - self._before[name]) / size if size else 0.0)
            self._before[name] = np.array(p.array)
        h.accumulated.append(self._still_there())
        for name, (module, out) in self._outputs.items():
            for kind, number in activation_numbers(module, out).items():
                h.activations.setdefault(name, {}).setdefault(kind, []).append(number)

    def _still_there(self):
        """Whether this step's gradients were added to those of the step before: the same object, along the same way."""
        alike = []
        for name, p in self._weights.items():
            if p.grad is None:
                continue
            old, values = self._gradients.get(name, (None, None))
            with np.errstate(all="ignore"):
                if old is p.grad and (norm := np.linalg.norm(values) * np.linalg.norm(p.grad.array)):
                    alike.append(float(np.vdot(values, p.grad.array)) / norm > 0.5)
            self._gradients[name] = (p.grad, np.array(p.grad.array))
        return bool(alike) and all(alike)


def weights(model):
    """The parameters that matter in a picture: the matrices and kernels, or all where there are none."""
    found = {name: p for name, p in model.named_parameters() if p.ndim > 1} or dict(model.named_parameters())
    if not found:
        raise MinidlError("this model has no parameters, so no gradient flows into it")
    return found


def activation_numbers(module, out):
    """Spread, zeros, dead units and saturation of the output of a layer."""
    flat = out.reshape(len(out), -1) if out.ndim > 1 else out.reshape(1, -1)
    scale = scale_of(flat[np.isfinite(flat)])
    with np.errstate(all="ignore"):  # the spread of what is not finite is NaN
        spread = float((flat.astype(np.float64) / scale).std() * scale) if flat.size else 0.0
    numbers = {"std": spread, "zeros": float((flat == 0).mean()) if flat.size else 0.0}
    if isinstance(module, ReLU | LeakyReLU):
        # a channel of images is one unit
        units = out.transpose(1, 0, *range(2, out.ndim)).reshape(out.shape[1], -1).T if out.ndim == 4 else flat
        numbers["dead"] = float((units <= 0).all(axis=0).mean())
    if isinstance(module, Tanh):
        numbers["saturated"] = float((np.abs(flat) > SATURATED).mean())
    if isinstance(module, Sigmoid):
        numbers["saturated"] = float((np.abs(2 * flat - 1) > SATURATED).mean())
    return numbers


QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def measured(model):
    """The sizes of the gradients and of the values of each weight of a model, as they are now (see `quantiles`).

    Raises
    ------
    GraphError
        When no parameter has a gradient yet.
    """
    seen = {name: p for name, p in weights(model).items() if p.grad is not None}
    if not seen:
        raise GraphError("no parameter of this model has a gradient yet: call loss.backward() first")
    return {name: {"gradient": quantiles(p.grad.array), "value": quantiles(p.array)} for name, p in seen.items()}


def quantiles(array):
    """The quantiles of the sizes of the finite elements that are not 0, and the shares that are 0 and not finite."""
    if not array.size:
        return {"quantiles": [0.0] * len(QUANTILES), "zeros": 1.0, "not_finite": 0.0}
    finite = np.isfinite(array)
    sizes = np.abs(array[finite & (array != 0)].astype(np.float64))
    values = np.quantile(sizes, QUANTILES).tolist() if sizes.size else [0.0] * len(QUANTILES)
    return {"quantiles": values, "zeros": float((array == 0).mean()), "not_finite": float(1 - finite.mean())}


def flow_title(data):
    """Where the gradients are large and where they are small, in a sentence."""
    broken = [name for name, entry in data.items() if entry["gradient"].get("not_finite")]
    if broken:
        share = data[broken[0]]["gradient"]["not_finite"]
        others = len(broken) - 1
        layers = f"and those of {others} other layer{'' if others == 1 else 's'} " if others else ""
        return (
            f"{share:.0%} of the gradients of {broken[0]} {layers}are NaN or infinite: the run has exploded; try a smaller "
            "learning rate, or clip_grad_norm_"
        )
    medians = {name: entry["gradient"]["quantiles"][2] for name, entry in data.items()}
    found = list(uneven(medians))
    if found:
        return found[0].text
    if len(medians) == 1:
        return f"the typical gradient is {number_text(*medians.values())}"
    first, *_, last = medians
    ratio = medians[last] / medians[first]
    if 0.1 <= ratio <= 10:
        return f"gradients are of similar size in {first} and {last}"
    way = "shrink" if ratio > 1 else "grow"
    return f"gradients {way} {fold(max(ratio, 1 / ratio))}-fold on the way back from {last} to {first}"
