"""Large work in blocks that fit into the processor's cache, where passes over them cost little."""

from math import prod

import numpy as np

from minidl.engine.parallel import in_pieces

BLOCK = 300_000  # about this many numbers are processed together
ELEMENTS = 2**14  # this many where a function makes several arrays of the size of its argument


def blocks(start, stop, size):
    """Slices of ``range(start, stop)``, so many at a time that a block holds about `BLOCK` numbers; `size` is that of one.

    >>> list(blocks(0, 10, BLOCK // 4))
    [slice(0, 4, None), slice(4, 8, None), slice(8, 10, None)]
    """
    step = max(1, BLOCK // max(1, size))
    return [slice(first, min(first + step, stop)) for first in range(start, stop, step)]


def blocks_of_matrices(start, stop, shape):
    """The same for a batch of matrices (..., rows, columns): those of some examples, or one by one where they are large.

    >>> blocks_of_matrices(0, 2, (2, 2, BLOCK, 2))
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    """
    lead, size = shape[1:-2], prod(shape[1:])
    if not lead or size <= BLOCK:
        return blocks(start, stop, size)
    return [(i, *others) for i in range(start, stop) for others in np.ndindex(*lead)]


def by_elements(function, x, cost):
    """What `function` makes of each element, a block at a time, for functions that take many passes over their argument.

    Parameters
    ----------
    function : function
        From an array to one of the same shape and dtype.
    cost : int
        About as many multiplications (of a matrix product) as an element takes.

    >>> by_elements(np.sqrt, np.array([1.0, 4.0]), cost=1)
    array([1., 2.])
    """
    y = np.empty_like(x)
    x = x if x.strides == y.strides else x.copy(order="K")
    elements, results = x.ravel("K"), y.ravel("K")

    def work(start, stop):
        for first in range(start, stop, ELEMENTS):
            part = slice(first, min(first + ELEMENTS, stop))
            results[part] = function(elements[part])

    in_pieces(x.size, work, cost * x.size)
    return y
