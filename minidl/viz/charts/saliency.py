"""Which pixels of an image matter for what a network says of it: three ways to ask."""

from dataclasses import dataclass

import numpy as np

from minidl.engine.backward import grad
from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.activation import softmax_array
from minidl.viz.charts.layers_watched import convolutions, one_image, run_and_watch
from minidl.viz.summary import drawable

KINDS = ("gradient", "grad-cam", "occlusion")
MOST_PATCHES = 400  # of occlusion


@dataclass
class Saliency:
    """How much every pixel matters.

    Attributes
    ----------
    pixels : array, shape (H, W)
        The image, the mean over its channels.
    weights : array, shape (H, W)
        From 0 to 1; of "occlusion" below 0 where the class became likelier without the pixels.
    target : int
        The class that was asked for.
    probability : float
        What the network gives it.
    """

    pixels: np.ndarray
    weights: np.ndarray
    target: int
    probability: float

    def title(self):
        """What a reader should see."""
        if not np.isfinite(self.probability):
            return f"the scores of the model are not finite, so nothing can be said of class {self.target}"
        return (
            f"for class {self.target} ({self.probability:.0%}) half of the weight lies in {self.focus():.0%} of the pixels"
        )

    def focus(self):
        """The share of the image, in the order of their weight, that has half of the whole weight."""
        weights = np.sort(np.clip(np.nan_to_num(self.weights), 0, None).ravel())[::-1]
        total = weights.sum()
        return float(np.searchsorted(np.cumsum(weights), total / 2) + 1) / weights.size if total else 1.0


def saliency_of(model, image, target=None, kind="gradient", patch=None):
    """Ask which pixels matter for a class; the model is left as it was.

    Parameters
    ----------
    model : Module
        From images (1, C, H, W) to logits (1, classes).
    image : Tensor, shape (H, W), (C, H, W) or (1, C, H, W)
    target : int, optional
        The class; the one that the network finds unless given.
    kind : {"gradient", "grad-cam", "occlusion"}
    patch : int, optional
        The side of the square that "occlusion" covers; a seventh of the image unless given.

    Raises
    ------
    ValueError
        For another kind, or a class that there is not.
    ShapeError
        When the model does not give one row of logits.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    batch = one_image(image)
    with no_grad(), np.errstate(all="ignore"):
        logits = run_and_watch(model, Tensor(batch), ())[0].array
    if logits.ndim != 2 or len(logits) != 1:
        raise ShapeError(f"saliency needs logits of shape (1, classes) for one image; the model gives {logits.shape}")
    target = int(np.nan_to_num(logits).argmax()) if target is None else int(target)
    if not 0 <= target < logits.shape[1]:
        raise ValueError(f"there is no class {target}: the model has {logits.shape[1]}")
    ask = {"gradient": _gradient, "grad-cam": _grad_cam, "occlusion": _occlusion}[kind]
    with np.errstate(all="ignore"):
        weights = drawable(ask(model, batch, target, patch))
    sizes = np.abs(weights[np.isfinite(weights)])
    weights = weights / (sizes.max() if sizes.size and sizes.max() else 1.0)
    return Saliency(drawable(batch[0].mean(axis=0)), weights, target, float(_softmax(logits)[0, target]))


def _softmax(logits):
    with np.errstate(all="ignore"):
        return softmax_array(logits, 1)


def _gradient(model, batch, target, _):
    """The size of the gradient of the class's logit with respect to each pixel (Simonyan et al. 2013)."""
    x = Tensor(np.array(batch), requires_grad=True)
    logits, _ = run_and_watch(model, x, ())
    (g,) = grad(logits[0, target], [x])
    return np.abs(g.array[0]).max(axis=0)


def _grad_cam(model, batch, target, _):
    """The maps of the last convolution, weighted by the mean gradient that each gets (Selvaraju et al. 2017)."""
    logits, seen = convolutions(model, Tensor(np.array(batch), requires_grad=True))
    maps = seen[-1][2]
    (g,) = grad(logits[0, target], [maps])
    weights = g.array[0].mean(axis=(1, 2), keepdims=True)
    cam = np.maximum((weights * maps.array[0]).sum(axis=0), 0)
    return stretched(cam, batch.shape[-2:])


def _occlusion(model, batch, target, patch):
    """By how much the probability of the class falls when a square is covered with the mean (Zeiler and Fergus 2014)."""
    tall, wide = batch.shape[-2:]
    side = patch or max(1, round(min(tall, wide) / 7))
    step = max(1, side // 2, int(np.ceil(np.sqrt(tall * wide / MOST_PATCHES))))
    places = [(i, j) for i in range(0, tall, step) for j in range(0, wide, step)]
    covered = np.repeat(batch, len(places), axis=0)
    for k, (i, j) in enumerate(places):
        covered[k, :, i : i + side, j : j + side] = batch.mean()
    with no_grad():
        whole = _softmax(run_and_watch(model, Tensor(batch), ())[0].array)[0, target]
        parts = [
            _softmax(run_and_watch(model, Tensor(covered[k : k + 64]), ())[0].array) for k in range(0, len(covered), 64)
        ]
    fall = whole - np.concatenate(parts)[:, target]
    total, count = np.zeros((tall, wide)), np.zeros((tall, wide))
    for (i, j), amount in zip(places, fall, strict=True):
        total[i : i + side, j : j + side] += amount
        count[i : i + side, j : j + side] += 1
    return total / np.maximum(count, 1)


def stretched(values, size):
    """An array brought to another size, with straight lines between its middles.

    >>> stretched(np.array([[0.0, 1.0]]), (1, 4)).round(2).tolist()
    [[0.0, 0.25, 0.75, 1.0]]
    """
    for n in reversed(size):  # the columns of each row, then, turned, the rows of each column
        at = (np.arange(n) + 0.5) * values.shape[1] / n - 0.5
        values = np.stack([np.interp(at, np.arange(values.shape[1]), row) for row in values], axis=1)
    return values
