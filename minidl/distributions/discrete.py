"""Distributions of counts and classes."""

from typing import ClassVar

import numpy as np

from minidl.distributions.distribution import Distribution, not_negative, probability, real, together, whole
from minidl.distributions.special import lgamma, xlogy
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.activation import softmax, softplus
from minidl.ops.creation import arange
from minidl.ops.draws import binomial, each, poisson
from minidl.ops.random import bernoulli, multinomial
from minidl.ops.reduction import logsumexp


class _OfProbabilities(Distribution):
    """The parent of distributions that take probabilities, or logits (any numbers) instead."""

    def _take(self, probs, logits):
        """Keep the one that is given; the other is computed from it when it is needed."""
        if (probs is None) == (logits is None):
            raise ValueError(f"{type(self).__name__} takes either probs or logits")
        if probs is not None:
            (self.probs,) = together(probs)
        else:
            (self.logits,) = together(logits)

    @property
    def _given(self):
        return self.__dict__.get("probs", self.__dict__.get("logits"))

    def __getattr__(self, name):
        if name == "probs" and "logits" in self.__dict__:
            self.probs = self._to_probs(self.logits)
            return self.probs
        if name == "logits" and "probs" in self.__dict__:
            eps = float(np.finfo(self.probs.dtype).eps)
            self.logits = self._to_logits(self.probs.clamp(eps, 1 - eps))
            return self.logits
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    @staticmethod
    def _to_probs(logits):
        return logits.sigmoid()

    @staticmethod
    def _to_logits(probs):
        return probs.log() - (-probs).log1p()


class Bernoulli(_OfProbabilities):
    """1 with a probability, else 0.

    >>> import minidl as md
    >>> md.manual_seed(0)
    >>> Bernoulli(probs=0.3).sample((5,))
    tensor([0., 0., 1., 1., 0.])
    """

    arg_constraints: ClassVar = {"probs": probability, "logits": real}

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._take(probs, logits)
        super().__init__(self._given.shape, (), validate_args)

    mean = property(lambda self: self.probs, doc="The probability.")
    variance = property(lambda self: self.probs * (1 - self.probs), doc="The variance.")
    mode = property(lambda self: (self.probs >= 0.5).type(self.probs.dtype), doc="The likelier of the two.")

    def _possible(self, values):
        return (values == 0) | (values == 1)

    def sample(self, sample_shape=()):
        """Draws."""
        return bernoulli(self.probs.detach().expand(*self._extended(sample_shape)))

    def log_prob(self, value):
        """The logarithm of the probability."""
        return self._checked(value) * self.logits - softplus(self.logits)

    def entropy(self):
        """In nats."""
        return softplus(self.logits) - self.probs * self.logits


class Categorical(_OfProbabilities):
    """One class of several, with a probability (or logit) for each in the last dimension.

    >>> import minidl as md
    >>> md.manual_seed(0)
    >>> Categorical(md.tensor([0.2, 0.3, 0.5])).sample((4,))
    tensor([2, 2, 1, 2])
    """

    arg_constraints: ClassVar = {
        "probs": ("0 or more, and not all 0", lambda a: (a >= 0) & (a.sum(-1, keepdims=True) > 0)),
        "logits": real,
    }

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._take(probs, logits)
        if self._given.ndim < 1:
            raise ShapeError(f"{type(self).__name__} needs a probability for each class, in the last dimension")
        if probs is not None:
            self.probs = self.probs / self.probs.sum(-1, keepdim=True)
        else:
            self.logits = self.logits - logsumexp(self.logits, -1, keepdim=True)
        super().__init__(self._given.shape[:-1], (), validate_args)

    @staticmethod
    def _to_probs(logits):
        return softmax(logits, -1)

    @staticmethod
    def _to_logits(probs):
        return probs.log()

    @property
    def num_classes(self):
        """How many classes there are."""
        return self._given.shape[-1]

    @property
    def mode(self):
        """The likeliest class."""
        return self.probs.argmax(-1)

    def _possible(self, values):
        return (values >= 0) & (values < self.num_classes) & (values == np.floor(values))

    def sample(self, sample_shape=()):
        """Draws."""
        shape = self._extended(sample_shape)
        count = int(np.prod(shape, dtype=int)) // max(1, int(np.prod(self.batch_shape, dtype=int)))
        rows = self.probs.detach().reshape(-1, self.num_classes)
        return multinomial(rows, count, True).T.reshape(*shape)

    def log_prob(self, value):
        """The logarithm of the probability."""
        value = self._checked(value).long().unsqueeze(-1)
        shape = np.broadcast_shapes(value.shape, self.logits.shape[:-1] + (1,))
        logits = self.logits.expand(*shape[:-1], self.num_classes)
        return logits.gather(-1, value.expand(*shape)).squeeze(-1)

    def entropy(self):
        """In nats."""
        smallest = float(np.finfo(self.logits.dtype).min)
        return -(self.logits.clamp(min=smallest) * self.probs).sum(-1)


class OneHotCategorical(Categorical):
    """A class of several, as a row with a single 1."""

    def __init__(self, probs=None, logits=None, validate_args=None):
        super().__init__(probs, logits, validate_args)
        self.event_shape = (self.num_classes,)

    mean = property(lambda self: self.probs, doc="The probabilities.")
    variance = property(lambda self: self.probs * (1 - self.probs), doc="The variances.")

    @property
    def mode(self):
        """The likeliest row."""
        return Tensor.wrap(np.eye(self.num_classes, dtype=self.probs.dtype)[self.probs.array.argmax(-1)])

    def _possible(self, values):
        return ((values == 0) | (values == 1)).all(-1) & (values.sum(-1) == 1)

    def sample(self, sample_shape=()):
        """Draws."""
        classes = Categorical(self.probs, validate_args=False).sample(sample_shape)
        return Tensor.wrap(np.eye(self.num_classes, dtype=self.probs.dtype)[classes.array])

    def log_prob(self, value):
        """The logarithm of the probability."""
        return Categorical(logits=self.logits, validate_args=False).log_prob(self._checked(value).argmax(-1))


class Multinomial(_OfProbabilities):
    """How often each class is drawn in `total_count` draws."""

    arg_constraints: ClassVar = {"probs": Categorical.arg_constraints["probs"], "logits": real}

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        if not isinstance(total_count, int):
            raise NotImplementedError(f"total_count is one whole number for all, not {total_count!r}")
        self.total_count = total_count
        self._categorical = Categorical(probs, logits, validate_args)
        super().__init__(self._categorical.batch_shape, (self._categorical.num_classes,), validate_args)

    probs = property(lambda self: self._categorical.probs, doc="The probabilities.")
    logits = property(lambda self: self._categorical.logits, doc="Their logarithms.")
    mean = property(lambda self: self.probs * self.total_count, doc="The mean counts.")
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs), doc="The variances.")

    def _possible(self, values):
        return (values >= 0).all(-1) & (values.sum(-1) == self.total_count)

    def sample(self, sample_shape=()):
        """Draws."""
        sample_shape = (sample_shape,) if isinstance(sample_shape, int) else tuple(sample_shape)
        draws = self._categorical.sample((self.total_count, *sample_shape)).array
        counts = (draws[..., None] == np.arange(self.event_shape[0])).sum(0)
        return Tensor.wrap(counts.astype(self.probs.dtype))

    def log_prob(self, value):
        """The logarithm of the probability."""
        value = self._checked(value)
        logits = self.logits.expand(*np.broadcast_shapes(value.shape, self.logits.shape))
        logits = logits.masked_fill((value == 0) & (logits == -np.inf), 0.0)
        return lgamma(value.sum(-1) + 1) - lgamma(value + 1).sum(-1) + (logits * value).sum(-1)

    def entropy(self):
        """In nats."""
        n, dtype = self.total_count, self.probs.dtype
        counts = arange(n + 1, dtype=dtype).reshape(-1, *(1,) * self.probs.ndim)
        likely = Binomial(n, self.probs, validate_args=False).log_prob(counts).exp()
        repeats = (likely * lgamma(counts + 1)).sum((0, -1))
        return n * self._categorical.entropy() - lgamma(Tensor(n + 1, dtype=dtype)) + repeats


class Poisson(Distribution):
    r"""How often something happens that happens `rate` times on average.

    .. math:: P(k) = \lambda^k e^{-\lambda} / k!
    """

    arg_constraints: ClassVar = {"rate": not_negative}

    def __init__(self, rate, validate_args=None):
        (self.rate,) = together(rate)
        super().__init__(self.rate.shape, (), validate_args)

    mean = property(lambda self: self.rate, doc="The rate.")
    variance = property(lambda self: self.rate, doc="The rate.")
    mode = property(lambda self: self.rate.floor(), doc="The likeliest count.")

    def _possible(self, values):
        return (values >= 0) & (values == np.floor(values))

    def sample(self, sample_shape=()):
        """Draws."""
        rates = np.broadcast_to(self.rate.array.astype(np.float64), self._extended(sample_shape))
        return Tensor.wrap(np.asarray(each(poisson, rates).astype(self.rate.dtype)))

    def log_prob(self, value):
        """The logarithm of the probability."""
        value = self._checked(value)
        return xlogy(value, self.rate) - self.rate - lgamma(value + 1)


class Binomial(_OfProbabilities):
    """How many of `total_count` tries succeed."""

    arg_constraints: ClassVar = {"total_count": whole, "probs": probability, "logits": real}

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        self._take(probs, logits)
        given = self._given
        counts, given = together(total_count if isinstance(total_count, Tensor) else Tensor(float(total_count)), given)
        self.total_count = counts.type(given.dtype)
        self.__dict__["probs" if probs is not None else "logits"] = given
        super().__init__(given.shape, (), validate_args)

    mean = property(lambda self: self.total_count * self.probs, doc="The mean.")
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs), doc="The variance.")

    @property
    def mode(self):
        """The likeliest count."""
        return ((self.total_count + 1) * self.probs).floor().minimum(self.total_count)

    def _possible(self, values):
        return (values >= 0) & (values <= self.total_count.array) & (values == np.floor(values))

    def sample(self, sample_shape=()):
        """Draws."""
        shape = self._extended(sample_shape)
        counts, probs = (np.broadcast_to(t.array.astype(np.float64), shape) for t in (self.total_count, self.probs))
        return Tensor.wrap(np.asarray(each(binomial, counts, probs).astype(self.probs.dtype)))

    def log_prob(self, value):
        """The logarithm of the probability."""
        value, n = self._checked(value), self.total_count
        ways = lgamma(n + 1) - lgamma(value + 1) - lgamma(n - value + 1)
        return ways + value * self.logits - n * softplus(self.logits)

    def entropy(self):
        """In nats; for one `total_count` alone."""
        n = int(self.total_count.array.flat[0])
        if (self.total_count.array != n).any():
            raise NotImplementedError("the entropy is a sum over all counts, and total_count differs from place to place")
        logs = self.log_prob(arange(n + 1, dtype=self.probs.dtype).reshape(-1, *(1,) * len(self.batch_shape)))
        return -(logs.exp() * logs).sum(0)


class Geometric(_OfProbabilities):
    """How many tries fail before the first that succeeds."""

    arg_constraints: ClassVar = {"probs": ("above 0, and at most 1", lambda a: (a > 0) & (a <= 1)), "logits": real}

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._take(probs, logits)
        super().__init__(self._given.shape, (), validate_args)

    mean = property(lambda self: 1 / self.probs - 1, doc="The mean.")
    variance = property(lambda self: (1 / self.probs - 1) / self.probs, doc="The variance.")
    mode = property(lambda self: self.probs * 0, doc="0: that the first try succeeds is likeliest.")

    def _possible(self, values):
        return (values >= 0) & (values == np.floor(values))

    def sample(self, sample_shape=()):
        """Draws."""
        tiny = float(np.finfo(self.probs.dtype).tiny)
        u = Tensor.wrap(np.zeros(self._extended(sample_shape), self.probs.dtype)).uniform_(0, 1).clamp(min=tiny)
        return (u.log() / (-self.probs.detach()).log1p()).floor()

    def log_prob(self, value):
        """The logarithm of the probability."""
        value, probs = self._checked(value), self.probs
        return value * (-probs).log1p().masked_fill((probs == 1) & (value == 0), 0.0) + probs.log()

    def entropy(self):
        """In nats."""
        return Bernoulli(self.probs, validate_args=False).entropy() / self.probs
