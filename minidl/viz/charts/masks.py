"""Masks over an image: what is right, what was missed, and what is there by mistake; or things, each in its own colour."""

from dataclasses import dataclass

import numpy as np

from minidl.errors import ShapeError
from minidl.train.metrics import array_of
from minidl.vision.metrics import dice, iou
from minidl.viz.colours import class_colour, rgb
from minidl.viz.summary import drawable
from minidl.viz.theme import LIGHT

STRENGTH = 0.55
COLOURS = {"right": "value", "missed": "second", "too much": "gradient"}


def checked_picture(image):
    """An image as pixels (H, W).

    Raises
    ------
    ShapeError
        When it is not a single grey image.
    """
    pixels = array_of(image)
    while pixels.ndim > 2 and pixels.shape[0] == 1:
        pixels = pixels[0]
    if pixels.ndim != 2 or not pixels.size:
        raise ShapeError(f"a single grey image is needed, of shape (H, W) or (1, H, W), and not {array_of(image).shape}")
    return drawable(pixels)


def _fitting(values, pixels, name):
    """Values for each pixel.

    Raises
    ------
    ShapeError
        When they have another shape.
    """
    values = array_of(values)
    while values.ndim > 2 and values.shape[0] == 1:
        values = values[0]
    if values.shape != pixels.shape:
        raise ShapeError(f"{name} has shape {values.shape}, and the image {pixels.shape}: a number for each pixel is needed")
    return np.nan_to_num(drawable(values))


@dataclass
class Masks:
    """A mask, or the probability of one, over an image.

    Attributes
    ----------
    pixels : array, shape (H, W)
    prediction : array, shape (H, W)
        Probabilities from 0 to 1.
    truth : array of bool, shape (H, W), or None
    """

    pixels: np.ndarray
    prediction: np.ndarray
    truth: np.ndarray | None

    def overlay(self, threshold):
        """The colours over the image, (H, W, 4)."""
        said = self.prediction > threshold
        if self.truth is None:
            return painted([(said, "right")], self.pixels.shape)
        parts = [(said & self.truth, "right"), (~said & self.truth, "missed"), (said & ~self.truth, "too much")]
        return painted(parts, self.pixels.shape)

    def told(self, threshold):
        """How good the mask is at a threshold."""
        said = self.prediction > threshold
        if self.truth is None:
            return f"{said.mean():.1%} of the pixels"
        return f"IoU {iou(said, self.truth):.2f}, Dice {dice(said, self.truth):.2f}"


def painted(parts, shape):
    """Regions in the colours of what they are."""
    colours = np.zeros((*shape, 4))
    for where, name in parts:
        colours[where] = [*rgb(LIGHT[COLOURS[name]]), STRENGTH]
    return colours


def masks_of(image, prediction, truth=None):
    """A mask over an image.

    Raises
    ------
    ShapeError
        When image, prediction and truth do not fit.
    """
    pixels = checked_picture(image)
    true = None if truth is None else _fitting(truth, pixels, "truth") > 0
    return Masks(pixels, np.clip(_fitting(prediction, pixels, "prediction"), 0, 1), true)


@dataclass
class Instances:
    """Things in an image, each with a number.

    Attributes
    ----------
    pixels, labels : array, shape (H, W)
        0 is background.
    """

    pixels: np.ndarray
    labels: np.ndarray

    def numbers(self):
        """The numbers that occur."""
        return np.unique(self.labels[self.labels > 0])

    def overlay(self):
        """A colour for each thing; after five they begin again."""
        colours = np.zeros((*self.labels.shape, 4))
        for k, number in enumerate(self.numbers()):
            colours[self.labels == number] = [*rgb(class_colour(k)), STRENGTH]
        return colours

    def places(self):
        """For each thing its number, its middle (x, y), and how many pixels it has."""
        found = []
        for number in self.numbers():
            down, across = (self.labels == number).nonzero()
            found.append((int(number), float(across.mean()), float(down.mean()), len(down)))
        return found


def instances_of(image, labels):
    """Things in an image.

    Raises
    ------
    ShapeError
        When image and labels do not fit.
    """
    pixels = checked_picture(image)
    return Instances(pixels, _fitting(labels, pixels, "labels").astype(np.int64))
