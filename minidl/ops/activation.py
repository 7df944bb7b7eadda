r"""The nonlinear steps between layers."""

import math

import numpy as np

from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.norms import vector_norm
from minidl.ops.reduction import axes_of
from minidl.ops.special import erf_array


@array_function
def relu_array(x):
    """`relu` of an array."""
    zeros = np.zeros(x.shape, x.dtype) if x.flags.c_contiguous else np.zeros_like(x)
    return np.maximum(x, zeros, out=zeros)  # NumPy compares with an array faster than with a number


@operation(formula=r"y = \max(x, 0)", gradient=r"\bar x = \bar y \odot [x > 0]", array=relu_array)
def relu(x):
    """The element where it is positive, 0 elsewhere (where the slope is 0 too)."""
    y = relu_array(x)
    return y, lambda g: g * (y > 0)


@array_function
def sigmoid_array(x):
    """`sigmoid` of an array."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


@operation(
    formula=r"y = \frac{1}{1 + e^{-x}}",
    gradient=r"\bar x = \bar y \odot y (1 - y)",
    promote="float",
    array=sigmoid_array,
)
def sigmoid(x):
    """The logistic function: an S from 0 to 1."""
    y = sigmoid_array(x)
    return y, lambda g: g * (y * (1 - y))


@array_function
def softmax_array(x, dim):
    """`softmax` of an array."""
    axes = axes_of(dim, x.ndim)
    y = np.exp(x - np.max(x, axis=axes, keepdims=True, initial=-np.inf))
    y /= np.sum(y, axis=axes, keepdims=True)
    return y


@operation(
    formula=r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
    gradient=r"\bar x = y \odot (\bar y - \textstyle\sum_j \bar y_j y_j)",
    promote="float",
    operands=1,
    array=softmax_array,
)
def softmax(x, dim):
    """Positive numbers along `dim` that add up to 1, larger where `x` is larger."""
    y, axes = softmax_array(x, dim), axes_of(dim, x.ndim)
    return y, lambda g: y * (g - np.sum(g * y, axis=axes, keepdims=True))


@array_function
def log_softmax_array(x, dim):
    """`log_softmax` of an array."""
    axes = axes_of(dim, x.ndim)
    y = x - np.max(x, axis=axes, keepdims=True, initial=-np.inf)
    y -= np.log(np.sum(np.exp(y), axis=axes, keepdims=True))
    return y


@operation(
    formula=r"y_i = x_i - \ln \sum_j e^{x_j}",
    gradient=r"\bar x = \bar y - e^{y} \textstyle\sum_j \bar y_j",
    promote="float",
    operands=1,
    array=log_softmax_array,
)
def log_softmax(x, dim):
    """The logarithm of `softmax`, without under- or overflow."""
    y, axes = log_softmax_array(x, dim), axes_of(dim, x.ndim)
    return y, lambda g: g - np.exp(y) * np.sum(g, axis=axes, keepdims=True)


# ---------------------------------------------------------------- relatives of ReLU


@operation(formula=r"y = \max(x, 0) + a \min(x, 0)", gradient=r"\bar x = \bar y \odot ([x > 0] + a [x \le 0])")
def leaky_relu(x, negative_slope=0.01):
    """As ReLU, but what is negative is only made small (Maas et al. 2013)."""
    slope = np.where(_plain(x) > 0, 1.0, negative_slope).astype(x.dtype)
    return x * slope, lambda g: g * slope


@operation(
    formula=r"y = \max(x, 0) + a \min(x, 0)",
    gradient=r"\bar x = \bar y \odot ([x > 0] + a [x \le 0])",
    promote="same",
    broadcasts=True,
)
def _prelu(x, a):
    negative = _plain(x) <= 0
    return (
        np.where(negative, a * x, x),
        lambda g: np.where(negative, a * g, g),
        lambda g: np.where(negative, x * g, np.zeros_like(g)),
    )


def prelu(x, weight):
    """As `leaky_relu`, with a slope that is learned, for all channels or for each (He et al. 2015)."""
    return _prelu(x, weight if weight.numel() == 1 or x.ndim < 2 else weight.reshape(1, -1, *(1,) * (x.ndim - 2)))


def relu6(x):
    """As ReLU, but at most 6."""
    return clamp_open(x, 0.0, 6.0)


def hardtanh(x, min_val=-1.0, max_val=1.0):
    """The element, kept between two bounds; on the bounds the slope is 0."""
    return clamp_open(x, min_val, max_val)


@operation(formula=r"y = \min(\max(x, \ell), u)", gradient=r"\bar x = \bar y \odot [\ell < x < u]")
def clamp_open(x, low, high):
    """The element, kept between two bounds; on the bounds no gradient passes (that of `clamp` does)."""
    inside = (_plain(x) > low) & (_plain(x) < high)
    return np.clip(x, low, high), lambda g: g * inside


@operation(
    formula=r"y = \lambda (\max(x, 0) + \alpha (e^{\min(x, 0)} - 1))",
    gradient=r"\bar x = \lambda \bar y \odot ([x > 0] + \alpha e^x [x \le 0])",
)
def elu(x, alpha=1.0, scale=1.0):
    """As ReLU, but what is negative tends smoothly to -alpha (Clevert et al. 2016)."""
    positive = _plain(x) > 0
    below = np.where(_plain(x) < 0, x, np.zeros_like(x))
    return (
        np.where(positive, scale * x, (scale * alpha) * np.expm1(below)),
        lambda g: g * np.where(positive, np.full_like(x, scale), (scale * alpha) * np.exp(below)),
    )


def selu(x):
    """ELU with the constants that keep mean 0 and spread 1 (Klambauer et al. 2017)."""
    return elu(x, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946)


def _gelu_tanh(x):
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)
    y = np.tanh(inner)
    slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
    return 0.5 * x * (1 + y), lambda g: g * (0.5 * (1 + y) + 0.5 * x * (1 - y * y) * slope)


@operation(
    formula=r"y = x\, \Phi(x)", gradient=r"\bar x = \bar y \odot (\Phi(x) + x \varphi(x))", promote="float", operands=1
)
def gelu(x, approximate="none"):
    """x times the share of a normal distribution below x; "tanh" is a faster approximation (Hendrycks & Gimpel 2016)."""
    if approximate == "tanh":
        return _gelu_tanh(x)
    if approximate != "none":
        raise ValueError(f'approximate must be "none" or "tanh", not {approximate!r}')
    share = 0.5 * (1 + erf_array(x * math.sqrt(0.5)))
    return x * share, lambda g: g * (share + x * (np.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))))


@operation(
    formula=r"y = x\, \sigma(x)", gradient=r"\bar x = \bar y \odot \sigma(x) (1 + x (1 - \sigma(x)))", promote="float"
)
def silu(x):
    """x times its sigmoid, also called swish (Elfwing et al. 2018)."""
    s = sigmoid_array(x)
    return x * s, lambda g: g * (s * (1 + x * (1 - s)))


@operation(
    formula=r"y = \tfrac1\beta \ln(1 + e^{\beta x})",
    gradient=r"\bar x = \bar y \odot \sigma(\beta x)",
    promote="float",
    operands=1,
)
def softplus(x, beta=1.0, threshold=20.0):
    """A smooth ReLU; beyond the threshold simply x."""
    scaled = x * beta
    straight = _plain(scaled) > threshold
    safe = np.where(straight, np.zeros_like(scaled), scaled)
    y = np.where(straight, x, np.logaddexp(safe, np.zeros_like(safe)) * (1 / beta))
    return y, lambda g: np.where(straight, g, g * sigmoid_array(safe))


@operation(
    formula=r"y = x \tanh(\ln(1 + e^x))",
    gradient=r"\bar x = \bar y \odot (t + x (1 - t^2) \sigma(x)),\ t = \tanh \ln(1 + e^x)",
    promote="float",
)
def mish(x):
    """x times the hyperbolic tangent of its softplus (Misra 2019)."""
    t = np.tanh(np.logaddexp(x, np.zeros_like(x)))
    return x * t, lambda g: g * (t + x * (1 - t * t) * sigmoid_array(x))


@operation(formula=r"y = x / (1 + |x|)", gradient=r"\bar x = \bar y / (1 + |x|)^2", promote="float")
def softsign(x):
    """An S from -1 to 1 that flattens slowly."""
    size = 1 + np.absolute(x)
    return x / size, lambda g: g / (size * size)


@operation(formula=r"y = -\ln(1 + e^{-x})", gradient=r"\bar x = \bar y \odot \sigma(-x)", promote="float")
def logsigmoid(x):
    """The logarithm of `sigmoid`, without underflow."""
    return -np.logaddexp(-x, np.zeros_like(x)), lambda g: g * sigmoid_array(-x)


def softmin(x, dim):
    """`softmax` of the negative: larger where x is smaller."""
    return softmax(-x, dim)


def glu(x, dim=-1):
    """Half of the channels, gated by the sigmoid of the other half (Dauphin et al. 2017)."""
    if x.shape[dim] % 2:
        raise ShapeError(f"glu halves dim {dim}, whose size {x.shape[dim]} is odd")
    a, b = x.chunk(2, dim)
    return a * sigmoid(b)


def normalize(x, p=2.0, dim=1, eps=1e-12):
    """Vectors along `dim`, divided by their length."""
    return x / vector_norm(x, p, dim, keepdim=True).clamp(eps)


def _plain(x):
    """The array behind a tensor, for masks that no gradient flows through."""
    return x.array if isinstance(x, Tensor) else x
