"""Gradients that arrive at one place from several sides, and how they are added up."""

from sys import getrefcount

import numpy as np

WIDE, MANY = 8, 256  # numbers in a row of a gradient, and numbers that come to a row, from which on it pays to sort them


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
        rows = _rows_named_by(self.index) if self.repeats else None
        if rows is not None and total.flags.c_contiguous and _pays(rows.size, len(total), self.values.size):
            _add_rows(total.reshape(len(total), -1), rows.ravel(), self.values.reshape(rows.size, -1))
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


def _rows_named_by(index):
    """The array of an index that names rows, and takes the whole of each; None for another index."""
    rows, *rest = index if isinstance(index, tuple) else (index,)
    whole = all(isinstance(part, slice) and part == slice(None) for part in rest)
    return rows if whole and isinstance(rows, np.ndarray) and rows.dtype.kind in "iu" else None


def _pays(named, rows, numbers):
    """Whether to sort by row: where rows are wide, and get many numbers each. (A single column NumPy would add in pairs.)"""
    return numbers >= WIDE * named and numbers >= MANY * min(named, rows) > 0


def _add_rows(total, rows, values):
    """Add each of `values` to the row that `rows` names, in their order: ``np.add.at``, with the same digits.

    Sorted by row, all that comes to one row is added in a single call: far faster where a row is named often.
    """
    rows = np.where(rows < 0, rows + len(total), rows)
    order = np.argsort(rows, kind="stable")
    starts = np.flatnonzero(np.diff(rows[order], prepend=-1))
    rows, values, ends = rows[order[starts]], values[order], [*starts[1:], len(order)]
    values[starts] += total[rows]  # what is there already comes first
    for row, start, end in zip(rows, starts, ends, strict=True):
        np.add.reduce(values[start:end], axis=0, out=total[row])


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
