"""A tensor in a few words and numbers, for a tooltip or a caption."""

import numpy as np

from minidl.engine.printing import values_text


def shape_text(shape):
    """A shape as people write it.

    >>> shape_text((64, 784)), shape_text(())
    ('64 × 784', 'a number')
    """
    return " × ".join(map(str, shape)) if shape else "a number"


def shortened(text, most=24):
    """A name in one line, with its end if it is long.

    >>> shortened("the last words of a long name", 12)
    '…a long name'
    """
    text = " ".join(str(text).split())
    return text if len(text) <= most else "…" + text[1 - most :]


def number_text(value):
    """A number with four digits that count."""
    return f"{value:.4g}"


def value_summary(array):
    """What is in an array: the values of a small one, the statistics of a larger one.

    Returns
    -------
    dict of str -> str
        Ordered: what to show, line by line.
    """
    if array.size == 0:
        return {"values": "none (the tensor is empty)"}
    if array.size <= 4:
        return {"value" if array.size == 1 else "values": values_text(array)}
    if array.dtype.kind == "b":
        return {"true": f"{array.mean():.1%}"}
    finite = array[np.isfinite(array)].astype(np.float64)
    lines = {}
    if finite.size:
        lines["mean ± std"] = f"{number_text(finite.mean())} ± {number_text(finite.std())}"
        lines["range"] = f"{number_text(finite.min())} to {number_text(finite.max())}"
        lines["zeros"] = f"{(array == 0).mean():.1%}"
    if finite.size < array.size:
        lines["NaN or infinite"] = f"{array.size - finite.size} of {array.size} elements"
    return lines


def root_mean_square(array):
    """The typical size of the elements of an array."""
    return float(np.sqrt(np.mean(np.square(array, dtype=np.float64)))) if array.size else 0.0
