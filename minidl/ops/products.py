r"""Products of vectors and matrices."""

import math

import numpy as np

from minidl.engine.broadcasting import sum_of_rows
from minidl.engine.calling import any_spelling
from minidl.engine.operation import operation
from minidl.engine.parallel import product
from minidl.errors import DtypeError, ShapeError, matmul_error
from minidl.ops.elementwise import mul
from minidl.ops.reduction import axis_of, sum
from minidl.ops.shape import broadcast_to, mT


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
            return np.squeeze(product(b, np.expand_dims(g, -1)), -1)
        if flat:
            return np.reshape(product(np.reshape(g, (rows, b.shape[1])), b.T), a.shape)
        return product(g, mT(b))

    def to_b(g):
        if a.ndim == 1:
            return np.expand_dims(a, -1) * np.expand_dims(g, -2) if b.ndim > 1 else a * g
        if b.ndim == 1:
            return np.squeeze(product(mT(a), np.expand_dims(g, -1)), -1)
        if flat:
            return product(np.reshape(a, (rows, b.shape[0])).T, np.reshape(g, (rows, b.shape[1])))
        return product(mT(a), g)

    if flat:
        y = np.reshape(product(np.reshape(a, (rows, b.shape[0])), b), (*a.shape[:-1], b.shape[1]))
        return y, to_a, to_b
    return product(a, b), to_a, to_b


def _check(name, *tensors_and_dims):
    for x, n in zip(tensors_and_dims[::2], tensors_and_dims[1::2], strict=True):
        if x.ndim != n:
            what = {1: "vectors", 2: "matrices", 3: "batches of matrices"}[n]
            raise ShapeError(f"{name} multiplies {what} here, and got a tensor of shape {x.shape}. Did you mean matmul ?")


def _same_dtype(name, *tensors):
    if len({x.dtype for x in tensors}) > 1:
        raise DtypeError(f"{name} needs tensors of one dtype, and these have {' and '.join(str(x.dtype) for x in tensors)}")


@any_spelling
def mm(x, mat2):
    """The product of two matrices."""
    _check("mm", x, 2, mat2, 2)
    return matmul(x, mat2)


@any_spelling
def bmm(x, mat2):
    """The products of two batches of matrices."""
    _check("bmm", x, 3, mat2, 3)
    if x.shape[0] != mat2.shape[0]:
        raise ShapeError(f"bmm multiplies batches of one size, and these have {x.shape[0]} and {mat2.shape[0]} matrices")
    return matmul(x, mat2)


@any_spelling
def mv(x, vec):
    """The product of a matrix and a vector."""
    _check("mv", x, 2, vec, 1)
    return matmul(x, vec)


@any_spelling
def dot(x, tensor):
    """The product of two vectors: the sum of the products of their elements."""
    _check("dot", x, 1, tensor, 1)
    _same_dtype("dot", x, tensor)
    return matmul(x, tensor)


vdot = dot  # of real numbers the same


@any_spelling
def inner(x, other):
    """The sums of products over the last dimension of both; with a number their product."""
    if not x.ndim or not other.ndim:
        return x * other
    rest = other.shape[:-1]
    if x.shape[-1] != other.shape[-1]:
        raise ShapeError(f"inner sums over the last dimensions, whose sizes are {x.shape[-1]} and {other.shape[-1]}")
    flat = x.reshape(-1, x.shape[-1]) @ other.reshape(-1, x.shape[-1]).T
    return flat.reshape(*x.shape[:-1], *rest)


@any_spelling
def outer(x, vec2):
    """The matrix of all products of an element of `x` with one of `vec2`."""
    _check("outer", x, 1, vec2, 1)
    return mul(x.unsqueeze(1), vec2.unsqueeze(0))


ger = outer


@any_spelling
def vecdot(x, y, *, dim=-1):
    """The products of vectors, which lie along `dim`."""
    return sum(x * y, dim)


@any_spelling
def kron(x, other):
    """The Kronecker product: the second tensor, times each element of the first, in its place."""
    n = max(x.ndim, other.ndim)
    left, right = ((1,) * (n - t.ndim) + t.shape for t in (x, other))
    x = x.reshape(*(size for m in left for size in (m, 1)))
    other = other.reshape(*(size for m in right for size in (1, m)))
    return (x * other).reshape(*(a * b for a, b in zip(left, right, strict=True)))


@any_spelling
def cross(x, other, *, dim=-1):
    """The vector product of vectors of three elements, which lie along `dim`."""
    if x.ndim != other.ndim or x.ndim == 0:
        raise ShapeError(f"cross needs vectors, in both of as many dimensions, and the shapes are {x.shape}, {other.shape}")
    shape = np.broadcast_shapes(x.shape, other.shape)
    axis = axis_of(dim, len(shape))
    if shape[axis] != 3 or x.shape[axis - len(shape)] != 3 or other.shape[axis - len(shape)] != 3:
        raise ShapeError(f"cross multiplies vectors of 3 elements along dim {dim}; the shapes are {x.shape}, {other.shape}")
    x, other = broadcast_to(x, shape), broadcast_to(other, shape)
    return x.roll(-1, axis) * other.roll(-2, axis) - x.roll(-2, axis) * other.roll(-1, axis)


@any_spelling
def simple_cross(x, other, dim=None):
    """The vector product along `dim`, or along the first dimension of size 3 (PyTorch's `torch.cross`)."""
    if dim is None:
        shape = np.broadcast_shapes(x.shape, other.shape)
        if 3 not in shape:
            raise ShapeError(f"cross multiplies vectors of 3 elements, and no dimension of {shape} has that size")
        dim = shape.index(3)
    return cross(x, other, dim=dim)


@any_spelling
def multi_dot(tensors):
    """The product of several matrices, in the order of brackets that costs least."""
    _check("multi_dot", *(part for x in tensors[1:-1] for part in (x, 2)))
    row, column = tensors[0].ndim == 1, tensors[-1].ndim == 1
    first = tensors[0].unsqueeze(0) if row else tensors[0]
    last = tensors[-1].unsqueeze(1) if column else tensors[-1]
    y = _cheapest([first, *tensors[1:-1], last])
    y = y.squeeze(-1) if column else y
    return y.squeeze(0) if row else y


def _cheapest(matrices):
    """The product in the best order: of all last products the cheapest, their parts in turn (dynamic programming)."""
    n = len(matrices)
    sizes = [m.shape[0] for m in matrices] + [matrices[-1].shape[1]]
    cost = {(i, i): (0, 0) for i in range(n)}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            options = [(cost[i, k][0] + cost[k + 1, j][0] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)]
            cost[i, j] = min(options)

    def best(i, j):
        k = cost[i, j][1]
        return matrices[i] if i == j else best(i, k) @ best(k + 1, j)

    return best(0, n - 1)


@any_spelling
def chain_matmul(*matrices):
    """The product of several matrices, in the order of brackets that costs least."""
    return multi_dot(matrices)


# ---------------------------------------------------------------- a product added to something


def _added(x, y, beta, alpha):
    """``beta * x + alpha * y``; where beta is 0, what stands in `x` (even NaN) does not matter."""
    y = y if alpha == 1 else y * alpha
    if beta == 0:
        return y + x.detach() * 0 if np.isfinite(x.array).all() else y
    return y + (x if beta == 1 else x * beta)


@any_spelling
def addmm(x, mat1, mat2, *, beta=1, alpha=1):
    """The sum ``beta * x + alpha * (mat1 @ mat2)``."""
    return _added(x, mm(mat1, mat2), beta, alpha)


@any_spelling
def addmv(x, mat, vec, *, beta=1, alpha=1):
    """The sum ``beta * x + alpha * (mat @ vec)``."""
    return _added(x, mv(mat, vec), beta, alpha)


@any_spelling
def addr(x, vec1, vec2, *, beta=1, alpha=1):
    """The sum ``beta * x + alpha * outer(vec1, vec2)``."""
    return _added(x, outer(vec1, vec2), beta, alpha)


@any_spelling
def baddbmm(x, batch1, batch2, *, beta=1, alpha=1):
    """The sum ``beta * x + alpha * bmm(batch1, batch2)``."""
    return _added(x, bmm(batch1, batch2), beta, alpha)


@any_spelling
def addbmm(x, batch1, batch2, *, beta=1, alpha=1):
    """The sum ``beta * x + alpha * (the sum of bmm(batch1, batch2) over the batch)``."""
    return _added(x, bmm(batch1, batch2).sum(0), beta, alpha)


# ---------------------------------------------------------------- a linear layer


def _linear_reference(x, weight, bias=None):
    y = product(x, weight.T)
    return y if bias is None else y + bias


@operation(
    formula=r"Y = X W^\top + b",
    gradient=r"\bar X = \bar Y W,\quad \bar W = \bar Y^\top X,\quad \bar b = \sum_n \bar y_n",
    promote="same",
    composed=_linear_reference,
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
    y = product(x, weight.T)
    if bias is not None:
        y += bias
    return y, lambda g: product(g, weight), lambda g: product(g.T, x), sum_of_rows


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
