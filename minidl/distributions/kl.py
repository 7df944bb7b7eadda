"""The Kullback-Leibler divergence: how far one distribution is from another."""

import numpy as np

from minidl.distributions.continuous import Exponential, Gamma, Laplace, Normal, Uniform
from minidl.distributions.discrete import Bernoulli, Binomial, Categorical, Geometric, Poisson
from minidl.distributions.multivariate import Independent, MultivariateNormal, whiten
from minidl.distributions.simplex import Beta, Dirichlet
from minidl.distributions.special import digamma, lgamma, log_beta
from minidl.ops.activation import softplus
from minidl.ops.inverses import solve_triangular

DIVERGENCES: dict = {}


def register_kl(type_p, type_q):
    """Enter a function of two distributions as the divergence of the first from the second."""

    def register(function):
        DIVERGENCES[type_p, type_q] = function
        return function

    return register


def kl_divergence(p, q):
    r"""How far q is from p: the mean of :math:`\log p(x) - \log q(x)` over draws from p; 0 where they are equal.

    Raises
    ------
    NotImplementedError
        For two kinds of distributions whose divergence has no closed form here.

    Examples
    --------
    >>> import minidl as md
    >>> kl_divergence(Normal(1.0, 1.0), Normal(0.0, 1.0))
    tensor(0.5000)
    """
    for kind_p in type(p).__mro__:
        for kind_q in type(q).__mro__:
            if (kind_p, kind_q) in DIVERGENCES:
                return DIVERGENCES[kind_p, kind_q](p, q)
    raise NotImplementedError(
        f"there is no formula for the divergence of {type(p).__name__} from {type(q).__name__}: estimate it from draws, "
        "(p.log_prob(x) - q.log_prob(x)).mean()"
    )


@register_kl(Normal, Normal)
def _normal(p, q):
    ratio = (p.scale / q.scale) ** 2
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale) ** 2 - 1 - ratio.log())


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p, q):
    one = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    zero = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    return one + zero


@register_kl(Binomial, Binomial)
def _binomial(p, q):
    if (p.total_count.array != q.total_count.array).any():
        raise NotImplementedError("the divergence of binomial distributions has a formula for equal counts only")
    return p.total_count * _bernoulli(p, q)


@register_kl(Categorical, Categorical)
def _categorical(p, q):
    t = p.probs * (p.logits - q.logits)
    t = t.masked_fill((q.probs == 0).expand(*t.shape), np.inf)
    return t.masked_fill((p.probs == 0).expand(*t.shape), 0.0).sum(-1)


@register_kl(Geometric, Geometric)
def _geometric(p, q):
    return -p.entropy() - (-q.probs).log1p() / p.probs - q.logits


@register_kl(Poisson, Poisson)
def _poisson(p, q):
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Uniform, Uniform)
def _uniform(p, q):
    found = ((q.high - q.low) / (p.high - p.low)).log()
    return found.masked_fill((q.low > p.low) | (q.high < p.high), np.inf)


@register_kl(Exponential, Exponential)
def _exponential(p, q):
    ratio = q.rate / p.rate
    return ratio - ratio.log() - 1


@register_kl(Laplace, Laplace)
def _laplace(p, q):
    ratio, away = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + away / q.scale + ratio * (-away / p.scale).exp() - 1


@register_kl(Gamma, Gamma)
def _gamma(p, q):
    a, b = p.concentration, q.concentration
    return b * (p.rate / q.rate).log() + lgamma(b) - lgamma(a) + (a - b) * digamma(a) + (q.rate - p.rate) * (a / p.rate)


@register_kl(Beta, Beta)
def _beta(p, q):
    a, b, c, d = p.concentration1, p.concentration0, q.concentration1, q.concentration0
    return log_beta(c, d) - log_beta(a, b) + (a - c) * digamma(a) + (b - d) * digamma(b) + (c - a + d - b) * digamma(a + b)


@register_kl(Dirichlet, Dirichlet)
def _dirichlet(p, q):
    a, b = p.concentration, q.concentration
    total = a.sum(-1)
    logs = lgamma(total) - lgamma(b.sum(-1)) - lgamma(a).sum(-1) + lgamma(b).sum(-1)
    return logs + ((a - b) * (digamma(a) - digamma(total).unsqueeze(-1))).sum(-1)


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate(p, q):
    n, away = p.event_shape[0], whiten(q.scale_tril, q.loc - p.loc)
    spread = (solve_triangular(q.scale_tril, p.scale_tril, upper=False) ** 2).sum((-2, -1))
    return q._half_log_det() - p._half_log_det() + 0.5 * (spread + (away**2).sum(-1) - n)


@register_kl(Independent, Independent)
def _independent(p, q):
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError("two Independent distributions must count equally many dimensions as event")
    return p._added(kl_divergence(p.base_dist, q.base_dist))
