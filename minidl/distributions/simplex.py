"""Distributions of shares: numbers between 0 and 1, and vectors that add up to 1."""

from typing import ClassVar

import numpy as np

from minidl.autograd import Function
from minidl.distributions.distribution import Distribution, positive, together
from minidl.distributions.special import beta_slope, digamma, lgamma, xlogy
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.draws import each, gamma
from minidl.ops.shape import stack


class _Shares(Function):
    """Draws of a Dirichlet distribution; gradients flow to the concentration (implicit reparametrisation).

    Each share is beta-distributed; when it moves, the others make room in proportion.
    """

    @staticmethod
    def forward(ctx, concentration):
        draws = each(gamma, concentration.array.astype(np.float64))
        shares = Tensor.wrap((draws / draws.sum(-1, keepdims=True)).astype(concentration.dtype))
        ctx.save_for_backward(shares, concentration)
        return shares

    @staticmethod
    def backward(ctx, grad_output):
        shares, concentration = ctx.saved_tensors
        a = concentration.array.astype(np.float64)
        x = np.clip(shares.array.astype(np.float64), 1e-300, 1 - 2**-53)
        moves = beta_slope(x, a, a.sum(-1, keepdims=True) - a) / (1 - x)
        return Tensor.wrap(moves.astype(shares.dtype)) * (grad_output - (shares * grad_output).sum(-1, keepdim=True))


class Dirichlet(Distribution):
    r"""Vectors of shares that add up to 1.

    .. math:: p(x) \propto \prod_i x_i^{\alpha_i - 1}
    """

    arg_constraints: ClassVar = {"concentration": positive}
    has_rsample = True

    def __init__(self, concentration, validate_args=None):
        (self.concentration,) = together(concentration)
        if self.concentration.ndim < 1:
            raise ShapeError("Dirichlet needs a concentration for each share, in the last dimension")
        super().__init__(self.concentration.shape[:-1], self.concentration.shape[-1:], validate_args)

    @property
    def mean(self):
        """The mean."""
        return self.concentration / self.concentration.sum(-1, keepdim=True)

    @property
    def variance(self):
        """The variance."""
        a, total = self.concentration, self.concentration.sum(-1, keepdim=True)
        return a * (total - a) / (total**2 * (total + 1))

    def _possible(self, values):
        return (values >= 0).all(-1) & (np.abs(values.sum(-1) - 1) < 1e-6 * max(1, values.shape[-1]) + 1e-5)

    def rsample(self, sample_shape=()):
        """Draws: gamma-distributed numbers, as shares of their sum."""
        return _Shares.apply(self.concentration.expand(*self._extended(sample_shape)))

    def log_prob(self, value):
        """The logarithm of the density."""
        a = self.concentration
        return xlogy(a - 1, self._checked(value)).sum(-1) + lgamma(a.sum(-1)) - lgamma(a).sum(-1)

    def entropy(self):
        """In nats."""
        a, k = self.concentration, self.concentration.shape[-1]
        total = a.sum(-1)
        return lgamma(a).sum(-1) - lgamma(total) - (k - total) * digamma(total) - ((a - 1) * digamma(a)).sum(-1)


class Beta(Distribution):
    r"""Shares between 0 and 1.

    .. math:: p(x) \propto x^{\alpha - 1} (1 - x)^{\beta - 1}
    """

    arg_constraints: ClassVar = {"concentration1": positive, "concentration0": positive}
    has_rsample = True

    def __init__(self, concentration1, concentration0, validate_args=None):
        self.concentration1, self.concentration0 = together(concentration1, concentration0)
        super().__init__(self.concentration1.shape, (), validate_args)
        self._dirichlet = Dirichlet(stack([self.concentration1, self.concentration0], -1), validate_args)

    @property
    def mean(self):
        """The mean."""
        return self.concentration1 / (self.concentration1 + self.concentration0)

    @property
    def variance(self):
        """The variance."""
        a, b = self.concentration1, self.concentration0
        return a * b / ((a + b) ** 2 * (a + b + 1))

    def _possible(self, values):
        return (values >= 0) & (values <= 1)

    def rsample(self, sample_shape=()):
        """Draws."""
        return self._dirichlet.rsample(sample_shape)[..., 0]

    def log_prob(self, value):
        """The logarithm of the density."""
        value = self._checked(value)
        return self._dirichlet.log_prob(stack([value, 1 - value], -1))

    def entropy(self):
        """In nats."""
        return self._dirichlet.entropy()
