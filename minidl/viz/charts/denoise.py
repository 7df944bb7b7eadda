"""A walk from noise to data, as plain data: images or points of the plane, moment by moment."""

import math
from dataclasses import dataclass

import numpy as np

from minidl.errors import ShapeError
from minidl.train.metrics import array_of
from minidl.viz.summary import drawable, evenly, left_out

MOST_MOMENTS, MOST_STILLS = 11, 5
MOST_IMAGES, MOST_POINTS = 40, 1500


@dataclass
class Denoising:
    """What is seen at some moments of the walk.

    Attributes
    ----------
    walks : dict of str -> array
        "seen", and "guess" where it was given; shape (moments, N, H, W), (moments, N, H, W, 3) in colour, or (moments, N, 2)
        for points. Pixels from 0 (paper; white in grey images) to 1.
    steps : list of int
        The number of the step of each moment.
    labels : list or None
        One for each image or point.
    bad : str
        What could not be drawn, in words.
    """

    walks: dict
    steps: list
    labels: list | None
    bad: str

    @property
    def of_points(self):
        """Whether points walk, not images."""
        return self.walks["seen"].ndim == 3

    def moment(self, k):
        """What the slider says."""
        return f"step {self.steps[k]} of {self.steps[-1]}"

    def stills(self):
        """The moments that are drawn beside one another: more of them near the end of the walk would look alike."""
        return evenly(len(self.steps), MOST_STILLS)

    def title(self):
        """What the reader should see."""
        count, what = self.walks["seen"].shape[1], "points" if self.of_points else "images"
        said = f"{count} {what} on their way from noise, in {self.steps[-1]} steps"
        return said + (f"; {self.bad}" if self.bad else "")

    def limits(self):
        """The square of the plane in which all points are, most of the time: x and y from -limit to limit."""
        size = np.abs(self.walks["seen"])
        return float(np.nanquantile(size, 0.995)) * 1.1 if np.isfinite(size).any() else 1.0


def denoising_of(frames, guesses=None, labels=None, most=MOST_MOMENTS):
    """The moments of a walk that are drawn.

    Parameters
    ----------
    frames, guesses : sequence of Tensor, each (N, C, H, W) from -1 to 1, or (N, 2)
    labels : sequence of N, optional
    most : int
        How many moments are kept, from 2 to 11.

    Raises
    ------
    ShapeError
        When these are neither images nor points, or frames, guesses and labels do not fit together.
    ValueError
        When `most` is not from 2 to 11.
    """
    if not 2 <= most <= MOST_MOMENTS:
        raise ValueError(f"of a walk 2 to {MOST_MOMENTS} steps are kept, with the first and the last, and not {most}")
    given = {"seen": frames} | ({} if guesses is None else {"guess": guesses})
    arrays = {name: [array_of(one) for one in list(walk)] for name, walk in given.items()}
    shapes = {one.shape for walk in arrays.values() for one in walk}
    if len(arrays["seen"]) < 2 or len(shapes) != 1 or not _drawable_shape(*shapes):
        raise ShapeError(
            "a walk has two frames or more, all of one shape, (N, 1, H, W), (N, 3, H, W) or (N, 2); these are "
            f"{len(arrays['seen'])} of {' and '.join(map(str, sorted(shapes))) or 'no shape'}"
        )
    count = arrays["seen"][0].shape[0]
    if guesses is not None and len(arrays["guess"]) != len(arrays["seen"]):
        raise ShapeError(f"there are {len(arrays['seen'])} frames and {len(arrays['guess'])} guesses")
    labels = labels.tolist() if hasattr(labels, "tolist") else None if labels is None else list(labels)
    if labels is not None and len(labels) != count:
        raise ShapeError(f"there are {count} in each frame and {len(labels)} labels")
    kept = evenly(len(arrays["seen"]), most)
    many = MOST_POINTS if arrays["seen"][0].ndim == 2 else MOST_IMAGES
    walks = {name: np.stack([walk[k][:many] for k in kept]) for name, walk in arrays.items()}
    bad = left_out(walks["seen"], "numbers")
    walks = {name: _plain(drawable(walk)) for name, walk in walks.items()}
    return Denoising(walks, kept.tolist(), labels[:many] if labels is not None else None, bad)


def _drawable_shape(shape):
    points = len(shape) == 2 and shape[1] == 2
    images = len(shape) == 4 and shape[1] in (1, 3)
    return (points or images) and min(shape) > 0


def _plain(walk):
    """Pixels from 0 to 1, their colours last; points as they are."""
    if walk.ndim == 3:
        return walk
    pixels = np.clip(np.nan_to_num(walk) / 2 + 0.5, 0, 1)
    return pixels[:, :, 0] if walk.shape[2] == 1 else np.moveaxis(pixels, 2, -1)


def mosaic(images, columns):
    """Images (N, H, W) or (N, H, W, 3) as one, with a line of paper between them."""
    rows = math.ceil(len(images) / columns)
    tall, wide = images.shape[1] + 1, images.shape[2] + 1
    paper = 0.0 if images.ndim == 3 else 1.0
    sheet = np.full((rows * tall - 1, columns * wide - 1, *images.shape[3:]), paper)
    for i, image in enumerate(images):
        top, left = i // columns * tall, i % columns * wide
        sheet[top : top + tall - 1, left : left + wide - 1] = image
    return sheet
