r"""Convolution: kernels that slide over images.

A convolution and its two gradients are three products of the same three arrays (image, kernel,
result); each is the pullback of the others, so derivatives of any order come from these rules.
"""

import numpy as np

from minidl.engine.operation import array_function, operation
from minidl.engine.parallel import in_pieces, sum_of_pieces
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError
from minidl.ops.blocks import blocks
from minidl.ops.layout import channel_sums, channels_first, channels_last, for_each_pixel, pixel_rows
from minidl.ops.padding import pad
from minidl.ops.windows import check_image, columns, output_size, sizes_of


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
    images = channels_last(x)

    def work(start, stop):
        for part, windows in columns(images, start, stop, kernel, out, groups, stride, padding, dilation):
            rows = y[part].reshape(-1, groups, len(weight) // groups)
            np.matmul(windows, matrices, out=rows.transpose(1, 0, 2))
            if bias is not None:
                rows = rows.reshape(-1, len(bias))
                rows += bias

    in_pieces(len(x), work, y.size * matrices.shape[1])
    return channels_first(y)


@array_function
def _to_weight(x, g, kernel, stride, padding, dilation, groups):
    """The gradient of the kernels: the windows of the image, times the gradient of the pixel that each of them made."""
    images, gradients, c, out = channels_last(x), channels_last(g), x.shape[1] // groups, g.shape[1] // groups

    def work(start, stop):
        total = np.zeros((groups, kernel[0] * kernel[1] * c, out), g.dtype)
        for part, windows in columns(images, start, stop, kernel, g.shape[2:], groups, stride, padding, dilation):
            total += np.matmul(windows.transpose(0, 2, 1), _per_group_pixels(gradients[part], groups))
        return total

    total = sum_of_pieces(len(x), work, g.size * kernel[0] * kernel[1] * c)
    shape = (groups, kernel[0] * kernel[1] * c, out)
    total = np.broadcast_to(np.asarray(total, g.dtype), shape)  # of an empty batch it is 0
    return total.reshape(groups, *kernel, c, out).transpose(0, 4, 3, 1, 2).reshape(groups * out, c, *kernel)


@array_function
def _to_image(g, weight, size, stride, padding, dilation, groups):
    """The gradient of the image: every pixel gets kernel times gradient from all windows that it lay under.

    With a stride of 1 that is a convolution of the gradient with the flipped kernels, with as much padding as lets a kernel
    reach every pixel ("full" convolution) less what the image was padded with. The zeros of that padding are no part of the
    definition, so kernels that hold an infinity or NaN, of which 0 times them would make NaN, take the other way.
    """
    (out, c, kh, kw), reach = weight.shape, tuple(d * (k - 1) for d, k in zip(dilation, weight.shape[2:], strict=True))
    border = tuple(r - p for r, p in zip(reach, padding, strict=True))
    whole = tuple(n + r - 2 * p for n, r, p in zip(g.shape[2:], reach, padding, strict=True))
    if stride == (1, 1) and min(border) >= 0 and whole == size and (max(border) == 0 or np.isfinite(weight).all()):
        flipped = weight.reshape(groups, out // groups, c, kh, kw)[..., ::-1, ::-1].swapaxes(1, 2)
        return _correlate(g, flipped.reshape(groups * c, out // groups, kh, kw), None, (1, 1), border, dilation, groups)
    return _scatter(g, weight, size, stride, padding, dilation, groups)


def _scatter(g, weight, size, stride, padding, dilation, groups):
    """`_to_image` for any stride: add every product to the pixel it came from."""
    (_, c, kh, kw), (N, _, oh, ow), (H, W) = weight.shape, g.shape, size
    (sh, sw), (ph, pw), (dh, dw) = stride, padding, dilation
    images, kernels = channels_last(g), _per_group_matrix(weight, groups).transpose(0, 2, 1)
    x = np.zeros((N, H + 2 * ph, W + 2 * pw, groups, c), g.dtype)

    def work(start, stop):
        for part in blocks(start, stop, oh * ow * kh * kw * c * groups):
            pixels = _per_group_pixels(images[part], groups)
            products = np.matmul(pixels, kernels).reshape(groups, -1, oh, ow, kh, kw, c).transpose(4, 5, 1, 2, 3, 0, 6)
            into = x[part]
            for i in range(kh):
                for j in range(kw):
                    into[:, i * dh : i * dh + sh * oh : sh, j * dw : j * dw + sw * ow : sw][:, :oh, :ow] += products[i, j]

    in_pieces(N, work, g.size * kh * kw * c)
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
    operands=3,
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
    operands=2,
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
    operands=2,
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


# ---------------------------------------------------------------- convolution in one, two and three dimensions


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide kernels over sequences: (N, C, L) or (C, L), with weight (O, C / groups, k), to (N, O, l)."""
    x, single, stride, padding, dilation = _prepared("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)
    y = conv2d_product(
        x.unsqueeze(2),
        weight.unsqueeze(2),
        bias,
        stride=(1, *stride),
        padding=(0, *padding),
        dilation=(1, *dilation),
        groups=groups,
    ).squeeze(2)
    return y.squeeze(0) if single else y


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide kernels over images.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    weight : Tensor, shape (O, C / groups, kh, kw)
    bias : Tensor, shape (O,), optional
    stride, padding, dilation : int or pair of int
        `padding` may be "valid" (none) or "same" (the output has the size of the input).
    groups : int
        Channels are divided into this many groups, each with its own kernels.

    Returns
    -------
    Tensor, shape (N, O, oh, ow)

    Raises
    ------
    ShapeError
        When the channels do not fit the weight or the bias, or the kernel is larger than the padded image.
    """
    x, single, stride, padding, dilation = _prepared("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)
    y = conv2d_product(x, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    return y.squeeze(0) if single else y


def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide kernels over volumes: (N, C, D, H, W) or (C, D, H, W), with weight (O, C / groups, kd, kh, kw).

    Each slice of a kernel is a convolution of the slices of the volume that it meets; their sum is the result.
    """
    x, single, stride, padding, dilation = _prepared("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)
    depth = output_size(x.shape[2], weight.shape[2], stride[0], padding[0], dilation[0])
    slices = (pad(x, (0, 0, 0, 0, padding[0], padding[0])) if padding[0] else x).transpose(1, 2)
    flat = {"stride": stride[1:], "padding": padding[1:], "dilation": dilation[1:], "groups": groups}
    parts = []
    for k in range(weight.shape[2]):
        start = k * dilation[0]
        met = slices[:, start : start + stride[0] * (depth - 1) + 1 : stride[0]]
        parts.append(conv2d_product(met.flatten(0, 1), weight[:, :, k], bias if k == 0 else None, **flat))
    y = sum(parts[1:], parts[0]).unflatten(0, (x.shape[0], depth)).transpose(1, 2)
    return y.squeeze(0) if single else y


def _prepared(name, n, x, weight, bias, stride, padding, dilation, groups):
    """The image with a batch dimension, whether it had none, and the geometry as tuples; all of it checked."""
    x, single = check_image(name, x, n)
    _check_weight(name, n, x, weight, bias, weight.shape[0], groups)
    stride, dilation = sizes_of(name, n, stride=stride, dilation=dilation)
    kernel = weight.shape[2:]
    if x.shape[1] != weight.shape[1] * groups:
        raise ShapeError(
            f"{name}: the weight expects {weight.shape[1] * groups} channels, and the input has {x.shape[1]}\n"
            f"    input   {x.shape}\n    weight  {weight.shape}   (groups={groups})"
            + _channels_last_hint(x.shape, weight.shape[1] * groups)
        )
    if padding == "same":
        if max(stride) > 1:
            raise ValueError(f'{name}: padding="same" needs a stride of 1')
        total = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
        if any(t % 2 for t in total):
            x = pad(x, [width for t in reversed(total) for width in (0, t % 2)])
        padding = [t // 2 for t in total]
    elif isinstance(padding, str):
        if padding != "valid":
            raise ValueError(f'{name}: padding is a number, "valid" or "same", not {padding!r}')
        padding = 0
    (padding,) = sizes_of(name, n, padding=padding)
    for size, k, p, d in zip(x.shape[2:], kernel, padding, dilation, strict=True):
        if size + 2 * p < d * (k - 1) + 1:
            raise ShapeError(
                f"{name}: the kernel {tuple(kernel)} is larger than the padded input, "
                f"{tuple(x.shape[2:])} with padding {padding}"
            )
    return x, single, stride, padding, dilation


def _check_weight(name, n, x, weight, bias, out_channels, groups):
    """Refuse a weight or bias of another shape or dtype than the input needs."""
    if weight.ndim != n + 2:
        raise ShapeError(f"{name}: the weight needs {n + 2} dimensions, and has shape {weight.shape}")
    if groups < 1 or weight.shape[0] % groups:
        raise ShapeError(f"{name}: {weight.shape[0]} channels of the weight cannot be divided into {groups} groups")
    if bias is not None and bias.shape != (out_channels,):
        raise ShapeError(
            f"{name}: the bias holds one number for each of the {out_channels} output channels, and has shape {bias.shape}"
        )
    for what, other in (("weight", weight), ("bias", bias)):
        if other is not None and other.dtype != x.dtype:
            raise DtypeError(
                f"{name}: the input is {x.dtype}, and the {what} {other.dtype}. Did you mean input.to({what}.dtype) ?"
            )


# ---------------------------------------------------------------- transposed convolution


def conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """The opposite of a strided convolution: (N, C, l) or (C, l), with weight (C, O / groups, k), to (N, O, L)."""
    x, single, size, geometry = _prepared_transpose(
        "conv_transpose1d", 1, input, weight, bias, stride, padding, output_padding, groups, dilation
    )
    flat = {name: (int(name != "padding"), *value) for name, value in geometry.items()}
    y = conv2d_image(x.unsqueeze(2), weight.unsqueeze(2), size=(1, *size), groups=groups, **flat).squeeze(2)
    return _finished(y, bias, single)


def conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """The opposite of a strided convolution: each input element spreads a kernel over the output.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    weight : Tensor, shape (C, O / groups, kh, kw)
    output_padding : int or pair of int
        Rows and columns added at one side of the output; smaller than the stride or the dilation.

    Raises
    ------
    ShapeError
        When the channels do not fit the weight or the bias, or nothing is left of the output.
    ValueError
        When the `output_padding` is too large.
    """
    x, single, size, geometry = _prepared_transpose(
        "conv_transpose2d", 2, input, weight, bias, stride, padding, output_padding, groups, dilation
    )
    return _finished(conv2d_image(x, weight, size=size, groups=groups, **geometry), bias, single)


def conv_transpose3d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """The opposite of a strided convolution of volumes: (N, C, d, h, w), with weight (C, O / groups, kd, kh, kw).

    Each slice of a kernel is a transposed convolution, whose results are added to the slices of the output they reach.
    """
    x, single, size, geometry = _prepared_transpose(
        "conv_transpose3d", 3, input, weight, bias, stride, padding, output_padding, groups, dilation
    )
    (N, _, depth, *_), flat = x.shape, {name: value[1:] for name, value in geometry.items()}
    step, cut, apart = (geometry[name][0] for name in ("stride", "padding", "dilation"))
    slices, whole = x.transpose(1, 2).flatten(0, 1), size[0] + 2 * cut
    y = Tensor.wrap(np.zeros((N, whole, weight.shape[1] * groups, *size[1:]), x.dtype))
    for k in range(weight.shape[2]):
        part = conv2d_image(slices, weight[:, :, k], size=size[1:], groups=groups, **flat)
        reached = Tensor.wrap(np.arange(depth) * step + k * apart)
        y = y.index_add(1, reached, part.unflatten(0, (N, depth)))
    return _finished(y[:, cut : cut + size[0]].transpose(1, 2), bias, single)


def _channels_last_hint(shape, channels):
    """What to write for an image whose channels stand at the end."""
    if shape[-1] != channels:
        return ""
    order = (0, len(shape) - 1, *range(1, len(shape) - 1))
    return f"\nDid you mean input.permute{order} ?  {shape} -> {tuple(shape[k] for k in order)}"


def _prepared_transpose(name, n, x, weight, bias, stride, padding, output_padding, groups, dilation):
    """The image with a batch dimension, whether it had none, the size of the output, and the geometry; all of it checked."""
    x, single = check_image(name, x, n)
    _check_weight(name, n, x, weight, bias, weight.shape[1] * groups, groups)
    if x.shape[1] != weight.shape[0]:
        raise ShapeError(
            f"{name}: the weight expects {weight.shape[0]} channels, and the input has {x.shape[1]}\n"
            f"    input   {x.shape}\n    weight  {weight.shape}"
        )
    stride, padding, dilation, extra = sizes_of(
        name, n, stride=stride, padding=padding, dilation=dilation, output_padding=output_padding
    )
    if any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation, strict=True)):
        raise ValueError(
            f"{name}: in each dimension the output_padding {extra} must be smaller than the stride {stride} or "
            f"the dilation {dilation}, because it only chooses among the images that a convolution brings to the size of x"
        )
    size = tuple(
        (n - 1) * s - 2 * p + d * (k - 1) + e + 1
        for n, s, p, d, k, e in zip(x.shape[2:], stride, padding, dilation, weight.shape[2:], extra, strict=True)
    )
    if min(size) < 1:
        raise ShapeError(f"{name}: with padding {padding} nothing is left of the output, whose size would be {size}")
    return x, single, size, {"stride": stride, "padding": padding, "dilation": dilation}


def _finished(y, bias, single):
    """The result with its bias, and without the batch dimension if there was none."""
    if bias is not None:
        y = y + bias.reshape(1, -1, *(1,) * (y.ndim - 2))
    return y.squeeze(0) if single else y
