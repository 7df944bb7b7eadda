"""Windows that slide over images: their sizes, and the pixels under them."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from minidl.engine.conversion import whole_number
from minidl.errors import ShapeError
from minidl.ops.blocks import blocks


def pair(value, n=2):
    """A number for each of n dimensions: ``3`` means ``(3, 3)``."""
    values = tuple(value) if isinstance(value, list | tuple) else (value,)
    return tuple([whole_number(v, "each size") for v in (values * n if len(values) == 1 else values)])


def sizes_of(name, n, **sizes):
    """The sizes of windows as tuples of n numbers each, checked.

    Raises
    ------
    ValueError
        For another number of sizes, a negative padding, or anything else below 1.
    """
    made = []
    for what, value in sizes.items():
        numbers, least = pair(value, n), 0 if "padding" in what else 1
        if len(numbers) != n:
            raise ValueError(f"{name}: {what} is one number or {n} of them, not {value}")
        if min(numbers) < least:
            raise ValueError(f"{name}: {what} must be at least {least}, and is {value}")
        made.append(numbers)
    return made


def output_size(size, kernel, stride, padding, dilation=1, ceil=False):
    """How many windows fit: the size of a convolved or pooled dimension."""
    span = size + 2 * padding - dilation * (kernel - 1) - 1
    steps = -(-span // stride) if ceil else span // stride
    if ceil and steps * stride >= size + padding:
        steps -= 1  # a window must start inside the image or its left padding
    return steps + 1


def check_image(name, x, n):
    """Give an image without a batch dimension one; say whether it had none."""
    if x.ndim == n + 1:
        return x.unsqueeze(0), True
    if x.ndim != n + 2:
        sizes = {1: "L", 2: "H, W", 3: "D, H, W"}[n]
        hint = ". Did you mean x.unsqueeze(0), one channel ?" if x.ndim == n else ""
        raise ShapeError(f"{name} needs an input of shape (N, C, {sizes}) or (C, {sizes}), and got {x.shape}{hint}")
    return x, False


def window_indices(kernel, stride, dilation, out):
    """Which elements lie under each window: for each dimension an index array of shape (*out, elements of a window)."""
    n, window, found = len(kernel), int(np.prod(kernel)), []
    for i in range(n):
        index = np.arange(out[i])[:, None] * stride[i] + np.arange(kernel[i]) * dilation[i]
        shape = [1] * (2 * n)
        shape[i], shape[n + i] = index.shape
        found.append(np.broadcast_to(index.reshape(shape), (*out, *kernel)).reshape(*out, window))
    return found


def columns(images, start, stop, kernel, out, groups, stride, padding, dilation):
    """The pixels under every window as matrices ("im2col"), some images at a time.

    Multiplied by the kernels, they are a convolution. The whole matrix would hold every pixel as often
    as the kernel has places; a few images at a time use one small piece of memory again and again.

    Parameters
    ----------
    images : ndarray, shape (N, H, W, C)
    start, stop : int
        Which of the images.
    kernel, out : (int, int)
        The sizes of the kernel and of the result: kh, kw and oh, ow.

    Yields
    ------
    slice, ndarray of shape (groups, images * oh * ow, kh * kw * C / groups)
        Which images, and the matrices of the groups. The next step overwrites them.
    """
    (_, H, W, C), (kh, kw), (oh, ow) = images.shape, kernel, out
    (ph, pw), (sh, sw), (dh, dw), c = padding, stride, dilation, C // groups
    parts = blocks(start, stop, oh * ow * kh * kw * C)
    most = parts[0].stop - start if parts else 0
    padded = np.zeros((most, H + 2 * ph, W + 2 * pw, C), images.dtype)
    inside = padded[:, ph : ph + H, pw : pw + W]
    n, h, w, e = padded.strides
    windows = as_strided(
        padded, (groups, most, oh, ow, kh, kw, c), (c * e, n, h * sh, w * sw, h * dh, w * dw, e), writeable=False
    )
    if c < 8:  # copy along lines of pixels, because the channels of a pixel make too short a row
        place = np.empty((groups, kh, kw, c, most, oh, ow), images.dtype)
        matrices = place.reshape(groups, kh * kw * c, most * oh * ow).transpose(0, 2, 1)
        place = place.transpose(0, 4, 5, 6, 1, 2, 3)
    else:
        place = np.empty((groups, most, oh, ow, kh, kw, c), images.dtype)
        matrices = place.reshape(groups, most * oh * ow, kh * kw * c)
    for part in parts:
        m = part.stop - part.start
        inside[:m] = images[part]
        place[:, :m] = windows[:, :m]
        yield part, matrices[:, : m * oh * ow]
