"""A tensor in a few words and numbers, for a tooltip or a caption."""

import numpy as np

from minidl.engine.printing import values_text
from minidl.viz.text import JOINERS, thinned

LARGEST = 1e100  # beyond it axes and their marks overflow


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
    text = thinned(str(text)[-100 * most :])[-8 * most :]
    text = " ".join("".join(c if c.isprintable() or c in JOINERS else " " for c in text).split())
    return text if len(text) <= most else "…" + text[1 - most :]


def number_text(value):
    """A number with four significant digits."""
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
        scale = scale_of(finite)
        scaled = finite / scale
        lines["mean ± std"] = f"{number_text(scaled.mean() * scale)} ± {number_text(scaled.std() * scale)}"
        lines["range"] = f"{number_text(finite.min())} to {number_text(finite.max())}"
        lines["zeros"] = f"{(array == 0).mean():.1%}"
    if finite.size < array.size:
        lines["NaN or infinite"] = f"{array.size - finite.size} of {array.size} elements"
    return lines


def scale_of(finite):
    """A power of two near the largest of some finite numbers: divided by it, they can be squared and added without overflow.

    >>> scale_of(np.array([3.0, -5.0]))
    4.0
    """
    largest = float(np.abs(finite.astype(np.float64)).max()) if finite.size else 0.0
    return 2.0 ** int(np.floor(np.log2(largest))) if largest else 1.0


def root_mean_square(array):
    """The typical size of the elements of an array; not finite where one of them is not."""
    if not array.size:
        return 0.0
    values = array.astype(np.float64)
    if not np.isfinite(values).all():
        return float("nan") if np.isnan(values).any() else float("inf")
    scale = scale_of(values)
    return float(np.sqrt(np.mean(np.square(values / scale))) * scale)


def histogram(finite, bins):
    """Counts of finite numbers in equal bins, and the edges of the bins, however large or alike the numbers are."""
    finite = finite.astype(np.float64)
    scale = scale_of(finite)
    scale = scale if not 1e-9 < scale < 1e9 else 1.0
    scaled = finite / scale
    low, high = scaled.min(), scaled.max()
    if high - low <= 1e-9 * max(abs(low), abs(high)):  # too alike for bins between them
        low, high = low - 0.5, high + 0.5
    counts, edges = np.histogram(scaled, bins, (low, high))
    return counts, edges * scale


def drawable(values):
    """Numbers with NaN, which is not drawn, in place of what no axis can show: infinities, and what is beyond 1e100."""
    values = np.array(values, dtype=np.float64)
    values[~(np.abs(values) <= LARGEST)] = np.nan
    return values


def left_out(values, what):
    """What `drawable` does not draw, in words; "" where it draws all."""
    values = np.asarray(values)
    bad = values.size - int(np.isfinite(values).sum())
    far = int(np.isnan(drawable(values)).sum()) - bad
    parts = [f"{bad} of {values.size} {what} {'is' if bad == 1 else 'are'} NaN or infinite"] if bad else []
    parts += [f"{far} of {values.size} {what} {'is' if far == 1 else 'are'} too large to draw"] if far else []
    return " and ".join(parts)


def evenly(n, most):
    """At most `most` of the numbers from 0 to n - 1, with the first and the last."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(int))
