r"""What the gradients of samples need, and logarithms that many densities have in common."""

import numpy as np

from minidl.ops.elementwise import xlogy
from minidl.ops.gamma import digamma, lgamma, lgamma_array, polygamma_array

__all__ = ["beta_slope", "digamma", "gamma_slope", "lgamma", "log_beta", "xlogy"]


def log_beta(a, b):
    r"""The logarithm of the beta function."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def gamma_slope(a, x):
    r"""How a gamma-distributed number x moves with its concentration a: minus the slope of its CDF in a by that in x.

    The CDF is the series :math:`P(a, x) = x^a e^{-x} \sum_k x^k / \Gamma(a + k + 1)`, differentiated term by term.

    References
    ----------
    Figurnov, Mohamed & Mnih (2018), *Implicit Reparameterization Gradients*.
    """
    a, x = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(x, np.float64))
    log_x = np.log(x)
    term = np.exp(-lgamma_array(a + 1))  # 1 / Γ(a + 1), and then x^k / Γ(a + k + 1)
    psi = polygamma_array(0, a + 1)
    total, slope = np.zeros_like(x), np.zeros_like(x)
    for k in range(10_000):
        total = total + term
        slope = slope + term * (log_x - psi)
        psi = psi + 1 / (a + k + 1)
        term = term * x / (a + k + 1)
        if (np.abs(term * (1 + np.abs(log_x) + np.abs(psi))) <= 1e-17 * np.abs(total)).all():
            break
    # d/da of x^a e^-x S(a), over the density x^(a - 1) e^-x / Γ(a)
    return -slope * x * np.exp(lgamma_array(a))


NODES, WEIGHTS = np.polynomial.legendre.leggauss(60)
NODES, WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2  # of integrals from 0 to 1


def beta_slope(x, a, b):
    r"""How a beta-distributed share x moves with its first concentration a: minus the slope of its CDF in a by that in x.

    The slope of the CDF is an integral of :math:`\log t\; t^{a-1} (1 - t)^{b-1}`, taken from the nearer end. There t is
    replaced by a power of a number s, which makes it smooth.
    """
    x, a, b = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in (x, a, b)))
    near_0 = x <= a / (a + b)
    end, power, other = np.where(near_0, x, 1 - x), np.where(near_0, a, b), np.where(near_0, b, a)
    s = NODES**4  # and once more, for the logarithm at 0
    with np.errstate(divide="ignore"):
        t = end[..., None] * s ** (1 / power[..., None])
        logs = np.where(near_0[..., None], np.log(end)[..., None] + np.log(s) / power[..., None], np.log1p(-t))
    ratio = ((1 - t) / (1 - end[..., None])) ** (other[..., None] - 1)  # to the density at x
    mean_log = polygamma_array(0, a) - polygamma_array(0, a + b)
    slope = ((logs - mean_log[..., None]) * ratio * 4 * NODES**3 * WEIGHTS).sum(-1) * end / power
    return np.where(near_0, -slope, slope)
