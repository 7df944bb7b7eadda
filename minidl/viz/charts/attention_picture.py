"""Attention, drawn: who looks at whom."""

import numpy as np

from minidl.viz.charts.attention import looks
from minidl.viz.figure import FigurePicture, Grid, faded, plain_label, wrapped
from minidl.viz.theme import LIGHT

FEW = 8  # rows and columns whose weights are written into their cells
DARK = 0.6  # a cell with more than this share of the full colour is dark in both themes


def attention(weights, queries=None, keys=None, title=None):
    """Draw who attends to whom; the scale says what the full colour means, and small maps hold their numbers.

    Parameters
    ----------
    weights : Tensor, shape (L, S) or (heads, L, S)
        Attention weights; rows add up to 1.
    queries, keys : list of str, optional
        What the rows and columns are, such as words.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture

    Raises
    ------
    ShapeError
        When these are not such weights, or names and rows differ in number.
    """
    seen = looks(weights, queries, keys)
    w, rows, columns = seen.weights, seen.rows, seen.columns
    strongest = max(float(np.nanmax(w)), 1e-9)
    title = title or seen.title()
    wide = 2.5 + 2.9 * len(w)

    def draw(figure):
        grid = figure.subplots(1, len(w), squeeze=False)[0]
        asked = []
        for k, axes in enumerate(grid):
            drawn = axes.imshow(
                np.clip(w[k], 0, strongest), cmap=faded("value"), vmin=0, vmax=strongest, interpolation="none", aspect="auto"
            )
            if max(w.shape[1:]) <= FEW:
                _write_numbers(axes, w[k], strongest)
            _few_ticks(axes.set_yticks, rows if k == 0 else [""] * len(rows))
            _few_ticks(axes.set_xticks, columns, rotation=90 if max(map(len, columns)) > 5 else 0)
            axes.grid(visible=False)
            if len(w) > 1:
                axes.set_title(f"head {k}", fontsize=10)
            tell = lambda a, b, k=k: f"{rows[a]} looks at {columns[b]}\n{w[k, a, b]:.1%}"
            asked.append(Grid(axes, [[tell(a, b) for b in range(len(columns))] for a in range(len(rows))]))
        grid[0].set_ylabel("who looks (query)")
        grid[0].set_xlabel("is looked at (key)")
        bar = figure.colorbar(drawn, ax=list(grid), format=lambda weight, _: f"{weight:.3g}", aspect=30, pad=0.02)
        bar.set_label("attention weight", fontsize=10)
        bar.ax.tick_params(labelsize=9)
        bar.outline.set_visible(False)
        figure.suptitle(wrapped(title, wide - 0.6), x=0.01, ha="left", fontsize=12)
        return asked

    return FigurePicture(draw, f"Attention: {title}", {"weights": w.tolist()}, size=(wide, 4.2))


def _write_numbers(axes, weights, strongest):
    """The weight in each cell."""
    for (i, j), weight in np.ndenumerate(weights):
        if np.isfinite(weight):
            colour = "#fefefe" if weight > DARK * strongest else LIGHT["ink"]
            axes.text(j, i, f"{weight:.2g}", ha="center", va="center", fontsize=9, color=colour)


def _few_ticks(put, names, **look):
    every = max(1, -(-len(names) // 24))
    put(range(0, len(names), every), [plain_label(n, 12) for n in names[::every]], fontsize=9, **look)
