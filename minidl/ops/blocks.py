"""Large work in blocks that fit into the processor's cache, where passes over them cost little."""

BLOCK = 300_000  # about so many numbers are looked at together


def blocks(start, stop, size):
    """Slices of ``range(start, stop)``, so many at a time that a block holds about `BLOCK` numbers; `size` is that of one.

    >>> list(blocks(0, 10, BLOCK // 4))
    [slice(0, 4, None), slice(4, 8, None), slice(8, 10, None)]
    """
    step = max(1, BLOCK // max(1, size))
    return [slice(first, min(first + step, stop)) for first in range(start, stop, step)]
