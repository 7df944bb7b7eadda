r"""Images in other sizes: borders, windows as columns, averages over a grid, resizing."""

from typing import Any

import numpy as np

from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.windows import check_image, output_size, pair, window_indices


@array_function
def _with_border(x, widths, value):
    return np.pad(x, widths, constant_values=value)


@operation(
    name="pad",
    formula=r"y = x \text{ with a border}",
    gradient=r"\bar x = \bar y \text{ without it}",
    linear=True,
    array=_with_border,
)
def _pad(x, widths, value):
    inside = tuple(slice(a, a + n) for (a, _), n in zip(widths, x.shape, strict=True))
    return _with_border(x, widths, value), lambda g: g[inside]


def pad(x, pad, mode="constant", value=0.0):
    """A border around the last dimensions.

    Parameters
    ----------
    pad : tuple of int
        Widths in pairs, the last dimension first: (left, right, top, bottom, ...). Negative ones crop.
    mode : {"constant", "reflect", "replicate", "circular"}
    value : float
        What a constant border is filled with.
    """
    pad = tuple(int(p) for p in pad)
    if len(pad) % 2 or len(pad) > 2 * x.ndim:
        raise ShapeError(f"pad takes pairs of widths for at most {x.ndim} dimensions, and got {pad}")
    widths = [(0, 0)] * (x.ndim - len(pad) // 2) + [pad[i : i + 2] for i in range(len(pad) - 2, -1, -2)]
    if not any(pad):
        return x
    if mode == "constant":
        if min(pad) < 0:
            x = x[tuple(slice(max(-a, 0), n - max(-b, 0)) for (a, b), n in zip(widths, x.shape, strict=True))]
            widths = [(max(a, 0), max(b, 0)) for a, b in widths]
        return _pad(x, tuple(widths), value)
    names = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    if mode not in names:
        raise ValueError(f'pad knows the modes "constant", "reflect", "replicate" and "circular", not {mode!r}')
    for axis, (before, after) in enumerate(widths):
        if before or after:
            if mode == "reflect" and max(before, after) >= x.shape[axis]:
                raise ShapeError(
                    f"a reflected border of {max(before, after)} needs a dimension larger than that, not {x.shape[axis]}"
                )
            mirrored: Any = np.pad(np.arange(x.shape[axis]), (before, after), mode=names[mode])  # type: ignore[call-overload]
            x = x.index_select(axis, Tensor.wrap(mirrored))
    return x


def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    """The windows of an image as columns: (N, C, H, W) to (N, C * kh * kw, number of windows)."""
    x, single = check_image("unfold", x, 2)
    kernel, dilation, padding, stride = map(pair, (kernel_size, dilation, padding, stride))
    geometry = zip(x.shape[2:], kernel, stride, padding, dilation, strict=True)
    out = tuple(output_size(n, k, s, p, d) for n, k, s, p, d in geometry)
    x = pad(x, (padding[1], padding[1], padding[0], padding[0]))
    rows, columns = window_indices(x.shape[2:], kernel, stride, dilation, out)
    y = x[:, :, rows, columns].permute(0, 1, 4, 2, 3).reshape(x.shape[0], -1, out[0] * out[1])
    return y.squeeze(0) if single else y


def _resized(x, rows, columns):
    """Every row and every column of an image mixed by a matrix."""
    rows, columns = rows.astype(x.dtype), columns.astype(x.dtype)
    return Tensor.wrap(rows) @ (x @ Tensor.wrap(columns.T))


def _bin_means(size, out):
    """A matrix (out, size) whose rows average nearly equal parts."""
    matrix = np.zeros((out, size))
    for i in range(out):
        start, end = i * size // out, -(-(i + 1) * size // out)
        matrix[i, start:end] = 1 / (end - start)
    return matrix


def adaptive_avg_pool2d(x, output_size):
    """The mean over a grid of nearly equal parts: (N, C, H, W) to (N, C, *output_size); None keeps a size."""
    x, single = check_image("adaptive_avg_pool2d", x, 2)
    wanted = output_size if isinstance(output_size, list | tuple) else (output_size, output_size)
    rows, columns = (_bin_means(n, n if o is None else o) for n, o in zip(x.shape[2:], wanted, strict=True))
    y = _resized(x, rows, columns)
    return y.squeeze(0) if single else y


def _interpolation(size, out, scale, mode, align_corners):
    """The matrix (out, size) that resizes a row."""
    matrix = np.zeros((out, size))
    step = size / out if scale is None else 1 / scale
    if mode == "nearest":
        nearest = np.minimum((np.arange(out) * np.float32(step)).astype(int), size - 1)
        matrix[np.arange(out), nearest] = 1
        return matrix
    if align_corners:
        place = np.arange(out) * ((size - 1) / (out - 1) if out > 1 else 0)
    else:
        place = np.maximum((np.arange(out) + 0.5) * step - 0.5, 0)
    low = np.minimum(place.astype(int), size - 1)
    high, share = np.minimum(low + 1, size - 1), place - low
    np.add.at(matrix, (np.arange(out), low), 1 - share)
    np.add.at(matrix, (np.arange(out), high), share)
    return matrix


def interpolate(x, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """Images in another size: (N, C, H, W) to (N, C, *size), by the nearest pixel or "bilinear" between four."""
    if mode not in ("nearest", "bilinear"):
        raise ValueError(f'interpolate knows the modes "nearest" and "bilinear", not {mode!r}')
    if (size is None) == (scale_factor is None):
        raise ValueError("interpolate needs either a size or a scale_factor")
    x, _ = check_image("interpolate", x, 2)
    scales = (None, None)
    if size is None:
        scales = tuple(scale_factor) if isinstance(scale_factor, list | tuple) else (scale_factor, scale_factor)
        size = tuple(int(n * s) for n, s in zip(x.shape[2:], scales, strict=True))
    size = pair(size)
    rows, columns = (
        _interpolation(n, o, s, mode, bool(align_corners)) for n, o, s in zip(x.shape[2:], size, scales, strict=True)
    )
    return _resized(x, rows, columns)


def pixel_shuffle(x, upscale_factor):
    """Channels to pixels: (..., C r², H, W) to (..., C, H r, W r)."""
    r, (*batch, C, H, W) = upscale_factor, x.shape
    if C % (r * r):
        raise ShapeError(f"pixel_shuffle by {r} needs channels in multiples of {r * r}, and got {C}")
    n = len(batch)
    x = x.reshape(*batch, C // (r * r), r, r, H, W)
    order = [*range(n), n, n + 3, n + 1, n + 4, n + 2]
    return x.permute(*order).reshape(*batch, C // (r * r), H * r, W * r)
