r"""The error function and its inverse, which NumPy does not have."""

import math

import numpy as np

from minidl.engine.operation import array_function, operation

END = 6  # beyond, erf is 1 to the last digit of float64


def _taylor_table(order, per_unit):
    """The Taylor coefficients of erf at the points k / per_unit from 0 to END: an array (points, order + 1)."""
    x = np.arange(END * per_unit + 1) / per_unit
    derivatives = [np.array([math.erf(v) for v in x]), 2 / math.sqrt(math.pi) * np.exp(-x * x)]
    for n in range(1, order):  # differentiate f'' = -2 x f' again and again
        derivatives.append(-2 * x * derivatives[n] - 2 * (n - 1) * derivatives[n - 1])
    return np.stack([d / math.factorial(n) for n, d in enumerate(derivatives[: order + 1])])


TABLES = {}  # dtype -> (points to a unit, coefficients)


@array_function
def erf_array(x):
    """The error function of an array: a Taylor polynomial about the nearest of a table of points."""
    if x.dtype not in TABLES:
        order, per_unit = (9, 16) if x.dtype == np.float64 else (3, 64)
        TABLES[x.dtype] = per_unit, _taylor_table(order, per_unit).astype(x.dtype)
    per_unit, coefficients = TABLES[x.dtype]
    size = np.minimum(np.abs(x), END)
    with np.errstate(invalid="ignore"):
        nearest = np.rint(size * per_unit).astype(np.intp)
    nearest = np.clip(nearest, 0, coefficients.shape[1] - 1)  # NaN has no nearest point; it comes out as NaN all the same
    step = size - (nearest / x.dtype.type(per_unit)).astype(x.dtype)
    y = coefficients[-1][nearest]
    for row in coefficients[-2::-1]:
        y = y * step + row[nearest]
    return np.copysign(np.minimum(y, 1), x)


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
