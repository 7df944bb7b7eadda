"""What a classifier says of an image that is changed more and more in one direction, as plain data."""

from dataclasses import dataclass

import numpy as np

from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.activation import softmax_array
from minidl.train.metrics import array_of
from minidl.viz.charts.layers_watched import one_image, run_and_watch
from minidl.viz.summary import drawable

MOST = 1e38  # the largest float32 is not far; 0 times infinity would be NaN


@dataclass
class Perturbation:
    """An image, changed in growing steps, and what is said of each.

    Attributes
    ----------
    images : array, shape (steps, C, H, W)
        What the model was given, from 0 to 1.
    direction : array, shape (C, H, W)
        What was added, before it was multiplied by epsilon.
    epsilons : list of float
    probabilities : array, shape (steps, classes)
    names : list of str
        What the classes are called.
    """

    images: np.ndarray
    direction: np.ndarray
    epsilons: list
    probabilities: np.ndarray
    names: list

    @property
    def read(self):
        """The number of the class with the highest probability, at each step."""
        return self.probabilities.argmax(axis=1).tolist()

    def verdict(self, step):
        """What is said at a step, in words."""
        k = self.read[step]
        return f"ε = {self.epsilons[step]:.2f}: read as {self.names[k]} ({self.probabilities[step, k]:.0%})"

    def title(self):
        """What a reader should see."""
        first = self.read[0]
        turned = next((k for k, found in enumerate(self.read) if found != first), None)
        if turned is None:
            return f"up to ε = {self.epsilons[-1]:.2f} it stays {self.names[first]}"
        return f"{self.names[first]} becomes {self.names[self.read[turned]]} at ε = {self.epsilons[turned]:.2f}"


def perturbed(model, image, direction, epsilons, classes=None):
    """Ask the model about the image plus each epsilon times the direction, cut to 0 to 1; the model is left as it was.

    Parameters
    ----------
    model : Module
        From images (N, C, H, W) to logits (N, classes).
    image, direction : Tensor, shape (H, W), (C, H, W) or (1, C, H, W)
    epsilons : sequence of float
    classes : sequence of str, optional

    Raises
    ------
    ShapeError
        When image and direction differ in shape, or the model does not give one row of logits for each image.
    ValueError
        When there is no epsilon, one is not finite, or there is not one name for each class.
    """
    image, direction = one_image(image), one_image(direction)
    if image.shape != direction.shape:
        raise ShapeError(f"the image has shape {image.shape[1:]} and the direction {direction.shape[1:]}: they are added")
    steps = [float(epsilon) for epsilon in array_of(epsilons).reshape(-1)]
    if not steps:
        raise ValueError("there is nothing to try: epsilons is empty")
    if np.isnan(drawable(steps)).any():
        raise ValueError(f"each epsilon is a finite number, up to 1e100, and these are {steps}")
    with no_grad(), np.errstate(all="ignore"):
        given = np.clip(np.concatenate([image + np.float32(np.clip(e, -MOST, MOST)) * direction for e in steps]), 0, 1)
        logits = run_and_watch(model, Tensor(given), ())[0].array
    if logits.ndim != 2 or len(logits) != len(steps):
        raise ShapeError(f"{len(steps)} images need logits of shape ({len(steps)}, classes); the model gives {logits.shape}")
    names = [str(k) for k in (range(logits.shape[1]) if classes is None else classes)]
    if len(names) != logits.shape[1]:
        raise ValueError(f"there are {logits.shape[1]} classes and {len(names)} names for them")
    return Perturbation(given, direction[0], steps, softmax_array(np.nan_to_num(logits), 1), names)
