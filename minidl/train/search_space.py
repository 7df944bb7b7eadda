"""Where a search looks: for each setting its values, and the ways to walk through them."""

import itertools
import math
from dataclasses import dataclass

GRID_POINTS = 5  # of a range, in a grid


@dataclass(frozen=True)
class Float:
    """Numbers from `low` to `high`; with ``log=True`` each power of ten is as likely as the next.

    >>> Float(0.001, 0.1, log=True).grid(3)
    [0.001, 0.01, 0.1]
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self):
        if not -math.inf < self.low < self.high < math.inf or (self.log and self.low <= 0):
            raise ValueError(f"a range goes from low to a higher number, above 0 where log=True: not {self}")

    def draw(self, random):
        """A random number."""
        return self._at(random.random())

    def grid(self, points=GRID_POINTS):
        """Numbers at equal distances, with both ends."""
        return [self._at(k / (points - 1)) for k in range(points)]

    def _at(self, share):
        if self.log:
            value = math.exp(math.log(self.low) + share * math.log(self.high / self.low))
        else:
            value = self.low + share * (self.high - self.low)
        return float(f"{min(max(value, self.low), self.high):.12g}")


@dataclass(frozen=True)
class Int(Float):
    """Whole numbers from `low` to `high`, both included.

    >>> Int(1, 3).grid()
    [1, 2, 3]
    """

    def __post_init__(self):
        super().__post_init__()
        if int(self.low) != self.low or int(self.high) != self.high:
            raise ValueError(f"a range of whole numbers has whole ends: not {self}")

    def draw(self, random):
        """A random whole number."""
        return round(super().draw(random)) if self.log else random.randint(self.low, self.high)

    def grid(self, points=GRID_POINTS):
        """Whole numbers at about equal distances, with both ends."""
        return sorted({round(value) for value in super().grid(points)})


def checked_space(space):
    """The space, if every setting has values.

    Raises
    ------
    TypeError
        When it is no dict.
    ValueError
        For a setting that is neither a range nor a list of choices.
    """
    if not isinstance(space, dict):
        raise TypeError(f"a space is a dict, from the name of each setting to its values, not a {type(space).__name__}")
    for name, values in space.items():
        if not isinstance(values, Float) and not (isinstance(values, list | tuple) and values):
            raise ValueError(
                f"{name!r} is searched in a list of choices, in Float(low, high) or in Int(low, high), not in {values!r}"
            )
    return space


def drawn(space, random):
    """A random value for each setting."""
    return {name: redrawn(values, random) for name, values in space.items()}


def redrawn(values, random):
    """One random value."""
    return values.draw(random) if isinstance(values, Float) else random.choice(values)


def grid_of(space):
    """Every combination of values; a range gives five.

    >>> grid_of({"depth": [1, 2], "act": ["relu", "tanh"]})[1]
    {'depth': 1, 'act': 'tanh'}
    """
    values = [v.grid() if isinstance(v, Float) else list(v) for v in space.values()]
    return [dict(zip(space, row, strict=True)) for row in itertools.product(*values)]
