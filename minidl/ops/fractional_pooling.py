"""Pooling by windows at random distances, so that a size shrinks by any factor (Graham 2014)."""

import math
from itertools import product

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.random import rand
from minidl.ops.windows import check_image, pair


def fractional_max_pool2d(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
):
    """The largest element under each window of an image, the windows at random distances.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    kernel_size : int or (int, int)
    output_size : int or (int, int), optional
    output_ratio : (float, float), optional
        The output size as a share of the input's, instead of `output_size`.
    return_indices : bool
        Return also where each of them is.

    Raises
    ------
    ShapeError
        When the windows do not fit into the image.
    """
    return _fractional_max_pool(2, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def fractional_max_pool3d(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
):
    """The largest element under each window of a volume (N, C, D, H, W), the windows at random distances."""
    return _fractional_max_pool(3, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def _fractional_max_pool(n, input, kernel_size, output_size, output_ratio, return_indices, samples):
    name = f"fractional_max_pool{n}d"
    x, single = check_image(name, input, n)
    sizes, kernel = x.shape[2:], pair(kernel_size, n)
    if output_size is None:
        if output_ratio is None:
            raise ValueError(f"{name} needs an output_size or an output_ratio")
        output_size = [int(size * ratio) for size, ratio in zip(sizes, output_ratio, strict=True)]
    out = pair(output_size, n)
    if any(o < 1 or o + k - 1 > size for o, k, size in zip(out, kernel, sizes, strict=True)):
        raise ShapeError(f"{name}: {out} windows of {kernel} do not fit into an input of {sizes}")
    samples = rand(*x.shape[:2], n, dtype=x.dtype) if samples is None else samples
    places = _largest(x.array, np.asarray(samples.array), kernel, out)
    flat = Tensor.wrap(places.reshape(*x.shape[:2], math.prod(out)))
    values = x.reshape(*x.shape[:2], math.prod(sizes)).gather(2, flat)
    values, places = values.reshape(*x.shape[:2], *out), Tensor.wrap(places)
    if single:
        values, places = values.squeeze(0), places.squeeze(0)
    return (values, places) if return_indices else values


def _largest(x, samples, kernel, out):
    """Where the largest element under each window is, counted through its image: an array (N, C, *out)."""
    sizes, places = x.shape[2:], np.empty((*x.shape[:2], *out), np.int64)
    for plane in product(range(x.shape[0]), range(x.shape[1])):
        # PyTorch draws for the last dimension first in images, and in order in volumes
        order = samples[plane][::-1] if len(out) == 2 else samples[plane]
        under = []
        for axis, (sample, size, k, o) in enumerate(zip(order, sizes, kernel, out, strict=True)):
            index = _starts(sample, size, k, o)[:, None] + np.arange(k)
            under.append(index.reshape(_spread(index, axis, len(out))))
        flat = np.ravel_multi_index(tuple(np.broadcast_arrays(*under)), sizes).reshape(*out, -1)
        best = x[plane].ravel()[flat].argmax(-1)
        places[plane] = np.take_along_axis(flat, best[..., None], -1)[..., 0]
    return places


def _spread(index, axis, n):
    """The shape in which windows (their number, their size) of one of n dimensions are broadcast against the others."""
    shape = [1] * (2 * n)
    shape[axis], shape[n + axis] = index.shape
    return shape


def _starts(sample, size, kernel, out):
    """Where the windows of one dimension begin: steps that are no whole numbers, rounded; the last one at the end."""
    step = (size - kernel) / (out - 1) if out > 1 else 0.0
    starts = [int((i + float(sample)) * step) - int(float(sample) * step) for i in range(out - 1)]
    return np.array([*starts, size - kernel])
