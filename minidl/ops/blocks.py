"""Large work in blocks that fit into the processor's cache, where passes over them cost little."""

from math import prod

import numpy as np

BLOCK = 300_000  # about so many numbers are looked at together


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
