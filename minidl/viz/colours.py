"""Colours of classes, and of the regions in which a model sees them."""

import numpy as np

from minidl.viz.theme import DARK, LIGHT

CLASSES = ("value", "gradient", "parameter", "second", "third")


def class_colour(k):
    """The colour of class number `k`; after five they begin again."""
    return LIGHT[CLASSES[k % len(CLASSES)]]


def steady_colour(k):
    """The colour of class number `k` in an image of pixels, which cannot follow the theme: it stands out on light and dark.

    Three parts of the light theme's colour and two of the dark one's: at least 3 to 1 against both grounds.

    >>> class_colour(0), steady_colour(0)
    ('#0072b2', '#258ecb')
    """
    name = CLASSES[k % len(CLASSES)]
    return "#" + "".join(f"{round(255 * part):02x}" for part in 0.6 * rgb(LIGHT[name]) + 0.4 * rgb(DARK[name]))


def rgb(colour):
    """A colour written as "#rrggbb" as three numbers from 0 to 1."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def region_image(probabilities):
    """Which class a model sees at each point, as a translucent image: the surer, the stronger.

    Parameters
    ----------
    probabilities : array, shape (H, W, C)

    Returns
    -------
    array, shape (H, W, 4)
    """
    classes = probabilities.shape[-1]
    winner = probabilities.argmax(axis=-1)
    best = np.nan_to_num(probabilities.max(axis=-1), nan=0.0)
    sure = (best - 1 / classes) / (1 - 1 / classes) if classes > 1 else best
    palette = np.stack([rgb(class_colour(k)) for k in range(classes)])
    steps = np.round((0.08 + 0.5 * np.clip(sure, 0, 1)) * 24) / 24  # bands, so that lines of equal certainty are seen
    return np.concatenate([palette[winner], steps[..., None]], axis=-1)


def both_ways(values):
    """Numbers from -1 to 1 as colours: blue below 0, orange above, clear at 0 and where there is none."""
    below, above = rgb(LIGHT["value"]), rgb(LIGHT["gradient"])
    values = np.nan_to_num(np.clip(values, -1, 1))
    return np.concatenate([np.where(values[..., None] < 0, below, above), np.abs(values)[..., None]], axis=-1)
