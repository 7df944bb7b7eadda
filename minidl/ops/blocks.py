"""Large work in pieces that fit into the processor's cache, where passes over them cost little."""

BLOCK = 300_000  # about so many numbers are looked at together


def blocks(count, size):
    """Slices of `count` things, so many at a time that a block holds about `BLOCK` numbers; `size` is that of one thing.

    >>> list(blocks(10, BLOCK // 4))
    [slice(0, 4, None), slice(4, 8, None), slice(8, 10, None)]
    """
    step = max(1, BLOCK // max(1, size))
    return [slice(start, min(start + step, count)) for start in range(0, count, step)]
