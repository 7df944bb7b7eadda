"""Broadcasting drawn: how the shapes of two tensors are laid over one another."""

from matplotlib.patches import Rectangle

from minidl.viz.charts.broadcast import aligned_shapes, broadcast_title, size
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
        For a negative size, or more than 64 dimensions.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.broadcast((5, 3), (3,))
    Broadcasting: 5 × 3 and 3 give 5 × 3; the second is repeated 5 times
    >>> md.viz.broadcast((5, 3), (5,)).data["result"] is None
    True
    """
    first, second, columns, result = aligned_shapes(a, b)
    n, fits = len(columns), result is not None
    title = title or broadcast_title(first, second, result, columns)

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
        answer = shape_text(result) if fits else "does not fit"
        axes.text(-1.5, 2.4, f"result\n{answer}", va="center", fontsize=10, color=LIGHT["ink" if fits else "gradient"])
        for k, c in enumerate(columns):
            _box(axes, k, 2.4, "×" if c["size"] is None else c["size"], "gradient" if c["size"] is None else "value")
            asked.append((axes, k + 0.5, 2.4, c["text"]))
        if not n:
            axes.text(0.1, 1, "two single numbers", va="center", fontsize=11)
        axes.set_title(wrapped(title, 6))
        return asked

    return FigurePicture(draw, f"Broadcasting: {title}", {"result": result, "columns": columns}, size=(max(6.0, 2 + n), 3.4))


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
    look: dict = {"facecolor": "none", "edgecolor": LIGHT[colour], "linewidth": 1.6, "linestyle": "--" if dashed else "-"}
    axes.add_patch(Rectangle((k + 0.06, row - 0.36), 0.88, 0.72, **look))
    axes.text(k + 0.5, row, str(text), ha="center", va="center", fontsize=12, color=LIGHT[colour])
