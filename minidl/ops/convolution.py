r"""Convolution: kernels that slide over images.

A convolution and its two gradients are three products of the same three arrays (image, kernel,
result); each is the pullback of the others, so derivatives of any order come from these rules.
"""

import numpy as np

from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.blocks import blocks
from minidl.ops.layout import channel_sums, channels_first, channels_last, for_each_pixel, pixel_rows
from minidl.ops.resizing import pad
from minidl.ops.windows import check_image, columns, output_size, pair


def _reference(x, weight, bias, stride, padding, dilation, groups):
    """A convolution by its definition: each pixel of the result is one sum, over the window that it sees.

    What `_correlate` computes fast, and what the tests compare it with.
    """
    (N, _, H, W), (out, c, kh, kw) = x.shape, weight.shape
    (sh, sw), (ph, pw), (dh, dw) = stride, padding, dilation
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    oh, ow = output_size(H, kh, sh, ph, dh), output_size(W, kw, sw, pw, dw)
    y = np.zeros((N, out, oh, ow), x.dtype)
    for n in range(N):
        for o in range(out):
            group = o // (out // groups)
            image = padded[n, group * c : (group + 1) * c]
            for i in range(oh):
                for j in range(ow):
                    window = image[:, i * sh : i * sh + dh * kh : dh, j * sw : j * sw + dw * kw : dw]
                    y[n, o, i, j] = np.sum(window * weight[o]) + (0 if bias is None else bias[o])
    return y


def _per_group_matrix(weight, groups):
    """(O, C / groups, kh, kw) as one matrix for each group: (groups, kh * kw * C / groups, O / groups)."""
    out, c, kh, kw = weight.shape
    return weight.reshape(groups, out // groups, c, kh, kw).transpose(0, 3, 4, 2, 1).reshape(groups, -1, out // groups)


def _per_group_pixels(images, groups):
    """Results (N, oh, ow, O) as one matrix for each group: (groups, N * oh * ow, O / groups)."""
    return images.reshape(-1, groups, images.shape[-1] // groups).transpose(1, 0, 2)


@array_function
def _correlate(x, weight, bias, stride, padding, dilation, groups):
    """The result of a convolution: the windows of the image as a matrix, times the kernels as another."""
    kernel, matrices = weight.shape[2:], _per_group_matrix(weight, groups)
    geometry = zip(x.shape[2:], kernel, stride, padding, dilation, strict=True)
    out = tuple(output_size(*numbers) for numbers in geometry)
    y = np.empty((len(x), *out, len(weight)), x.dtype)
    if bias is not None:
        bias = for_each_pixel(bias, out[1] * len(bias))
    for part, windows in columns(channels_last(x), kernel, out, groups, stride, padding, dilation):
        rows = y[part].reshape(-1, groups, len(weight) // groups)
        np.matmul(windows, matrices, out=rows.transpose(1, 0, 2))
        if bias is not None:
            rows = rows.reshape(-1, len(bias))
            rows += bias
    return channels_first(y)


@array_function
def _to_weight(x, g, kernel, stride, padding, dilation, groups):
    """The gradient of the kernels: the windows of the image, times the gradient of the pixel that each of them made."""
    images, c, out = channels_last(g), x.shape[1] // groups, g.shape[1] // groups
    total = np.zeros((groups, kernel[0] * kernel[1] * c, out), g.dtype)
    for part, windows in columns(channels_last(x), kernel, g.shape[2:], groups, stride, padding, dilation):
        total += np.matmul(windows.transpose(0, 2, 1), _per_group_pixels(images[part], groups))
    return total.reshape(groups, *kernel, c, out).transpose(0, 4, 3, 1, 2).reshape(groups * out, c, *kernel)


@array_function
def _to_image(g, weight, size, stride, padding, dilation, groups):
    """The gradient of the image: every pixel gets kernel times gradient from all windows that it lay under."""
    (out, c, kh, kw), reach = weight.shape, tuple(d * (k - 1) for d, k in zip(dilation, weight.shape[2:], strict=True))
    border = tuple(r - p for r, p in zip(reach, padding, strict=True))
    whole = tuple(n + r - 2 * p for n, r, p in zip(g.shape[2:], reach, padding, strict=True))
    if stride == (1, 1) and min(border) >= 0 and whole == size:  # the windows look back: a convolution, the kernel turned
        turned = weight.reshape(groups, out // groups, c, kh, kw)[..., ::-1, ::-1].swapaxes(1, 2)
        return _correlate(g, turned.reshape(groups * c, out // groups, kh, kw), None, (1, 1), border, dilation, groups)
    return _scatter(g, weight, size, stride, padding, dilation, groups)


def _scatter(g, weight, size, stride, padding, dilation, groups):
    """`_to_image` for any stride: add every product to the pixel it came from."""
    (_, c, kh, kw), (N, _, oh, ow), (H, W) = weight.shape, g.shape, size
    (sh, sw), (ph, pw), (dh, dw) = stride, padding, dilation
    images, turned = channels_last(g), _per_group_matrix(weight, groups).transpose(0, 2, 1)
    x = np.zeros((N, H + 2 * ph, W + 2 * pw, groups, c), g.dtype)
    for part in blocks(N, oh * ow * kh * kw * c * groups):
        products = np.matmul(_per_group_pixels(images[part], groups), turned).reshape(groups, -1, oh, ow, kh, kw, c)
        products = products.transpose(4, 5, 1, 2, 3, 0, 6)
        for i in range(kh):
            for j in range(kw):
                x[part, i * dh : i * dh + sh * oh : sh, j * dw : j * dw + sw * ow : sw][:, :oh, :ow] += products[i, j]
    return channels_first(x.reshape(*x.shape[:3], groups * c)[:, ph : ph + H, pw : pw + W])


def _to_bias(g):
    """The gradient of a bias: the sum of each channel over all images and pixels."""
    return np.sum(g, axis=(0, 2, 3)) if isinstance(g, Tensor) else channel_sums(pixel_rows(g), g.shape[1])


@operation(
    name="conv2d",
    formula=r"Y_{o} = \sum_c W_{oc} \star X_c + b_o",
    gradient=r"\bar X_c = \sum_o W_{oc} * \bar Y_o,\quad \bar W_{oc} = \bar Y_o \star X_c,"
    r"\quad \bar b_o = \textstyle\sum \bar Y_o",
    promote="same",
    array=_correlate,
)
def conv2d_product(x, weight, bias, stride, padding, dilation, groups):
    """A convolution; its geometry (stride, padding, dilation as pairs, and groups) is given by name."""
    geometry = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    size, kernel = tuple(x.shape[2:]), tuple(weight.shape[2:])
    return (
        _correlate(x, weight, bias, **geometry),
        lambda g: _to_image(g, weight, size=size, **geometry),
        lambda g: _to_weight(x, g, kernel=kernel, **geometry),
        _to_bias,
    )


@operation(
    name="conv_transpose2d",
    formula=r"X_c = \sum_o W_{oc} * Y_o",
    gradient=r"\bar Y_o = \sum_c W_{oc} \star \bar X_c,\quad \bar W_{oc} = Y_o \star \bar X_c",
    promote="same",
    array=_to_image,
)
def conv2d_image(y, weight, size, stride, padding, dilation, groups):
    """What a convolution passes back to its image; as a layer of its own, the transposed convolution."""
    geometry = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    shape, kernel = y.shape, tuple(weight.shape[2:])
    return (
        _to_image(y, weight, size=size, **geometry),
        lambda g: _cropped(_correlate(g, weight, None, **geometry), shape),
        lambda g: _to_weight(g, y, kernel=kernel, **geometry),
    )


@operation(
    formula=r"W_{oc} = Y_o \star X_c",
    gradient=r"\bar X_c = \sum_o \bar W_{oc} * Y_o,\quad \bar Y_o = \sum_c \bar W_{oc} \star X_c",
    promote="same",
    array=_to_weight,
)
def conv2d_weight(x, y, kernel, stride, padding, dilation, groups):
    """What a convolution passes back to its kernel."""
    geometry = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    size, shape = tuple(x.shape[2:]), y.shape
    return (
        _to_weight(x, y, kernel=kernel, **geometry),
        lambda g: _to_image(y, g, size=size, **geometry),
        lambda g: _cropped(_correlate(x, g, None, **geometry), shape),
    )


def _cropped(y, shape):
    """Without rows and columns that an image larger than needed has made."""
    return y if y.shape == shape else y[:, :, : shape[2], : shape[3]]


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
    x, single = check_image("conv2d", x, 2)
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
    y = conv2d_product(x, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
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
    x, single = check_image("conv1d", x, 1)
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
        Rows and columns added at one side of the output; smaller than the stride or the dilation.

    Raises
    ------
    ShapeError
        When the channels do not fit the weight, or nothing is left of the output.
    ValueError
        When the `output_padding` is too large.
    """
    x, single = check_image("conv_transpose2d", x, 2)
    if x.shape[1] != weight.shape[0]:
        raise ShapeError(
            f"conv_transpose2d: the weight expects {weight.shape[0]} channels, and the input has {x.shape[1]}\n"
            f"    x       {x.shape}\n    weight  {weight.shape}"
        )
    stride, padding, dilation, extra = map(pair, (stride, padding, dilation, output_padding))
    if any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation, strict=True)):
        raise ValueError(
            f"conv_transpose2d: in each dimension the output_padding {extra} must be smaller than the stride {stride} or "
            f"the dilation {dilation}, because it only chooses among the images that a convolution brings to the size of x"
        )
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
