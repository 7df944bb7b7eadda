"""Gradients that arrive at one place from several sides, and how they are added up."""

from sys import getrefcount

import numpy as np

from minidl.engine.broadcasting import sum_of_rows


class Scatter:
    """A sparse gradient: `values` at `index`, zero elsewhere, and no array of zeros before it is added up.

    Reading T rows of an array one by one then costs T rows in the backward pass, not T whole arrays.
    """

    __slots__ = ("dtype", "index", "repeats", "shape", "values")  # repeats: the index may name an element twice

    def __init__(self, values, index, shape, repeats):
        self.values, self.index, self.shape, self.repeats = values, index, shape, repeats
        self.dtype = values.dtype

    def add_to(self, total):
        """Add to `total` in place. Where an index can name an element twice, both count."""
        if self.repeats and isinstance(self.index, np.ndarray) and self.values.size:
            _add_rows(total.reshape(len(total), -1), self.index.ravel(), self.values.reshape(self.index.size, -1))
        elif self.repeats:
            np.add.at(total, self.index, self.values)
        else:
            total[self.index] += self.values

    def dense(self):
        """The whole array."""
        total = np.zeros(self.shape, self.dtype)
        if self.repeats:
            self.add_to(total)
        else:
            total[self.index] = self.values
        return total


def _add_rows(total, rows, values):
    """Add each of `values` to the row that `rows` names: sorted by row, so that each row is added to once."""
    rows = np.where(rows < 0, rows + len(total), rows)
    order = np.argsort(rows, kind="stable")
    rows, values = rows[order], values[order]
    starts = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
    if len(rows) < 8 * len(starts):
        total[rows[starts]] += np.add.reduceat(values, starts, axis=0)
    else:  # many values for each row
        for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
            total[rows[start]] += sum_of_rows(values[start:end])


class Totals(dict):
    """The gradients on their way: grad slot (a node, or a leaf tensor) -> the sum that has arrived."""

    def add(self, slot, part):
        """Add `part`: in place, where only this dictionary refers to what has arrived so far."""
        total = self.get(slot)
        if total is None:
            self[slot] = part.dense() if type(part) is Scatter else part
        elif type(total) is np.ndarray and getrefcount(total) == ALONE + 1 and _has_its_own_memory(total):
            if type(part) is Scatter:
                part.add_to(total)
            else:
                total += part
        else:
            self[slot] = total + (part.dense() if type(part) is Scatter else part)

    def take(self, slot):
        """Remove and return what has arrived, as an array that nothing else refers to (a Tensor is returned as it is)."""
        total = self.pop(slot)
        if type(total) is not np.ndarray or (getrefcount(total) == ALONE and _has_its_own_memory(total)):
            return total
        return np.array(total)


def _references_of_a_lone_variable():
    """What `getrefcount` says of an object that one local variable holds: 2, or 1 in newer Pythons."""
    alone = np.empty(0)
    return getrefcount(alone)


ALONE = _references_of_a_lone_variable()


def _has_its_own_memory(array):
    """Whether no other array can see the memory of `array`: it owns it, or is the only view of all of it.

    A view keeps the array that owns the memory as its `base`. If that one reference is all there is (besides the variable
    here, and the argument of `getrefcount`), nobody else can reach the memory.
    """
    base = array.base
    if base is None:
        return True
    return type(base) is np.ndarray and getrefcount(base) == ALONE + 1 and base.size == array.size and array.flags.writeable
