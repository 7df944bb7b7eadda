"""Who attends to whom, as plain data."""

from dataclasses import dataclass

import numpy as np

from minidl.errors import ShapeError
from minidl.train.metrics import array_of
from minidl.viz.summary import left_out, shortened

MOST_NAMES = 128  # rows and columns of a head that are drawn


@dataclass
class Attention:
    """Weights (heads, L, S) with the names of their rows and columns; what is not drawn in words."""

    weights: np.ndarray
    rows: list
    columns: list
    left_out: str

    def title(self):
        """What a reader should see."""
        h, i, j = np.unravel_index(np.nanargmax(self.weights), self.weights.shape)
        this, that = shortened(self.rows[i]), shortened(self.columns[j])
        said = f"the strongest look, {self.weights[h, i, j]:.0%}, goes from {this} to {that}"
        return said + (f"; {self.left_out}" if self.left_out else "")


def looks(weights, queries=None, keys=None):
    """Attention weights with their names.

    Raises
    ------
    ShapeError
        When these are not such weights, or names and rows differ in number.
    """
    w = array_of(weights)
    w = w[None] if w.ndim == 2 else w
    if w.ndim != 3 or not np.isfinite(w).any():
        raise ShapeError(f"attention weights have shape (L, S) or (heads, L, S), not {w.shape}; take one example of a batch")
    keys = queries if keys is None and w.shape[1] == w.shape[2] else keys
    for what, names, n in (("queries", queries, w.shape[1]), ("keys", keys, w.shape[2])):
        if names is not None and len(names) != n:
            raise ShapeError(f"there are {n} {what} in the weights and {len(names)} names for them")
    rows, columns = (
        [str(k) for k in (names if names is not None else range(n))]
        for names, n in ((queries, w.shape[1]), (keys, w.shape[2]))
    )
    said = left_out(w, "weights")
    if max(w.shape[1:]) > MOST_NAMES:
        said = "; ".join(filter(None, [f"of {w.shape[1]} × {w.shape[2]} weights the first {MOST_NAMES} each way", said]))
        w, rows, columns = w[:, :MOST_NAMES, :MOST_NAMES], rows[:MOST_NAMES], columns[:MOST_NAMES]
    return Attention(np.where(np.isfinite(w), w, np.nan), rows, columns, said)
