r"""Distances between the rows of matrices, computed without a table of all differences."""

import math

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.operation import operation
from minidl.errors import DtypeError, ShapeError
from minidl.ops.elementwise import abs
from minidl.ops.norms import vector_norm
from minidl.ops.reduction import amax, total, widened
from minidl.ops.shape import mT

PIECE = 2**22  # so many differences stand in memory at once
MANY = 25  # rows, from which on PyTorch takes the form with a product
MODES = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")


@any_spelling
def dist(x, other, p=2):
    """The norm of the difference of two tensors."""
    return vector_norm(x - other, p)


@any_spelling
def cdist(x1, x2, p=2.0, compute_mode=MODES[0]):
    """The distances between all rows of `x1` and all rows of `x2`.

    Parameters
    ----------
    x1 : Tensor, shape (..., P, M)
    x2 : Tensor, shape (..., R, M)
    p : float
        The norm whose length of a difference is the distance: at least 0, and inf for the largest element.
    compute_mode : str
        Whether Euclidean distances come from the matrix product ``x1 @ x2.mT``: always, never, or (as unless said
        otherwise) where there are more than 25 rows. It is faster, and loses digits of distances that are much smaller
        than the rows are long.

    Returns
    -------
    Tensor, shape (..., P, R)

    Raises
    ------
    ShapeError
        When these are no matrices, or their rows differ in length.

    Examples
    --------
    >>> import minidl as md
    >>> md.cdist(md.tensor([[0.0, 0.0], [3.0, 0.0]]), md.tensor([[0.0, 4.0]]))
    tensor([[4.],
            [5.]])
    """
    _check(x1, x2, p)
    if compute_mode not in MODES:
        raise ValueError(f"compute_mode must be one of {', '.join(MODES)}, not {compute_mode!r}")
    batch = np.broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
    P, R, M = x1.shape[-2], x2.shape[-2], x1.shape[-1]
    x1, x2 = (x.expand(*batch, -1, -1).reshape(math.prod(batch), n, M) for x, n in ((x1, P), (x2, R)))
    by_product = p == 2 and (compute_mode == MODES[1] or (compute_mode == MODES[0] and max(P, R) > MANY))
    y = euclidean_dist(x1, x2) if by_product else piecewise_dist(x1, x2, float(p))
    return y.reshape(*batch, P, R)


def _check(x1, x2, p):
    for x in (x1, x2):
        if x.ndim < 2:
            raise ShapeError(f"cdist compares the rows of matrices, and got a tensor of shape {x.shape}")
        _refuse_no_floats(x)
    if x1.shape[-1] != x2.shape[-1]:
        raise ShapeError(f"cdist compares rows of one length, and these have {x1.shape[-1]} and {x2.shape[-1]} elements")
    _refuse_negative(p)


def _refuse_no_floats(x):
    if x.dtype.kind != "f":
        raise DtypeError(f"the distance of rows of {x.dtype} need not be a whole number. Did you mean x.float() ?")


def _refuse_negative(p):
    if not p >= 0:
        raise ValueError(f"p must be at least 0 (inf for the largest element), and is {p}")


@operation(
    formula=r"y_{ij} = \sqrt{|a_i|^2 + |b_j|^2 - 2\, a_i \cdot b_j}",
    gradient=r"\bar a_i = \sum_j \bar y_{ij} (a_i - b_j) / y_{ij}",
    promote="same",
)
def euclidean_dist(a, b):
    """Euclidean distances between the rows of matrices (B, P, M) and (B, R, M), by a product of matrices."""
    long, wide = widened(a), widened(b)
    squares = total(long * long, -1, True) + mT(total(wide * wide, -1, True)) - 2 * np.matmul(long, mT(wide))
    nothing = squares <= 0  # rounded below it, too
    y = np.where(nothing, 0.0, np.sqrt(np.where(nothing, 1.0, squares))).astype(a.dtype)

    def share(g):
        return np.where(nothing, 0.0, g / np.where(nothing, 1.0, y)).astype(g.dtype)

    def to_a(g):
        g = share(g)
        return a * total(g, -1, True) - np.matmul(g, b)

    def to_b(g):
        g = mT(share(g))
        return b * total(g, -1, True) - np.matmul(g, a)

    return y, to_a, to_b


def _all_differences(a, b, p):
    """`piecewise_dist` made of smaller operations, which hold the table of all differences."""
    differences = a.unsqueeze(-2) - b.unsqueeze(-3)
    if p != math.inf:
        return vector_norm(differences, p, -1)
    size = abs(differences)
    y = amax(size, -1)
    full = (size * (size == y.unsqueeze(-1))).sum(-1)  # of equal elements each has the whole gradient, as in PyTorch
    return full + (y - full).detach()


@operation(
    formula=r"y_{ij} = (\textstyle\sum_k |a_{ik} - b_{jk}|^p)^{1/p}",
    gradient=r"\bar a_{ik} = \sum_j \bar y_{ij}\, d\, |d|^{p-2} / y_{ij}^{p-1},\quad d = a_{ik} - b_{jk}",
    promote="same",
    operands=2,
    joint=True,
    composed=_all_differences,
)
def piecewise_dist(a, b, p):
    """Distances between the rows of matrices (B, P, M) and (B, R, M), a piece of the differences at a time."""
    y = np.zeros((a.shape[0], a.shape[1], b.shape[1]), a.dtype)
    pieces = _pieces(len(a), a.shape[1], b.shape[1], a.shape[2])
    for i, j in pieces:
        y[i, j] = _lengths(a[i, j, None] - b[i, None], p)

    def pull(g, wanted):
        if p == 0:
            return None, None  # a count has no slope
        to_a, to_b = np.zeros_like(a), np.zeros_like(b)
        for i, j in pieces:
            slopes = _slopes(a[i, j, None] - b[i, None], y[i, j], g[i, j], p)
            to_a[i, j] = slopes.sum(2)
            to_b[i] -= slopes.sum(1)
        return to_a, to_b

    return y, pull


def _pieces(batches, rows, others, elements):
    """Which batches and which rows of the first matrix to take at once: as many as fit into a piece."""
    of_a_row = max(1, others * elements)
    if rows * of_a_row <= PIECE:
        n = max(1, PIECE // max(1, rows * of_a_row))
        return [(slice(i, i + n), slice(None)) for i in range(0, batches, n)]
    n = max(1, PIECE // of_a_row)
    return [(slice(i, i + 1), slice(j, j + n)) for i in range(batches) for j in range(0, rows, n)]


def _lengths(d, p):
    """The p-norms of vectors (along the last dimension)."""
    size = np.abs(widened(d))
    if p == 0:
        return (size != 0).sum(-1)
    if p == math.inf:
        return size.max(-1, initial=0.0)
    if p == 1:
        return size.sum(-1)
    return np.sqrt((size * size).sum(-1)) if p == 2 else (size**p).sum(-1) ** (1 / p)


def _slopes(d, lengths, g, p):
    """The gradients of vectors `d` from those of their lengths; 0 where a vector has no length."""
    lengths, g = lengths[..., None], g[..., None]
    if p == 1:
        return g * np.sign(d)
    if p == math.inf:
        return g * np.sign(d) * (np.abs(d) == lengths)
    lengths = np.where(lengths == 0, 1.0, lengths).astype(d.dtype)
    if p == 2:
        return g * d / lengths
    size = np.where(d == 0, 1.0, np.abs(d)).astype(d.dtype)
    return np.sign(d) * (size / lengths) ** (p - 1) * g


@any_spelling
def pdist(x, p=2.0):
    """The distances between each two different rows of a matrix (N, M), in one row of N (N - 1) / 2.

    Raises
    ------
    ShapeError
        When it is no matrix.
    """
    if x.ndim != 2:
        raise ShapeError(f"pdist compares the rows of one matrix, and got a tensor of shape {x.shape}")
    _refuse_no_floats(x)
    _refuse_negative(p)
    return pairwise_dist(x, float(p))


def _chosen_differences(x, p):
    """`pairwise_dist` made of smaller operations."""
    first, second = np.triu_indices(len(x), 1)
    return _all_differences(x[first].unsqueeze(1), x[second].unsqueeze(1), p).reshape(-1)


@operation(
    formula=r"y_{ij} = (\textstyle\sum_k |x_{ik} - x_{jk}|^p)^{1/p},\quad i < j",
    gradient=r"\bar x_{ik} = \sum_j \bar y_{ij}\, d\, |d|^{p-2} / y_{ij}^{p-1},\quad d = x_{ik} - x_{jk}",
    promote="same",
    operands=1,
    joint=True,
    composed=_chosen_differences,
)
def pairwise_dist(x, p):
    """The distances between each two different rows of a matrix, those of one row at a time."""
    n = len(x)
    ends = np.cumsum(np.arange(n - 1, 0, -1)) if n > 1 else np.zeros(0, int)
    parts = [slice(end - (n - 1 - i), end) for i, end in enumerate(ends)]  # where in `y` the distances of row i stand
    y = np.zeros(n * (n - 1) // 2, x.dtype)
    for i, part in enumerate(parts):
        y[part] = _lengths(x[i] - x[i + 1 :], p)

    def pull(g, wanted):
        if p == 0:
            return (None,)  # a count has no slope
        gradient = np.zeros_like(x)
        for i, part in enumerate(parts):
            slopes = _slopes(x[i] - x[i + 1 :], y[part], g[part], p)
            gradient[i] += slopes.sum(0)
            gradient[i + 1 :] -= slopes
        return (gradient,)

    return y, pull
