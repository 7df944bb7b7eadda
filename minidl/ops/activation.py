r"""The nonlinear steps between layers."""

import numpy as np

from minidl.autograd import operation
from minidl.ops.reduction import axes_of
from minidl.tensor import Tensor, attach


@operation(formula=r"y = \max(x, 0)", gradient=r"\bar x = \bar y \odot [x > 0]")
def relu(x):
    """The element where it is positive, 0 elsewhere (where the slope is 0 too)."""
    if isinstance(x, Tensor):
        return relu(x), lambda g: g * (x.detach() > 0)
    y = np.maximum(x, 0)
    return y, lambda g: g * (y > 0)


@operation(formula=r"y = \frac{1}{1 + e^{-x}}", gradient=r"\bar x = \bar y \odot y (1 - y)", promote="float")
def sigmoid(x):
    """The logistic function: an S from 0 to 1."""
    if isinstance(x, Tensor):
        y = sigmoid(x)
    else:
        with np.errstate(over="ignore"):
            y = 1 / (1 + np.exp(-x))
    return y, lambda g: g * (y * (1 - y))


@operation(
    formula=r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
    gradient=r"\bar x = y \odot (\bar y - \textstyle\sum_j \bar y_j y_j)",
    promote="float",
)
def softmax(x, dim):
    """Positive numbers along `dim` that add up to 1, larger where `x` is larger."""
    axes = axes_of(dim, x.ndim)
    if isinstance(x, Tensor):
        y = softmax(x, dim)
    else:
        y = np.exp(x - np.max(x, axis=axes, keepdims=True, initial=-np.inf))
        y /= np.sum(y, axis=axes, keepdims=True)
    return y, lambda g: y * (g - np.sum(g * y, axis=axes, keepdims=True))


@operation(
    formula=r"y_i = x_i - \ln \sum_j e^{x_j}",
    gradient=r"\bar x = \bar y - e^{y} \textstyle\sum_j \bar y_j",
    promote="float",
)
def log_softmax(x, dim):
    """The logarithm of `softmax`, without under- or overflow."""
    axes = axes_of(dim, x.ndim)
    if isinstance(x, Tensor):
        y = log_softmax(x, dim)
    else:
        y = x - np.max(x, axis=axes, keepdims=True, initial=-np.inf)
        y -= np.log(np.sum(np.exp(y), axis=axes, keepdims=True))
    return y, lambda g: g - np.exp(y) * np.sum(g, axis=axes, keepdims=True)


attach(
    globals(),
    """
    relu sigmoid softmax log_softmax
""",
)
