"""The measurements as the tables of the README."""

from speed import best


def speed_table(speed):
    """Milliseconds a step: a row for each work, a column for each library that did any.

    Parameters
    ----------
    speed : dict
        As `speed.measure` gives it. PyTorch's time is the better one of its threads.
    """
    contestants = [name.split(",")[0] for one in speed.values() for name in one["ms"]]
    names = list(dict.fromkeys(contestants))
    rows = [[one["work"].rstrip("."), *[shown(best(one["ms"], name)) for name in names]] for one in speed.values()]
    return markdown(["work", *names], rows)


def busy_table(busy):
    """Milliseconds a step beside other programs: minidl's, and PyTorch's on one thread where it took part."""
    neighbours = list(next(iter(busy.values())))
    rows = [
        [work, *[" / ".join(shown(time) for time in times[name].values()) for name in neighbours]]
        for work, times in busy.items()
    ]
    contestants = " / ".join(next(iter(busy.values()))[neighbours[0]])
    return markdown([contestants, *neighbours], rows)


def shown(time):
    """Two digits of a time in milliseconds; nothing for who took no part."""
    return "" if time is None else f"{time:.2g}" if time < 99.5 else f"{time:,.0f}"


def markdown(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
