r"""Operations on each element by itself: arithmetic, powers, exponentials, circles, comparisons.

In the formulas a bar marks the gradient that arrives (:math:`\bar y`) or leaves (:math:`\bar x`).
"""

import numpy as np

from minidl.engine.dtypes import get_default_dtype, promoted_dtype
from minidl.engine.operation import operation
from minidl.engine.tensor import Tensor

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
    promote="same",
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


@operation(
    formula=r"y = \lfloor a / b \rfloor",
    gradient=r"\bar a = \bar b = 0",
    numpy=np.floor_divide,
    promote="same",
    broadcasts=True,
)
def floor_divide(a, b):
    """The quotient, rounded down."""
    return np.floor_divide(a, b), lambda g: g * 0, lambda g: g * 0


def div(a, b, rounding_mode=None):
    """The quotient; ``rounding_mode`` may be None, "floor" or "trunc"."""
    if rounding_mode is None:
        return true_divide(a, b)
    if rounding_mode == "floor":
        return floor_divide(a, b)
    if rounding_mode == "trunc":
        quotient = trunc(true_divide(a, b))
        whole = promoted_dtype([t.array if isinstance(t, Tensor) else t for t in (a, b)]).kind != "f"
        return quotient.to(np.int64) if whole else quotient
    raise ValueError(f'rounding_mode must be None, "floor" or "trunc", not {rounding_mode!r}')


@operation(
    formula=r"y = a - b \lfloor a / b \rfloor",
    gradient=r"\bar a = \bar y,\quad \bar b = -\bar y \odot \lfloor a / b \rfloor",
    numpy=np.remainder,
    promote="same",
    broadcasts=True,
)
def remainder(a, b):
    """What is left of a division, with the sign of the divisor."""
    return np.remainder(a, b), lambda g: g, lambda g: -g * np.floor_divide(a, b)


@operation(formula="y = -x", gradient=r"\bar x = -\bar y", numpy=np.negative, linear=True)
def neg(x):
    """The negative."""
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
    y = np.square(x) if np.ndim(exponent) == 0 and exponent == 2 else np.power(x, exponent)

    def to_base(g):
        if np.ndim(exponent) == 0:
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


@operation(
    formula=r"y = \operatorname{atan2}(a, b)",
    gradient=r"\bar a = \bar y \odot b / (a^2 + b^2),\quad \bar b = -\bar y \odot a / (a^2 + b^2)",
    numpy=np.arctan2,
    promote="float",
    broadcasts=True,
)
def atan2(a, b):
    """The angle in radians of the point with ordinate `a` and abscissa `b`."""
    square = a * a + b * b
    safe = np.where(square == 0, 1.0, square)  # at the origin no direction is steeper: the slope counts as 0
    return np.arctan2(a, b), lambda g: g * (b / safe), lambda g: -g * (a / safe)


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


# ---------------------------------------------------------------- corners and steps


@operation(formula=r"y = |x|", gradient=r"\bar x = \bar y \odot \operatorname{sign} x", numpy=np.absolute)
def abs(x):
    """The size without the sign; the slope at 0 is taken as 0."""
    return np.absolute(x), lambda g: g * np.sign(x)


@operation(formula=r"y = \operatorname{sign} x", gradient=r"\bar x = 0", numpy=np.sign)
def sign(x):
    """-1, 0 or 1."""
    return (x if x.dtype == bool else np.sign(x)), lambda g: g * 0


@operation(formula=r"y = \lfloor x \rfloor", gradient=r"\bar x = 0", numpy=np.floor)
def floor(x):
    """The next whole number below."""
    return np.floor(x), lambda g: g * 0


@operation(formula=r"y = \lceil x \rceil", gradient=r"\bar x = 0", numpy=np.ceil)
def ceil(x):
    """The next whole number above."""
    return np.ceil(x), lambda g: g * 0


@operation(formula=r"y = \operatorname{round} x", gradient=r"\bar x = 0", numpy=np.round)
def round(x, decimals=0):
    """The nearest number with `decimals` digits after the point; halves go to the even neighbour."""
    return np.round(x, decimals), lambda g: g * 0


@operation(formula=r"y = \operatorname{trunc} x", gradient=r"\bar x = 0", numpy=np.trunc)
def trunc(x):
    """The next whole number towards 0."""
    return np.trunc(x), lambda g: g * 0


def _tie_share(g, a, b, better):
    """The part of g for the argument that is `better`; at ties both get half."""
    return g * np.where(a == b, 0.5, better).astype(g.dtype)


@operation(
    formula=r"y = \max(a, b)",
    gradient=r"\bar a = \bar y \odot [a > b],\quad \bar b = \bar y \odot [b > a]",
    numpy=[np.maximum, np.fmax],
    promote="same",
    broadcasts=True,
)
def maximum(a, b):
    """The larger of two; where they are equal each gets half of the gradient."""
    return np.maximum(a, b), lambda g: _tie_share(g, a, b, a > b), lambda g: _tie_share(g, a, b, b > a)


@operation(
    formula=r"y = \min(a, b)",
    gradient=r"\bar a = \bar y \odot [a < b],\quad \bar b = \bar y \odot [b < a]",
    numpy=[np.minimum, np.fmin],
    promote="same",
    broadcasts=True,
)
def minimum(a, b):
    """The smaller of two; where they are equal each gets half of the gradient."""
    return np.minimum(a, b), lambda g: _tie_share(g, a, b, a < b), lambda g: _tie_share(g, a, b, b < a)


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
        return g * (inside if max is None else inside & (x <= max))

    def to_min(g):
        return g * ((x < min) if max is None else (x < min) & (min < max))

    def to_max(g):
        return g * ((x > max) if min is None else (x > max) | (min > max))

    return y, to_x, to_min, to_max


def clamp_min(x, min):
    """The element, or `min` if that is larger."""
    return clamp(x, min)


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
def lerp(a, b, weight):
    """The point between `a` (weight 0) and `b` (weight 1)."""
    return (
        a + weight * (b - a),
        lambda g: g * (1 - weight),
        lambda g: g * weight,
        lambda g: g * (b - a),
    )


# ---------------------------------------------------------------- comparisons and logic (no gradient)


def _test(ufunc, name, doc, promote="same"):
    def rule(a, b):
        return (ufunc(a, b),)

    rule.__name__, rule.__doc__ = name, doc
    return operation(rule, formula=rf"y = \operatorname{{{name}}}(a, b)", numpy=ufunc, promote=promote)


eq = _test(np.equal, "eq", "Whether the elements are equal.")
ne = _test(np.not_equal, "ne", "Whether the elements differ.")
lt = _test(np.less, "lt", "Whether `a` is smaller than `b`.")
le = _test(np.less_equal, "le", "Whether `a` is at most `b`.")
gt = _test(np.greater, "gt", "Whether `a` is larger than `b`.")
ge = _test(np.greater_equal, "ge", "Whether `a` is at least `b`.")
logical_and = _test(np.logical_and, "logical_and", "Whether both are true (not 0).")
logical_or = _test(np.logical_or, "logical_or", "Whether at least one is true (not 0).")
logical_xor = _test(np.logical_xor, "logical_xor", "Whether exactly one is true (not 0).")
bitwise_and = _test(np.bitwise_and, "bitwise_and", "The bits that both have.")
bitwise_or = _test(np.bitwise_or, "bitwise_or", "The bits that at least one has.")
bitwise_xor = _test(np.bitwise_xor, "bitwise_xor", "The bits that exactly one has.")


def _ask(ufunc, name, doc):
    def rule(x):
        return (ufunc(x),)

    rule.__name__, rule.__doc__ = name, doc
    return operation(rule, formula=rf"y = \operatorname{{{name}}}(x)", numpy=ufunc)


logical_not = _ask(np.logical_not, "logical_not", "Whether the element is false (0).")
bitwise_not = _ask(np.invert, "bitwise_not", "The bits that the element does not have.")
isnan = _ask(np.isnan, "isnan", "Whether the element is NaN (not a number).")
isinf = _ask(np.isinf, "isinf", "Whether the element is infinite.")
isfinite = _ask(np.isfinite, "isfinite", "Whether the element is neither infinite nor NaN.")


def where(condition, a=None, b=None):
    """`a` where the condition holds, `b` elsewhere; with the condition alone, the places where it holds.

    >>> import minidl as md
    >>> md.where(md.tensor([True, False]), 1.0, 2.0)
    tensor([1., 2.])
    """
    if a is None and b is None:
        return tuple(Tensor.wrap(i) for i in np.nonzero(condition.array))
    both = [t if isinstance(t, Tensor) else Tensor.wrap(np.asarray(t)) for t in (a, b)]
    dtype = (both[0].dtype, both[1].dtype)
    if dtype[0] != dtype[1]:
        common = promoted_dtype([t.array if isinstance(t, Tensor) else t for t in (a, b)])
        both = [t.to(common) for t in both]
    elif type(a) is float and type(b) is float:
        both = [t.to(get_default_dtype()) for t in both]
    if isinstance(condition, np.ndarray):
        condition = np.array(condition)  # its owner may change it before the gradient is asked for
    return _where(condition, *both)


def frac(x):
    """What is left without the whole part."""
    return x - trunc(x)


def nan_to_num(x, nan=0.0):
    """The tensor with NaN replaced by a number."""
    return masked_fill(x, isnan(x), nan)


def masked_fill(x, mask, value):
    """The tensor with `value` wherever `mask` is true."""
    mask = mask.array if isinstance(mask, Tensor) else np.array(mask)  # a copy: its owner may change it
    value = value if isinstance(value, Tensor) else Tensor.wrap(np.asarray(value, x.dtype))
    return _where(mask, value.to(x.dtype), x)


def isclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether the elements differ by at most ``atol + rtol * |b|``."""
    return Tensor.wrap(np.isclose(a.array, b.array, rtol, atol, equal_nan))
