"""How images lie in memory.

Images have the shape (N, C, H, W), as in PyTorch. What convolution, pooling and batch normalisation
compute lies in memory in the order (N, H, W, C), behind the usual view: the channels of a pixel are
neighbours there, a line of pixels is one long row of numbers, and NumPy is fast on long rows.
"""

import numpy as np

from minidl.engine.broadcasting import sum_of_rows


def channels_last(x):
    """(N, C, H, W) as (N, H, W, C), and in memory in that order: without a copy where it lies so already.

    >>> channels_last(np.zeros((2, 3, 5, 7))).shape
    (2, 5, 7, 3)
    """
    return np.ascontiguousarray(x.transpose(0, *range(2, x.ndim), 1))


def channels_first(x):
    """The view (N, C, H, W) of an array (N, H, W, C)."""
    return x.transpose(0, x.ndim - 1, *range(1, x.ndim - 1))


def pixel_rows(x):
    """Images (N, C, H, W) as a matrix with one row for each line of pixels: (N * H, W * C).

    Sequences (N, C, L) have one line each; rows (N, C) are lines of a single pixel.
    """
    images = channels_last(x)
    return images.reshape(-1, images.shape[-1] if x.ndim == 2 else images.shape[-2] * images.shape[-1])


def for_each_pixel(values, length):
    """A value for each channel, repeated along a row of pixels with that many numbers.

    >>> for_each_pixel(np.array([1, 2]), 6)
    array([1, 2, 1, 2, 1, 2])
    """
    return np.concatenate([values] * (length // len(values))) if length > len(values) else values


def channel_sums(rows, channels):
    """The sum of every channel over all pixels, given the `pixel_rows` of the images."""
    sums = sum_of_rows(rows)
    return sums if len(sums) == channels else sums.reshape(-1, channels).sum(axis=0)
