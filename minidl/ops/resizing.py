r"""Images in other sizes: windows as columns and back, interpolation, channels to pixels."""

import math
from math import prod

import numpy as np

from minidl.engine.conversion import whole_number
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.padding import pad
from minidl.ops.pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from minidl.ops.windows import check_image, output_size, sizes_of, window_indices

# ---------------------------------------------------------------- windows as columns, and back


def _under_windows(name, size, kernel_size, dilation, padding, stride):
    """Kernel, padding, the size with padding, and which of its pixels lie under each window: (elements, windows)."""
    kernel, dilation, padding, stride = sizes_of(
        name, 2, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride
    )
    out = tuple(output_size(*numbers) for numbers in zip(size, kernel, stride, padding, dilation, strict=True))
    if min(out) < 1:
        raise ShapeError(
            f"{name}: the kernel {kernel} is larger than the padded image, {tuple(size)} with padding {padding}"
        )
    padded = tuple(n + 2 * p for n, p in zip(size, padding, strict=True))
    rows, columns = window_indices(kernel, stride, dilation, out)
    return kernel, padding, padded, (rows * padded[1] + columns).reshape(prod(out), -1).T


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """The windows of an image as columns: (N, C, H, W) to (N, C * kh * kw, number of windows)."""
    x, single = check_image("unfold", input, 2)
    kernel, padding, _, pixels = _under_windows("unfold", x.shape[2:], kernel_size, dilation, padding, stride)
    x = pad(x, (padding[1], padding[1], padding[0], padding[0])).flatten(2)
    y = x[:, :, pixels].reshape(len(x), x.shape[1] * prod(kernel), pixels.shape[1])
    return y.squeeze(0) if single else y


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Columns put back where `unfold` took them, and added up where windows overlap.

    Parameters
    ----------
    input : Tensor, shape (N, C * kh * kw, number of windows) or without N
    output_size : (int, int)
        Height and width of the image (N, C, H, W).

    Raises
    ------
    ShapeError
        When the columns are not those of an image of that size.
    """
    single = input.ndim == 2
    x = input.unsqueeze(0) if single else input
    (size,) = sizes_of("fold", 2, output_size=output_size)
    kernel, padding, padded, pixels = _under_windows("fold", size, kernel_size, dilation, padding, stride)
    if x.ndim != 3 or x.shape[1] % prod(kernel) or x.shape[2] != pixels.shape[1]:
        raise ShapeError(
            f"fold needs columns of shape (N, C * {prod(kernel)}, {pixels.shape[1]}) for an image of {size} under the "
            f"kernel {kernel}, and got {input.shape}"
        )
    channels = x.shape[1] // prod(kernel)
    image = Tensor.wrap(np.zeros((len(x), channels, prod(padded)), x.dtype))
    image = image.index_add(2, Tensor.wrap(pixels.ravel()), x.reshape(len(x), channels, pixels.size))
    (H, W), (ph, pw) = size, padding
    image = image.reshape(len(x), channels, *padded)[:, :, ph : ph + H, pw : pw + W]
    return image.squeeze(0) if single else image


# ---------------------------------------------------------------- interpolation

MODES = {
    "nearest": (1, 2, 3),
    "nearest-exact": (1, 2, 3),
    "linear": (1,),
    "bilinear": (2,),
    "trilinear": (3,),
    "bicubic": (2,),
    "area": (1, 2, 3),
}


def interpolate(
    input, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None, antialias=False
):
    """Sequences, images or volumes in another size: (N, C, H, W) to (N, C, *size).

    Parameters
    ----------
    size : int or tuple of int, optional
    scale_factor : float or tuple of float, optional
        Either of the two.
    mode : {"nearest", "nearest-exact", "linear", "bilinear", "trilinear", "bicubic", "area"}
        How the pixels between are found; linear modes and "bicubic" each for their number of dimensions.
    align_corners : bool, optional
        Whether the centres of the corner pixels stay where they are, instead of the corners of the image.
    recompute_scale_factor : bool, optional
        Whether the scale is that of the whole sizes, instead of the `scale_factor` as given.
    antialias : bool
        Whether an image that becomes smaller is blurred on the way, so that fine patterns do not turn into coarse ones; for
        "bilinear" and "bicubic".

    Raises
    ------
    ShapeError, ValueError
        For a mode that does not know the number of dimensions, or arguments that contradict each other.
    """
    n = input.ndim - 2
    if mode not in MODES:
        raise ValueError(f"interpolate knows the modes {', '.join(map(repr, MODES))}, not {mode!r}")
    if n not in MODES[mode]:
        raise ShapeError(
            f"interpolate by {mode!r} needs an input of {' or '.join(str(m + 2) for m in MODES[mode])} dimensions "
            f"(N, C, ...), and got shape {input.shape}"
        )
    if antialias and mode not in REACH:
        raise ValueError(f"antialias is for the modes {' and '.join(map(repr, REACH))}, not {mode!r}")
    if align_corners is not None and mode in ("nearest", "nearest-exact", "area"):
        raise ValueError(f"align_corners means nothing to the mode {mode!r}")
    size, scales = _new_size(n, input, size, scale_factor, recompute_scale_factor)
    if mode == "area":
        return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[n - 1](input, size)
    if antialias:
        for dim in (3, 2):
            input = _blurred_along(input, dim, size[dim - 2], scales[dim - 2], mode, bool(align_corners))
        return input
    for dim, (out, scale) in enumerate(zip(size, scales, strict=True), 2):
        input = _interpolated_along(input, dim, out, scale, mode, bool(align_corners))
    return input


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """PyTorch's older name of `interpolate`."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None):
    """PyTorch's older name of `interpolate` by the nearest pixel."""
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input, size=None, scale_factor=None):
    """PyTorch's older name of `interpolate` between four pixels; the corner pixels stay where they are."""
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def _new_size(n, x, size, scale_factor, recompute):
    """The new size, and the scale of each dimension; None for that of the sizes."""
    if (size is None) == (scale_factor is None):
        raise ValueError("interpolate needs either a size or a scale_factor")
    given = size if scale_factor is None else scale_factor
    given = tuple(given) if isinstance(given, list | tuple) else (given,) * n
    if len(given) != n:
        raise ValueError(f"interpolate needs one number or {n} of them for an input of shape {x.shape}, and got {given}")
    if size is not None:
        if recompute:
            raise ValueError("recompute_scale_factor means nothing where the size is given")
        return [whole_number(out, "size") for out in given], [None] * n
    if not all(0 < s < math.inf for s in given):
        raise ValueError(f"scale_factor is a number above 0, not {scale_factor}")
    size = [int(m * s) for m, s in zip(x.shape[2:], given, strict=True)]
    if min(size) < 1:
        raise ShapeError(f"with scale_factor {scale_factor} nothing is left of an input of shape {x.shape}")
    return size, [None] * n if recompute else given


def _interpolated_along(x, dim, out, scale, mode, align_corners):
    """One dimension in another size: each new element is a weighted sum of one, two or four old ones."""
    size = x.shape[dim]
    step = size / out if scale is None else 1 / scale
    if mode.startswith("nearest"):
        shift = 0.5 if mode == "nearest-exact" else 0.0
        index = np.floor((np.arange(out) + np.float32(shift)).astype(np.float32) * np.float32(step)).astype(np.int64)
        return x.index_select(dim, Tensor.wrap(np.minimum(index, size - 1)))
    if out == size and mode != "bicubic":
        return x  # each place is a pixel; its neighbour, which counts for nothing, might be infinite
    if align_corners:
        place = np.arange(out) * ((size - 1) / (out - 1) if out > 1 else 0)
    else:
        place = (np.arange(out) + 0.5) * step - 0.5
    if mode == "bicubic":
        low = np.floor(place).astype(np.int64)
        taps, weights = [low + i for i in (-1, 0, 1, 2)], cubic_weights(place - low)
    else:
        place = np.maximum(place, 0)
        low = np.minimum(place.astype(np.int64), size - 1)
        taps, weights = [low, low + 1], [1 - (place - low), place - low]
    along = (-1, *(1,) * (x.ndim - 1 - dim))
    terms = [
        x.index_select(dim, Tensor.wrap(np.clip(tap, 0, size - 1))) * Tensor.wrap(weight.astype(x.dtype).reshape(along))
        for tap, weight in zip(taps, weights, strict=True)
    ]
    return sum(terms[1:], terms[0])


REACH = {"bilinear": 1, "bicubic": 2}  # how many pixels to each side count


def _blurred_along(x, dim, out, scale, mode, align_corners):
    """One dimension in another size: each new element is a weighted sum of the old ones under its window.

    The curve of the mode is stretched until it spans as many old pixels as one new pixel covers. A product with a whole
    matrix of weights would multiply all other pixels by 0, and make NaN of an infinity among them.
    """
    size = x.shape[dim]
    if out == size:
        return x
    if align_corners:
        step = (size - 1) / (out - 1) if out > 1 else 0.0
    else:
        step = size / out if scale is None else 1 / scale
    number = np.promote_types(x.dtype, np.float32).type  # a pixel at the edge of a window is in it or not by the last digit
    step = number(step)
    stretch = max(step, number(1))
    reach = REACH[mode] * stretch
    centres = step * (np.arange(out) + number(0.5))
    first = np.maximum(np.floor(centres - reach + 0.5), 0).astype(np.int64)
    end = np.minimum(np.floor(centres + reach + 0.5), size).astype(np.int64)
    window = first[:, None] + np.arange((end - first).max())
    away = np.abs((window + number(0.5) - centres[:, None]) / stretch)
    weights = np.maximum(0, 1 - away) if mode == "bilinear" else _cubic(away, a=-0.5)
    weights = np.where(window < end[:, None], weights, 0)
    weights /= weights.sum(axis=1, keepdims=True)
    window = np.where(window < end[:, None], window, size)  # beyond a window stands a 0
    padding = [0] * (2 * (x.ndim - dim))
    padding[-1] = 1
    pixels = pad(x, padding).index_select(dim, Tensor.wrap(window.ravel()))
    pixels = pixels.reshape(*x.shape[:dim], *window.shape, *x.shape[dim + 1 :])
    along = (out, -1, *(1,) * (x.ndim - 1 - dim))
    return (pixels * Tensor.wrap(weights.astype(x.dtype).reshape(along))).sum(dim + 1)


def _cubic(away, a):
    """Keys's cubic curve at a distance: 1 in the middle, 0 from 2 on."""
    near = ((a + 2) * away - (a + 3)) * away * away + 1
    far = ((a * away - 5 * a) * away + 8 * a) * away - 4 * a
    return np.where(away < 1, near, np.where(away >= 2, 0, far))


def cubic_weights(t, a=-0.75):
    """How much each of four neighbours counts for a place t between the middle two (Keys 1981)."""

    return _cubic(t + 1, a), _cubic(t, a), _cubic(1 - t, a), _cubic(2 - t, a)


# ---------------------------------------------------------------- channels to pixels, and back


def pixel_shuffle(input, upscale_factor):
    """Channels to pixels: (..., C r², H, W) to (..., C, H r, W r)."""
    r, (*batch, C, H, W) = upscale_factor, input.shape
    if r < 1 or C % (r * r):
        raise ShapeError(f"pixel_shuffle by {r} needs channels in multiples of {r * r}, and got {C}")
    n = len(batch)
    x = input.reshape(*batch, C // (r * r), r, r, H, W)
    order = [*range(n), n, n + 3, n + 1, n + 4, n + 2]
    return x.permute(*order).reshape(*batch, C // (r * r), H * r, W * r)


def pixel_unshuffle(input, downscale_factor):
    """Pixels to channels: (..., C, H r, W r) to (..., C r², H, W)."""
    r, (*batch, C, H, W) = downscale_factor, input.shape
    if r < 1 or H % r or W % r:
        raise ShapeError(f"pixel_unshuffle by {r} needs height and width in multiples of {r}, and got {H} and {W}")
    n = len(batch)
    x = input.reshape(*batch, C, H // r, r, W // r, r)
    order = [*range(n), n, n + 2, n + 4, n + 1, n + 3]
    return x.permute(*order).reshape(*batch, C * r * r, H // r, W // r)


def channel_shuffle(input, groups):
    """The channels of all groups dealt out in turn: (N, C, ...) to the same shape (Zhang et al. 2018)."""
    if input.ndim < 3 or groups < 1 or input.shape[1] % groups:
        raise ShapeError(f"channel_shuffle needs channels in multiples of {groups}, and got an input of shape {input.shape}")
    N, C, *size = input.shape
    return input.reshape(N, groups, C // groups, *size).transpose(1, 2).reshape(N, C, *size)
