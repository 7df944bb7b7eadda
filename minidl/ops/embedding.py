r"""Embedding: a learned vector for each word."""

import numpy as np

from minidl.engine.grad_mode import is_grad_enabled
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, OutOfRangeError
from minidl.ops.indexing import getitem


def embedding(indices, weight, padding_idx=None):
    """The rows of `weight` that `indices` name: (...) to (..., embedding_dim).

    Parameters
    ----------
    indices : Tensor of whole numbers
    weight : Tensor, shape (num_embeddings, embedding_dim)
    padding_idx : int, optional
        A row that gets no gradient.

    Raises
    ------
    DtypeError, OutOfRangeError
        For indices that are no whole numbers, or beyond the table.
    """
    if indices.dtype.kind not in "iu":
        raise DtypeError(f"embedding needs whole numbers as indices, not {indices.dtype}. Did you mean indices.long() ?")
    array, n = indices.array, weight.shape[0]
    if array.size and (array.min() < 0 or array.max() >= n):
        bad = array.min() if array.min() < 0 else array.max()
        raise OutOfRangeError(f"index {bad} is out of range for an embedding of {n} vectors (0 to {n - 1})")
    if padding_idx is None or not is_grad_enabled():
        return getitem(weight, indices)
    rows = getitem(weight, array)
    padded = np.expand_dims(array == padding_idx % n, -1)
    return rows.masked_fill(Tensor.wrap(padded), 0.0) + getitem(weight.detach(), array) * Tensor.wrap(padded)
