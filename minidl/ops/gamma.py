r"""The gamma function, its derivatives, and Bessel functions."""

import math

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.operation import array_function, operation
from minidl.ops.creation import arange


def _log_gamma(x):
    if not math.isfinite(x):
        return abs(x)
    if x <= 0 and x == math.floor(x):
        return math.inf
    return math.lgamma(x)


lgamma_array = np.vectorize(_log_gamma, otypes=[np.float64])


FAR = -100  # below this, a number is not shifted step by step


def polygamma_array(n, x):
    r"""The n-th derivative of the digamma function, in float64; far below 0 by reflection.

    References
    ----------
    Abramowitz & Stegun (1964), *Handbook of Mathematical Functions*, 6.4.7, 6.3.18 and 6.4.11.
    """
    x = np.asarray(x, np.float64)
    far = x < FAR
    y = _by_series(n, np.where(far, 1 - x, x))
    if not far.any():
        return y
    return np.where(far, (-1) ** n * y - math.pi * _derivative_of_cotangent(n, np.where(far, x, 0.5)), y)


def _derivative_of_cotangent(n, x):
    """The n-th derivative of cot(pi x), which is a polynomial in cot(pi x)."""
    make = np.polynomial.Polynomial  # which NumPy imports when it is first asked for
    polynomial = make([0, 1])
    for _ in range(n):
        polynomial = -math.pi * make([1, 0, 1]) * polynomial.deriv()
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return polynomial(1 / np.tan(math.pi * (x % 1)))


def _by_series(n, x):
    """The n-th derivative of the digamma function: shifted beyond 10, and there the asymptotic series."""
    factor = float((-1) ** (n + 1) * math.factorial(n))
    total = np.zeros(np.shape(x))
    with np.errstate(divide="ignore", invalid="ignore"):
        while (small := x < 10).any():
            total = total + np.where(small, factor / x ** (n + 1), 0.0)
            x = np.where(small, x + 1, x)
        if n == 0:
            series = np.log(x) - 1 / (2 * x)
        else:
            series = factor * (1 / (n * x**n) + 1 / (2 * x ** (n + 1)))
        for k, bernoulli in enumerate(BERNOULLI, 1):
            rising = math.factorial(2 * k + n - 1) / math.factorial(2 * k) * (-1) ** (n + 1)
            series = series + rising * bernoulli / x ** (2 * k + n)
    return total + series


BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)


def _digamma_array(x):
    """The digamma function; for negative numbers by reflection, and infinite or nothing at its poles."""
    x = np.asarray(x, np.float64)
    negative = x < 0
    with np.errstate(invalid="ignore", divide="ignore"):
        y = polygamma_array(0, np.where(negative, 1 - x, x))
        y = y - np.where(negative, math.pi / np.tan(math.pi * np.where(negative, x % 1, 0.5)), 0.0)
    y = np.where(negative & (x == np.floor(x)), np.nan, y)
    return np.where(x == 0, -np.copysign(np.inf, x), y)


@array_function
def _polygamma(x, n):
    y = _digamma_array(x) if n == 0 else polygamma_array(n, np.where(np.isneginf(x), np.nan, x))
    return np.asarray(y, x.dtype)


@operation(
    name="polygamma",
    array=_polygamma,
    formula=r"y = \psi^{(n)}(x)",
    gradient=r"\bar x = \bar y \odot \psi^{(n+1)}(x)",
    promote="float",
    operands=1,
)
def derivative_of_digamma(x, n):
    """The n-th derivative of the digamma function."""
    return _polygamma(x, n=n), lambda g: g * _polygamma(x, n=n + 1)


@array_function
def _lgamma(x):
    return np.asarray(lgamma_array(x), x.dtype)


@operation(
    formula=r"y = \log |\Gamma(x)|",
    gradient=r"\bar x = \bar y \odot \psi(x)",
    promote="float",
    array=_lgamma,
)
def lgamma(x):
    r"""The logarithm of the gamma function, :math:`\log |\Gamma(x)|`; of whole numbers, :math:`\log (n - 1)!`.

    >>> import minidl as md
    >>> lgamma(md.tensor([1.0, 5.0]))
    tensor([0.0000, 3.1781])
    """
    return _lgamma(x), lambda g: g * _polygamma(x, n=0)


@any_spelling
def digamma(x):
    r"""The slope of `lgamma`."""
    return derivative_of_digamma(x, n=0)


@any_spelling
def polygamma(n, input):
    r"""The n-th derivative of `digamma`."""
    if n < 0:
        raise ValueError(f"polygamma is a derivative of order 0 or more, not {n}")
    return derivative_of_digamma(input, n=n)


@any_spelling
def mvlgamma(x, p):
    """The logarithm of the multivariate gamma function of dimension `p`, in the density of covariance matrices."""
    halves = arange(p, dtype=x.dtype if x.dtype.kind == "f" else None) / 2
    return lgamma(x.unsqueeze(-1) - halves).sum(-1) + p * (p - 1) / 4 * math.log(math.pi)


# ---------------------------------------------------------------- Bessel functions


@array_function
def _bessel(x, order):
    """The mean of exp(x cos t) cos(order t) over half a turn.

    The integrand has the period of the circle, so that the mean of evenly spaced points is right to the last digit.
    """
    size = np.asarray(x, np.float64)[..., None]
    angle = (np.arange(POINTS) + 0.5) * (math.pi / POINTS)
    mean = (np.exp(size * np.cos(angle) - np.abs(size)) * np.cos(order * angle)).mean(-1)
    return np.asarray(mean * np.exp(np.abs(size[..., 0])), x.dtype)


POINTS = 128


@operation(
    name="modified_bessel",
    array=_bessel,
    formula=r"y = I_n(x) = \tfrac{1}{\pi} \int_0^\pi e^{x \cos t} \cos(n t)\, dt",
    gradient=r"\bar x = \bar y \odot \tfrac{1}{2} (I_{n-1}(x) + I_{n+1}(x))",
    promote="float",
    operands=1,
)
def modified_bessel(x, order):
    """The modified Bessel function of the first kind."""
    return (
        _bessel(x, order=order),
        lambda g: g * ((_bessel(x, order=abs(order - 1)) + _bessel(x, order=order + 1)) / 2),
    )


@any_spelling
def i0(x):
    """The modified Bessel function of order 0, in the density of directions (von Mises)."""
    return modified_bessel(x, order=0)


@any_spelling
def i1(x):
    """The modified Bessel function of order 1: the slope of `i0`."""
    return modified_bessel(x, order=1)
