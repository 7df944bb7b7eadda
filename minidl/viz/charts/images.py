"""Images, with what they are and what a model takes them for, as plain data."""

from dataclasses import dataclass

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.train.metrics import array_of
from minidl.viz.summary import left_out

MOST_IMAGES = 200


@dataclass
class Images:
    """Images and what is said of them.

    Attributes
    ----------
    pixels : array, shape (N, H, W), or (N, H, W, 3) in colour
    labels, predictions : list or None
    count : int
        How many there are; of very many the first are drawn.
    """

    pixels: np.ndarray
    labels: list | None
    predictions: list | None
    count: int

    def wrong(self, i):
        """Whether an image is taken for something else."""
        return self.labels is not None and self.predictions is not None and self.labels[i] != self.predictions[i]

    def caption(self, i):
        """What stands above an image."""
        if self.predictions is None:
            return "" if self.labels is None else str(self.labels[i])
        if self.labels is None:
            return f"{self.predictions[i]}?"
        return f"{self.labels[i]} → {self.predictions[i]}" if self.wrong(i) else str(self.labels[i])

    def told(self, i):
        """The tooltip of an image."""
        words = [f"number {i}"]
        words += [] if self.labels is None else [f"label: {self.labels[i]}"]
        words += [] if self.predictions is None else [f"prediction: {self.predictions[i]}"]
        return "\n".join(words)

    def title(self):
        """What a reader should see."""
        if self.labels is not None and self.predictions is not None:
            wrong = sum(a != b for a, b in zip(self.labels, self.predictions, strict=True))
            said = f"{self.count} images: {wrong} taken for something else (label → prediction)"
        else:
            said = f"{self.count} images of {self.pixels.shape[1]} × {self.pixels.shape[2]} pixels"
        if self.count > len(self.pixels):
            said += f"; the first {len(self.pixels)} are drawn"
        bad = left_out(self.pixels, "pixels")
        return said + (f"; {bad}" if bad else "")


def checked_images(images, labels=None, predictions=None):
    """Images with their labels.

    Raises
    ------
    ShapeError
        When these are not images, or labels and images differ in number.
    """
    pixels = array_of(images)
    if pixels.ndim == 4 and pixels.shape[1] in (1, 3):
        pixels = pixels[:, 0] if pixels.shape[1] == 1 else np.moveaxis(pixels, 1, 3)
    elif pixels.ndim != 3:
        pixels = pixels[:0]
    if not pixels.size:
        raise ShapeError(
            "images are drawn from shape (N, H, W), (N, 1, H, W) or (N, 3, H, W) with N of at least 1, "
            f"not from {images.shape}"
        )
    labels, predictions = _plain(labels), _plain(predictions)
    for name, given in (("labels", labels), ("predictions", predictions)):
        if given is not None and len(given) != len(pixels):
            raise ShapeError(f"there are {len(pixels)} images and {len(given)} {name}")
    return Images(pixels[:MOST_IMAGES], labels, predictions, len(pixels))


def _plain(values):
    return values.tolist() if isinstance(values, Tensor | np.ndarray) else None if values is None else list(values)
