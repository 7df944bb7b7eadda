"""Broadcasting drawn: how the shapes of two tensors are laid over one another."""

import numpy as np

from minidl.viz.figure import FigurePicture, wrapped
from minidl.viz.summary import shape_text
from minidl.viz.theme import LIGHT


def broadcast(a, b, title=None):
    """Draw how two shapes align: from the last size on, where a size of 1 is stretched and a missing one is added.

    Parameters
    ----------
    a, b : Tensor or tuple of int
        Tensors, or their shapes. Shapes that do not fit are drawn too, with the place where they part.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Its `data` holds "result", the shape (None if they do not fit), and "columns", what happens in each dimension.

    Raises
    ------
    ValueError
        For a negative size.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.broadcast((5, 3), (3,))
    Broadcasting: 5 × 3 and 3 give 5 × 3; the second is repeated 5 times
    >>> md.viz.broadcast((5, 3), (5,)).data["result"] is None
    True
    """
    first, second = (_shape(t) for t in (a, b))
    n = max(len(first), len(second))
    columns = [column(size(first, k, n), size(second, k, n)) for k in range(n)]
    fits = all(c["size"] is not None for c in columns)
    result = tuple(c["size"] for c in columns) if fits else None
    title = title or _title(first, second, result, columns)

    def draw(figure):
        asked: list = []
        axes = figure.add_subplot()
        axes.axis("off")
        axes.set_xlim(-1.6, max(n, 3))
        axes.set_ylim(3.2, -0.7)
        for row, (name, shape) in enumerate((("first", first), ("second", second))):
            axes.text(-1.5, row, f"{name}\n{shape_text(shape)}", va="center", fontsize=10, color=LIGHT["faint"])
            for k in range(n):
                _cell(axes, k, row, size(shape, k, n), columns[k])
                asked.append((axes, k + 0.5, row, columns[k]["text"]))
        answer = shape_text(result) if result is not None else "does not fit"
        axes.text(-1.5, 2.4, f"result\n{answer}", va="center", fontsize=10, color=LIGHT["ink" if fits else "gradient"])
        for k, c in enumerate(columns):
            _box(axes, k, 2.4, "×" if c["size"] is None else c["size"], "gradient" if c["size"] is None else "value")
            asked.append((axes, k + 0.5, 2.4, c["text"]))
        if not n:
            axes.text(0.1, 1, "two single numbers", va="center", fontsize=11)
        axes.set_title(wrapped(title, 6))
        return asked

    return FigurePicture(draw, f"Broadcasting: {title}", {"result": result, "columns": columns}, size=(max(6.0, 2 + n), 3.4))


def _shape(thing):
    shape = tuple(int(s) for s in getattr(thing, "shape", thing))
    if any(s < 0 for s in shape):
        raise ValueError(f"a size is never negative: {shape}")
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


def _title(first, second, result, columns):
    if result is None:
        bad = next(c for c in reversed(columns) if c["size"] is None)
        return f"{shape_text(first)} and {shape_text(second)} cannot be combined: {bad['text']}"
    words = f"{shape_text(first)} and {shape_text(second)} give {shape_text(result)}"
    whole = int(np.prod(result))
    for name, shape in (("first", first), ("second", second)):
        own = int(np.prod(shape))
        if own and whole // own > 1:
            words += f"; the {name} is repeated {whole // own} times"
    return words


def _cell(axes, k, row, own, c):
    """One size: solid where it is there, dashed where broadcasting adds or stretches it."""
    if c["size"] is None:
        _box(axes, k, row, own, "gradient")
    elif own is None:
        _box(axes, k, row, f"({c['size']})", "faint", dashed=True)
    elif own == 1 and c["size"] != 1:
        _box(axes, k, row, f"1 → {c['size']}", "second", dashed=True)
    else:
        _box(axes, k, row, own, "value")


def _box(axes, k, row, text, colour, dashed=False):
    from matplotlib.patches import Rectangle

    look: dict = {"facecolor": "none", "edgecolor": LIGHT[colour], "linewidth": 1.6, "linestyle": "--" if dashed else "-"}
    axes.add_patch(Rectangle((k + 0.06, row - 0.36), 0.88, 0.72, **look))
    axes.text(k + 0.5, row, str(text), ha="center", va="center", fontsize=12, color=LIGHT[colour])
