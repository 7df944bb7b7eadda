r"""Sampling images at places that are computed: what a spatial transformer does (Jaderberg et al. 2015)."""

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError, aligned
from minidl.ops.resizing import cubic_weights


def affine_grid(theta, size, align_corners=None):
    """Where each pixel of an image of this size looks, under an affine map of the plane.

    Parameters
    ----------
    theta : Tensor, shape (N, 2, 3)
        A matrix and a shift for each image.
    size : (N, C, H, W)
    align_corners : bool, optional
        Whether -1 and 1 are the centres of the corner pixels, instead of the edges of the image.

    Returns
    -------
    Tensor, shape (N, H, W, 2)
        Places (x, y) from -1 to 1, for `grid_sample`.
    """
    N, _, H, W = size
    if theta.shape != (N, 2, 3):
        raise ShapeError(f"affine_grid needs a theta of shape {(N, 2, 3)} for images {tuple(size)}, not {theta.shape}")
    y, x = (_centres(n, align_corners) for n in (H, W))
    base = np.stack([*np.broadcast_arrays(x[None, :], y[:, None]), np.ones((H, W))], axis=-1)
    places = Tensor.wrap(base.reshape(1, H * W, 3).astype(theta.dtype)) @ theta.mT
    return places.reshape(N, H, W, 2)


def _centres(n, align_corners):
    """The centres of n pixels along a line from -1 to 1."""
    if align_corners:
        return np.linspace(-1, 1, n) if n > 1 else np.zeros(1)
    return (np.arange(n) * 2 + 1) / n - 1


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    """The values of images at places between their pixels.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W)
    grid : Tensor, shape (N, h, w, 2)
        Places (x, y); the image reaches from -1 to 1.
    mode : {"bilinear", "nearest", "bicubic"}
    padding_mode : {"zeros", "border", "reflection"}
        What lies outside of the image.
    align_corners : bool, optional
        Whether -1 and 1 are the centres of the corner pixels, instead of the edges of the image.

    Returns
    -------
    Tensor, shape (N, C, h, w)
    """
    if input.ndim != 4 or grid.ndim != 4 or grid.shape[-1] != 2 or len(grid) != len(input):
        shapes = aligned([("input", input.shape), ("grid", grid.shape)])
        raise ShapeError(f"grid_sample needs images (N, C, H, W) and places (N, h, w, 2)\n{shapes}")
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError(f'grid_sample knows the modes "bilinear", "nearest" and "bicubic", not {mode!r}')
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(f'grid_sample pads with "zeros", "border" or "reflection", not {padding_mode!r}')
    sizes = input.shape[2:]
    places = [_pixels(grid[..., 1 - i], n, align_corners) for i, n in enumerate(sizes)]  # rows first
    if mode == "bicubic":  # a neighbour outside of the image is brought inside, not the place
        return _mixed(input, places, (-1, 0, 1, 2), cubic_weights, padding_mode, align_corners)
    places = [_inside(place, n, padding_mode, align_corners) for place, n in zip(places, sizes, strict=True)]
    if mode == "nearest":
        return _looked_up(input, *(np.rint(place.array) for place in places))
    return _mixed(input, places, (0, 1), lambda t: (1 - t, t), "zeros", align_corners)


def _pixels(place, size, align_corners):
    """Places from -1 to 1 as numbers of pixels."""
    return (place + 1) * ((size - 1) / 2) if align_corners else ((place + 1) * size - 1) / 2


def _inside(place, size, padding_mode, align_corners):
    """Places brought into the image, unless it is surrounded by zeros."""
    if padding_mode == "zeros":
        return place
    if padding_mode == "reflection":
        place = _reflected(place, *((0.0, size - 1.0) if align_corners else (-0.5, size - 0.5)))
    return place.clamp(0, size - 1)


def _mixed(images, places, offsets, shares_of, padding_mode, align_corners):
    """The pixels around each place, each times its share."""
    around = []
    for place, size in zip(places, images.shape[2:], strict=True):
        first = np.floor(place.array)
        shares = shares_of(place - Tensor.wrap(first))
        pixels = [_inside(Tensor.wrap(first + k), size, padding_mode, align_corners).array for k in offsets]
        around.append(list(zip(pixels, shares, strict=True)))
    terms = [
        _looked_up(images, row, column) * (row_share * column_share).unsqueeze(1)
        for row, row_share in around[0]
        for column, column_share in around[1]
    ]
    return sum(terms[1:], terms[0])


def _reflected(at, low, high):
    """Places mirrored at both edges until they lie between them."""
    if high == low:
        return at * 0
    span = high - low
    off = (at - low).abs()
    turns = np.floor(off.array / span)
    inside = off - Tensor.wrap((turns * span).astype(off.dtype))
    even = Tensor.wrap((turns % 2 == 0).astype(off.dtype))
    return low + inside * even + (span - inside) * (1 - even)


def _looked_up(images, rows, columns):
    """The pixels (N, C, h, w) at rows and columns (N, h, w); 0 outside of the images."""
    H, W = images.shape[2:]
    rows, columns = rows.astype(int), columns.astype(int)
    inside = (rows >= 0) & (rows < H) & (columns >= 0) & (columns < W)
    n = np.arange(len(images))[:, None, None]
    found = images[n, :, np.where(inside, rows, 0), np.where(inside, columns, 0)].permute(0, 3, 1, 2)
    return found.masked_fill(Tensor.wrap(~inside[:, None]), 0.0)
