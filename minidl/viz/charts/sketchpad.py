"""What is drawn by hand: strokes of a pen become images, without a screen."""

import numpy as np

from minidl.ops.creation import tensor

MOST_POINTS = 20_000


class Drawings:
    """Drawings that were kept, each with what it is.

    Attributes
    ----------
    side : int
        How many pixels an image is wide and high.
    classes : list of str
        What may be drawn.
    """

    def __init__(self, side, classes):
        self.side, self.classes = side, [str(name) for name in classes]
        self._kept: list[tuple[np.ndarray, int]] = []

    def __len__(self):
        return len(self._kept)

    def keep(self, image, label):
        """Keep an image as an example of the class of this number.

        Raises
        ------
        ValueError
            When there is no such class.
        """
        if label not in range(len(self.classes)):
            raise ValueError(f"the classes are numbered 0 to {len(self.classes) - 1}, and there is none numbered {label}")
        self._kept.append((image, label))

    def take_back(self):
        """Forget the last one."""
        del self._kept[-1:]

    def counts(self):
        """How many there are of each class."""
        return np.bincount([label for _, label in self._kept], minlength=len(self.classes)).tolist()

    def images(self):
        """Tensor, shape (N, 1, side, side)."""
        images = np.array([image for image, _ in self._kept], dtype=np.float32)
        return tensor(images.reshape(-1, 1, self.side, self.side))

    def labels(self):
        """Tensor of integers, shape (N,)."""
        return tensor(np.array([label for _, label in self._kept], dtype=np.int64))


def ink(strokes, side=28, pen=2.0):
    """The image that a pen leaves: how much ink there is in each pixel, from 0 to 1.

    Parameters
    ----------
    strokes : list of list of (x, y)
        The ways of the pen, in pixels from the upper left corner. A stroke of one point is a dot.
    side : int
        How many pixels the image is wide and high.
    pen : float
        How many pixels the pen is wide.

    Returns
    -------
    array of float32, shape (side, side)

    Raises
    ------
    ValueError
        When the strokes are not lists of points, or are too many.

    Examples
    --------
    >>> ink([[(0.5, 1.5), (2.5, 1.5)]], side=3, pen=1.0).tolist()
    [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    """
    middle = np.arange(side) + 0.5
    x, y = np.meshgrid(middle, middle)
    nearest = np.full((side, side), np.inf)
    for (ax, ay), (bx, by) in _lines(strokes):
        long = (bx - ax) ** 2 + (by - ay) ** 2
        along = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long, 0, 1) if long else 0.0
        nearest = np.minimum(nearest, np.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)))
    return np.clip(pen / 2 + 0.5 - nearest, 0, 1).astype(np.float32)


def _lines(strokes):
    """The straight pieces of all strokes, from point to point."""
    ways = [np.asarray(stroke, dtype=float) for stroke in strokes]
    if any(way.ndim != 2 or way.shape[1] != 2 or not np.isfinite(way).all() for way in ways):
        raise ValueError("a stroke is a list of points (x, y), and every number is finite")
    if sum(map(len, ways)) > MOST_POINTS:
        raise ValueError(f"a drawing has at most {MOST_POINTS} points")
    return [line for way in ways for line in zip(way, way[1:] if len(way) > 1 else way, strict=False)]
