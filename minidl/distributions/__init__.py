"""Distributions, as in ``torch.distributions``: draws, log-probabilities, entropies and divergences.

Draws come from the stream of random numbers that `minidl.manual_seed` starts, and are PyTorch's, seed for seed.
"""

from minidl.distributions.continuous import Chi2, Exponential, Gamma, Laplace, LogNormal, Normal, Uniform
from minidl.distributions.discrete import (
    Bernoulli,
    Binomial,
    Categorical,
    Geometric,
    Multinomial,
    OneHotCategorical,
    Poisson,
)
from minidl.distributions.distribution import Distribution
from minidl.distributions.kl import kl_divergence, register_kl
from minidl.distributions.multivariate import Independent, MultivariateNormal
from minidl.distributions.simplex import Beta, Dirichlet

__all__ = [
    "Bernoulli",
    "Beta",
    "Binomial",
    "Categorical",
    "Chi2",
    "Dirichlet",
    "Distribution",
    "Exponential",
    "Gamma",
    "Geometric",
    "Independent",
    "Laplace",
    "LogNormal",
    "Multinomial",
    "MultivariateNormal",
    "Normal",
    "OneHotCategorical",
    "Poisson",
    "Uniform",
    "kl_divergence",
    "register_kl",
]
