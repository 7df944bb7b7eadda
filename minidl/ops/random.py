"""Tensors of random numbers; see `minidl.engine.generator` for where the numbers come from."""

import math

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.generator import fill_normal, fill_uniform, seeded
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError
from minidl.ops import draws
from minidl.ops.creation import empty_like, finished
from minidl.ops.shape import sizes, sizes_of_new


@any_spelling
def rand(*size, generator=None, dtype=None, device=None, requires_grad=False):
    """Uniform numbers from 0 (included) to 1 (not included)."""
    return finished(fill_uniform(sizes_of_new("rand", size), 0, 1, dtype, generator), requires_grad, device)


@any_spelling
def randn(*size, generator=None, dtype=None, device=None, requires_grad=False):
    """Normal numbers of mean 0 and standard deviation 1."""
    return finished(fill_normal(sizes_of_new("randn", size), 0, 1, dtype, generator), requires_grad, device)


@any_spelling
def randint(low=0, high=None, size=None, *, generator=None, dtype=None, device=None, requires_grad=False):
    """Whole numbers from `low` (included) to `high` (not included): ``randint(10, (2, 3))`` draws digits."""
    if isinstance(high, list | tuple):
        high, size = None, high
    if high is None:
        low, high = 0, low
    if size is None:
        raise TypeError("randint needs a size: randint(high, (2, 3)) or randint(low, high, (2, 3))")
    if high <= low:
        raise ValueError(f"randint needs low < high, and got {low} and {high}")
    size = sizes((size,))
    values = seeded(generator).integers(low, high, math.prod(size)).astype(dtype or np.int64)
    return finished(values.reshape(size), requires_grad, device)


@any_spelling
def randperm(n, *, generator=None, dtype=None, device=None, requires_grad=False):
    """The numbers 0 to n - 1 in random order."""
    if n < 0:
        raise ValueError(f"randperm puts numbers 0 to n - 1 in order, and n is {n}")
    return finished(seeded(generator).permutation(n).astype(dtype or np.int64), requires_grad, device)


@any_spelling
def normal(mean, std=1.0, size=None, *, generator=None, dtype=None, device=None, requires_grad=False):
    """Normal numbers of the given mean and standard deviation (numbers, or tensors of one shape)."""
    if np.min(getattr(std, "array", std), initial=0.0) < 0:
        raise ValueError(f"a standard deviation is not negative, and normal got {std}")
    if size is not None:
        return finished(fill_normal(sizes((size,)), mean, std, dtype, generator), requires_grad, device)
    tensors = [v for v in (mean, std) if isinstance(v, Tensor)]
    if not tensors:
        raise TypeError("normal needs a size where mean and std are numbers: normal(0.0, 1.0, (2, 3))")
    shape = np.broadcast_shapes(*(v.shape for v in tensors))
    return finished(fill_normal(shape, 0, 1, tensors[0].dtype, generator)) * std + mean


@any_spelling
def bernoulli(x, p=None, *, generator=None):
    """Zeros and ones, each one with its own probability (those in `x`), or all with the probability `p`."""
    if p is not None:
        return bernoulli_(empty_like(x), p, generator=generator)
    if x.dtype.kind != "f" or not ((x.array >= 0) & (x.array <= 1)).all():
        raise ValueError("bernoulli takes probabilities, floats from 0 to 1")
    drawn = seeded(generator).uniform(x.numel(), x.dtype).reshape(x.shape) < x.array
    return finished(drawn.astype(x.dtype))


@any_spelling
def multinomial(x, num_samples, replacement=False, *, generator=None):
    """Indices drawn in proportion to the weights `x`, of shape (n,) or (rows, n).

    Raises
    ------
    ShapeError
        When more samples are asked for, without replacement, than there are.
    """
    if x.dtype.kind != "f":
        raise DtypeError(f"the weights of multinomial are floats, not {x.dtype}. Did you mean weights.float() ?")
    if x.ndim not in (1, 2) or num_samples < 1:
        raise ShapeError(f"multinomial draws samples from (n,) or (rows, n) weights, not {num_samples} from {x.shape}")
    p = np.atleast_2d(x.array).astype(np.float64)
    if not replacement and num_samples > p.shape[1]:
        raise ShapeError(f"cannot draw {num_samples} different samples from {p.shape[1]}. Did you mean replacement=True ?")
    if not np.isfinite(p).all() or (p < 0).any() or (p.sum(1) <= 0).any():
        raise ValueError("the weights of multinomial must be finite, not negative, and not all 0")
    stream = seeded(generator)
    if not replacement or num_samples == 1:
        race = x.array.reshape(p.shape) / stream.exponential(p.size).reshape(p.shape).astype(x.dtype)
        picked = np.argsort(-race, axis=-1, kind="stable")[:, :num_samples]
    else:
        edges = np.cumsum(p / p.sum(1, keepdims=True), axis=1)
        drawn = stream.uniform(len(p) * num_samples, np.float64).reshape(len(p), num_samples)
        picked = np.stack([np.searchsorted(e / e[-1], d, side="right") for e, d in zip(edges, drawn, strict=True)])
    return finished(picked.astype(np.int64).reshape(*x.shape[:-1], num_samples))


@any_spelling
def poisson(x, generator=None):
    """Counts of events, each with its own mean (those in `x`)."""
    return Tensor.wrap(draws.each(draws.poisson, x.array, stream=seeded(generator)).astype(x.dtype))


@any_spelling
def binomial(count, prob, generator=None):
    """Numbers of successes in `count` attempts that each succeed with probability `prob`."""
    if not np.isfinite(count.array).all():
        raise ValueError("binomial needs counts of attempts, and some are infinite or NaN")
    counts = draws.each(draws.binomial, count.array, prob.array, stream=seeded(generator))
    return Tensor.wrap(counts.astype(count.dtype))


@any_spelling
def rand_like(x, *, generator=None, dtype=None, device=None, requires_grad=False):
    """Uniform numbers in the shape of `x`."""
    return rand(x.shape, dtype=dtype or x.dtype, generator=generator, device=device, requires_grad=requires_grad)


@any_spelling
def randn_like(x, *, generator=None, dtype=None, device=None, requires_grad=False):
    """Normal numbers in the shape of `x`."""
    return randn(x.shape, dtype=dtype or x.dtype, generator=generator, device=device, requires_grad=requires_grad)


@any_spelling
def randint_like(x, low=0, high=None, *, generator=None, dtype=None, device=None, requires_grad=False):
    """Whole numbers in the shape of `x`: ``randint_like(x, high)`` or ``randint_like(x, low, high)``."""
    low, high = (0, low) if high is None else (low, high)
    made = randint(low, high, x.shape, dtype=dtype or x.dtype, generator=generator, device=device)
    return made.requires_grad_() if requires_grad else made


@any_spelling
def uniform_(self, low=0.0, high=1.0, *, generator=None):
    """Fill the tensor with uniform numbers from `low` to `high` (PyTorch's `from` and `to`), in place."""
    return self.assign(fill_uniform(self.shape, low, high, self.dtype, generator), "uniform_()")


@any_spelling
def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """Fill the tensor with normal numbers, in place."""
    return self.assign(fill_normal(self.shape, mean, std, self.dtype, generator), "normal_()")


@any_spelling
def log_normal_(self, mean=1.0, std=2.0, *, generator=None):
    """Fill the tensor with the exponentials of normal numbers, in place."""
    return self.assign(np.exp(fill_normal(self.shape, mean, std, self.dtype, generator)), "log_normal_()")


@any_spelling
def bernoulli_(self, p=0.5, *, generator=None):
    """Fill the tensor with zeros and ones (with probability p, a number or a tensor), in place."""
    if isinstance(p, Tensor):
        drawn = seeded(generator).uniform(self.numel(), p.dtype).reshape(self.shape) < p.array
    else:
        drawn = seeded(generator).bernoulli(p, self.numel()).reshape(self.shape)
    return self.assign(drawn.astype(self.dtype), "bernoulli_()")


@any_spelling
def exponential_(self, lambd=1.0, *, generator=None):
    """Fill the tensor with waiting times of mean 1 / lambd, in place."""
    drawn = seeded(generator).exponential(self.numel(), lambd).reshape(self.shape)
    return self.assign(drawn.astype(self.dtype), "exponential_()")


@any_spelling
def geometric_(self, p, *, generator=None):
    """Fill the tensor with numbers of attempts until the first success, each of probability `p`, in place."""
    if not 0 < p < 1:
        raise ValueError(f"geometric_ needs a probability between 0 and 1, not {p}")
    drawn = np.ceil(np.log(seeded(generator).uniform(self.numel(), np.float64)) / np.log1p(-p))
    return self.assign(drawn.reshape(self.shape).astype(self.dtype), "geometric_()")


@any_spelling
def cauchy_(self, median=0.0, sigma=1.0, *, generator=None):
    """Fill the tensor with Cauchy-distributed numbers, whose tails are so heavy that they have no mean, in place."""
    if sigma <= 0:
        raise ValueError(f"cauchy_ needs a positive width sigma, not {sigma}")
    turned = np.tan(math.pi * (seeded(generator).uniform(self.numel(), np.float64) - 0.5))
    return self.assign((median + sigma * turned).reshape(self.shape).astype(self.dtype), "cauchy_()")


@any_spelling
def random_(self, low=0, high=None, *, generator=None):
    """Fill the tensor with whole numbers from `low` (included) to `high` (not included), in place.

    Without limits: up to the largest that the dtype holds (of floats, that it holds exactly).
    """
    if high is None:
        low, high = (0, low) if low else (0, _largest_whole(self.dtype) + 1)
    drawn = seeded(generator).integers(low, high, self.numel()).reshape(self.shape)
    return self.assign(drawn.astype(self.dtype), "random_()")


def _largest_whole(dtype):
    return 2 ** (np.finfo(dtype).nmant + 1) if dtype.kind == "f" else int(np.iinfo(dtype).max) if dtype.kind != "b" else 1
