r"""Pooling: the largest or the mean element under windows that slide over sequences, images and volumes."""

from functools import reduce
from math import prod

import numpy as np

from minidl.engine.conversion import whole_number
from minidl.engine.operation import array_function, operation
from minidl.engine.parallel import PASS, in_pieces
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError
from minidl.ops.elementwise import let_through
from minidl.ops.layout import channels_first, channels_last
from minidl.ops.padding import pad
from minidl.ops.shape import stack
from minidl.ops.windows import check_image, output_size, pair, sizes_of, window_indices


def _along(axis, offset, stride, dilation, out):
    """Index of one row (axis 1) or column (axis 2) of every window, in images (N, H, W, C)."""
    start = offset * dilation[axis - 1]
    step = stride[axis - 1]
    return (*[slice(None)] * axis, slice(start, start + step * (out[axis - 1] - 1) + 1, step))


def _combined(images, combine, kernel, *geometry):
    """All elements under each window combined: first the rows of the window, then its columns."""
    N, out, C = len(images), geometry[-1], images.shape[-1]
    y = np.empty((N, *out, C), images.dtype)

    def work(start, stop):
        part, to = images[start:stop], y[start:stop]
        rows = reduce(combine, [part[_along(1, i, *geometry)] for i in range(kernel[0])])
        last = reduce(lambda a, b: combine(a, b, out=to), [rows[_along(2, j, *geometry)] for j in range(kernel[1])])
        if last is not to:  # of a single column
            to[...] = last

    in_pieces(N, work, PASS * images.size)
    return y


def _parts(images, kernel, *geometry):
    """The part of the images that each element of the kernel meets, in order."""
    return [images[_along(1, i, *geometry)][_along(2, j, *geometry)] for i in range(kernel[0]) for j in range(kernel[1])]


def _max_pool_reference(x, kernel, stride, dilation, out):
    return x[:, :, *window_indices(kernel, stride, dilation, out)].max(-1).values


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
        apart = stride[0] >= kernel[0] and stride[1] >= kernel[1] and dilation == (1, 1)  # no pixel lies under two windows

        def work(start, stop):
            part = slice(start, stop)
            pairs = list(zip(_parts(images[part], kernel, *geometry), _parts(gx[part], kernel, *geometry), strict=True))
            left = np.ones(y[part].shape, bool)  # the first of equals gets the gradient
            for values, to in pairs:
                hit = values == y[part]
                hit &= left
                left ^= hit
                if apart:
                    let_through(g[part], hit, out=to)
                else:
                    to += let_through(g[part], hit)
            if left.any():  # NaN is the largest, and equals nothing; the last one gets the gradient
                for values, to in reversed(pairs):
                    hit = np.isnan(values) & left
                    left ^= hit
                    to += let_through(g[part], hit)

        in_pieces(len(y), work, 4 * PASS * y.size * kernel[0] * kernel[1])
        return channels_first(gx)

    return channels_first(y), pull


def _sum_pool_reference(x, kernel, stride, out):
    return x[:, :, *window_indices(kernel, stride, (1, 1), out)].sum(-1)


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

        def work(start, stop):
            for to in _parts(gx[start:stop], kernel, *geometry):
                to += g[start:stop]

        in_pieces(len(g), work, PASS * g.size * kernel[0] * kernel[1])
        return channels_first(gx)

    return channels_first(_combined(images, np.add, kernel, *geometry)), pull


# ---------------------------------------------------------------- geometry


def _geometry(name, n, x, kernel_size, stride, padding, dilation, ceil_mode):
    """The sizes of a pooling as tuples, checked: kernel, stride, padding, dilation, output, and the borders at both ends."""
    if x.numel() == 0 and (x.shape[1] == 0 or 0 in x.shape[2:]):
        raise ShapeError(f"{name} needs an input of which only the batch may be empty, and got {x.shape}")
    stride = kernel_size if stride is None or stride == () or stride == [] else stride
    kernel, stride, padding, dilation = sizes_of(
        name, n, kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation
    )
    if any(2 * p > d * (k - 1) + 1 for p, k, d in zip(padding, kernel, dilation, strict=True)):
        raise ValueError(f"{name}: the padding {padding} may be at most half of the kernel {kernel}")
    size = x.shape[2:]
    numbers = zip(size, kernel, stride, padding, dilation, strict=True)
    out = tuple(output_size(n, k, s, p, d, ceil_mode) for n, k, s, p, d in numbers)
    if min(out) < 1:
        raise ShapeError(
            f"{name}: the kernel {kernel} is larger than the padded input, {tuple(size)} with padding {padding}"
        )
    ends = [
        max(0, (o - 1) * s + d * (k - 1) + 1 - n - p)
        for o, n, k, s, p, d in zip(out, size, kernel, stride, padding, dilation, strict=True)
    ]
    border = [width for ends_of in zip(reversed(padding), reversed(ends), strict=True) for width in ends_of]
    return kernel, stride, padding, dilation, out, border


def _as_images(n, *sizes):
    """Sizes of windows over sequences as those over images of one row."""
    return [(1, *size) if n == 1 else size for size in sizes]


# ---------------------------------------------------------------- the largest under each window


def _max_pooled(n, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices):
    name = f"max_pool{n}d"
    if input.dtype == bool:
        raise DtypeError(f"{name} compares numbers, not booleans")
    x, single = check_image(name, input, n)
    kernel, stride, padding, dilation, out, border = _geometry(name, n, x, kernel_size, stride, padding, dilation, ceil_mode)
    lowest = -float("inf") if x.is_floating_point() else int(np.iinfo(x.dtype).min)
    padded = pad(x, border, value=lowest) if any(border) else x
    if n == 3:
        y = padded[:, :, *window_indices(kernel, stride, dilation, out)].max(-1).values
    else:
        shape = _as_images(n, kernel, stride, dilation, out)
        y = _max_pool(padded.unsqueeze(2) if n == 1 else padded, **dict(zip(_SIZES, shape, strict=True)))
        y = y.squeeze(2) if n == 1 else y
    y = y.squeeze(0) if single else y
    if not return_indices:
        return y
    where = _where_the_largest_are(padded.array, x.shape[2:], kernel, stride, padding, dilation, out)
    return y, Tensor.wrap(where[0] if single else where)


_SIZES = ("kernel", "stride", "dilation", "out")


def _where_the_largest_are(padded, size, kernel, stride, padding, dilation, out):
    """For each window the place of its largest element, in the image without padding as one long row."""
    indices = window_indices(kernel, stride, dilation, out)
    best = padded[:, :, *indices].argmax(-1)[..., None]
    inside = []
    for index, p, n in zip(indices, padding, size, strict=True):
        places = np.take_along_axis(np.broadcast_to(index, (*best.shape[:-1], index.shape[-1])), best, -1)[..., 0]
        inside.append(np.clip(places - p, 0, n - 1))
    return np.ravel_multi_index(inside, size).astype(np.int64)


def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """The largest element under each window: (N, C, L) to (N, C, l)."""
    return _max_pooled(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """The largest element under each window: (N, C, H, W) to (N, C, oh, ow).

    With `return_indices`, also where each of them is, in the image as one long row (for `max_unpool2d`).
    """
    return _max_pooled(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """The largest element under each window: (N, C, D, H, W) to (N, C, od, oh, ow)."""
    return _max_pooled(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


@array_function
def _placed(x, index, size):
    y = np.zeros((*x.shape[:-1], size), x.dtype)
    np.put_along_axis(y, index, x, -1)
    return y


@operation(
    name="max_unpool",
    formula=r"y_{i_k} = x_k",
    gradient=r"\bar x_k = \bar y_{i_k}",
    linear=True,
    array=_placed,
)
def _unpool(x, index, size):
    return _placed(x, index, size), lambda g: np.take_along_axis(g, index, -1)


def _max_unpooled(n, input, indices, kernel_size, stride, padding, output_size):
    name = f"max_unpool{n}d"
    if indices.dtype != np.int64 or indices.shape != input.shape:
        raise ShapeError(
            f"{name} needs an index (int64) for each element of the input {input.shape}, and got {indices.dtype} of shape "
            f"{indices.shape}"
        )
    stride = kernel_size if stride is None else stride
    kernel, stride, padding = sizes_of(name, n, kernel_size=kernel_size, stride=stride, padding=padding)
    usual = zip(input.shape[-n:], kernel, stride, padding, strict=True)
    size = tuple((i - 1) * s + k - 2 * p for i, k, s, p in usual) if output_size is None else tuple(output_size)[-n:]
    places = indices.array
    if places.size and not (places.min() >= 0 and places.max() < prod(size)):
        raise ShapeError(f"{name}: an index {places.max()} lies outside of the output of size {size}")
    flat = (*input.shape[:-n], prod(input.shape[-n:]))
    y = _unpool(input.reshape(flat), index=places.reshape(flat), size=prod(size))
    return y.reshape(*input.shape[:-n], *size)


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Put what `max_pool1d` kept back where it was, among zeros."""
    return _max_unpooled(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Put what `max_pool2d` kept back where it was, among zeros."""
    return _max_unpooled(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Put what `max_pool3d` kept back where it was, among zeros."""
    return _max_unpooled(3, input, indices, kernel_size, stride, padding, output_size)


# ---------------------------------------------------------------- the mean under each window


def _avg_pooled(n, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override=None):
    name = f"avg_pool{n}d"
    if divisor_override == 0:
        raise ValueError(f"{name}: the divisor must not be 0")
    x, single = check_image(name, input, n)
    kernel, stride, padding, _, out, border = _geometry(name, n, x, kernel_size, stride, padding, 1, ceil_mode)
    padded = pad(x, border) if any(border) else x
    if n == 3:
        sums = padded[:, :, *window_indices(kernel, stride, (1, 1, 1), out)].sum(-1)
    else:
        over, step, shape = _as_images(n, kernel, stride, out)
        sums = _sum_pool(padded.unsqueeze(2) if n == 1 else padded, kernel=over, stride=step, out=shape)
        sums = sums.squeeze(2) if n == 1 else sums
    if divisor_override:
        counts = divisor_override
    else:
        around = padding if count_include_pad else (0,) * n
        sizes = zip(x.shape[2:], kernel, stride, padding, around, out, strict=True)
        counts = Tensor.wrap(reduce(np.multiply.outer, [_counts(*numbers) for numbers in sizes]).astype(x.dtype))
    y = sums / counts
    return y.squeeze(0) if single else y


def _counts(size, kernel, stride, padding, around, out):
    """How many elements of the image, or of it and its padding, lie under each window."""
    start = np.arange(out) * stride - padding
    return np.minimum(start + kernel, size + around) - np.maximum(start, -around)


def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """The mean of the elements under each window: (N, C, L) to (N, C, l)."""
    return _avg_pooled(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad)


def avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    """The mean of the elements under each window: (N, C, H, W) to (N, C, oh, ow)."""
    return _avg_pooled(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    """The mean of the elements under each window: (N, C, D, H, W) to (N, C, od, oh, ow)."""
    return _avg_pooled(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def _power_pooled(average, n, input, norm_type, kernel_size, stride, ceil_mode):
    """The norm of the elements under each window, by way of the mean of their powers."""
    means = average(input**norm_type, kernel_size, stride, 0, ceil_mode)
    return (means.sign() * means.abs().relu() * prod(pair(kernel_size, n))) ** (1 / norm_type)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The norm of order `norm_type` of the elements under each window of a sequence."""
    return _power_pooled(avg_pool1d, 1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The norm of order `norm_type` of the elements under each window of an image."""
    return _power_pooled(avg_pool2d, 2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The norm of order `norm_type` of the elements under each window of a volume."""
    return _power_pooled(avg_pool3d, 3, input, norm_type, kernel_size, stride, ceil_mode)


# ---------------------------------------------------------------- over a grid, whatever the size


def _bins(size, out):
    """The starts and ends of `out` nearly equal parts of `size` elements, which may overlap."""
    return [(i * size // out, -(-(i + 1) * size // out)) for i in range(out)]


def _grid(name, n, input, output_size):
    """The image with a batch dimension, whether it had none, and the size of the grid; None keeps a size."""
    x, single = check_image(name, input, n)
    if 0 in x.shape[1:]:
        raise ShapeError(f"{name} needs an input of which only the batch may be empty, and got {x.shape}")
    wanted = tuple(output_size) if isinstance(output_size, list | tuple) else (output_size,) * n
    if len(wanted) != n or any(w is not None and w < 0 for w in wanted):
        raise ValueError(f"{name}: output_size is one size or {n} of them, not {output_size}")
    return (
        x,
        single,
        [size if w is None else whole_number(w, "the output size") for size, w in zip(x.shape[2:], wanted, strict=True)],
    )


def _adaptive_avg_pooled(n, input, output_size):
    x, single, wanted = _grid(f"adaptive_avg_pool{n}d", n, input, output_size)
    whole = [dim for dim, out in enumerate(wanted, 2) if out == 1]
    if whole:
        x = x.mean(whole, keepdim=True)
    for dim, out in enumerate(wanted, 2):  # the mean of a rectangle is that of the means of its rows
        size = x.shape[dim]
        if out and size % out == 0:
            x = x if size == out else x.unflatten(dim, (out, size // out)).mean(dim + 1)
        else:
            means = [x.narrow(dim, start, end - start).mean(dim) for start, end in _bins(size, out)]
            x = stack(means, dim) if means else x.narrow(dim, 0, 0)
    return x.squeeze(0) if single else x


def adaptive_avg_pool1d(input, output_size):
    """The mean over nearly equal parts of a sequence: (N, C, L) to (N, C, output_size)."""
    return _adaptive_avg_pooled(1, input, output_size)


def adaptive_avg_pool2d(input, output_size):
    """The mean over a grid of nearly equal parts: (N, C, H, W) to (N, C, *output_size); None keeps a size."""
    return _adaptive_avg_pooled(2, input, output_size)


def adaptive_avg_pool3d(input, output_size):
    """The mean over a grid of nearly equal parts: (N, C, D, H, W) to (N, C, *output_size); None keeps a size."""
    return _adaptive_avg_pooled(3, input, output_size)


def _adaptive_max_pooled(n, input, output_size, return_indices):
    x, single, wanted = _grid(f"adaptive_max_pool{n}d", n, input, output_size)
    lead, size = x.shape[:2], x.shape[2:]
    cells: list[tuple] = [()]
    for length, out in zip(size, wanted, strict=True):
        cells = [(*cell, slice(*part)) for cell in cells for part in _bins(length, out)]
    places = np.arange(prod(size)).reshape(size)
    best = [x[:, :, *cell].reshape(*lead, -1).max(-1) for cell in cells]
    y = stack([values for values, _ in best], -1).reshape(*lead, *wanted)
    indices = stack([Tensor.wrap(places[cell].ravel()[i.array]) for cell, (_, i) in zip(cells, best, strict=True)], -1)
    indices = indices.reshape(*lead, *wanted)
    if single:
        y, indices = y.squeeze(0), indices.squeeze(0)
    return (y, indices) if return_indices else y


def adaptive_max_pool1d(input, output_size, return_indices=False):
    """The largest element of nearly equal parts of a sequence: (N, C, L) to (N, C, output_size)."""
    return _adaptive_max_pooled(1, input, output_size, return_indices)


def adaptive_max_pool2d(input, output_size, return_indices=False):
    """The largest element of nearly equal parts of an image: (N, C, H, W) to (N, C, *output_size)."""
    return _adaptive_max_pooled(2, input, output_size, return_indices)


def adaptive_max_pool3d(input, output_size, return_indices=False):
    """The largest element of nearly equal parts of a volume: (N, C, D, H, W) to (N, C, *output_size)."""
    return _adaptive_max_pooled(3, input, output_size, return_indices)
