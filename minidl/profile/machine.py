"""What this machine can do: how fast it multiplies, and how fast it reads memory."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

MOST = 1e24  # a second: the fastest computer of the world manages 1e18


@dataclass
class Machine:
    """A machine, by two numbers.

    Attributes
    ----------
    flops_per_second : float
        Of a large product of matrices in float32.
    bytes_per_second : float
        Of a pass over arrays that fit into no cache.

    Raises
    ------
    ValueError
        When one of them is no such speed.
    """

    flops_per_second: float
    bytes_per_second: float

    def __post_init__(self):
        for name, speed in vars(self).items():
            if not 1 <= speed <= MOST:
                raise ValueError(f"{name} is a number from 1 to {MOST:g}, not {speed!r}: measure_machine() finds it")

    @property
    def ridge(self):
        """FLOPs per byte above which arithmetic is the limit, and no longer memory."""
        return self.flops_per_second / self.bytes_per_second

    def attainable(self, intensity):
        """FLOPs per second that work with this many FLOPs per byte can reach: the lower of the two roofs.

        >>> print(Machine(1e11, 1e10).attainable(2.0))
        20000000000.0
        """
        return np.minimum(self.flops_per_second, intensity * self.bytes_per_second)

    def __repr__(self):
        return (
            f"{self.flops_per_second / 1e9:.0f} GFLOP/s, {self.bytes_per_second / 1e9:.1f} GB/s, "
            f"ridge at {self.ridge:.1f} FLOP/byte"
        )


def measure_machine(seconds=0.5, side=768, megabytes=64):
    """Measure this machine: the best of as many tries as fit into a time.

    Parameters
    ----------
    seconds : float
        For each of the two measurements.
    side : int
        Of the square matrices that are multiplied.
    megabytes : int
        The size of each of two arrays, one of which is added to the other.

    Returns
    -------
    Machine
    """
    a = np.random.default_rng(0).random((side, side), np.float32)
    product = np.empty_like(a)
    x, y = (np.ones(megabytes * 2**18, np.float32) for _ in range(2))
    arithmetic = 2 * side**3 / _shortest(lambda: np.matmul(a, a, out=product), seconds)
    memory = 3 * x.nbytes / _shortest(lambda: np.add(x, y, out=y), seconds)  # two are read, one is written
    return Machine(arithmetic, memory)


def _shortest(work, seconds):
    best, end = float("inf"), perf_counter() + seconds
    while perf_counter() < end or best == float("inf"):
        start = perf_counter()
        work()
        best = min(best, perf_counter() - start)
    return best
