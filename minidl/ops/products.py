r"""Products of vectors and matrices."""

import math

import numpy as np

from minidl.engine.broadcasting import sum_of_rows
from minidl.engine.operation import operation
from minidl.errors import ShapeError, matmul_error


def _turned(x):
    return np.swapaxes(x, -1, -2)


@operation(
    formula="Y = A B",
    gradient=r"\bar A = \bar Y B^\top,\quad \bar B = A^\top \bar Y",
    numpy=np.matmul,
    promote="same",
    broadcasts=True,
)
def matmul(a, b):
    """The matrix product; vectors count as a row (left) or a column (right), further dimensions as batches.

    Raises
    ------
    ShapeError
        When the inner sizes differ; it says which transpose would fit.
    """
    if not a.ndim or not b.ndim:
        raise ShapeError("matmul multiplies vectors and matrices; for a number write a * b")
    if a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        raise matmul_error(a.shape, b.shape)
    flat = a.ndim > 2 and b.ndim == 2  # a batch times one matrix is a single product
    rows = math.prod(a.shape[:-1])

    def to_a(g):
        if b.ndim == 1:
            return np.expand_dims(g, -1) * b
        if a.ndim == 1:
            return np.squeeze(np.matmul(b, np.expand_dims(g, -1)), -1)
        if flat:
            return np.reshape(np.matmul(np.reshape(g, (rows, b.shape[1])), b.T), a.shape)
        return np.matmul(g, _turned(b))

    def to_b(g):
        if a.ndim == 1:
            return np.expand_dims(a, -1) * np.expand_dims(g, -2) if b.ndim > 1 else a * g
        if b.ndim == 1:
            return np.squeeze(np.matmul(_turned(a), np.expand_dims(g, -1)), -1)
        if flat:
            return np.matmul(np.reshape(a, (rows, b.shape[0])).T, np.reshape(g, (rows, b.shape[1])))
        return np.matmul(_turned(a), g)

    if flat:
        y = np.reshape(np.matmul(np.reshape(a, (rows, b.shape[0])), b), (*a.shape[:-1], b.shape[1]))
        return y, to_a, to_b
    return np.matmul(a, b), to_a, to_b


def _only(dims, name, what):
    def check(*tensors):
        for x, n in zip(tensors, dims, strict=True):
            if x.ndim != n:
                raise ShapeError(f"{name} multiplies {what}, and got a tensor of shape {x.shape}. Did you mean matmul ?")
        return matmul(*tensors)

    check.__name__, check.__doc__ = name, f"The product of {what}."
    return check


mm = _only((2, 2), "mm", "two matrices")
bmm = _only((3, 3), "bmm", "two batches of matrices")
mv = _only((2, 1), "mv", "a matrix and a vector")
dot = _only((1, 1), "dot", "two vectors")


def outer(a, b):
    """The matrix of all products of an element of `a` with one of `b`."""
    return a.reshape(-1, 1) * b.reshape(1, -1)


def _linear_in_small_operations(x, weight, bias=None):
    y = x @ weight.T
    return y if bias is None else y + bias


@operation(
    formula=r"Y = X W^\top + b",
    gradient=r"\bar X = \bar Y W,\quad \bar W = \bar Y^\top X,\quad \bar b = \sum_n \bar y_n",
    promote="same",
    composed=_linear_in_small_operations,
)
def linear(x, weight, bias=None):
    """A linear layer: every row of `x` times each row of `weight`, plus `bias`.

    Parameters
    ----------
    x : Tensor, shape (..., in_features)
    weight : Tensor, shape (out_features, in_features)
    bias : Tensor, shape (out_features,), optional

    Returns
    -------
    Tensor, shape (..., out_features)

    Raises
    ------
    ShapeError
        When `x` does not have `in_features` columns.
    """
    if x.ndim == 0 or x.shape[-1] != weight.shape[-1]:
        raise ShapeError(
            f"linear: the layer expects {weight.shape[-1]} input features, and the last dimension of the input has "
            f"{x.shape[-1] if x.ndim else 'no size'}\n    x       {x.shape}\n    weight  {weight.shape}"
            + _flatten_hint(x.shape, weight.shape[-1])
        )
    if x.ndim != 2:
        return _linear_on_rows(x, weight, bias)
    y = x @ weight.T
    if bias is not None:
        y += bias
    return y, lambda g: g @ weight, lambda g: g.T @ x, sum_of_rows


def _linear_on_rows(x, weight, bias):
    """A linear layer on whatever has features in its last dimension: all else are rows."""
    rows = x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
    y, to_rows, to_weight, to_bias = linear.rule(rows, weight, bias)
    shape, flat = x.shape, y.shape
    return (
        y.reshape(*shape[:-1], weight.shape[0]),
        lambda g: to_rows(g.reshape(flat)).reshape(shape),
        lambda g: to_weight(g.reshape(flat)),
        lambda g: to_bias(g.reshape(flat)),
    )


def _flatten_hint(shape, features):
    """Point out that the trailing dimensions, flattened, would fit."""
    for start in range(1, len(shape) - 1):
        if np.prod(shape[start:]) == features:
            sizes = " * ".join(map(str, shape[start:]))
            return f"\nDid you mean x.flatten({start}) ?  {sizes} = {features}"
    return ""
