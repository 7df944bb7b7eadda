"""Random numbers: with the same seed, the very numbers that PyTorch draws on a CPU.

Both use the Mersenne Twister (Matsumoto & Nishimura 1998); NumPy provides the generator, and this
module turns its 32-bit words into numbers by PyTorch's rules. Uniform numbers, integers,
permutations and masks are identical; normal numbers agree to the last digit or two of their
dtype. Checked against PyTorch 2.13.
"""

import math
import os
import threading
from contextlib import contextmanager
from functools import cached_property, partial

import numpy as np

from minidl.engine import dtypes
from minidl.engine.devices import CPU, check_device
from minidl.engine.restoring import remembered

MASK24, MASK53 = np.uint32(2**24 - 1), np.uint64(2**53 - 1)


class Generator:
    """A stream of random numbers that a seed determines.

    Parameters
    ----------
    device : "cpu"

    Examples
    --------
    >>> import minidl as md
    >>> g = md.Generator().manual_seed(0)
    >>> md.rand(2, generator=g)
    tensor([0.4963, 0.7682])
    """

    def __init__(self, device="cpu"):
        check_device(device)
        self.manual_seed(67280421310721)  # PyTorch's seed where none was given

    def manual_seed(self, seed):
        """Start the stream that belongs to `seed`; returns the generator."""
        self.seed_given = int(seed)
        self.second_normal = None
        self.__dict__.pop("bits", None)
        return self

    @cached_property
    def bits(self):
        """NumPy's Mersenne Twister; made when the first number is drawn, as numpy.random takes time to import."""
        bits = np.random.MT19937()
        bits._legacy_seeding(self.seed_given & 0xFFFFFFFF)
        return bits

    @property
    def device(self):
        """Always the CPU."""
        return CPU

    def seed(self):
        """Start from an unpredictable seed, and return it."""
        self.manual_seed(int.from_bytes(os.urandom(8), "big") >> 1)  # 63 bits; the module secrets takes long to import
        return self.seed_given

    def clone_state(self):
        """A copy that continues from the same state."""
        return Generator().set_state(self.get_state())

    def initial_seed(self):
        """The seed that the stream started from."""
        return self.seed_given

    def get_state(self):
        """The state of the stream, as plain data for `set_state`."""
        state = self.bits.state["state"]
        return {
            "key": state["key"].copy(),
            "pos": state["pos"],
            "second_normal": self.second_normal,
            "seed": self.seed_given,
        }

    def set_state(self, state):
        """Continue from a state that `get_state` returned."""
        self.bits.state = {"bit_generator": "MT19937", "state": {"key": state["key"], "pos": state["pos"]}}
        self.second_normal, self.seed_given = state["second_normal"], state["seed"]
        return self

    def remembered(self):
        """What puts the stream back where it is now: calls for `minidl.engine.restoring.afterwards`."""
        names = ("bits", "second_normal", "seed_given")
        return [partial(setattr, self.bits, "state", self.bits.state), *(remembered(self, name) for name in names)]

    # Arrays of numbers. The order in which they consume the stream is part of what they promise.

    def words(self, n):
        """n words of 32 bits."""
        return self.bits.random_raw(n).astype(np.uint32)

    def long_words(self, n):
        """n words of 64 bits, each of two short ones, the high half first."""
        high, low = self.bits.random_raw(2 * n).reshape(n, 2).T
        return high << np.uint64(32) | low

    def uniform(self, n, dtype=np.float32):
        """n numbers from 0 (included) to 1 (not included): 24 random bits for float32, 53 for float64."""
        if dtype == np.float64:
            return (self.long_words(n) & MASK53) * 2.0**-53
        return (self.words(n) & MASK24) * np.float32(2**-24)

    def normal(self, n, dtype=np.float32):
        """n normal numbers, by the method of Box and Muller (1958); from 16 on in blocks of 16."""
        if n < 16:
            return np.array([self._one_normal() for _ in range(n)], dtype)
        values = self.uniform(n, dtype)
        whole = n // 16 * 16
        values[:whole] = _box_muller(values[:whole].reshape(-1, 16))
        if whole < n:
            values[-16:] = _box_muller(self.uniform(16, dtype).reshape(1, 16))
        return values

    def _one_normal(self):
        if self.second_normal is not None:
            value, self.second_normal = self.second_normal, None
            return value
        u1, u2 = self.uniform(2, np.float64).tolist()
        radius, angle = math.sqrt(-2 * math.log1p(-u2)), 2 * math.pi * u1
        self.second_normal = radius * math.sin(angle)
        return radius * math.cos(angle)

    def integers(self, low, high, n):
        """n whole numbers from `low` (included) to `high` (not included)."""
        span = high - low
        bits = self.long_words(n) if span >= 2**28 else self.words(n).astype(np.uint64)
        return (bits % np.uint64(span)).astype(np.int64) + low

    def permutation(self, n):
        """The numbers 0 to n - 1 in random order (the shuffle of Fisher and Yates)."""
        order = list(range(n))
        steps = self.words(max(n - 1, 0)).astype(np.uint64) % np.arange(n, 1, -1).astype(np.uint64)
        for i, step in enumerate(steps.tolist()):
            order[i], order[i + step] = order[i + step], order[i]
        return np.array(order, np.int64)

    def bernoulli(self, p, n):
        """n booleans, each true with probability p."""
        return self.uniform(n, np.float64) < p

    def exponential(self, n, rate=1.0):
        """n waiting times whose mean is 1 / rate."""
        return -np.log1p(-self.uniform(n, np.float64)) / rate


def _box_muller(u):
    """Blocks of 16 uniform numbers to 16 normal ones: 8 radii, 8 angles."""
    dtype = u.dtype.type
    radius, angle = np.sqrt(-2 * np.log(1 - u[:, :8])), dtype(2 * np.pi) * u[:, 8:]
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()


default_generator = Generator()


class _Streams(threading.local):
    """The default stream of a thread that has one of its own, as the workers of a DataLoader do."""

    own = None


streams = _Streams()


def manual_seed(seed):
    """Start the stream of random numbers that belongs to `seed`.

    >>> import minidl as md
    >>> md.manual_seed(0)
    >>> md.rand(3)
    tensor([0.4963, 0.7682, 0.0885])
    """
    seeded(None).manual_seed(seed)


def seed():
    """Start the stream of random numbers from an unpredictable seed, and return that."""
    return seeded(None).seed()


def initial_seed():
    """The seed that the stream of random numbers started from."""
    return seeded(None).initial_seed()


def get_rng_state():
    """The state of the stream of random numbers, for `set_rng_state`."""
    return seeded(None).get_state()


def set_rng_state(new_state):
    """Continue from a state that `get_rng_state` returned."""
    seeded(None).set_state(new_state)


@contextmanager
def fork_rng(devices=None, enabled=True, device_type=None):
    """A block after which the stream of random numbers goes on as if nothing had been drawn in it."""
    generator = seeded(None)
    state = generator.get_state()
    try:
        yield
    finally:
        if enabled:
            generator.set_state(state)


def seeded(generator):
    """The generator to draw from: the one given, or the default."""
    if generator is None:
        return streams.own or default_generator
    if not isinstance(generator, Generator):
        raise TypeError(
            f"generator is a minidl.Generator, or None for the stream of manual_seed, and not {generator!r}: "
            "minidl.Generator().manual_seed(0) makes one"
        )
    return generator


def draw_seed(generator):
    """A seed of 63 bits from a stream of random numbers."""
    return int(generator.long_words(1)[0]) & (2**63 - 1)


def fill_uniform(shape, low, high, dtype, generator=None):
    """An array of numbers from `low` to `high`, rounded as PyTorch rounds them."""
    dtype = np.dtype(dtype or dtypes.default.dtype)
    n = math.prod(shape)
    unit = seeded(generator).uniform(n, np.float64 if dtype == np.float64 else np.float32)
    low = dtype.type(low)
    # One rounding for product and sum together, as the fused instruction does that PyTorch uses.
    wide = unit.astype(np.float64) * float(dtype.type(high) - low) + float(low)
    return wide.astype(dtype).reshape(shape)


def fill_normal(shape, mean, std, dtype, generator=None):
    """An array of normal numbers."""
    dtype = np.dtype(dtype or dtypes.default.dtype)
    values = seeded(generator).normal(math.prod(shape), np.float64 if dtype == np.float64 else np.float32)
    return (values * values.dtype.type(std) + values.dtype.type(mean)).astype(dtype, copy=False).reshape(shape)
