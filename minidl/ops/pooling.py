r"""Pooling: the largest or the mean element under windows that slide over images."""

from functools import reduce

import numpy as np

from minidl.engine.operation import operation
from minidl.errors import ShapeError
from minidl.ops.layout import channels_first, channels_last
from minidl.ops.resizing import pad
from minidl.ops.windows import check_image, output_size, pair, window_indices


def _along(axis, offset, stride, dilation, out):
    """Index of one row (axis 1) or column (axis 2) of every window, in images (N, H, W, C)."""
    start = offset * dilation[axis - 1]
    step = stride[axis - 1]
    return (*[slice(None)] * axis, slice(start, start + step * (out[axis - 1] - 1) + 1, step))


def _combined(images, combine, kernel, *geometry):
    """All elements under each window combined: first the rows of the window, then its columns."""
    for axis in (1, 2):
        images = reduce(combine, [images[_along(axis, i, *geometry)] for i in range(kernel[axis - 1])])
    return images if max(kernel) > 1 else images.copy()


def _parts(images, kernel, *geometry):
    """The part of the images that each element of the kernel meets, in order."""
    return [images[_along(1, i, *geometry)][_along(2, j, *geometry)] for i in range(kernel[0]) for j in range(kernel[1])]


def _max_pool_reference(x, kernel, stride, dilation, out):
    rows, columns = window_indices(x.shape[2:], kernel, stride, dilation, out)
    return x[:, :, rows, columns].max(-1).values


@operation(
    name="max_pool2d",
    formula=r"y_k = \max_{i \in \text{window } k} x_i",
    gradient=r"\bar x_i = \sum_{k : i \text{ is the largest of window } k} \bar y_k",
    composed=_max_pool_reference,
)
def _max_pool(x, kernel, stride, dilation, out):
    images, geometry = channels_last(x), (stride, dilation, out)
    y = _combined(images, np.maximum, kernel, *geometry)

    def pull(g):
        g, gx = channels_last(g), np.zeros_like(images)
        left = np.ones(y.shape, bool)  # the first of equals gets the gradient
        apart = stride[0] >= kernel[0] and stride[1] >= kernel[1] and dilation == (1, 1)  # no pixel lies under two windows
        for values, to in zip(_parts(images, kernel, *geometry), _parts(gx, kernel, *geometry), strict=True):
            hit = values == y
            hit &= left
            left ^= hit
            if apart:
                np.multiply(g, hit, out=to)
            else:
                to += g * hit
        return channels_first(gx)

    return channels_first(y), pull


def _pooled(name, x, kernel_size, stride, padding, dilation, ceil_mode):
    """The padded sizes and the size of the output of a pooling layer."""
    kernel = pair(kernel_size)
    stride = kernel if stride is None or stride == () else pair(stride)
    padding, dilation = pair(padding), pair(dilation)
    if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
        raise ValueError(f"{name}: the padding {padding} may be at most half of the kernel {kernel}")
    geometry = zip(x.shape[2:], kernel, stride, padding, dilation, strict=True)
    out = tuple(output_size(n, k, s, p, d, ceil_mode) for n, k, s, p, d in geometry)
    if min(out) < 1:
        raise ShapeError(
            f"{name}: the kernel {kernel} is larger than the padded input, {tuple(x.shape[2:])} with padding {padding}"
        )
    ends = [
        max(0, (o - 1) * s + d * (k - 1) + 1 - n - p)
        for o, n, k, s, p, d in zip(out, x.shape[2:], kernel, stride, padding, dilation, strict=True)
    ]
    return kernel, stride, padding, dilation, out, ends


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The largest element under each window: (N, C, H, W) to (N, C, oh, ow)."""
    x, single = check_image("max_pool2d", x, 2)
    kernel, stride, padding, dilation, out, ends = _pooled(
        "max_pool2d", x, kernel_size, stride, padding, dilation, ceil_mode
    )
    x = pad(x, (padding[1], ends[1], padding[0], ends[0]), value=-float("inf"))
    y = _max_pool(x, kernel=kernel, stride=stride, dilation=dilation, out=out)
    return y.squeeze(0) if single else y


def max_pool1d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The largest element under each window: (N, C, L) to (N, C, l)."""
    x, single = check_image("max_pool1d", x, 1)
    one = [(1, *pair(v, 1)) for v in (kernel_size, kernel_size if stride is None else stride, dilation)]
    y = max_pool2d(x.unsqueeze(2), one[0], one[1], (0, *pair(padding, 1)), one[2], ceil_mode).squeeze(2)
    return y.squeeze(0) if single else y


def _sum_pool_reference(x, kernel, stride, out):
    rows, columns = window_indices(x.shape[2:], kernel, stride, (1, 1), out)
    return x[:, :, rows, columns].sum(-1)


@operation(
    name="avg_pool2d",
    formula=r"y_k = \sum_{i \in \text{window } k} x_i",
    gradient=r"\bar x_i = \sum_{k : i \in \text{window } k} \bar y_k",
    linear=True,
    composed=_sum_pool_reference,
)
def _sum_pool(x, kernel, stride, out):
    images, geometry = channels_last(x), (stride, (1, 1), out)
    shape = images.shape

    def pull(g):
        g, gx = channels_last(g), np.zeros(shape, g.dtype)
        for part in _parts(gx, kernel, *geometry):
            part += g
        return channels_first(gx)

    return channels_first(_combined(images, np.add, kernel, *geometry)), pull


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    """The mean of the elements under each window: (N, C, H, W) to (N, C, oh, ow)."""
    x, single = check_image("avg_pool2d", x, 2)
    kernel, stride, padding, _, out, ends = _pooled("avg_pool2d", x, kernel_size, stride, padding, 1, ceil_mode)
    sums = _sum_pool(pad(x, (padding[1], ends[1], padding[0], ends[0])), kernel=kernel, stride=stride, out=out)
    if divisor_override:
        counts = divisor_override
    else:
        around = padding if count_include_pad else (0, 0)
        geometry = zip(x.shape[2:], kernel, stride, padding, around, out, strict=True)
        counts = np.outer(*(_counts(*numbers) for numbers in geometry)).astype(x.dtype)
    y = sums / counts
    return y.squeeze(0) if single else y


def _counts(size, kernel, stride, padding, around, out):
    """How many elements of the image, or of it and its padding, lie under each window."""
    start = np.arange(out) * stride - padding
    return np.minimum(start + kernel, size + around) - np.maximum(start, -around)


def avg_pool1d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """The mean of the elements under each window: (N, C, L) to (N, C, l)."""
    x, single = check_image("avg_pool1d", x, 1)
    kernel, step = ((1, *pair(v, 1)) for v in (kernel_size, kernel_size if stride is None else stride))
    y = avg_pool2d(x.unsqueeze(2), kernel, step, (0, *pair(padding, 1)), ceil_mode, count_include_pad).squeeze(2)
    return y.squeeze(0) if single else y
