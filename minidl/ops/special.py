r"""Special functions, which NumPy does not have: the error function and its kin."""

import math
from functools import cache

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.operation import array_function, operation
from minidl.ops.blocks import by_elements

# artanh(erf x) = x (1 + P(x²) / Q(x²)), to the last digits of float32: tests/fixtures/make_erf.py
P = (0.128379171, 0.122914191, 0.0189565872, 0.00185336419)
Q = (1, 0.156892106, 0.0236899782, 0.000324925616)
END_SINGLE = 3.95  # beyond, erf is 1 in single precision
END_DOUBLE = 6
PER_UNIT, ORDER = 16, 9  # points of the table for double precision, and the order of the polynomials about them


@array_function
def erf_array(x):
    """The error function of an array, what `math.erf` is of a number."""
    if x.dtype == np.float64:
        return by_elements(_erf_double, x, cost=1000)
    return by_elements(_erf_single, x.astype(np.float32, copy=False), cost=200).astype(x.dtype, copy=False)


def _erf_single(x):
    """In single precision: the hyperbolic tangent of something that is nearly a straight line."""
    with np.errstate(over="ignore"):
        t = x * x
    t = np.minimum(t, END_SINGLE**2, out=t)
    bent = _polynomial(P, t)
    bent /= _polynomial(Q, t)
    bent *= x
    bent += x
    return np.tanh(bent, out=bent)


def _polynomial(coefficients, t):
    """c₀ + c₁ t + c₂ t² + …"""
    y = coefficients[-1] * t
    for c in coefficients[-2:0:-1]:
        y += c
        y *= t
    y += coefficients[0]
    return y


def _erf_double(x):
    """In double precision: a Taylor polynomial about the nearest of a table of points."""
    coefficients = _taylor_table()
    size = np.minimum(np.abs(x), END_DOUBLE)
    with np.errstate(invalid="ignore"):
        nearest = np.rint(size * PER_UNIT).astype(np.intp)
    nearest = np.clip(nearest, 0, coefficients.shape[1] - 1)  # NaN has no nearest point; it comes out as NaN all the same
    step = size - nearest / PER_UNIT
    y = coefficients[-1][nearest]
    for row in coefficients[-2::-1]:
        y = y * step + row[nearest]
    return np.copysign(np.minimum(y, 1), x)


@cache
def _taylor_table():
    """The Taylor coefficients of erf about the points of the table: an array (ORDER + 1, points)."""
    x = np.arange(END_DOUBLE * PER_UNIT + 1) / PER_UNIT
    derivatives = [np.array([math.erf(v) for v in x]), 2 / math.sqrt(math.pi) * np.exp(-x * x)]
    for n in range(1, ORDER):  # differentiate f'' = -2 x f' again and again
        derivatives.append(-2 * x * derivatives[n] - 2 * (n - 1) * derivatives[n - 1])
    return np.stack([d / math.factorial(n) for n, d in enumerate(derivatives)])


@operation(
    formula=r"y = \tfrac{2}{\sqrt\pi} \int_0^x e^{-t^2} dt",
    gradient=r"\bar x = \bar y \odot \tfrac{2}{\sqrt\pi} e^{-x^2}",
    promote="float",
    array=erf_array,
)
def erf(x):
    """The error function: the share of a normal distribution within x √2 standard deviations of its mean."""
    return erf_array(x), lambda g: g * (2 / math.sqrt(math.pi) * np.exp(-(x * x)))


@array_function
def erfinv_array(x):
    """The inverse of the error function: a first guess, then Newton's steps on erf itself."""
    y = np.asarray(x, np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        tail = np.log1p(-y * y)
        half = 2 / (math.pi * 0.147) + tail / 2  # Winitzki (2008)
        guess = np.copysign(np.sqrt(np.sqrt(half * half - tail / 0.147) - half), y)
        for _ in range(3):
            step = (_erf_exact(guess) - y) * (math.sqrt(math.pi) / 2) * np.exp(guess * guess)
            guess = guess - np.where(np.isfinite(step), step, 0)
    guess = np.where(np.abs(y) == 1, np.copysign(np.inf, y), np.where(np.abs(y) > 1, np.nan, guess))
    return guess.astype(x.dtype)


_erf_exact = np.vectorize(math.erf, otypes=[np.float64])


@operation(
    formula=r"y = \operatorname{erf}^{-1}(x)",
    gradient=r"\bar x = \bar y \odot \tfrac{\sqrt\pi}{2} e^{y^2}",
    promote="float",
    array=erfinv_array,
)
def erfinv(x):
    """The inverse of the error function, for -1 < x < 1."""
    y = erfinv_array(x)
    return y, lambda g: g * (math.sqrt(math.pi) / 2 * np.exp(y * y))


@array_function
def erfc_array(x):
    """One minus the error function, true also where that is almost 1."""
    return np.asarray(_erfc_exact(x), x.dtype)


_erfc_exact = np.vectorize(math.erfc, otypes=[np.float64])


@operation(
    formula=r"y = 1 - \operatorname{erf}(x)",
    gradient=r"\bar x = -\bar y \odot \tfrac{2}{\sqrt\pi} e^{-x^2}",
    promote="float",
    array=erfc_array,
)
def erfc(x):
    """One minus the error function, without the loss of digits where that is almost 1."""
    return erfc_array(x), lambda g: g * (-2 / math.sqrt(math.pi) * np.exp(-(x * x)))


# ---------------------------------------------------------------- made of these


@any_spelling
def ndtr(x):
    """The share of a normal distribution below x."""
    return erfc(x * -math.sqrt(0.5)) / 2


@array_function
def _entropy_term(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x > 0, -x * np.log(x), np.where(x < 0, -np.inf, x)).astype(x.dtype)


@operation(formula=r"y = -x \log x", gradient=r"\bar x = -\bar y \odot (\log x + 1)", array=_entropy_term, promote="float")
def entr(x):
    """What a probability adds to the entropy, ``-x log x``: 0 for 0, and minus infinity for what is no probability."""

    def pull(g):
        with np.errstate(divide="ignore", invalid="ignore"):
            return g * (-np.log(x) - 1)

    return _entropy_term(x), pull


@array_function
def _product_with_log1p(x, y):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((x == 0) & ~np.isnan(y), 0, x * np.log1p(y))


@operation(
    formula=r"z = x \log(1 + y)",
    gradient=r"\bar x = \bar z \odot \log(1 + y),\quad \bar y = \bar z \odot x / (1 + y)",
    array=_product_with_log1p,
    promote="float",
    broadcasts=True,
)
def xlog1py(x, y):
    """``x log(1 + y)``, and 0 where x is 0, whatever y is."""

    def to_x(g):
        nothing = (x == 0) & (y <= -1)
        return np.where(nothing, 0, g * np.log1p(np.where(nothing, 0, y)))

    def to_y(g):
        with np.errstate(divide="ignore", invalid="ignore"):
            return g * (x / (y + 1))

    return _product_with_log1p(x, y), to_x, to_y
