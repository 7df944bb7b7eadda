"""Distributions of numbers that can be anything in a range."""

import math
from typing import ClassVar

import numpy as np

from minidl.autograd import Function
from minidl.distributions.distribution import Distribution, positive, real, together
from minidl.distributions.special import digamma, gamma_slope, lgamma, xlogy
from minidl.engine.tensor import Tensor
from minidl.ops.draws import each, gamma
from minidl.ops.random import rand, randn
from minidl.ops.special import erf


class Normal(Distribution):
    r"""The bell curve around `loc`, as wide as `scale` (its standard deviation).

    .. math:: p(x) = \exp(-(x - \mu)^2 / 2\sigma^2) / \sqrt{2\pi\sigma^2}

    Examples
    --------
    >>> import minidl as md
    >>> md.manual_seed(0)
    >>> bell = Normal(md.tensor([0.0, 10.0]), 1.0)
    >>> bell.sample()
    tensor([1.5410, 9.7066])
    """

    arg_constraints: ClassVar = {"loc": real, "scale": positive}
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = together(loc, scale)
        super().__init__(self.loc.shape, (), validate_args)

    mean = property(lambda self: self.loc, doc="The centre.")
    mode = property(lambda self: self.loc, doc="The likeliest value.")
    variance = property(lambda self: self.scale**2, doc="The square of the scale.")
    stddev = property(lambda self: self.scale, doc="The scale.")

    def rsample(self, sample_shape=()):
        """Draws: the centre plus noise times the scale."""
        return self.loc + randn(self._extended(sample_shape), dtype=self.loc.dtype) * self.scale

    def log_prob(self, value):
        """The logarithm of the density."""
        value = self._checked(value)
        return -((value - self.loc) ** 2) / (2 * self.scale**2) - self.scale.log() - 0.5 * math.log(2 * math.pi)

    def cdf(self, value):
        """The probability of a draw up to `value`."""
        return 0.5 * (1 + erf((self._checked(value) - self.loc) / self.scale / math.sqrt(2)))

    def entropy(self):
        """In nats."""
        return 0.5 + 0.5 * math.log(2 * math.pi) + self.scale.log()


class LogNormal(Normal):
    """The exponential of a normal number."""

    mean = property(lambda self: (self.loc + self.scale**2 / 2).exp(), doc="The mean.")
    mode = property(lambda self: (self.loc - self.scale**2).exp(), doc="The likeliest value.")
    variance = property(lambda self: (self.scale**2).expm1() * (2 * self.loc + self.scale**2).exp(), doc="The variance.")
    stddev = property(lambda self: self.variance.sqrt(), doc="The standard deviation.")

    def _possible(self, values):
        return values > 0

    def rsample(self, sample_shape=()):
        """Draws."""
        return super().rsample(sample_shape).exp()

    def log_prob(self, value):
        """The logarithm of the density."""
        logs = self._checked(value).log()
        return Normal(self.loc, self.scale, False).log_prob(logs) - logs

    def cdf(self, value):
        """The probability of a draw up to `value`."""
        return Normal(self.loc, self.scale, False).cdf(self._checked(value).log())

    def entropy(self):
        """In nats."""
        return super().entropy() + self.loc


class Uniform(Distribution):
    """Every number from `low` (included) to `high` (not included) is as likely as any other."""

    arg_constraints: ClassVar = {"low": real, "high": real}
    has_rsample = True

    def __init__(self, low, high, validate_args=None):
        self.low, self.high = together(low, high)
        super().__init__(self.low.shape, (), validate_args)
        if self._validate_args and not (self.low.array < self.high.array).all():
            raise ValueError("Uniform needs low to be below high")

    mean = property(lambda self: (self.high + self.low) / 2, doc="The middle.")
    variance = property(lambda self: (self.high - self.low) ** 2 / 12, doc="The variance.")

    def _possible(self, values):
        return (values >= self.low.array) & (values <= self.high.array)

    def rsample(self, sample_shape=()):
        """Draws."""
        return self.low + rand(self._extended(sample_shape), dtype=self.low.dtype) * (self.high - self.low)

    def log_prob(self, value):
        """The logarithm of the density."""
        value = self._checked(value)
        inside = ((value >= self.low) & (value < self.high)).type(self.low.dtype)
        return inside.log() - (self.high - self.low).log()

    def cdf(self, value):
        """The probability of a draw up to `value`."""
        return ((self._checked(value) - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def entropy(self):
        """In nats."""
        return (self.high - self.low).log()


class Exponential(Distribution):
    r"""Waiting times for what happens `rate` times in a unit of time.

    .. math:: p(x) = \lambda e^{-\lambda x}
    """

    arg_constraints: ClassVar = {"rate": positive}
    has_rsample = True

    def __init__(self, rate, validate_args=None):
        (self.rate,) = together(rate)
        super().__init__(self.rate.shape, (), validate_args)

    mean = property(lambda self: 1 / self.rate, doc="The mean.")
    variance = property(lambda self: self.rate**-2, doc="The variance.")
    stddev = property(lambda self: 1 / self.rate, doc="The standard deviation.")
    mode = property(lambda self: self.rate * 0, doc="0, the likeliest time.")

    def _possible(self, values):
        return values >= 0

    def rsample(self, sample_shape=()):
        """Draws."""
        shape = self._extended(sample_shape)
        return Tensor.wrap(np.zeros(shape, self.rate.dtype)).exponential_() / self.rate

    def log_prob(self, value):
        """The logarithm of the density."""
        return self.rate.log() - self.rate * self._checked(value)

    def cdf(self, value):
        """The probability of a draw up to `value`."""
        return 1 - (-self.rate * self._checked(value)).exp()

    def entropy(self):
        """In nats."""
        return 1 - self.rate.log()


class Laplace(Distribution):
    r"""Around `loc`, with a peak and heavier tails than the normal distribution.

    .. math:: p(x) = e^{-|x - \mu| / b} / 2b
    """

    arg_constraints: ClassVar = {"loc": real, "scale": positive}
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = together(loc, scale)
        super().__init__(self.loc.shape, (), validate_args)

    mean = property(lambda self: self.loc, doc="The centre.")
    mode = property(lambda self: self.loc, doc="The likeliest value.")
    variance = property(lambda self: 2 * self.scale**2, doc="The variance.")
    stddev = property(lambda self: math.sqrt(2) * self.scale, doc="The standard deviation.")

    def rsample(self, sample_shape=()):
        """Draws."""
        eps = float(np.finfo(self.loc.dtype).eps)
        u = Tensor.wrap(np.zeros(self._extended(sample_shape), self.loc.dtype)).uniform_(eps - 1, 1)
        return self.loc - self.scale * u.sign() * (-u.abs()).log1p()

    def log_prob(self, value):
        """The logarithm of the density."""
        return -(2 * self.scale).log() - (self._checked(value) - self.loc).abs() / self.scale

    def cdf(self, value):
        """The probability of a draw up to `value`."""
        away = self._checked(value) - self.loc
        return 0.5 - 0.5 * away.sign() * (-away.abs() / self.scale).expm1()

    def entropy(self):
        """In nats."""
        return 1 + (2 * self.scale).log()


class _StandardGamma(Function):
    @staticmethod
    def forward(ctx, concentration):
        draws = each(gamma, concentration.array.astype(np.float64)).astype(concentration.dtype)
        draws = np.maximum(draws, np.finfo(concentration.dtype).tiny)
        ctx.slope = gamma_slope(concentration.array, draws).astype(concentration.dtype)
        return Tensor.wrap(np.asarray(draws))

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * Tensor.wrap(np.asarray(ctx.slope))


def standard_gamma(concentration):
    """Gamma-distributed draws of rate 1; gradients flow to the concentration (implicit reparametrisation)."""
    return _StandardGamma.apply(concentration)


class Gamma(Distribution):
    r"""Waiting times for several events, each of which happens `rate` times in a unit of time.

    .. math:: p(x) = \beta^\alpha x^{\alpha - 1} e^{-\beta x} / \Gamma(\alpha)
    """

    arg_constraints: ClassVar = {"concentration": positive, "rate": positive}
    has_rsample = True

    def __init__(self, concentration, rate, validate_args=None):
        self.concentration, self.rate = together(concentration, rate)
        super().__init__(self.rate.shape, (), validate_args)

    mean = property(lambda self: self.concentration / self.rate, doc="The mean.")
    mode = property(lambda self: ((self.concentration - 1) / self.rate).clamp(min=0), doc="The likeliest value.")
    variance = property(lambda self: self.concentration / self.rate**2, doc="The variance.")

    def _possible(self, values):
        return values >= 0

    def rsample(self, sample_shape=()):
        """Draws."""
        draws = standard_gamma(self.concentration.expand(*self._extended(sample_shape))) / self.rate
        return draws.clamp(min=float(np.finfo(draws.dtype).tiny))

    def log_prob(self, value):
        """The logarithm of the density."""
        value, a, rate = self._checked(value), self.concentration, self.rate
        return xlogy(a, rate) + xlogy(a - 1, value) - rate * value - lgamma(a)

    def entropy(self):
        """In nats."""
        a = self.concentration
        return a - self.rate.log() + lgamma(a) + (1 - a) * digamma(a)


class Chi2(Gamma):
    """The sum of `df` squared standard normal numbers."""

    arg_constraints: ClassVar = {"df": positive}

    def __init__(self, df, validate_args=None):
        (self.df,) = together(df)
        super().__init__(0.5 * self.df, 0.5, validate_args)
