r"""The gamma function's logarithm and what its gradients need."""

import math

import numpy as np

from minidl.autograd import Function
from minidl.engine.tensor import Tensor

lgamma_array = np.vectorize(math.lgamma, otypes=[np.float64])


def polygamma_array(n, x):
    r"""The digamma function (n = 0) or its derivative (n = 1): shifted beyond 6, and there the asymptotic series.

    References
    ----------
    Abramowitz & Stegun (1964), *Handbook of Mathematical Functions*, 6.3.18 and 6.4.12.
    """
    x, total = np.array(x, np.float64), np.zeros(np.shape(x))
    while (small := x < 10).any():
        total = total + np.where(small, -1 / x if n == 0 else 1 / x**2, 0.0)
        x = np.where(small, x + 1, x)
    r = 1 / (x * x)
    if n == 0:
        return total + np.log(x) - 1 / (2 * x) - r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r / 132))))
    return total + 1 / x + r / 2 + r / x * (1 / 6 - r * (1 / 30 - r * (1 / 42 - r / 30)))


class _LogGamma(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return Tensor.wrap(np.asarray(lgamma_array(x.array), x.dtype))

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * digamma(x)


class _Digamma(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return Tensor.wrap(np.asarray(polygamma_array(0, x.array), x.dtype))

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * Tensor.wrap(np.asarray(polygamma_array(1, x.array), x.dtype))


def lgamma(x):
    r"""The logarithm of the gamma function, :math:`\log \Gamma(x)`, for positive numbers.

    >>> import minidl as md
    >>> lgamma(md.tensor([1.0, 5.0]))
    tensor([0.0000, 3.1781])
    """
    return _LogGamma.apply(x)


def digamma(x):
    r"""The slope of `lgamma`, for positive numbers."""
    return _Digamma.apply(x)


def log_beta(a, b):
    r"""The logarithm of the beta function."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def xlogy(x, y):
    """``x log y``, and 0 where both are 0."""
    nothing = (x == 0) & (y <= 0)
    return x * y.masked_fill(nothing, 1.0).log() if nothing.any() else x * y.log()


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
