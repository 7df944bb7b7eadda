"""How tensors print: as in PyTorch, with short lines and columns that stand under one another."""

import math

import numpy as np

from minidl.engine.dtypes import default


class options:
    """What `set_printoptions` changes."""

    precision = 4
    threshold = 1000
    edgeitems = 3
    linewidth = 80
    sci_mode = None


PROFILES: dict = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None):
    """Choose how tensors print.

    Parameters
    ----------
    precision : int
        Digits after the point (4).
    threshold : int
        Tensors of more elements are shortened (1000).
    edgeitems : int
        How many elements of a shortened dimension are shown at each end (3).
    linewidth : int
        Characters in a line (80).
    profile : {"default", "short", "full"}
        Several of these at once; those that are given besides change it.
    sci_mode : bool, optional
        Powers of ten always or never; where they are shorter, unless given (None is "as it was", as in PyTorch).
    """
    chosen: dict = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    if profile is not None:
        if profile not in PROFILES:
            raise ValueError(f"profile is one of {', '.join(PROFILES)}, not {profile!r}")
        chosen = PROFILES[profile] | {name: value for name, value in chosen.items() if value is not None}
    for name, value in chosen.items():
        if value is not None:
            setattr(options, name, value)
    options.sci_mode = sci_mode


def get_printoptions():
    """How tensors print now, by the names that `set_printoptions` has."""
    names = ("precision", "threshold", "edgeitems", "linewidth", "sci_mode")
    return {name: getattr(options, name) for name in names}


def tensor_text(tensor, name="tensor"):
    """The text of a tensor: its values, and what cannot be seen from them.

    >>> import minidl as md
    >>> md.tensor([[1.5, -2.0], [0.0, 30.25]])
    tensor([[ 1.5000, -2.0000],
            [ 0.0000, 30.2500]])
    """
    array = tensor.array
    notes = []
    if array.size == 0 and array.shape != (0,):
        notes.append(f"size={array.shape}")
    plain = (default.dtype,) if array.size == 0 else (default.dtype, np.int64, np.bool_)
    if array.dtype not in plain:
        notes.append(f"dtype={array.dtype}")
    if tensor.node is not None:
        notes.append(f"grad_fn=<{tensor.node.operation.name}>")
    elif tensor.requires_grad:
        notes.append("requires_grad=True")
    text = f"{name}(" + ("[]" if array.size == 0 else values_text(array, len(name) + 1))
    for note in notes:
        fits = len(text) - (text.rfind("\n") + 1) + len(note) + 3 <= options.linewidth
        text += (", " if fits else ",\n" + " " * (len(name) + 1)) + note
    return text + ")"


def values_text(array, indent=0):
    """The values of an array in nested brackets; lines after the first are indented."""
    shown = _edges(array) if array.size > options.threshold else array
    write, width = _writer(shown)
    return _nested(array, indent, array.size > options.threshold, write, width)


def _edges(array):
    """The elements that a shortened array shows."""
    n = options.edgeitems
    for axis, size in enumerate(array.shape):
        if size > 2 * n:
            array = np.take(array, [*range(n), *range(size - n, size)], axis)
    return array


def _writer(array):
    """A function that writes any element of `array` to a common width, and that width."""
    flat = array.ravel()
    if array.dtype.kind == "f":
        one = _float_style(flat.astype(np.float64))
        flat = flat[np.isfinite(flat) & (flat != 0)]  # as PyTorch, which lets NaN and the like stick out
    else:
        one = str
    width = max((len(one(v)) for v in flat.tolist()), default=1)
    return lambda value: f"{one(value):>{width}}", width


def _float_style(values):
    """How floats of this magnitude are written: whole numbers, fixed point or powers of ten."""
    size = np.abs(values[np.isfinite(values) & (values != 0)])
    digits = options.precision
    if size.size == 0:
        return lambda v: f"{v:.0f}." if math.isfinite(v) else str(v)
    largest, smallest = float(size.max()), float(size.min())  # whose ratio may be infinite, without a word from NumPy
    whole = np.array_equal(size, np.ceil(size))
    scientific = largest / smallest > 1000 or largest > 1e8 or (not whole and smallest < 1e-4)
    if scientific if options.sci_mode is None else options.sci_mode:
        return lambda v: f"{v:.{digits}e}"
    if whole:
        return lambda v: f"{v:.0f}." if math.isfinite(v) else str(v)
    return lambda v: f"{v:.{digits}f}"


def _nested(array, indent, shorten, write, width):
    if array.ndim == 0:
        return write(array.item())
    n = options.edgeitems
    cut = shorten and len(array) > 2 * n
    rows = [*array[:n], *array[len(array) - n :]] if cut else list(array)
    if array.ndim > 1:
        texts = [_nested(row, indent + 1, shorten, write, width) for row in rows]
        if cut:
            texts.insert(n, "...")
        return "[" + (",\n" + "\n" * (array.ndim - 2) + " " * (indent + 1)).join(texts) + "]"
    texts = [write(value) for value in array.tolist()] if not cut else [write(v.item()) for v in rows]
    if cut:
        texts.insert(n, " ...")
    per_line = max(1, (options.linewidth - indent) // (width + 2))
    lines = [", ".join(texts[i : i + per_line]) for i in range(0, len(texts), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
