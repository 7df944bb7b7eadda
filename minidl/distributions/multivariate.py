"""Distributions of vectors."""

import math
from typing import ClassVar

from minidl.distributions.distribution import Distribution, real, together
from minidl.errors import ShapeError
from minidl.ops.decompositions import cholesky
from minidl.ops.inverses import inv, solve_triangular
from minidl.ops.random import randn
from minidl.ops.shape import diagonal


def whiten(scale_tril, vectors):
    """Vectors in units of a distribution: those of its draws are independent and standard normal."""
    return solve_triangular(scale_tril, vectors.unsqueeze(-1), upper=False).squeeze(-1)


class MultivariateNormal(Distribution):
    r"""Normal vectors around `loc`, with a covariance matrix (or its inverse, or its Cholesky factor).

    .. math:: p(x) \propto \exp(-\tfrac12 (x - \mu)^\top \Sigma^{-1} (x - \mu))
    """

    arg_constraints: ClassVar = {"loc": real}
    has_rsample = True

    def __init__(self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        given = {"covariance_matrix": covariance_matrix, "precision_matrix": precision_matrix, "scale_tril": scale_tril}
        given = {name: matrix for name, matrix in given.items() if matrix is not None}
        if len(given) != 1:
            raise ValueError("MultivariateNormal takes exactly one of covariance_matrix, precision_matrix and scale_tril")
        ((name, matrix),) = given.items()
        n = loc.shape[-1] if loc.ndim else 0
        if matrix.shape[-2:] != (n, n) or not n:
            raise ShapeError(f"vectors of {n} numbers need a {name} of ({n}, {n}), and it has shape {matrix.shape}")
        if name == "covariance_matrix":
            self.scale_tril = cholesky(matrix)
        else:
            self.scale_tril = matrix if name == "scale_tril" else cholesky(inv(matrix))
        rows, _ = together(loc, self.scale_tril[..., 0])
        self.loc = rows
        super().__init__(rows.shape[:-1], (n,), validate_args)

    @property
    def covariance_matrix(self):
        """The covariance."""
        return self.scale_tril @ self.scale_tril.transpose(-1, -2)

    @property
    def precision_matrix(self):
        """The inverse of the covariance."""
        return inv(self.covariance_matrix)

    mean = property(lambda self: self.loc, doc="The centre.")
    mode = property(lambda self: self.loc, doc="The likeliest vector.")

    @property
    def variance(self):
        """The variance of each number."""
        return (self.scale_tril**2).sum(-1).expand(*self.batch_shape, *self.event_shape)

    def rsample(self, sample_shape=()):
        """Draws: the centre plus noise, through the Cholesky factor."""
        noise = randn(self._extended(sample_shape), dtype=self.loc.dtype)
        return self.loc + (self.scale_tril @ noise.unsqueeze(-1)).squeeze(-1)

    def _half_log_det(self):
        return diagonal(self.scale_tril, dim1=-2, dim2=-1).log().sum(-1)

    def log_prob(self, value):
        """The logarithm of the density."""
        away = self._checked(value) - self.loc
        whitened = whiten(self.scale_tril, away)
        n = self.event_shape[0]
        return -0.5 * (n * math.log(2 * math.pi) + (whitened**2).sum(-1)) - self._half_log_det()

    def entropy(self):
        """In nats."""
        return 0.5 * self.event_shape[0] * (1 + math.log(2 * math.pi)) + self._half_log_det().expand(*self.batch_shape)


class Independent(Distribution):
    """A distribution whose last batch dimensions count as one event: their log-probabilities are added."""

    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None):
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, reinterpreted_batch_ndims
        shape = base_distribution.batch_shape
        if not 0 <= reinterpreted_batch_ndims <= len(shape):
            raise ValueError(
                f"a batch of shape {shape} does not have {reinterpreted_batch_ndims} dimensions to count as event"
            )
        cut = len(shape) - reinterpreted_batch_ndims
        self.has_rsample = base_distribution.has_rsample
        super().__init__(shape[:cut], shape[cut:] + base_distribution.event_shape, False)

    mean = property(lambda self: self.base_dist.mean, doc="The mean.")
    variance = property(lambda self: self.base_dist.variance, doc="The variance.")
    mode = property(lambda self: self.base_dist.mode, doc="The likeliest value.")

    def _added(self, values):
        return values.sum(tuple(range(-self.reinterpreted_batch_ndims, 0))) if self.reinterpreted_batch_ndims else values

    def sample(self, sample_shape=()):
        """Draws."""
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=()):
        """Draws through which gradients flow."""
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value):
        """The logarithm of the probability of the whole event."""
        return self._added(self.base_dist.log_prob(value))

    def entropy(self):
        """In nats."""
        return self._added(self.base_dist.entropy())

    def __repr__(self):
        return f"Independent({self.base_dist}, {self.reinterpreted_batch_ndims})"
