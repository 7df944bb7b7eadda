r"""The nonlinear steps between layers."""

import math
import warnings
from functools import partial

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.generator import default_generator
from minidl.engine.inplace import change
from minidl.engine.operation import array_function, operation
from minidl.engine.parallel import LARGE, PASS, in_pieces
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.creation import zeros_like
from minidl.ops.elementwise import let_through
from minidl.ops.norms import vector_norm
from minidl.ops.random import exponential_
from minidl.ops.reduction import axes_of
from minidl.ops.special import erf_array

MANY = LARGE // (2 * PASS)  # from this many elements on, a ReLU goes in pieces


def _applied(step, input, *settings, inplace=False):
    """The step applied to the input; ``inplace=True`` writes the result into the input and returns that."""
    if not inplace:
        return step(input, *settings)
    return change(input, lambda x: step(x, *settings), "inplace=True")


@array_function
def relu_array(x):
    """`relu` of an array."""
    y = np.zeros(x.shape, x.dtype) if x.flags.c_contiguous else np.zeros_like(x)

    def work(start, stop):  # NumPy compares with an array faster than with a number
        np.maximum(x[start:stop], y[start:stop], out=y[start:stop])

    if x.size < MANY:
        return np.maximum(x, y, out=y)
    in_pieces(len(x), work, PASS * x.size)
    return y


def _where_positive(g, y):
    """The gradient g where y is positive (or NaN, so that it is not lost), 0 elsewhere; y is never negative."""
    if type(g) is not np.ndarray or (g.size < MANY and g.strides == y.strides):
        return let_through(g, y != 0)
    gx = np.empty_like(y)  # lies in memory as y does, which g may not: two orders in one product are slow

    def work(start, stop):
        part = gx[start:stop]
        part[...] = g[start:stop]
        let_through(part, y[start:stop] != 0, out=part)

    in_pieces(len(g), work, 2 * PASS * g.size)
    return gx


@operation(formula=r"y = \max(x, 0)", gradient=r"\bar x = \bar y \odot [x > 0]", array=relu_array)
def _relu(x):
    y = relu_array(x)
    return y, lambda g: _where_positive(g, y)


def relu(input, inplace=False):
    """The element where it is positive, 0 elsewhere (where the slope is 0 too)."""
    return _applied(_relu, input, inplace=True) if inplace else _relu(input)


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
    with np.errstate(over="ignore"):  # too far below the largest to be a number: 0
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
def _softmax(x, dim):
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
def _log_softmax(x, dim):
    y, axes = log_softmax_array(x, dim), axes_of(dim, x.ndim)
    return y, lambda g: g - np.exp(y) * np.sum(g, axis=axes, keepdims=True)


@any_spelling
def softmax(input, dim=None, dtype=None):
    """Positive numbers along `dim` that add up to 1, larger where the input is larger.

    Parameters
    ----------
    dim : int
        Left out, it is guessed as PyTorch guesses it, with a warning.
    dtype : dtype, optional
        What to compute in.
    """
    input = input if dtype is None else input.to(dtype)
    return _softmax(input, _guessed_dim("softmax", input) if dim is None else dim)


@any_spelling
def log_softmax(input, dim=None, dtype=None):
    """The logarithm of `softmax`, without under- or overflow."""
    input = input if dtype is None else input.to(dtype)
    return _log_softmax(input, _guessed_dim("log_softmax", input) if dim is None else dim)


@any_spelling
def softmin(input, dim=None, dtype=None):
    """`softmax` of the negative: larger where the input is smaller."""
    input = input if dtype is None else input.to(dtype)
    return _softmax(-input, _guessed_dim("softmin", input) if dim is None else dim)


def _guessed_dim(name, x):
    """The dimension that PyTorch takes where none is given: 0 of vectors and of batches of matrices, else 1."""
    warnings.warn(f"{name} without dim guesses the dimension: say {name}(x, dim=...)", UserWarning, stacklevel=3)
    return 0 if x.ndim in (0, 1, 3) else 1


def gumbel_softmax(logits, tau=1.0, hard=False, eps=1e-10, dim=-1):
    """A random choice along `dim` that a gradient can follow (Jang et al. 2017).

    Parameters
    ----------
    tau : float
        The temperature: the lower, the nearer to a choice of one.
    hard : bool
        Give the choice itself, as ones and zeros, with the gradient of the soft one.
    """
    noise = -exponential_(zeros_like(logits.detach())).log()
    soft = _softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    chosen = soft.argmax(dim, keepdim=True)
    choice = zeros_like(logits.detach()).scatter(dim, chosen, 1.0)
    return choice - soft.detach() + soft


# ---------------------------------------------------------------- relatives of ReLU


@operation(formula=r"y = \max(x, 0) + a \min(x, 0)", gradient=r"\bar x = \bar y \odot ([x > 0] + a [x \le 0])")
def _leaky_relu(x, negative_slope):
    slope = np.where(_plain(x) > 0, 1.0, negative_slope).astype(x.dtype)
    return x * slope, lambda g: g * slope


@operation(
    formula=r"y = \max(x, 0) + a \min(x, 0)",
    gradient=r"\bar x = \bar y \odot ([x > 0] + a [x \le 0])",
    promote="same",
    broadcasts=True,
)
def _prelu(x, a):
    negative = ~(_plain(x) > 0)  # NaN too: it shows
    return (
        np.where(negative, a * x, x),
        lambda g: np.where(negative, a * g, g),
        lambda g: np.where(negative, x * g, np.zeros_like(g)),
    )


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """As ReLU, but what is negative is only made small (Maas et al. 2013)."""
    return _applied(_leaky_relu, input, negative_slope, inplace=inplace)


def prelu(input, weight):
    """As `leaky_relu`, with a slope that is learned, for all channels or for each (He et al. 2015).

    Parameters
    ----------
    input : Tensor, shape (N, C, ...)
    weight : Tensor, shape (C,) or (1,) or ()
    """
    if weight.ndim > 1:
        raise ShapeError(f"prelu: the weight is one slope, or a vector of them, not of shape {weight.shape}")
    if weight.numel() == 1:
        return _prelu(input, weight.reshape(()))
    channels = 1 if input.ndim < 2 else input.shape[1]
    if input.ndim == 0 or channels != len(weight):
        raise ShapeError(
            f"prelu: the weight has {len(weight)} slopes, one for each channel, and the input of shape {input.shape} has "
            f"{channels} channels"
        )
    return _prelu(input, weight.reshape(-1, *(1,) * (input.ndim - 2)))


def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    """As `leaky_relu`, with a slope drawn for each negative element while training (Xu et al. 2015)."""
    if lower > upper:
        raise ValueError(f"rrelu: the lower bound {lower} must not be greater than the upper bound {upper}")
    if not training:
        return _applied(_leaky_relu, input, (lower + upper) / 2, inplace=inplace)
    negative = input.array <= 0
    slopes = np.ones(input.shape, input.dtype)
    slopes[negative] = lower + (upper - lower) * default_generator.uniform(int(negative.sum()), np.float64)
    return _applied(lambda x: x * Tensor.wrap(slopes), input, inplace=inplace)


def relu6(input, inplace=False):
    """As ReLU, but at most 6."""
    return _applied(clamp_open, input, 0.0, 6.0, inplace=inplace)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """The element, kept between two bounds; on the bounds the slope is 0."""
    if min_val > max_val:
        raise ValueError(f"hardtanh: min_val {min_val} must not be greater than max_val {max_val}")
    return _applied(clamp_open, input, min_val, max_val, inplace=inplace)


def hardsigmoid(input, inplace=False):
    """An S from 0 to 1 made of three straight pieces."""
    return _applied(lambda x: clamp_open(x + 3, 0.0, 6.0) / 6, input, inplace=inplace)


@operation(
    formula=r"y = x \min(\max(x + 3, 0), 6) / 6",
    gradient=r"\bar x = \bar y \odot (\tfrac13 x + \tfrac12) \text{ for } -3 < x < 3",
    promote="float",
)
def _hardswish(x):
    below, above = _plain(x) <= -3, _plain(x) >= 3
    return x * (np.clip(x + 3, 0, 6) / 6), lambda g: np.where(above, g, let_through(g * (x / 3 + 0.5), ~below))


def hardswish(input, inplace=False):
    """`silu` made of straight and square pieces (Howard et al. 2019)."""
    return _applied(_hardswish, input, inplace=inplace)


@operation(formula=r"y = x \text{ where } |x| > \lambda", gradient=r"\bar x = \bar y \odot [|x| > \lambda]")
def _hardshrink(x, lambd):
    small = (_plain(x) >= -lambd) & (_plain(x) <= lambd)  # not NaN, which stays
    return np.where(small, np.zeros_like(x), x), lambda g: let_through(g, ~small)


def hardshrink(input, lambd=0.5):
    """The element where it is larger than `lambd` in size, 0 elsewhere."""
    return _hardshrink(input, lambd)


@operation(formula=r"y = \operatorname{sign}(x) \max(|x| - \lambda, 0)", gradient=r"\bar x = \bar y \odot [|x| > \lambda]")
def _softshrink(x, lambd):
    small = (_plain(x) >= -lambd) & (_plain(x) <= lambd)  # not NaN, which stays
    shift = np.where(_plain(x) > 0, lambd, -lambd).astype(x.dtype)
    return np.where(small, np.zeros_like(x), x - shift), lambda g: let_through(g, ~small)


def softshrink(input, lambd=0.5):
    """The element, `lambd` nearer to 0."""
    if lambd < 0:
        raise ValueError(f"softshrink: lambd must be at least 0, and is {lambd}")
    return _softshrink(input, lambd)


def tanhshrink(input):
    """The element less its hyperbolic tangent."""
    return input - input.tanh()


@operation(formula=r"y = x \text{ where } x > t, \text{ else } v", gradient=r"\bar x = \bar y \odot [x > t]")
def _threshold(x, threshold, value):
    below = _plain(x) <= threshold
    return np.where(below, np.full_like(x, value), x), lambda g: let_through(g, ~below)


def threshold(input, threshold, value, inplace=False):
    """The element where it is above the threshold, `value` elsewhere."""
    return _applied(_threshold, input, threshold, value, inplace=inplace)


@operation(formula=r"y = \min(\max(x, \ell), u)", gradient=r"\bar x = \bar y \odot [\ell < x < u]")
def clamp_open(x, low, high):
    """The element, kept between two bounds; on the bounds no gradient passes (that of `clamp` does)."""
    inside = (_plain(x) > low) & (_plain(x) < high)
    return np.clip(x, low, high), lambda g: let_through(g, inside)


@operation(
    formula=r"y = \lambda (\max(x, 0) + \alpha (e^{\beta \min(x, 0)} - 1))",
    gradient=r"\bar x = \lambda \bar y \odot ([x > 0] + \alpha \beta e^{\beta x} [x \le 0])",
)
def _elu(x, alpha, scale, steepness):
    positive = _plain(x) > 0
    below = np.where(_plain(x) >= 0, np.zeros_like(x), x) * steepness  # a NaN is kept
    return (
        np.where(positive, scale * x, (scale * alpha) * np.expm1(below)),
        lambda g: g * np.where(positive, np.full_like(below, scale), (scale * alpha * steepness) * np.exp(below)),
    )


def elu(input, alpha=1.0, inplace=False):
    """As ReLU, but what is negative tends smoothly to -alpha (Clevert et al. 2016)."""
    return _applied(_elu, input, alpha, 1.0, 1.0, inplace=inplace)


def celu(input, alpha=1.0, inplace=False):
    """ELU whose slope is continuous for every `alpha` (Barron 2017)."""
    if alpha == 0:
        raise ValueError("celu divides by alpha, which must not be 0")
    return _applied(_elu, input, alpha, 1.0, 1.0 / alpha, inplace=inplace)


def selu(input, inplace=False):
    """ELU with the constants that keep mean 0 and spread 1 (Klambauer et al. 2017)."""
    alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
    return _applied(_elu, input, alpha, scale, 1.0, inplace=inplace)


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
def _silu(x):
    s = sigmoid_array(x)
    return x * s, lambda g: g * (s * (1 + x * (1 - s)))


def silu(input, inplace=False):
    """The element times its sigmoid, also called swish (Elfwing et al. 2018)."""
    return _applied(_silu, input, inplace=inplace)


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
    y = np.where(straight, x, np.logaddexp(scaled, 0) * (1 / beta))
    return y, lambda g: np.where(straight, g, g * sigmoid_array(scaled))


@operation(
    formula=r"y = x \tanh(\ln(1 + e^x))",
    gradient=r"\bar x = \bar y \odot (t + x (1 - t^2) \sigma(x)),\ t = \tanh \ln(1 + e^x)",
    promote="float",
)
def _mish(x):
    t = np.tanh(np.logaddexp(x, 0))
    return x * t, lambda g: g * (t + x * (1 - t * t) * sigmoid_array(x))


def mish(input, inplace=False):
    """The element times the hyperbolic tangent of its softplus (Misra 2019)."""
    return _applied(_mish, input, inplace=inplace)


@operation(formula=r"y = x / (1 + |x|)", gradient=r"\bar x = \bar y / (1 + |x|)^2", promote="float")
def softsign(x):
    """An S from -1 to 1 that flattens slowly."""
    size = 1 + np.absolute(x)
    return x / size, lambda g: g / (size * size)


@operation(formula=r"y = -\ln(1 + e^{-x})", gradient=r"\bar x = \bar y \odot \sigma(-x)", promote="float")
def logsigmoid(x):
    """The logarithm of `sigmoid`, without underflow."""
    return -np.logaddexp(-x, 0), lambda g: g * sigmoid_array(-x)


def glu(input, dim=-1):
    """Half of the channels, gated by the sigmoid of the other half (Dauphin et al. 2017)."""
    if not input.ndim or input.shape[dim] % 2:
        raise ShapeError(f"glu halves dim {dim}, whose size must be even, and the input has shape {input.shape}")
    a, b = input.chunk(2, dim)
    return a * sigmoid(b)


@any_spelling
def normalize(input, p=2.0, dim=1, eps=1e-12):
    """Vectors along `dim`, divided by their length."""
    return input / vector_norm(input, p, dim, keepdim=True).clamp(eps)


celu_, elu_, hardtanh_, leaky_relu_, relu_, rrelu_, selu_, threshold_ = (
    partial(step, inplace=True) for step in (celu, elu, hardtanh, leaky_relu, relu, rrelu, selu, threshold)
)


def _plain(x):
    """The array behind a tensor, for masks that no gradient flows through."""
    return x.array if isinstance(x, Tensor) else x
