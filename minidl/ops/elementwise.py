r"""Operations on each element by itself: arithmetic, powers, exponentials, circles, comparisons.

In the formulas a bar marks the gradient that arrives (:math:`\bar y`) or leaves (:math:`\bar x`).
"""

from collections import namedtuple

import numpy as np

from minidl.engine.calling import any_spelling, of_tensors, tensor_first
from minidl.engine.conversion import typed
from minidl.engine.dtypes import promoted_dtype, refuse_booleans
from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import DivisionError, DtypeError, ShapeError

# ---------------------------------------------------------------- gradients that pass or are stopped

_BITS: dict[int, type[np.signedinteger]] = {2: np.int16, 4: np.int32, 8: np.int64}  # by the bytes of a number


def let_through(g, passes, out=None):
    """The gradient g where it passes, and 0 elsewhere, also where g is infinite or NaN (0 times infinity would be NaN).

    The bits of each number, taken as a whole number, are multiplied by 0 or 1: as fast as a product, and several times as
    fast as `np.where` with a random mask.

    >>> let_through(np.array([1.5, np.inf, np.inf]), np.array([True, True, False]))
    array([1.5, inf, 0. ])
    """
    if not isinstance(g, np.ndarray | np.generic):  # a tensor, whose own gradient is recorded
        return np.where(passes, g, np.zeros_like(g))
    bits = _BITS[g.itemsize]
    return np.multiply(g.view(bits), passes, out=None if out is None else out.view(bits)).view(g.dtype)


# ---------------------------------------------------------------- arithmetic
#
# The pullbacks of the four operations hold what they need as default arguments: to Python, and above all to its search
# for garbage, that is one object, where a closure with two cells is four. A long chain runs a third faster for it.


@operation(
    formula="y = a + b",
    gradient=r"\bar a = \bar y,\quad \bar b = \bar y",
    numpy=np.add,
    promote="same",
    linear=True,
    broadcasts=True,
)
def add(a, b, alpha=1):
    """The sum ``a + alpha * b``."""
    if alpha != 1:
        return a + alpha * b, lambda g: g, lambda g: alpha * g
    return np.add(a, b), lambda g: g, lambda g: g


@operation(
    formula="y = a - b",
    gradient=r"\bar a = \bar y,\quad \bar b = -\bar y",
    numpy=np.subtract,
    promote="signed",
    linear=True,
    broadcasts=True,
)
def sub(a, b, alpha=1):
    """The difference ``a - alpha * b``."""
    return np.subtract(a, b if alpha == 1 else alpha * b), lambda g: g, lambda g: -alpha * g


@operation(
    formula=r"y = a \odot b",
    gradient=r"\bar a = \bar y \odot b,\quad \bar b = \bar y \odot a",
    numpy=np.multiply,
    promote="same",
    broadcasts=True,
)
def mul(a, b):
    """The product, element by element."""
    return np.multiply(a, b), lambda g, b=b: g * b, lambda g, a=a: g * a


@operation(
    formula="y = a / b",
    gradient=r"\bar a = \bar y / b,\quad \bar b = -\bar y \odot a / b^2",
    numpy=np.divide,
    promote="float",
    broadcasts=True,
)
def true_divide(a, b):
    """The quotient; of integers too it is a float."""
    return np.true_divide(a, b), lambda g, b=b: g / b, lambda g, a=a, b=b: -g * a / (b * b)


def _check_divisor(a, b):
    """Refuse to divide booleans, and whole numbers by 0: there is no infinity among them, and NumPy would say 0."""
    if a.dtype.kind == "f":  # a rule that runs on tensors meets them before they have one dtype
        return
    if b.dtype == bool:
        raise DtypeError("booleans are not divided with a remainder. Did you mean numbers, mask.long() ?")
    if b.dtype.kind in "iu" and not np.all(b):
        raise DivisionError(
            "whole numbers are divided by 0, and no whole number says that. Did you mean floats, x.float() / y, "
            "or a divisor that is never 0, y.clamp(min=1) ?"
        )


@operation(
    formula=r"y = \lfloor a / b \rfloor",
    gradient=r"\bar a = \bar b = 0",
    numpy=np.floor_divide,
    promote="same",
    broadcasts=True,
)
def floor_divide(a, b):
    """The quotient, rounded down."""
    _check_divisor(a, b)
    return np.floor_divide(a, b), lambda g: let_through(g, False), lambda g: let_through(g, False)


@any_spelling
def div(a, b, *, rounding_mode=None):
    """The quotient; ``rounding_mode`` may be None, "floor" or "trunc"."""
    if rounding_mode is None:
        return true_divide(a, b)
    if rounding_mode == "floor":
        return floor_divide(a, b)
    if rounding_mode == "trunc":
        whole = promoted_dtype([t.array if isinstance(t, Tensor) else t for t in (a, b)])
        return floor_divide(a - fmod(a, b), b) if whole.kind != "f" else trunc(true_divide(a, b))
    raise ValueError(f'rounding_mode must be None, "floor" or "trunc", not {rounding_mode!r}')


@any_spelling
@tensor_first
def rsub(a, b, alpha=1):
    """The difference the other way round: ``b - alpha * a``."""
    return b - (a if alpha == 1 else alpha * a)


@operation(
    formula=r"y = a - b \lfloor a / b \rfloor",
    gradient=r"\bar a = \bar y,\quad \bar b = -\bar y \odot \lfloor a / b \rfloor",
    numpy=np.remainder,
    promote="same",
    broadcasts=True,
)
def remainder(a, b):
    """What is left of a division, with the sign of the divisor."""
    _check_divisor(a, b)
    return np.remainder(a, b), lambda g: g, lambda g: -g * np.floor_divide(a, b)


@tensor_first
@operation(
    formula=r"y = a - b \operatorname{trunc}(a / b)",
    gradient=r"\bar a = \bar y,\quad \bar b = -\bar y \odot \operatorname{trunc}(a / b)",
    numpy=np.fmod,
    promote="same",
    broadcasts=True,
)
def fmod(a, b):
    """What is left of a division, with the sign of the dividend."""
    _check_divisor(a, b)
    return np.fmod(a, b), lambda g: g, lambda g: -g * np.trunc(a / b)


@operation(formula="y = -x", gradient=r"\bar x = -\bar y", numpy=np.negative, linear=True)
def neg(x):
    """The negative."""
    refuse_booleans([x])
    return np.negative(x), lambda g: -g


@operation(formula="y = x", gradient=r"\bar x = \bar y", numpy=np.positive, linear=True, view=True)
def positive(x):
    """The tensor unchanged."""
    return x, lambda g: g


@operation(formula="y = x", gradient=r"\bar x = \bar y", linear=True)
def _cast(x, dtype):
    """The same values in another dtype."""
    return x.astype(dtype), lambda g: g


# ---------------------------------------------------------------- powers


@operation(
    formula="y = x^n",
    gradient=r"\bar x = \bar y \odot n x^{n-1},\quad \bar n = \bar y \odot y \ln x",
    numpy=[np.power, np.float_power],
    promote="same",
    broadcasts=True,
)
def pow(x, exponent):
    """The power ``x ** exponent``; ``0 ** 0`` is 1, and its slopes there are 0, as in PyTorch."""
    constant = np.ndim(exponent) == 0 and not isinstance(exponent, Tensor)  # what may be decided by its value
    y = np.square(x) if constant and exponent == 2 else np.power(x, exponent)

    def to_base(g):
        if constant:
            return g * (exponent * np.power(x, exponent - 1)) if exponent else np.zeros_like(x)
        never = exponent == 0
        slope = exponent * np.power(x, np.where(never, 1.0, exponent - 1))
        return g * np.where(never, 0.0, slope)

    def to_exponent(g):
        flat = (x == 0) & (exponent >= 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = y * np.log(np.where(flat, 1.0, x))
        return g * np.where(flat, 0.0, slope)

    return y, to_base, to_exponent


@any_spelling
def float_power(x, exponent):
    """The power, computed in float64."""
    if not isinstance(x, Tensor) and not isinstance(exponent, Tensor):
        raise TypeError(f"float_power needs a tensor, and got the numbers {x} and {exponent}")
    return pow(*(t.to(np.float64) if isinstance(t, Tensor) else float(t) for t in (x, exponent)))


@operation(formula="y = x^2", gradient=r"\bar x = 2 \bar y \odot x", numpy=np.square)
def square(x):
    """The square."""
    return np.square(x if x.dtype != bool else x.astype(np.int64)), lambda g: g * (2 * x)


@operation(formula=r"y = \sqrt x", gradient=r"\bar x = \bar y / (2 y)", numpy=np.sqrt, promote="float")
def sqrt(x):
    """The square root; its slope at 0 is infinite."""
    y = np.sqrt(x)
    return y, lambda g: g / (2 * y)


@operation(formula=r"y = 1 / \sqrt x", gradient=r"\bar x = -\tfrac12 \bar y \odot y^3", promote="float")
def rsqrt(x):
    """One over the square root."""
    y = 1 / np.sqrt(x)
    return y, lambda g: -0.5 * g * (y * y * y)


@operation(formula="y = 1 / x", gradient=r"\bar x = -\bar y \odot y^2", numpy=np.reciprocal, promote="float")
def reciprocal(x):
    """One over the element."""
    y = 1 / x
    return y, lambda g: -g * (y * y)


# ---------------------------------------------------------------- exponentials and logarithms


@operation(formula="y = e^x", gradient=r"\bar x = \bar y \odot y", numpy=np.exp, promote="float")
def exp(x):
    """The exponential."""
    y = np.exp(x)
    return y, lambda g: g * y


@operation(formula="y = 2^x", gradient=r"\bar x = \bar y \odot y \ln 2", numpy=np.exp2, promote="float")
def exp2(x):
    """Two to the power of the element."""
    y = np.exp2(x)
    return y, lambda g: g * (y * np.log(2).item())


@operation(formula="y = e^x - 1", gradient=r"\bar x = \bar y \odot (y + 1)", numpy=np.expm1, promote="float")
def expm1(x):
    """The exponential less one, exact near 0."""
    y = np.expm1(x)
    return y, lambda g: g * (y + 1)


@operation(formula=r"y = \ln x", gradient=r"\bar x = \bar y / x", numpy=np.log, promote="float")
def log(x):
    """The natural logarithm."""
    return np.log(x), lambda g: g / x


@operation(formula=r"y = \log_2 x", gradient=r"\bar x = \bar y / (x \ln 2)", numpy=np.log2, promote="float")
def log2(x):
    """The logarithm to base 2."""
    return np.log2(x), lambda g: g / (x * np.log(2).item())


@operation(formula=r"y = \log_{10} x", gradient=r"\bar x = \bar y / (x \ln 10)", numpy=np.log10, promote="float")
def log10(x):
    """The logarithm to base 10."""
    return np.log10(x), lambda g: g / (x * np.log(10).item())


@operation(formula=r"y = \ln(1 + x)", gradient=r"\bar x = \bar y / (1 + x)", numpy=np.log1p, promote="float")
def log1p(x):
    """The logarithm of one plus the element, exact near 0."""
    return np.log1p(x), lambda g: g / (1 + x)


@of_tensors
@operation(
    formula=r"y = \ln(e^a + e^b)",
    gradient=r"\bar a = \bar y \odot e^{a-y},\quad \bar b = \bar y \odot e^{b-y}",
    numpy=np.logaddexp,
    promote="float",
    broadcasts=True,
)
def logaddexp(a, b):
    """The logarithm of a sum of exponentials, without overflow."""
    y = np.logaddexp(a, b)
    return y, lambda g: g * np.exp(a - y), lambda g: g * np.exp(b - y)


@of_tensors
@operation(
    formula=r"y = \log_2(2^a + 2^b)",
    gradient=r"\bar a = \bar y \odot 2^{a-y},\quad \bar b = \bar y \odot 2^{b-y}",
    numpy=np.logaddexp2,
    promote="float",
    broadcasts=True,
)
def logaddexp2(a, b):
    """The logarithm to base 2 of a sum of powers of 2, without overflow."""
    y = np.logaddexp2(a, b)
    return y, lambda g: g * np.exp2(a - y), lambda g: g * np.exp2(b - y)


@operation(
    formula=r"y = a \ln b",
    gradient=r"\bar a = \bar y \odot \ln b,\quad \bar b = \bar y \odot a / b",
    promote="float",
    broadcasts=True,
)
def xlogy(a, b):
    """The product of `a` with the logarithm of `b`; where `a` is 0, that is 0 too."""
    nothing = (a == 0) & (b <= 0)
    safe = np.where(nothing, 1.0, b)
    y = a * np.log(np.where((a == 0) & ~np.isnan(b), 1.0, b))
    return y, lambda g: g * np.log(safe), lambda g: g * (a / b)


@operation(formula=r"y = \ln \frac{x}{1 - x}", gradient=r"\bar x = \bar y / (x (1 - x))", promote="float", operands=1)
def _logit(x):
    return np.log(x / (1 - x)), lambda g: g / (x * (1 - x))


@any_spelling
def logit(x, eps=None):
    """The logarithm of the odds, the inverse of the sigmoid; with `eps`, x is first kept between eps and 1 - eps."""
    return _logit(x if eps is None else clamp(x, eps, 1 - eps))


# ---------------------------------------------------------------- circles and hyperbolas


@operation(formula=r"y = \sin x", gradient=r"\bar x = \bar y \odot \cos x", numpy=np.sin, promote="float")
def sin(x):
    """The sine of an angle in radians."""
    return np.sin(x), lambda g: g * np.cos(x)


@operation(formula=r"y = \cos x", gradient=r"\bar x = -\bar y \odot \sin x", numpy=np.cos, promote="float")
def cos(x):
    """The cosine of an angle in radians."""
    return np.cos(x), lambda g: -g * np.sin(x)


@operation(formula=r"y = \tan x", gradient=r"\bar x = \bar y \odot (1 + y^2)", numpy=np.tan, promote="float")
def tan(x):
    """The tangent of an angle in radians."""
    y = np.tan(x)
    return y, lambda g: g * (1 + y * y)


@operation(formula=r"y = \arcsin x", gradient=r"\bar x = \bar y / \sqrt{1 - x^2}", numpy=np.arcsin, promote="float")
def asin(x):
    """The angle in radians whose sine is the element."""
    return np.arcsin(x), lambda g: g / np.sqrt(1 - x * x)


@operation(formula=r"y = \arccos x", gradient=r"\bar x = -\bar y / \sqrt{1 - x^2}", numpy=np.arccos, promote="float")
def acos(x):
    """The angle in radians whose cosine is the element."""
    return np.arccos(x), lambda g: -g / np.sqrt(1 - x * x)


@operation(formula=r"y = \arctan x", gradient=r"\bar x = \bar y / (1 + x^2)", numpy=np.arctan, promote="float")
def atan(x):
    """The angle in radians whose tangent is the element."""
    return np.arctan(x), lambda g: g / (1 + x * x)


@of_tensors
@operation(
    formula=r"y = \text{atan2}(a, b)",
    gradient=r"\bar a = \bar y \odot b / (a^2 + b^2),\quad \bar b = -\bar y \odot a / (a^2 + b^2)",
    numpy=np.arctan2,
    promote="float",
    broadcasts=True,
)
def atan2(a, b):
    """The angle in radians of the point with ordinate `a` and abscissa `b`."""
    square = a * a + b * b
    at_origin = square == 0  # no direction is steeper there: the slope counts as 0, and so does the slope of that
    safe = np.where(at_origin, 1.0, square)
    return (
        np.arctan2(a, b),
        lambda g: g * np.where(at_origin, 0.0, b / safe),
        lambda g: -g * np.where(at_origin, 0.0, a / safe),
    )


@operation(formula=r"y = \sinh x", gradient=r"\bar x = \bar y \odot \cosh x", numpy=np.sinh, promote="float")
def sinh(x):
    """The hyperbolic sine."""
    return np.sinh(x), lambda g: g * np.cosh(x)


@operation(formula=r"y = \cosh x", gradient=r"\bar x = \bar y \odot \sinh x", numpy=np.cosh, promote="float")
def cosh(x):
    """The hyperbolic cosine."""
    return np.cosh(x), lambda g: g * np.sinh(x)


@operation(formula=r"y = \tanh x", gradient=r"\bar x = \bar y \odot (1 - y^2)", numpy=np.tanh, promote="float")
def tanh(x):
    """The hyperbolic tangent: an S from -1 to 1."""
    y = np.tanh(x)
    return y, lambda g: g * (1 - y * y)


@operation(
    formula=r"y = \operatorname{arsinh} x", gradient=r"\bar x = \bar y / \sqrt{x^2 + 1}", numpy=np.arcsinh, promote="float"
)
def asinh(x):
    """The inverse of the hyperbolic sine."""
    return np.arcsinh(x), lambda g: g / np.sqrt(x * x + 1)


@operation(
    formula=r"y = \operatorname{arcosh} x", gradient=r"\bar x = \bar y / \sqrt{x^2 - 1}", numpy=np.arccosh, promote="float"
)
def acosh(x):
    """The inverse of the hyperbolic cosine, for elements of at least 1."""
    return np.arccosh(x), lambda g: g / np.sqrt(x * x - 1)


@operation(
    formula=r"y = \operatorname{artanh} x", gradient=r"\bar x = \bar y / (1 - x^2)", numpy=np.arctanh, promote="float"
)
def atanh(x):
    """The inverse of the hyperbolic tangent, for elements between -1 and 1."""
    return np.arctanh(x), lambda g: g / (1 - x * x)


@operation(
    formula=r"y = \frac{\sin \pi x}{\pi x}",
    gradient=r"\bar x = \bar y \odot \frac{\cos \pi x - y}{x}",
    numpy=np.sinc,
    promote="float",
)
def sinc(x):
    """The sine of ``pi x`` over ``pi x``; 1 at 0."""
    zero = x == 0
    safe = np.where(zero, 1.0, x)
    y = np.where(zero, 1.0, np.sin(np.pi * safe) / (np.pi * safe))
    return y, lambda g: g * np.where(zero, -(np.pi**2) / 3 * x, (np.cos(np.pi * safe) - y) / safe)


@any_spelling
def deg2rad(x):
    """Degrees as radians."""
    return x * (np.pi / 180)


@any_spelling
def rad2deg(x):
    """Radians as degrees."""
    return x * (180 / np.pi)


@of_tensors
@operation(
    formula=r"y = \sqrt{a^2 + b^2}",
    gradient=r"\bar a = \bar y \odot a / y,\quad \bar b = \bar y \odot b / y",
    numpy=np.hypot,
    promote="float",
    broadcasts=True,
)
def hypot(a, b):
    """The length of the hypotenuse over two legs, without overflow."""
    y = np.hypot(a, b)
    return y, lambda g: g * (a / y), lambda g: g * (b / y)


# ---------------------------------------------------------------- corners and steps


@operation(formula=r"y = |x|", gradient=r"\bar x = \bar y \odot \operatorname{sign} x", numpy=np.absolute)
def abs(x):
    """The size without the sign; the slope at 0 is taken as 0."""
    return np.absolute(x), lambda g: g * sign_array(x)


@array_function
def sign_array(x):
    """`sign` of an array; NaN has none, and gets 0, as in PyTorch."""
    return x if x.dtype == bool else np.subtract(x > 0, x < 0, dtype=x.dtype)


@operation(formula=r"y = \operatorname{sign} x", gradient=r"\bar x = 0", numpy=np.sign, array=sign_array)
def sign(x):
    """-1, 0 or 1."""
    return sign_array(x), lambda g: let_through(g, False)


@operation(formula=r"y = \lfloor x \rfloor", gradient=r"\bar x = 0", numpy=np.floor)
def floor(x):
    """The next whole number below."""
    return np.floor(x), lambda g: let_through(g, False)


@operation(formula=r"y = \lceil x \rceil", gradient=r"\bar x = 0", numpy=np.ceil)
def ceil(x):
    """The next whole number above."""
    return np.ceil(x), lambda g: let_through(g, False)


@operation(formula=r"y = \operatorname{round} x", gradient=r"\bar x = 0", numpy=np.round)
def round(x, decimals=0):
    """The nearest number with `decimals` digits after the point; halves go to the even neighbour."""
    return np.round(x, decimals), lambda g: let_through(g, False)


@operation(formula=r"y = \operatorname{trunc} x", gradient=r"\bar x = 0", numpy=np.trunc)
def trunc(x):
    """The next whole number towards 0."""
    return np.trunc(x), lambda g: let_through(g, False)


@any_spelling
def sgn(x):
    """-1, 0 or 1 (`sign`)."""
    return sign(x)


@of_tensors
@operation(
    formula=r"y = |a| \operatorname{sign} b",
    gradient=r"\bar a = \bar y \odot \operatorname{sign} a \odot \operatorname{sign} b,\quad \bar b = 0",
    numpy=np.copysign,
    promote="float",
    broadcasts=True,
)
def _copysign(a, b):
    signs = np.where(a == 0, 0.0, np.where(np.signbit(a) == np.signbit(b), 1.0, -1.0))
    return np.copysign(a, b), lambda g: g * signs.astype(g.dtype), lambda g: let_through(g, False)


@any_spelling
@tensor_first
def copysign(a, b):
    """The size of `a` with the sign of `b` (a zero has one too)."""
    return _copysign(a, b if isinstance(b, Tensor) else Tensor.wrap(np.asarray(float(b), _float_dtype(a))))


def _float_dtype(x):
    return x.dtype if x.dtype.kind == "f" else np.dtype(np.float32)


@any_spelling
@of_tensors
def heaviside(a, values):
    """0 below 0, 1 above, and `values` at 0."""
    if a.dtype != values.dtype:
        raise DtypeError(f"heaviside needs both tensors in one dtype, and they have {a.dtype} and {values.dtype}")
    return Tensor.wrap(np.asarray(np.heaviside(a.array, values.array)).astype(a.dtype))


def _share(g, a, b, worse):
    """The part of g for the argument that is not `worse`; at ties both get half, and at NaN both get all, as in PyTorch."""
    return let_through(g * np.where(a == b, 0.5, 1.0).astype(g.dtype), ~worse)


@of_tensors
@operation(
    formula=r"y = \max(a, b)",
    gradient=r"\bar a = \bar y \odot [a > b],\quad \bar b = \bar y \odot [b > a]",
    numpy=np.maximum,
    promote="same",
    broadcasts=True,
)
def maximum(a, b):
    """The larger of two; where they are equal each gets half of the gradient."""
    return np.maximum(a, b), lambda g: _share(g, a, b, a < b), lambda g: _share(g, a, b, b < a)


@of_tensors
@operation(
    formula=r"y = \min(a, b)",
    gradient=r"\bar a = \bar y \odot [a < b],\quad \bar b = \bar y \odot [b < a]",
    numpy=np.minimum,
    promote="same",
    broadcasts=True,
)
def minimum(a, b):
    """The smaller of two; where they are equal each gets half of the gradient."""
    return np.minimum(a, b), lambda g: _share(g, a, b, a > b), lambda g: _share(g, a, b, b > a)


@of_tensors
@operation(
    formula=r"y = \max(a, b)",
    gradient=r"\bar a = \bar y \odot [a \ge b],\quad \bar b = \bar y \odot [b > a]",
    numpy=np.fmax,
    promote="same",
    broadcasts=True,
)
def fmax(a, b):
    """The larger of two, which is the other one where one is NaN."""
    first = (a >= b) | np.isnan(b)
    return np.fmax(a, b), lambda g: let_through(g, first), lambda g: let_through(g, ~first)


@of_tensors
@operation(
    formula=r"y = \min(a, b)",
    gradient=r"\bar a = \bar y \odot [a \le b],\quad \bar b = \bar y \odot [b < a]",
    numpy=np.fmin,
    promote="same",
    broadcasts=True,
)
def fmin(a, b):
    """The smaller of two, which is the other one where one is NaN."""
    first = (a <= b) | np.isnan(b)
    return np.fmin(a, b), lambda g: let_through(g, first), lambda g: let_through(g, ~first)


@operation(
    formula=r"y = \min(\max(x, \ell), u)",
    gradient=r"\bar x = \bar y \odot [\ell \le x \le u]",
    numpy=np.clip,
    promote="same",
    broadcasts=True,
)
def clamp(x, min=None, max=None):
    """The element, kept between `min` and `max`; on the bounds the gradient passes."""
    if min is None and max is None:
        raise ValueError("clamp needs min, max or both")
    y = x if min is None else np.maximum(x, min)
    y = y if max is None else np.minimum(y, max)

    def to_x(g):
        inside = True if min is None else x >= min
        return let_through(g, inside if max is None else inside & (x <= max))

    def to_min(g):
        return let_through(g, (x < min) if max is None else (x < min) & (min < max))

    def to_max(g):
        return let_through(g, (x > max) if min is None else (x > max) | (min > max))

    return y, to_x, to_min, to_max


@any_spelling
@tensor_first
def clamp_min(x, min):
    """The element, or `min` if that is larger."""
    return clamp(x, min)


@any_spelling
@tensor_first
def clamp_max(x, max):
    """The element, or `max` if that is smaller."""
    return clamp(x, None, max)


@operation(
    formula=r"y = [c]\, a + [\lnot c]\, b",
    gradient=r"\bar a = \bar y \odot [c],\quad \bar b = \bar y \odot [\lnot c]",
    promote=None,
    broadcasts=True,
)
def _where(condition, a, b):
    """`a` where the condition holds, `b` elsewhere."""
    return (
        np.where(condition, a, b),
        None,
        lambda g: np.where(condition, g, np.zeros_like(g)),
        lambda g: np.where(condition, np.zeros_like(g), g),
    )


@operation(
    formula=r"y = a + w (b - a)",
    gradient=r"\bar a = \bar y (1 - w),\quad \bar b = \bar y w",
    promote="same",
    broadcasts=True,
)
def lerp(a, end, weight):
    """The point between `a` (weight 0) and `end` (weight 1)."""
    way = end - a
    return (
        np.where(weight < 0.5, a + weight * way, end - way * (1 - weight)),  # from the nearer end, and so exact at both
        lambda g: g * (1 - weight),
        lambda g: g * weight,
        lambda g: g * (end - a),
    )


# ---------------------------------------------------------------- comparisons and logic (no gradient)


def _named(name):
    """A name in a formula: text, unless it has letters alone, where LaTeX has operators."""
    return rf"\operatorname{{{name}}}" if name.isalpha() else rf"\text{{{name.replace('_', ' ')}}}"


def _test(ufunc, name, doc, needs=of_tensors):
    def rule(a, b):
        return (ufunc(a, b),)

    rule.__name__, rule.__doc__ = name, doc
    test = operation(rule, formula=rf"y = {_named(name)}(a, b)", numpy=ufunc, promote="same")
    return needs(test) if needs else test


eq = _test(np.equal, "eq", "Whether the elements are equal.", tensor_first)
ne = _test(np.not_equal, "ne", "Whether the elements differ.", tensor_first)
lt = _test(np.less, "lt", "Whether `a` is smaller than `b`.", tensor_first)
le = _test(np.less_equal, "le", "Whether `a` is at most `b`.", tensor_first)
gt = _test(np.greater, "gt", "Whether `a` is larger than `b`.", tensor_first)
ge = _test(np.greater_equal, "ge", "Whether `a` is at least `b`.", tensor_first)
logical_and = _test(np.logical_and, "logical_and", "Whether both are true (not 0).")
logical_or = _test(np.logical_or, "logical_or", "Whether at least one is true (not 0).")
logical_xor = _test(np.logical_xor, "logical_xor", "Whether exactly one is true (not 0).")
bitwise_and = _test(np.bitwise_and, "bitwise_and", "The bits that both have.", needs=None)
bitwise_or = _test(np.bitwise_or, "bitwise_or", "The bits that at least one has.", needs=None)
bitwise_xor = _test(np.bitwise_xor, "bitwise_xor", "The bits that exactly one has.", needs=None)


bitwise_left_shift = _test(np.left_shift, "bitwise_left_shift", "The bits of `a` moved up by `b` places.", needs=None)
bitwise_right_shift = _test(np.right_shift, "bitwise_right_shift", "The bits of `a` moved down by `b` places.", needs=None)
gcd = _test(np.gcd, "gcd", "The greatest common divisor of whole numbers.")
lcm = _test(np.lcm, "lcm", "The least common multiple of whole numbers.")


def _ask(ufunc, name, doc):
    def rule(x):
        return (ufunc(x),)

    rule.__name__, rule.__doc__ = name, doc
    return operation(rule, formula=rf"y = {_named(name)}(x)", numpy=ufunc)


logical_not = _ask(np.logical_not, "logical_not", "Whether the element is false (0).")
bitwise_not = _ask(np.invert, "bitwise_not", "The bits that the element does not have.")
isnan = _ask(np.isnan, "isnan", "Whether the element is NaN (not a number).")
isinf = _ask(np.isinf, "isinf", "Whether the element is infinite.")
isfinite = _ask(np.isfinite, "isfinite", "Whether the element is neither infinite nor NaN.")


signbit = _ask(np.signbit, "signbit", "Whether the sign is minus (that of -0.0 too).")
isposinf = _ask(np.isposinf, "isposinf", "Whether the element is plus infinity.")
isneginf = _ask(np.isneginf, "isneginf", "Whether the element is minus infinity.")


@any_spelling
def isreal(x):
    """Whether the element is a real number: always."""
    return Tensor.wrap(np.ones(x.shape, bool))


@any_spelling
def where(condition, input=None, other=None):
    """`input` where the condition holds, `other` elsewhere; with the condition alone, the places where it holds.

    >>> import minidl as md
    >>> md.where(md.tensor([True, False]), 1.0, 2.0)
    tensor([1., 2.])
    """
    if input is None and other is None:
        return tuple(Tensor.wrap(i) for i in np.nonzero(condition.array))
    if not isinstance(condition, Tensor):
        condition = Tensor.wrap(np.array(condition))  # a copy: its owner may change it before the gradient is asked for
    if condition.dtype == np.uint8:  # an old way to write a mask
        condition = condition.to(bool)
    if condition.dtype != bool:
        raise DtypeError(f"where needs booleans as its condition, not {condition.dtype}. Did you mean condition != 0 ?")
    both = [np.asarray(t) if isinstance(t, np.generic) else t for t in (input, other)]
    common = promoted_dtype([t.array if isinstance(t, Tensor) else t for t in both])
    return _where(
        condition, *(t.to(common) if isinstance(t, Tensor) else Tensor.wrap(typed(t, common)).to(common) for t in both)
    )


@any_spelling
def frac(x):
    """What is left without the whole part."""
    return x - trunc(x)


Frexp = namedtuple("Frexp", ["mantissa", "exponent"])


@any_spelling
def frexp(x):
    """Each number as a mantissa, from 0.5 to 1, times a power of two: (mantissa, exponent)."""
    mantissa, exponent = np.frexp(x.array)
    if x.requires_grad:
        scaled = x * Tensor.wrap(np.ldexp(np.ones_like(mantissa), -exponent))
    else:
        scaled = Tensor.wrap(mantissa)
    return Frexp(scaled, Tensor.wrap(exponent))


@any_spelling
@of_tensors
def nextafter(x, other):
    """The next number that the dtype can hold, from each element towards another."""
    if x.dtype.kind != "f" or other.dtype != x.dtype:
        raise DtypeError(f"nextafter takes floats of one dtype, not {x.dtype} and {other.dtype}")
    following = np.nextafter(x.array, other.array)
    step = np.where(np.isfinite(x.array), following - x.array, 0)
    return where(isfinite(x), x + Tensor.wrap(step.astype(x.dtype)), Tensor.wrap(following))


@any_spelling
def nan_to_num(x, nan=None, posinf=None, neginf=None):
    """The tensor with numbers in the place of NaN and the infinities: those given, or 0 and the largest of the dtype."""
    if x.dtype.kind != "f":
        return x.clone()
    limits = np.finfo(x.dtype)
    x = masked_fill(x, isnan(x), 0.0 if nan is None else nan)
    x = masked_fill(x, isposinf(x), float(limits.max) if posinf is None else posinf)
    return masked_fill(x, isneginf(x), float(limits.min) if neginf is None else neginf)


@any_spelling
def masked_fill(x, mask, value):
    """The tensor with `value`, one number, wherever `mask` is true."""
    if not isinstance(mask, Tensor):
        mask = Tensor.wrap(np.array(mask))
    if mask.dtype == np.uint8:
        mask = mask.to(bool)
    if mask.dtype != bool:
        raise DtypeError(f"masked_fill needs booleans as its mask, not {mask.dtype}. Did you mean mask != 0 ?")
    value = value if isinstance(value, Tensor) else Tensor.wrap(typed(value, x.dtype))
    if value.dtype.kind not in "biuf":
        raise DtypeError(f"masked_fill: {value.item()} does not fit into a tensor of {x.dtype}")
    if value.ndim:
        raise ShapeError(f"masked_fill fills with one number, and value has shape {value.shape}. Did you mean where ?")
    if value.dtype.kind == "f" and x.dtype.kind != "f" and value.array % 1:
        raise DtypeError(f"masked_fill: {value.item()} does not fit into a tensor of {x.dtype}")
    return _where(mask, value.to(x.dtype), x)


@any_spelling
@of_tensors
def isclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether the elements differ by at most ``atol + rtol * |b|``."""
    if rtol < 0 or atol < 0:
        raise ValueError(f"isclose: tolerances are not negative, and these are rtol={rtol}, atol={atol}")
    return Tensor.wrap(np.asarray(np.isclose(a.array, b.array, rtol, atol, equal_nan)))


# ---------------------------------------------------------------- several steps at once


@any_spelling
def addcmul(x, tensor1, tensor2, *, value=1):
    """The sum ``x + value * tensor1 * tensor2``."""
    return x + value * (tensor1 * tensor2)


@any_spelling
def addcdiv(x, tensor1, tensor2, *, value=1):
    """The sum ``x + value * tensor1 / tensor2``."""
    return x + value * (tensor1 / tensor2)


@any_spelling
@of_tensors
def ldexp(x, exponent):
    """The product with a power of 2: ``x * 2 ** exponent``."""
    return x * exp2(exponent)
