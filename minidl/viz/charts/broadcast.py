"""How the shapes of two tensors are laid over one another."""

import math

from minidl.viz.summary import shape_text

MOST_DIMENSIONS = 64  # NumPy's own limit


def aligned_shapes(a, b):
    """Two shapes, and what happens in each of their dimensions.

    Parameters
    ----------
    a, b : Tensor or tuple of int

    Returns
    -------
    tuple, tuple, list of dict, tuple or None
        The shapes, the columns (see `column`), and the shape of the result, None if they do not fit.

    Raises
    ------
    ValueError
        For a negative size, or too many dimensions.
    """
    first, second = (_shape(t) for t in (a, b))
    n = max(len(first), len(second))
    columns = [column(size(first, k, n), size(second, k, n)) for k in range(n)]
    fits = all(c["size"] is not None for c in columns)
    return first, second, columns, tuple(c["size"] for c in columns) if fits else None


def _shape(thing):
    shape = tuple(int(s) for s in getattr(thing, "shape", thing))
    if any(s < 0 for s in shape):
        raise ValueError(f"a size is never negative: {shape}")
    if len(shape) > MOST_DIMENSIONS:
        raise ValueError(f"a tensor has at most {MOST_DIMENSIONS} dimensions; this shape has {len(shape)}")
    return shape


def size(shape, k, n):
    """The size of a shape in column `k` of `n`, counted from the right; None where it has no such dimension."""
    k -= n - len(shape)
    return shape[k] if k >= 0 else None


def column(p, q):
    """What happens where the sizes `p` and `q` meet: the size of the result (None if there is none), and in words."""
    if p is None or q is None:
        return {
            "size": q if p is None else p,
            "text": f"missing on one side: added, and repeated {q if p is None else p} times",
        }
    if p == q:
        return {"size": p, "text": f"both are {p}: they match"}
    if 1 in (p, q):
        return {"size": q if p == 1 else p, "text": f"1 is stretched to {q if p == 1 else p}"}
    return {"size": None, "text": f"{p} and {q} do not fit: only equal sizes do, or a 1"}


def broadcast_title(first, second, result, columns):
    """What a reader should see."""
    if result is None:
        bad = next(c for c in reversed(columns) if c["size"] is None)
        return f"{shape_text(first)} and {shape_text(second)} cannot be combined: {bad['text']}"
    words = f"{shape_text(first)} and {shape_text(second)} give {shape_text(result)}"
    whole = math.prod(result)
    for name, shape in (("first", first), ("second", second)):
        own = math.prod(shape)
        if own and whole // own > 1:
            words += f"; the {name} is repeated {whole // own} times"
    return words
