"""Tensors of random numbers; where the numbers come from stands in `minidl.engine.generator`."""

import math

import numpy as np

from minidl.engine.generator import fill_normal, fill_uniform, seeded
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.creation import finished
from minidl.ops.shape import sizes


def rand(*size, generator=None, dtype=None, device=None, requires_grad=False):
    """Uniform numbers from 0 (included) to 1 (not included)."""
    return finished(fill_uniform(sizes(size), 0, 1, dtype, generator), requires_grad, device)


def randn(*size, generator=None, dtype=None, device=None, requires_grad=False):
    """Normal numbers of mean 0 and standard deviation 1."""
    return finished(fill_normal(sizes(size), 0, 1, dtype, generator), requires_grad, device)


def randint(low, high=None, size=None, *, generator=None, dtype=None, device=None):
    """Whole numbers from `low` (included) to `high` (not included)."""
    if size is None:
        low, high, size = 0, low, high
    if size is None:
        raise TypeError("randint needs a size: randint(high, (2, 3)) or randint(low, high, (2, 3))")
    if high <= low:
        raise ValueError(f"randint needs low < high, and got {low} and {high}")
    size = sizes((size,))
    return finished(
        seeded(generator).integers(low, high, math.prod(size)).astype(dtype or np.int64).reshape(size), device=device
    )


def randperm(n, *, generator=None, device=None):
    """The numbers 0 to n - 1 in random order."""
    return finished(seeded(generator).permutation(n), device=device)


def normal(mean, std=1.0, size=None, *, generator=None):
    """Normal numbers of the given mean and standard deviation (numbers, or tensors of one shape)."""
    if size is not None:
        return finished(fill_normal(sizes((size,)), mean, std, None, generator))
    shape = np.broadcast_shapes(*(getattr(v, "shape", ()) for v in (mean, std)))
    return finished(fill_normal(shape, 0, 1, None, generator)) * std + mean


def bernoulli(p, *, generator=None):
    """Zeros and ones, each one with its own probability `p` (a tensor)."""
    draws = seeded(generator).uniform(p.numel(), p.dtype).reshape(p.shape) < p.array
    return finished(draws.astype(p.dtype))


def multinomial(weights, num_samples, replacement=False, *, generator=None):
    """Indices drawn in proportion to `weights`, of shape (n,) or (rows, n).

    Raises
    ------
    ShapeError
        When more samples are asked for, without replacement, than there are.
    """
    p = np.atleast_2d(weights.array).astype(np.float64)
    if not replacement and num_samples > p.shape[1]:
        raise ShapeError(f"cannot draw {num_samples} different samples from {p.shape[1]}. Did you mean replacement=True ?")
    if not np.isfinite(p).all() or (p < 0).any() or (p.sum(1) <= 0).any():
        raise ValueError("the weights of multinomial must be finite, not negative, and not all 0")
    stream = seeded(generator)
    if not replacement or num_samples == 1:
        race = weights.array.reshape(p.shape) / stream.exponential(p.size).reshape(p.shape).astype(weights.dtype)
        picked = np.argsort(-race, axis=-1, kind="stable")[:, :num_samples]
    else:
        edges = np.cumsum(p / p.sum(1, keepdims=True), axis=1)
        draws = stream.uniform(len(p) * num_samples, np.float64).reshape(len(p), num_samples)
        picked = np.stack([np.searchsorted(e / e[-1], d, side="right") for e, d in zip(edges, draws, strict=True)])
    return finished(picked.astype(np.int64).reshape(*weights.shape[:-1], num_samples))


def rand_like(x, *, dtype=None, generator=None):
    """Uniform numbers in the shape of `x`."""
    return rand(x.shape, dtype=dtype or x.dtype, generator=generator)


def randn_like(x, *, dtype=None, generator=None):
    """Normal numbers in the shape of `x`."""
    return randn(x.shape, dtype=dtype or x.dtype, generator=generator)


def randint_like(x, low, high=None, *, dtype=None, generator=None):
    """Whole numbers in the shape of `x`."""
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, x.shape, dtype=dtype or x.dtype, generator=generator)


def uniform_(self, low=0.0, high=1.0, *, generator=None):
    """Fill the tensor with uniform numbers from `low` to `high`, in place."""
    return self.assign(fill_uniform(self.shape, low, high, self.dtype, generator), "uniform_()")


def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """Fill the tensor with normal numbers, in place."""
    return self.assign(fill_normal(self.shape, mean, std, self.dtype, generator), "normal_()")


def bernoulli_(self, p=0.5, *, generator=None):
    """Fill the tensor with zeros and ones (with probability p, a number or a tensor), in place."""
    if isinstance(p, Tensor):
        draws = seeded(generator).uniform(self.numel(), p.dtype).reshape(self.shape) < p.array
    else:
        draws = seeded(generator).bernoulli(p, self.numel()).reshape(self.shape)
    return self.assign(draws.astype(self.dtype), "bernoulli_()")


def exponential_(self, rate=1.0, *, generator=None):
    """Fill the tensor with waiting times of mean 1 / rate, in place."""
    draws = seeded(generator).exponential(self.numel(), rate).reshape(self.shape)
    return self.assign(draws.astype(self.dtype), "exponential_()")
