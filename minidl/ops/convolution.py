r"""Sliding windows: convolution, pooling, padding, resizing.

A convolution and its two gradients are three products of the same three arrays (image, kernel,
result); each is the pullback of the others, so derivatives of any order come from these rules.
"""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from minidl.autograd import operation
from minidl.errors import ShapeError
from minidl.tensor import Tensor


def pair(value, n=2):
    """A number for each of n dimensions: ``3`` means ``(3, 3)``."""
    values = tuple(value) if isinstance(value, list | tuple) else (value,)
    return tuple(int(v) for v in (values * n if len(values) == 1 else values))


def output_size(size, kernel, stride, padding, dilation=1, ceil=False):
    """How many windows fit: the size of a convolved or pooled dimension."""
    span = size + 2 * padding - dilation * (kernel - 1) - 1
    steps = -(-span // stride) if ceil else span // stride
    if ceil and steps * stride >= size + padding:
        steps -= 1  # a window must start inside the image or its left padding
    return steps + 1


def _windows(x, kernel, stride, padding, dilation):
    """A view of shape (N, C, kh, kw, oh, ow) on the padded image: every pixel under every place of the kernel."""
    (ph, pw), (kh, kw), (sh, sw), (dh, dw) = padding, kernel, stride, dilation
    if ph or pw:
        x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    N, C, H, W = x.shape
    oh, ow = (H - dh * (kh - 1) - 1) // sh + 1, (W - dw * (kw - 1) - 1) // sw + 1
    n, c, h, w = x.strides
    return as_strided(x, (N, C, kh, kw, oh, ow), (n, c, h * dh, w * dw, h * sh, w * sw), writeable=False)


def _columns(x, kernel, groups, size=(None, None), **geometry):
    """The windows as matrices, one for each group: (groups, C/groups * kh * kw, N * oh * ow), and the size of the output.

    With `size` no more than so many rows and columns of windows: an image may be larger than its windows reach.
    """
    windows = _windows(x, kernel, **geometry)[..., : size[0], : size[1]]
    N, C, kh, kw, oh, ow = windows.shape
    columns = windows.transpose(1, 2, 3, 0, 4, 5).reshape(groups, C // groups * kh * kw, N * oh * ow)
    return columns, (N, oh, ow)


def _by_group(g, groups):
    """(N, O, oh, ow) to (groups, O/groups, N * oh * ow)."""
    return g.transpose(1, 0, 2, 3).reshape(groups, g.shape[1] // groups, -1)


def _correlate(x, weight, groups, **geometry):
    columns, (N, oh, ow) = _columns(x, weight.shape[2:], groups, **geometry)
    y = np.matmul(weight.reshape(groups, weight.shape[0] // groups, -1), columns)
    return y.reshape(weight.shape[0], N, oh, ow).transpose(1, 0, 2, 3)


def _to_weight(x, g, kernel, groups, **geometry):
    columns, _ = _columns(x, kernel, groups, size=g.shape[2:], **geometry)
    product = np.matmul(_by_group(g, groups), columns.transpose(0, 2, 1))
    return product.reshape(g.shape[1], x.shape[1] // groups, *kernel)


def _to_image(g, weight, size, groups, stride, padding, dilation):
    """Add every product of a result and a kernel element to the pixel it came from."""
    (out, c, kh, kw), (N, _, oh, ow), (H, W) = weight.shape, g.shape, size
    C, (sh, sw), (ph, pw), (dh, dw) = c * groups, stride, padding, dilation
    columns = np.matmul(weight.reshape(groups, out // groups, -1).transpose(0, 2, 1), _by_group(g, groups))
    columns = columns.reshape(C, kh, kw, N, oh, ow).transpose(3, 0, 1, 2, 4, 5)
    x = np.zeros((N, C, H + 2 * ph, W + 2 * pw), g.dtype)
    for i in range(kh):
        for j in range(kw):
            x[:, :, i * dh : i * dh + sh * oh : sh, j * dw : j * dw + sw * ow : sw][:, :, :oh, :ow] += columns[:, :, i, j]
    return x[:, :, ph : ph + H, pw : pw + W]


def _any_tensor(*values):
    return any(isinstance(v, Tensor) for v in values)


@operation(
    name="conv2d",
    formula=r"Y_{o} = \sum_c W_{oc} \star X_c",
    gradient=r"\bar X_c = \sum_o W_{oc} * \bar Y_o,\quad \bar W_{oc} = \bar Y_o \star X_c",
    promote="same",
)
def conv2d_product(x, weight, stride, padding, dilation, groups):
    """A convolution without bias; all geometry given as pairs."""
    geometry = {"stride": stride, "padding": padding, "dilation": dilation}
    if _any_tensor(x, weight):
        y = conv2d_product(x, weight, **geometry, groups=groups)
    else:
        y = _correlate(x, weight, groups, **geometry)
    size, kernel = tuple(x.shape[2:]), tuple(weight.shape[2:])

    def to_x(g):
        if _any_tensor(g, weight):
            return conv2d_image(g, weight, size=size, groups=groups, **geometry)
        return _to_image(g, weight, size, groups, **geometry)

    def to_weight(g):
        if _any_tensor(x, g):
            return conv2d_weight(x, g, kernel=kernel, groups=groups, **geometry)
        return _to_weight(x, g, kernel, groups, **geometry)

    return y, to_x, to_weight


@operation(
    name="conv_transpose2d",
    formula=r"X_c = \sum_o W_{oc} * Y_o",
    gradient=r"\bar Y_o = \sum_c W_{oc} \star \bar X_c,\quad \bar W_{oc} = Y_o \star \bar X_c",
    promote="same",
)
def conv2d_image(y, weight, size, stride, padding, dilation, groups):
    """What a convolution passes back to its image; as a layer of its own, the transposed convolution."""
    geometry = {"stride": stride, "padding": padding, "dilation": dilation}
    kernel = tuple(weight.shape[2:])
    if _any_tensor(y, weight):
        x = conv2d_image(y, weight, size=size, groups=groups, **geometry)
    else:
        x = _to_image(y, weight, size, groups, **geometry)

    def to_y(g):
        if _any_tensor(g, weight):
            return _cropped(conv2d_product(g, weight, groups=groups, **geometry), y.shape)
        return _cropped(_correlate(g, weight, groups, **geometry), y.shape)

    def to_weight(g):
        if _any_tensor(g, y):
            return conv2d_weight(g, y, kernel=kernel, groups=groups, **geometry)
        return _to_weight(g, y, kernel, groups, **geometry)

    return x, to_y, to_weight


@operation(
    formula=r"W_{oc} = Y_o \star X_c",
    gradient=r"\bar X_c = \sum_o \bar W_{oc} * Y_o,\quad \bar Y_o = \sum_c \bar W_{oc} \star X_c",
    promote="same",
)
def conv2d_weight(x, y, kernel, stride, padding, dilation, groups):
    """What a convolution passes back to its kernel."""
    geometry = {"stride": stride, "padding": padding, "dilation": dilation}
    if _any_tensor(x, y):
        w = conv2d_weight(x, y, kernel=kernel, groups=groups, **geometry)
    else:
        w = _to_weight(x, y, kernel, groups, **geometry)
    size = tuple(x.shape[2:])

    def to_x(g):
        if _any_tensor(g, y):
            return conv2d_image(y, g, size=size, groups=groups, **geometry)
        return _to_image(y, g, size, groups, **geometry)

    def to_y(g):
        if _any_tensor(x, g):
            return _cropped(conv2d_product(x, g, groups=groups, **geometry), y.shape)
        return _cropped(_correlate(x, g, groups, **geometry), y.shape)

    return w, to_x, to_y


def _cropped(y, shape):
    """Without rows and columns that an image larger than needed has made."""
    return y if y.shape == shape else y[:, :, : shape[2], : shape[3]]


def _check_image(name, x, n):
    """Give an image without a batch dimension one; say whether it had none."""
    if x.ndim == n + 1:
        return x.unsqueeze(0), True
    if x.ndim != n + 2:
        sizes = ", ".join("LHW"[:1] if n == 1 else "HW")
        raise ShapeError(f"{name} needs an input of shape (N, C, {sizes}) or (C, {sizes}), and got {x.shape}")
    return x, False


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide kernels over images.

    Parameters
    ----------
    x : Tensor, shape (N, C, H, W) or (C, H, W)
    weight : Tensor, shape (O, C / groups, kh, kw)
    bias : Tensor, shape (O,), optional
    stride, padding, dilation : int or pair of int
        `padding` may be "valid" (none) or "same" (the output has the size of the input).
    groups : int
        Channels are divided into so many groups, each with its own kernels.

    Returns
    -------
    Tensor, shape (N, O, oh, ow)

    Raises
    ------
    ShapeError
        When the channels do not fit the weight, or the kernel is larger than the padded image.
    """
    x, single = _check_image("conv2d", x, 2)
    stride, dilation, kernel = pair(stride), pair(dilation), weight.shape[2:]
    if padding == "same":
        if stride != (1, 1):
            raise ValueError('padding="same" needs a stride of 1')
        total = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
        if any(t % 2 for t in total):
            x = pad(x, (0, total[1] % 2, 0, total[0] % 2))
        padding = tuple(t // 2 for t in total)
    padding = pair(0 if padding == "valid" else padding)
    _check_conv("conv2d", x, weight, kernel, padding, dilation, groups)
    y = conv2d_product(x, weight, stride=stride, padding=padding, dilation=dilation, groups=groups)
    if bias is not None:
        y = y + bias.reshape(1, -1, 1, 1)
    return y.squeeze(0) if single else y


def _check_conv(name, x, weight, kernel, padding, dilation, groups):
    channels = weight.shape[1] * groups
    if x.shape[1] != channels:
        raise ShapeError(
            f"{name}: the weight expects {channels} channels, and the input has {x.shape[1]}\n"
            f"    x       {x.shape}\n    weight  {weight.shape}   (groups={groups})"
        )
    if weight.shape[0] % groups:
        raise ShapeError(f"{name}: {weight.shape[0]} output channels cannot be divided into {groups} groups")
    for size, k, p, d in zip(x.shape[2:], kernel, padding, dilation, strict=True):
        if size + 2 * p < d * (k - 1) + 1:
            raise ShapeError(
                f"{name}: the kernel {tuple(kernel)} is larger than the padded input, "
                f"{tuple(x.shape[2:])} with padding {padding}"
            )


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide kernels over sequences: (N, C, L) or (C, L), with weight (O, C / groups, k), to (N, O, l)."""
    x, single = _check_image("conv1d", x, 1)
    padding_pair = padding if isinstance(padding, str) else (0, *pair(padding, 1))
    y = conv2d(
        x.unsqueeze(2), weight.unsqueeze(2), bias, (1, *pair(stride, 1)), padding_pair, (1, *pair(dilation, 1)), groups
    ).squeeze(2)
    return y.squeeze(0) if single else y


def conv_transpose2d(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """The opposite of a strided convolution: each input element spreads a kernel over the output.

    Parameters
    ----------
    x : Tensor, shape (N, C, H, W) or (C, H, W)
    weight : Tensor, shape (C, O / groups, kh, kw)
    output_padding : int or pair of int
        Rows and columns added at one side of the output.
    """
    x, single = _check_image("conv_transpose2d", x, 2)
    if x.shape[1] != weight.shape[0]:
        raise ShapeError(
            f"conv_transpose2d: the weight expects {weight.shape[0]} channels, and the input has {x.shape[1]}\n"
            f"    x       {x.shape}\n    weight  {weight.shape}"
        )
    stride, padding, dilation, extra = map(pair, (stride, padding, dilation, output_padding))
    size = tuple(
        (n - 1) * s - 2 * p + d * (k - 1) + e + 1
        for n, s, p, d, k, e in zip(x.shape[2:], stride, padding, dilation, weight.shape[2:], extra, strict=True)
    )
    if min(size) < 1:
        raise ShapeError(
            f"conv_transpose2d: with padding {padding} nothing is left of the output, whose size would be {size}"
        )
    y = conv2d_image(x, weight, size=size, stride=stride, padding=padding, dilation=dilation, groups=groups)
    if bias is not None:
        y = y + bias.reshape(1, -1, 1, 1)
    return y.squeeze(0) if single else y


# ---------------------------------------------------------------- pooling


def _places(size, kernel, stride, dilation, out):
    """Which rows and columns lie under each window: index arrays of shape (oh, ow, kh * kw)."""
    rows, columns = (
        np.arange(n)[:, None] * s + np.arange(k)[None] * d for n, k, s, d in zip(out, kernel, stride, dilation, strict=True)
    )
    shape = (out[0], out[1], kernel[0], kernel[1])
    rows = np.broadcast_to(rows[:, None, :, None], shape).reshape(out[0], out[1], -1)
    columns = np.broadcast_to(columns[None, :, None, :], shape).reshape(out[0], out[1], -1)
    return rows, columns


def _slices(kernel, stride, dilation, out):
    """The part of the padded image that each element of the kernel meets, in order."""
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            top, left = i * dilation[0], j * dilation[1]
            yield (
                slice(None),
                slice(None),
                slice(top, top + stride[0] * (out[0] - 1) + 1, stride[0]),
                slice(left, left + stride[1] * (out[1] - 1) + 1, stride[1]),
            )


def _max_pool_in_small_operations(x, kernel, stride, dilation, out):
    rows, columns = _places(x.shape[2:], kernel, stride, dilation, out)
    return x[:, :, rows, columns].max(-1).values


@operation(
    name="max_pool2d",
    formula=r"y_k = \max_{i \in \text{window } k} x_i",
    gradient=r"\bar x_i = \sum_{k : i \text{ is the largest of window } k} \bar y_k",
    composed=_max_pool_in_small_operations,
)
def _max_pool(x, kernel, stride, dilation, out):
    parts = list(_slices(kernel, stride, dilation, out))
    y = x[parts[0]].copy()
    for part in parts[1:]:
        np.maximum(y, x[part], out=y)

    def pull(g):
        gx, left = np.zeros_like(x), np.ones(y.shape, bool)  # the first of equals gets the gradient
        for part in parts:
            hit = (x[part] == y) & left
            gx[part] += g * hit
            left &= ~hit
        return gx

    return y, pull


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
    x, single = _check_image("max_pool2d", x, 2)
    kernel, stride, padding, dilation, out, ends = _pooled(
        "max_pool2d", x, kernel_size, stride, padding, dilation, ceil_mode
    )
    x = pad(x, (padding[1], ends[1], padding[0], ends[0]), value=-float("inf"))
    y = _max_pool(x, kernel=kernel, stride=stride, dilation=dilation, out=out)
    return y.squeeze(0) if single else y


def max_pool1d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The largest element under each window: (N, C, L) to (N, C, l)."""
    x, single = _check_image("max_pool1d", x, 1)
    one = [(1, *pair(v, 1)) for v in (kernel_size, kernel_size if stride is None else stride, dilation)]
    y = max_pool2d(x.unsqueeze(2), one[0], one[1], (0, *pair(padding, 1)), one[2], ceil_mode).squeeze(2)
    return y.squeeze(0) if single else y


def _sum_pool_in_small_operations(x, kernel, stride, out):
    rows, columns = _places(x.shape[2:], kernel, stride, (1, 1), out)
    return x[:, :, rows, columns].sum(-1)


@operation(
    name="avg_pool2d",
    formula=r"y_k = \sum_{i \in \text{window } k} x_i",
    gradient=r"\bar x_i = \sum_{k : i \in \text{window } k} \bar y_k",
    linear=True,
    composed=_sum_pool_in_small_operations,
)
def _sum_pool(x, kernel, stride, out):
    parts = list(_slices(kernel, stride, (1, 1), out))
    y = x[parts[0]].copy()
    for part in parts[1:]:
        y += x[part]

    def pull(g):
        gx = np.zeros(x.shape, g.dtype)
        for part in parts:
            gx[part] += g
        return gx

    return y, pull


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    """The mean of the elements under each window: (N, C, H, W) to (N, C, oh, ow)."""
    x, single = _check_image("avg_pool2d", x, 2)
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
    x, single = _check_image("avg_pool1d", x, 1)
    kernel, step = ((1, *pair(v, 1)) for v in (kernel_size, kernel_size if stride is None else stride))
    y = avg_pool2d(x.unsqueeze(2), kernel, step, (0, *pair(padding, 1)), ceil_mode, count_include_pad).squeeze(2)
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
    x, single = _check_image("adaptive_avg_pool2d", x, 2)
    wanted = output_size if isinstance(output_size, list | tuple) else (output_size, output_size)
    rows, columns = (_bin_means(n, n if o is None else o) for n, o in zip(x.shape[2:], wanted, strict=True))
    y = _resized(x, rows, columns)
    return y.squeeze(0) if single else y


# ---------------------------------------------------------------- padding, unfolding, resizing


@operation(name="pad", formula=r"y = x \text{ with a border}", gradient=r"\bar x = \bar y \text{ without it}", linear=True)
def _pad(x, widths, value):
    inside = tuple(slice(a, a + n) for (a, _), n in zip(widths, x.shape, strict=True))
    y = _pad(x, widths, value) if isinstance(x, Tensor) else np.pad(x, widths, constant_values=value)
    return y, lambda g: g[inside]


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
            places: Any = np.pad(np.arange(x.shape[axis]), (before, after), mode=names[mode])  # type: ignore[call-overload]
            x = x.index_select(axis, Tensor.wrap(places))
    return x


def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    """The windows of an image as columns: (N, C, H, W) to (N, C * kh * kw, number of windows)."""
    x, single = _check_image("unfold", x, 2)
    kernel, dilation, padding, stride = map(pair, (kernel_size, dilation, padding, stride))
    geometry = zip(x.shape[2:], kernel, stride, padding, dilation, strict=True)
    out = tuple(output_size(n, k, s, p, d) for n, k, s, p, d in geometry)
    x = pad(x, (padding[1], padding[1], padding[0], padding[0]))
    rows, columns = _places(x.shape[2:], kernel, stride, dilation, out)
    y = x[:, :, rows, columns].permute(0, 1, 4, 2, 3).reshape(x.shape[0], -1, out[0] * out[1])
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
    x, _ = _check_image("interpolate", x, 2)
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
