"""Searching a photograph: a network that judges small images, moved over a large one at several scales."""

from dataclasses import dataclass

import numpy as np

from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.nn.modes import evaluating
from minidl.vision.transforms import Resize

STRIDES = 64  # how far two windows may lie apart at most


@dataclass
class Scan:
    """What a network says of every window of a photograph.

    Attributes
    ----------
    photograph : array, shape (H, W)
    window, stride : int
        The side of a window, and from one to the next, in pixels of the shrunk photograph.
    scales : list of float
        How much the photograph was shrunk: 0.5 makes it half as wide.
    maps : list of array, shape (rows, columns)
        The score of each window, for each scale.
    """

    photograph: np.ndarray
    window: int
    stride: int
    scales: list
    maps: list

    def windows(self, k):
        """The windows of scale number `k`, as left, top, right, bottom in the photograph, shape (rows, columns, 4)."""
        rows, columns = self.maps[k].shape
        top, left = np.meshgrid(self.stride * np.arange(rows), self.stride * np.arange(columns), indexing="ij")
        return (np.stack([left, top, left + self.window, top + self.window], -1) / self.scales[k]).astype(np.float32)

    @property
    def boxes(self):
        """All windows, (N, 4)."""
        return Tensor.wrap(np.concatenate([self.windows(k).reshape(-1, 4) for k in range(len(self.maps))]))

    @property
    def scores(self):
        """Their scores, (N,)."""
        return Tensor.wrap(np.concatenate([scores.ravel() for scores in self.maps]))

    def __repr__(self):
        tall, wide = self.photograph.shape
        return f"Scan({sum(m.size for m in self.maps):,} windows at {len(self.maps)} scales of {tall} x {wide} pixels)"


def scan(model, photograph, window, scales=(1.0, 0.8, 0.64, 0.51, 0.41, 0.33, 0.26, 0.21)):
    """Run a network at every place of a photograph, at several scales.

    The network is run once at each scale, on the whole shrunk photograph: convolutions without a border do the work that
    neighbouring windows have in common only once.

    Parameters
    ----------
    model : Module
        Fully convolutional, without borders: from (1, 1, window, window) to one score, (1, 1, 1, 1), and from a larger
        image to a map of scores. It is run in evaluation mode and left as it was.
    photograph : Tensor, shape (H, W)
    window : int
        The side of the images that the network has learned from.
    scales : sequence of float
        Those at which the photograph becomes smaller than a window are left out.

    Returns
    -------
    Scan

    Raises
    ------
    ShapeError
        When this is not a photograph, the model not such a network, or the photograph smaller than a window.

    Examples
    --------
    >>> import minidl as md
    >>> model = md.nn.Sequential(md.nn.Conv2d(1, 4, 5, stride=4), md.nn.ReLU(), md.nn.Conv2d(4, 1, 6))
    >>> scan(model, md.rand(100, 80), window=25, scales=(1, 0.5))
    Scan(294 windows at 2 scales of 100 x 80 pixels)
    """
    pixels = photograph.array if isinstance(photograph, Tensor) else np.asarray(photograph)
    if pixels.ndim != 2:
        raise ShapeError(f"scan searches one grey photograph (H, W), not {pixels.shape}")
    sizes = [(scale, tuple(round(scale * n) for n in pixels.shape)) for scale in scales]
    sizes = [(scale, size) for scale, size in sizes if min(size) >= window]
    if not sizes:
        raise ShapeError(f"a photograph {pixels.shape} has no window of {window} x {window} pixels at these scales")
    with evaluating(model), no_grad():
        stride = stride_of(model, window)
        maps = [model(_shrunk(pixels, size)).array[0, 0] for _, size in sizes]
    return Scan(pixels, window, stride, [scale for scale, _ in sizes], maps)


def stride_of(model, window):
    """From one window of a network to the next, in pixels.

    Raises
    ------
    ShapeError
        When the network does not give one score for a window, and a map of scores for more.
    """

    def width(side):
        out = model(Tensor.wrap(np.zeros((1, 1, window, side), np.float32)))
        if out.ndim != 4 or out.shape[:3] != (1, 1, 1):
            raise ShapeError(
                f"scan needs a fully convolutional network, from (1, 1, {window}, {window}) to (1, 1, 1, 1); for "
                f"(1, 1, {window}, {side}) this one gives {out.shape}: a convolution as large as its map does the work of "
                "Flatten and Linear"
            )
        return out.shape[3]

    if width(window) != 1:
        raise ShapeError(f"the network gives {width(window)} scores for a window of {window} pixels: is it smaller?")
    for step in range(1, STRIDES + 1):
        if width(window + step) == 2:
            return step
    raise ShapeError(f"the network gives one score also for {window + STRIDES} pixels: is the window larger?")


def _shrunk(pixels, size):
    return Resize(size)(Tensor.wrap(pixels[None, None]))
