"""Gradients that arrive at one place from several sides, and how they are added up."""

import numpy as np


def fit(g, like):
    """Sum out of a gradient what broadcasting had added, so that it has the shape of its input.

    >>> fit(np.ones((4, 3)), np.zeros(3))
    array([4., 4., 4.])
    """
    shape = like.shape
    if g.shape == shape:
        return g
    extra = g.ndim - len(shape)
    added = tuple(i for i, n in enumerate(g.shape) if i < extra or (shape[i - extra] == 1 and n != 1))
    return np.reshape(np.sum(g, axis=added, keepdims=True), shape)


class Scatter:
    """A gradient that is `values` at `index` and zero elsewhere, kept small until it is added up.

    Reading T rows of an array one by one so costs T rows on the way back, not T whole arrays.
    """

    __slots__ = ("dtype", "index", "repeats", "shape", "values")

    def __init__(self, values, index, shape, repeats):
        self.values, self.index, self.shape, self.repeats = values, index, shape, repeats
        self.dtype = values.dtype

    def add_to(self, total):
        """Add to `total` in place. Where an index can name an element twice, both count."""
        if self.repeats and isinstance(self.index, np.ndarray) and self.values.size:
            _add_rows(total, self.index.ravel(), self.values.reshape(self.index.size, *total.shape[1:]))
        elif self.repeats:
            np.add.at(total, self.index, self.values)
        else:
            total[self.index] += self.values

    def dense(self):
        """The whole array."""
        total = np.zeros(self.shape, self.dtype)
        self.add_to(total)
        return total


def _add_rows(total, rows, values):
    """Add each of `values` to the row that `rows` names: sorted by row, so that each row is added to once."""
    rows = np.where(rows < 0, rows + len(total), rows)
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    total[ordered[starts]] += np.add.reduceat(values[order], starts, axis=0)


class Totals(dict):
    """The gradients on their way: holder (a node, or a leaf tensor) -> the sum that has arrived.

    `owned` lists the holders whose sum nobody else can see, so that it may be added to in place.
    """

    def __init__(self):
        super().__init__()
        self.owned = set()

    def add(self, holder, part, fresh):
        """Add `part`, which nobody else holds if `fresh`."""
        if holder not in self:
            if type(part) is Scatter:
                part, fresh = part.dense(), True
            self[holder] = part
            if fresh:
                self.owned.add(holder)
            return
        total = self[holder]
        if type(part) is Scatter:
            if holder not in self.owned:
                total = self[holder] = np.array(total)
                self.owned.add(holder)
            part.add_to(total)
        elif holder in self.owned and type(total) is np.ndarray:
            total += part
        else:
            self[holder] = total + part
            self.owned.add(holder)
