r"""Normalisation: bring values to mean 0 and spread 1, then scale and shift them as learned."""

import math

import numpy as np

from minidl.engine.broadcasting import sum_of_columns, unbroadcast
from minidl.engine.changes import changes
from minidl.engine.dtypes import float16
from minidl.engine.operation import operation
from minidl.engine.parallel import PASS, in_pieces, sum_of_pieces
from minidl.errors import ShapeError
from minidl.ops.layout import channel_sums, channels_first, for_each_pixel, pixel_rows
from minidl.ops.reduction import widened
from minidl.ops.shape import cat


def _standardize_reference(x, weight, bias, axes, eps):
    wide = _single(x)
    centred = wide - wide.mean(axes, keepdim=True)
    y = centred / ((centred * centred).mean(axes, keepdim=True) + eps).sqrt()
    y = y if weight is None else y * weight
    return (y if bias is None else y + bias).to(x.dtype)


def _single(x):
    """A tensor of half precision in float32, where the squares of its numbers fit."""
    return x.float() if x.dtype == float16 else x


def _mean(x, axes):
    """The mean with its dimensions kept; over the last dimension as a product with ones, which is faster."""
    if axes != (x.ndim - 1,) or x.dtype.itemsize < 4:
        return x.mean(axis=axes, keepdims=True)
    return sum_of_columns(x) / x.shape[-1]


@operation(
    formula=r"y = w \odot \hat x + b,\quad \hat x = (x - \mu) / \sqrt{\sigma^2 + \epsilon}",
    gradient=r"\bar x = \tfrac{1}{\sigma} (\bar z - \operatorname{mean} \bar z"
    r" - \hat x \operatorname{mean}(\bar z \odot \hat x)),\ \bar z = w \odot \bar y",
    joint=True,
    composed=_standardize_reference,
)
def standardize(x, weight, bias, axes, eps):
    """Values less their mean over `axes`, divided by their spread; times `weight`, plus `bias` (broadcast to x)."""
    wide = widened(x)
    normal = wide - _mean(wide, axes)
    spread = np.sqrt(_mean(normal * normal, axes) + eps)
    normal /= spread
    y = normal if weight is None else normal * weight
    if bias is not None:
        y = y + bias
    bias_shape = None if bias is None else bias.shape

    def pull(g, wanted):
        gx, gw, gb, g = None, None, None, widened(g)
        if wanted[0]:
            gx = g if weight is None else g * weight
            product = gx * normal
            along = _mean(product, axes)
            gx = np.subtract(gx, _mean(gx, axes), out=product)
            gx -= normal * along
            gx /= spread
        if wanted[1]:
            gw = unbroadcast(g * normal, weight.shape)
        if wanted[2]:
            gb = unbroadcast(g, bias_shape)
        return gx, gw, gb

    return y.astype(x.dtype, copy=False), pull


def _check_learned(name, shape, **learned):
    """Refuse a weight or bias of another shape: broadcasting would share its numbers among what each should have its own."""
    for what, tensor in learned.items():
        if tensor is not None and tensor.shape != shape:
            raise ShapeError(f"{name}: the {what} must have shape {shape}, and has {tuple(tensor.shape)}")


def _last_axes(name, x, normalized_shape, **learned):
    """The dimensions that `normalized_shape` names, checked."""
    shape = tuple(normalized_shape)
    if not shape:
        raise ShapeError(f"{name} needs a normalized_shape of at least one dimension")
    if tuple(x.shape[x.ndim - len(shape) :]) != shape or x.ndim < len(shape):
        raise ShapeError(f"{name} over {shape} needs an input that ends in it, and got {x.shape}")
    _check_learned(name, shape, **learned)
    return tuple(range(x.ndim - len(shape), x.ndim))


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Normalise each example over its last dimensions (Ba et al. 2016).

    Parameters
    ----------
    input : Tensor, shape (..., *normalized_shape)
    normalized_shape : tuple of int
    weight, bias : Tensor, shape normalized_shape, optional

    Raises
    ------
    ShapeError
        When the input does not end in `normalized_shape`, or weight or bias do not have it.
    """
    axes = _last_axes("layer_norm", input, normalized_shape, weight=weight, bias=bias)
    return standardize(input, weight, bias, axes=axes, eps=eps)


def _rms_norm_reference(x, weight, axes, eps):
    wide = _single(x)
    y = wide / ((wide * wide).mean(axes, keepdim=True) + eps).sqrt()
    return (y if weight is None else y * weight).to(x.dtype)


@operation(
    name="rms_norm",
    formula=r"y = w \odot \hat x,\quad \hat x = x / \sqrt{\operatorname{mean} x^2 + \epsilon}",
    gradient=r"\bar x = \tfrac{1}{r} (\bar z - \hat x \operatorname{mean}(\bar z \odot \hat x)),\ \bar z = w \odot \bar y",
    joint=True,
    composed=_rms_norm_reference,
)
def _rms_norm(x, weight, axes, eps):
    wide = widened(x)
    size = np.sqrt(np.mean(wide * wide, axis=axes, keepdims=True) + eps)
    normal = wide / size

    def pull(g, wanted):
        g = widened(g)
        z = g if weight is None else g * weight
        gx = (z - normal * np.mean(z * normal, axis=axes, keepdims=True)) / size if wanted[0] else None
        return gx, unbroadcast(g * normal, weight.shape) if wanted[1] else None

    return (normal if weight is None else normal * weight).astype(x.dtype, copy=False), pull


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """Divide each example by its root mean square over its last dimensions (Zhang & Sennrich 2019)."""
    axes = _last_axes("rms_norm", input, normalized_shape, weight=weight)
    eps = float(np.finfo(_single(input).dtype).eps) if eps is None else eps
    return _rms_norm(input, weight, axes=axes, eps=eps)


def _per_channel(parameter, ndim):
    """A parameter of each channel, shaped to meet (N, C, ...)."""
    return None if parameter is None else parameter.reshape(1, -1, *(1,) * (ndim - 2))


def channel_statistics(x):
    """Mean and (biased) variance of each channel of an array (N, C, ...)."""
    rows, channels = pixel_rows(widened(x)), x.shape[1]
    n = rows.size // max(1, channels)
    mean = sum_of_pieces(len(rows), lambda start, stop: channel_sums(rows[start:stop], channels), PASS * rows.size) / n
    means = for_each_pixel(mean, rows.shape[1])

    def squares(start, stop):
        centred = rows[start:stop] - means
        centred *= centred
        return channel_sums(centred, channels)

    return mean, sum_of_pieces(len(rows), squares, 3 * PASS * rows.size) / n


def _batch_norm_reference(x, weight, bias, mean, var, eps):
    weight, bias = _per_channel(weight, x.ndim), _per_channel(bias, x.ndim)
    return _standardize_reference(x, weight, bias, (0, *range(2, x.ndim)), eps)


@operation(
    name="batch_norm",
    formula=r"y = w \odot \hat x + b,\quad \hat x = (x - \mu_C) / \sqrt{\sigma_C^2 + \epsilon}",
    gradient=r"\bar x = \tfrac{w}{\sigma} (\bar y - \operatorname{mean} \bar y"
    r" - \hat x \operatorname{mean}(\bar y \odot \hat x)) \text{ for each channel}",
    joint=True,
    composed=_batch_norm_reference,
)
def standardize_channels(x, weight, bias, mean, var, eps):
    """Every channel less its mean, divided by its spread; times `weight`, plus `bias`, if they are given.

    `mean` and `var` are those of x itself: the gradient knows that they depend on it.
    """
    channels, n = x.shape[1], x.size // max(1, x.shape[1])
    last = (len(x), *x.shape[2:], channels)  # the shape with the channels last, in which the rows of pixels are
    spread = np.sqrt(var + eps)
    scale = 1 / spread if weight is None else weight / spread
    rows = pixel_rows(widened(x))
    means, scales = (for_each_pixel(values, rows.shape[1]) for values in (mean, scale))
    shifts = None if bias is None else for_each_pixel(bias, rows.shape[1])
    y = np.empty_like(rows)

    def forward(start, stop):
        part = np.subtract(rows[start:stop], means, out=y[start:stop])
        part *= scales
        if shifts is not None:
            part += shifts

    in_pieces(len(rows), forward, 3 * PASS * rows.size)

    def pull(g, wanted):
        g, gx = pixel_rows(widened(g)), np.empty_like(rows)

        def sums(start, stop):
            centred = np.subtract(rows[start:stop], means, out=gx[start:stop])
            return np.stack([channel_sums(part, channels) for part in (g[start:stop], g[start:stop] * centred)])

        total, along = sum_of_pieces(len(rows), sums, 5 * PASS * rows.size)
        along /= spread
        slopes, shares = (for_each_pixel(values, rows.shape[1]) for values in (-along / (n * spread), total / n))

        def backward(start, stop):
            part = gx[start:stop]
            part *= slopes
            part += g[start:stop]
            part -= shares
            part *= scales

        if wanted[0]:
            in_pieces(len(rows), backward, 4 * PASS * rows.size)
        return channels_first(gx.reshape(last)) if wanted[0] else None, along, total

    return channels_first(y.reshape(last)).astype(x.dtype, copy=False), pull


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    """Normalise each channel over the batch (Ioffe & Szegedy 2015).

    Parameters
    ----------
    input : Tensor, shape (N, C, ...)
    running_mean, running_var : Tensor, shape (C,), or None
        Used in evaluation; moved by `momentum` towards those of the batch while training.
    weight, bias : Tensor, shape (C,), optional

    Raises
    ------
    ShapeError
        When training with a single value for a channel, which has no spread; or when anything does not have shape (C,).
    """
    if not input.numel():
        return input.clone()
    if input.ndim < 2:
        raise ShapeError(f"batch_norm needs an input of shape (N, C, ...), and got {input.shape}")
    channels = input.shape[1]
    _check_learned("batch_norm", (channels,), weight=weight, bias=bias, running_mean=running_mean, running_var=running_var)
    if not training and (running_mean is None or running_var is None):
        raise ValueError("batch_norm in evaluation needs running_mean and running_var; with the batch's own: training=True")
    if not training:
        return _by_running_statistics(input, running_mean, running_var, weight, bias, eps)
    n = input.numel() // channels
    if n <= 1 and training:
        raise ShapeError(
            f"batch_norm cannot train on one value a channel (input {input.shape}): it has no spread. Use a larger batch"
        )
    mean, var = channel_statistics(input.array)
    if training and running_mean is not None:
        _move(running_mean, mean, momentum)
        _move(running_var, var * (n / (n - 1)), momentum)
    return standardize_channels(input, weight, bias, mean=mean, var=var, eps=eps)


def _by_running_statistics(x, running_mean, running_var, weight, bias, eps):
    """Every channel normalised by numbers that are given: a scale and a shift."""
    weight, bias = _per_channel(weight, x.ndim), _per_channel(bias, x.ndim)
    scale = 1 / (_per_channel(running_var, x.ndim) + eps).sqrt()
    scale = scale if weight is None else scale * weight
    y = (x - _per_channel(running_mean, x.ndim)) * scale
    return y if bias is None else y + bias


def _move(running, now, momentum):
    """Move a running statistic towards that of the batch."""
    changes.mark(running.array)
    running.array *= 1 - momentum
    running.array += momentum * now


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Normalise groups of channels, each example by itself (Wu & He 2018)."""
    if input.ndim < 2 or num_groups < 1 or input.shape[1] % num_groups:
        raise ShapeError(f"group_norm cannot divide the channels of {input.shape} into {num_groups} groups")
    _check_learned("group_norm", (input.shape[1],), weight=weight, bias=bias)
    groups = input.reshape(input.shape[0], num_groups, math.prod(input.shape[1:]) // num_groups)
    y = standardize(groups, None, None, axes=(2,), eps=eps).reshape(input.shape)
    y = y if weight is None else y * _per_channel(weight, input.ndim)
    return y if bias is None else y + _per_channel(bias, input.ndim)


def instance_norm(
    input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5
):
    """Normalise each channel of each example by itself (Ulyanov et al. 2016).

    The running statistics, if there are any, move towards the mean of those of the examples.
    """
    if input.ndim < 3:
        raise ShapeError(
            f"instance_norm needs an input of shape (N, C, ...) with something to average over, not {input.shape}"
        )
    channels = input.shape[1]
    _check_learned(
        "instance_norm", (channels,), weight=weight, bias=bias, running_mean=running_mean, running_var=running_var
    )
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    axes, n = tuple(range(2, input.ndim)), math.prod(input.shape[2:])
    if n == 1:
        raise ShapeError(f"instance_norm cannot normalise one value by itself (input {input.shape}): it has no spread")
    if running_mean is not None and input.numel():
        x = input.array
        x = widened(x)
        _move(running_mean, x.mean(axis=axes).mean(axis=0), momentum)
        _move(running_var, x.var(axis=axes, ddof=1).mean(axis=0), momentum)
    return standardize(input, _per_channel(weight, input.ndim), _per_channel(bias, input.ndim), axes=axes, eps=eps)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """Divide each channel by the activity of `size` channels around it (Krizhevsky et al. 2012)."""
    if input.ndim < 3:
        raise ShapeError(f"local_response_norm needs an input of shape (N, C, ...), and got {input.shape}")
    squares, channels = input * input, input.shape[1]
    before, after = size // 2, (size - 1) // 2
    sums = [squares[:, max(0, c - before) : c + after + 1].sum(1, keepdim=True) for c in range(channels)]
    return input / (cat(sums, 1) * (alpha / size) + k) ** beta
