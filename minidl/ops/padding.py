r"""Borders around sequences, images and volumes."""

import numpy as np

from minidl.engine.conversion import whole_number
from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError


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


def pad(input, pad, mode="constant", value=None):
    """A border around the last dimensions.

    Parameters
    ----------
    pad : tuple of int
        Widths in pairs, the last dimension first: (left, right, top, bottom, ...). Negative ones crop.
    mode : {"constant", "reflect", "replicate", "circular"}
        All but "constant" leave the batch and the channels alone.
    value : float, optional
        What a constant border is filled with; 0 unless given.

    Raises
    ------
    ShapeError
        For widths that do not come in pairs or are too many, or for a border that the mode cannot fill.
    """
    pad = tuple([whole_number(p, "each width") for p in pad])
    if len(pad) % 2 or len(pad) > 2 * input.ndim:
        raise ShapeError(f"pad takes pairs of widths for at most {input.ndim} dimensions, and got {pad}")
    widths = [(0, 0)] * (input.ndim - len(pad) // 2) + [pad[i : i + 2] for i in range(len(pad) - 2, -1, -2)]
    if any(a + n + b < 0 for (a, b), n in zip(widths, input.shape, strict=True)):
        raise ShapeError(f"pad {pad} crops more than there is of an input of shape {input.shape}")
    if mode == "constant":
        return _constant_border(input, widths, 0 if value is None else value)
    if mode not in SOURCES:
        raise ValueError(f'pad knows the modes "constant", "reflect", "replicate" and "circular", not {mode!r}')
    if value is not None and value != 0:
        raise ValueError(f'pad fills a border with a value in the mode "constant" alone, not in {mode!r}')
    n = len(pad) // 2
    if n > 3 or input.ndim not in (n + 1, n + 2):
        raise ShapeError(
            f"pad in the mode {mode!r} takes one pair of widths for each dimension but the batch and the channels, "
            f"and got {pad} for an input of shape {input.shape}"
        )
    for axis, (before, after) in enumerate(widths):
        if before or after:
            size = input.shape[axis]
            source = SOURCES[mode](np.arange(-before, size + after), size, max(before, after))
            input = input.index_select(axis, Tensor.wrap(source))
    return input


def _constant_border(x, widths, value):
    """A border of one value, after cropping where a width is negative."""
    if not any(map(any, widths)):
        return x.clone()
    if min(map(min, widths)) < 0:
        x = x[tuple(slice(max(-a, 0), n - max(-b, 0)) for (a, b), n in zip(widths, x.shape, strict=True))]
        widths = [(max(a, 0), max(b, 0)) for a, b in widths]
    return _pad(x, tuple(widths), value) if any(map(any, widths)) else x


def _mirrored(places, size, width):
    if width >= size:
        raise ShapeError(f"a reflected border of {width} needs a dimension larger than that, not {size}")
    places = np.abs(places)
    return np.where(places >= size, 2 * (size - 1) - places, places)


def _repeated(places, size, width):
    return np.clip(places, 0, size - 1)


def _wrapped(places, size, width):
    if width > size:
        raise ShapeError(f"a circular border of {width} needs a dimension at least as large, not {size}")
    first, end = max(places[0], 0), min(places[-1] + 1, size)  # what a negative width has left of the dimension
    return first + (places - first) % (end - first)


SOURCES = {"reflect": _mirrored, "replicate": _repeated, "circular": _wrapped}  # where a place takes its value from
