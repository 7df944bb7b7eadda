"""What every layer of a network puts out for an input, as plain data."""

from dataclasses import dataclass

import numpy as np

from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError
from minidl.viz.runs.flow import activation_numbers
from minidl.viz.summary import drawable, evenly, histogram, number_text, scale_of
from minidl.viz.undisturbed import undisturbed

BINS = 40
MOST_LAYERS = 40  # of a deeper network some are shown


@dataclass
class LayerOutput:
    """The output of one layer.

    Attributes
    ----------
    name, kind : str
        What the layer is called in its model, and its class.
    numbers : dict of str -> float
        "mean", "std", "zeros", and where it applies "dead" and "saturated" (see `activation_numbers`).
    shares, edges : array or None
        The share of the finite values in each bin, and the edges of the bins.
    bad, size : int
        How many values are NaN or infinite, and how many there are.
    """

    name: str
    kind: str
    numbers: dict
    shares: np.ndarray | None
    edges: np.ndarray | None
    bad: int
    size: int


def layer_outputs(model, x):
    """The outputs of the layers that ran, in the order in which the model names them; the model is left as it was.

    Raises
    ------
    MinidlError
        When no layer ran.
    """
    seen = {}

    def remember(name):
        def hook(module, args, out):
            if isinstance(out, Tensor):
                seen[name] = _output(name, module, out.array)

        return hook

    hooks = [m.register_forward_hook(remember(name)) for name, m in model.named_modules() if not list(m.children())]
    try:
        with no_grad(), undisturbed([model]), np.errstate(all="ignore"):
            model(x)
    finally:
        for hook in hooks:
            hook.remove()
    if not seen:
        raise MinidlError("no layer of this model ran, so there is no activation to draw")
    outputs = list(seen.values())
    return [outputs[k] for k in evenly(len(outputs), MOST_LAYERS)]


def _output(name, module, array):
    finite = drawable(array.ravel())
    finite = finite[np.isfinite(finite)]
    scale = scale_of(finite)
    numbers = {
        "mean": float((finite / scale).mean() * scale) if finite.size else float("nan"),
        **activation_numbers(module, array),
    }
    shares = edges = None
    if finite.size:
        counts, edges = histogram(finite, BINS)
        shares = counts / finite.size
    bad = array.size - int(np.isfinite(array).sum())
    return LayerOutput(name, type(module).__name__, numbers, shares, edges, bad, array.size)


def activations_title(outputs):
    """What a reader should see: where values stop being finite, or else where the outputs are widest."""
    broken = [o for o in outputs if o.bad]
    if broken:
        first = broken[0]
        return f"from {first.name} on outputs are no longer numbers: {first.bad} of its {first.size} are NaN or infinite"
    widest = max(outputs, key=lambda o: o.numbers["std"])
    return f"the outputs are widest in {widest.name}, with a spread of {number_text(widest.numbers['std'])}"
