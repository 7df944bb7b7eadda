"""What a random transform makes of images, as plain data."""

from dataclasses import dataclass

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.train.metrics import array_of
from minidl.viz.charts.images import Images, checked_images
from minidl.viz.undisturbed import undisturbed

MOST_ROWS, MOST_TIMES = 8, 15


@dataclass
class Draws(Images):
    """Images in rows: each begins with one as it came."""

    columns: int = 1

    def caption(self, i):
        """What stands above an image."""
        return "" if i % self.columns else "as it came"

    def told(self, i):
        """The tooltip of an image."""
        row, draw = divmod(i, self.columns)
        return f"image {row}, {f'draw {draw}' if draw else 'as it came'}"


@dataclass
class Augmentations:
    """Images, and what was drawn from each.

    Attributes
    ----------
    images : array, shape (rows, C, H, W)
        As they came.
    drawn : array, shape (rows, times, C, h, w)
        What the transform made of each.
    """

    images: np.ndarray
    drawn: np.ndarray

    def sheet(self):
        """All images row by row; where the transform changes the size, the smaller ones get a frame of zeros."""
        rows, times = self.drawn.shape[:2]
        tall, wide = np.maximum(self.images.shape[-2:], self.drawn.shape[-2:])
        every = np.concatenate([_framed(self.images[:, None], tall, wide), _framed(self.drawn, tall, wide)], axis=1)
        shown = checked_images(every.reshape(rows * (times + 1), *every.shape[2:]))
        return Draws(shown.pixels, None, None, shown.count, columns=times + 1)

    def changed(self):
        """How much a pixel changes on average; 0 for a transform that does nothing, None where the size changes."""
        if self.images.shape[1:] != self.drawn.shape[2:]:
            return None
        return float(np.abs(self.drawn - self.images[:, None]).mean())

    def title(self):
        """What a reader should see."""
        rows, times = self.drawn.shape[:2]
        changed = self.changed()
        said = "" if changed is None else f"; a pixel changes by {changed:.2f} on average"
        return f"{rows} {'image' if rows == 1 else 'images'}, and {times} draws of each{said}"


def _framed(images, tall, wide):
    """Images (rows, times, C, H, W) in the middle of larger ones."""
    missing = tall - images.shape[-2], wide - images.shape[-1]
    around = [(0, 0)] * 3 + [(m // 2, m - m // 2) for m in missing]
    return np.pad(images, around)


def augmented(transform, images, times):
    """Draw from a random transform; the stream of random numbers goes on as if nothing had been drawn.

    Parameters
    ----------
    transform : callable
        From images (N, C, H, W) to images.
    images : Tensor, shape (N, C, H, W), (N, H, W), or (C, H, W) for a single one in colour
    times : int

    Raises
    ------
    ShapeError
        When these are not images, or the transform does not give one image for each.
    ValueError
        When nothing is to be drawn.
    """
    if times < 1:
        raise ValueError(f"times says how often to draw, at least once, not {times}")
    pixels = array_of(images)
    if pixels.ndim == 3:
        pixels = pixels[None] if len(pixels) in (1, 3) else pixels[:, None]
    checked_images(pixels)
    pixels, times = pixels[:MOST_ROWS], min(times, MOST_TIMES)
    with undisturbed([]):
        drawn = array_of(transform(Tensor(np.repeat(pixels, times, axis=0))))
    if drawn.ndim != 4 or len(drawn) != len(pixels) * times or drawn.shape[1] not in (1, 3):
        raise ShapeError(
            f"of images {(len(pixels) * times, *pixels.shape[1:])} the transform makes {drawn.shape}: no images"
        )
    channels = max(pixels.shape[1], drawn.shape[1])
    pixels, drawn = (x if x.shape[1] == channels else x.repeat(channels, axis=1) for x in (pixels, drawn))
    return Augmentations(pixels, drawn.reshape(len(pixels), times, *drawn.shape[1:]))
