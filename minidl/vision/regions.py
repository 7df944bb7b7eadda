"""Regions: from a mask to the single things in it."""

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError


def connected_components(mask, least=1):
    """Number the regions of a mask; pixels that touch at a side belong together.

    Parameters
    ----------
    mask : Tensor or array, shape (H, W)
        What is not 0 belongs to the mask.
    least : int
        Regions of fewer pixels are left out.

    Returns
    -------
    Tensor of int64, shape (H, W)
        0 outside, and 1, 2, ... in the regions, in the order in which their first pixels are read.

    Raises
    ------
    ShapeError
        When the mask is not a plane.

    Examples
    --------
    >>> connected_components([[1, 1, 0, 1], [0, 0, 0, 1], [1, 0, 0, 0]])
    tensor([[1, 1, 0, 2],
            [0, 0, 0, 2],
            [3, 0, 0, 0]])
    """
    inside = (mask.array if isinstance(mask, Tensor) else np.asarray(mask)) != 0
    if inside.ndim != 2:
        raise ShapeError(f"a mask has shape (H, W), and this has {inside.shape}")
    first = _first_pixels(inside)
    found, numbers, sizes = np.unique(first[inside], return_inverse=True, return_counts=True)
    large = sizes >= least
    labels = np.zeros(inside.shape, np.int64)
    labels[inside] = np.where(large, np.cumsum(large), 0)[numbers] if len(found) else 0
    return Tensor.wrap(labels)


def _first_pixels(inside):
    """For every pixel of a mask the number of the first pixel of its region.

    Every pixel points to one of its region that is read earlier; whoever points to a pixel that points further is
    sent there, so that the ways halve with every round.
    """
    pixels = np.arange(inside.size).reshape(inside.shape)
    beside = [
        (pixels[:, 1:], pixels[:, :-1], inside[:, 1:] & inside[:, :-1]),
        (pixels[1:], pixels[:-1], inside[1:] & inside[:-1]),
    ]
    edges = [(a[both], b[both]) for a, b, both in beside]
    one, other = (np.concatenate(column) for column in zip(*edges, strict=True))
    root = pixels.reshape(-1).copy()
    while True:
        low = np.minimum(root[one], root[other])
        before = root.copy()
        for end in (one, other):
            np.minimum.at(root, before[end], low)
            np.minimum.at(root, end, low)
        root = root[root]
        if (root == before).all():
            return root.reshape(inside.shape)
