r"""Embedding: a learned vector for each word."""

import numpy as np

from minidl.engine.calling import need_tensors
from minidl.engine.grad_mode import is_grad_enabled, no_grad
from minidl.engine.operation import operation
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, OutOfRangeError, ShapeError
from minidl.ops.indexing import getitem
from minidl.ops.shape import stack


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """The rows of `weight` that the indices name: (...) to (..., embedding_dim).

    Parameters
    ----------
    input : Tensor of whole numbers
    weight : Tensor, shape (num_embeddings, embedding_dim)
    padding_idx : int, optional
        A row that gets no gradient.
    max_norm, norm_type : float, optional
        Rows that are longer than `max_norm`, by the norm of this order, are shortened to it first, in place.
    scale_grad_by_freq : bool
        Divide the gradient of each row by how often it is named.
    sparse : bool
        Accepted; the gradient is as large as the table all the same.

    Raises
    ------
    DtypeError, OutOfRangeError
        For indices that are no whole numbers, or beyond the table.
    """
    array = _checked_indices("embedding", input, weight, padding_idx)
    if max_norm is not None:
        _shorten(weight, np.unique(array), max_norm, norm_type)
    rows = getitem(weight, input.long() if array.dtype == np.uint8 else input)  # in brackets, uint8 would be a mask
    if (padding_idx is None and not scale_grad_by_freq) or not is_grad_enabled():
        return rows
    share = np.ones(array.shape, weight.dtype)
    if scale_grad_by_freq:
        share /= np.bincount(array.ravel(), minlength=weight.shape[0])[array]
    if padding_idx is not None:
        share[array == padding_idx % weight.shape[0]] = 0
    return gradient_times(rows, share[..., None])


@operation(formula="y = x", gradient=r"\bar x = s \odot \bar y", linear=True)
def gradient_times(x, s):
    """The same values; their gradient is multiplied by an array."""
    return +x, lambda g: g * s


def _checked_indices(name, input, weight, padding_idx):
    """The indices as an array, checked against the table."""
    need_tensors(name, input=input)
    if weight.ndim != 2:
        raise ShapeError(f"{name} needs a table (num_embeddings, embedding_dim), and the weight has shape {weight.shape}")
    n = weight.shape[0]
    if input.dtype.kind not in "iu":
        raise DtypeError(f"{name} needs whole numbers as indices, not {input.dtype}. Did you mean indices.long() ?")
    if padding_idx is not None and not -n <= padding_idx < n:
        raise ValueError(f"padding_idx {padding_idx} is not a row of a table of {n}")
    array = input.array
    if array.size and (array.min() < 0 or array.max() >= n):
        bad = array.min() if array.min() < 0 else array.max()
        raise OutOfRangeError(f"index {bad} is out of range for an {name} of {n} vectors (0 to {n - 1})")
    return array


def _shorten(weight, rows, max_norm, norm_type):
    """Bring the rows that are longer than `max_norm` to that length, in place."""
    lengths = np.linalg.norm(weight.array[rows], norm_type, axis=1)
    long = lengths > max_norm
    if long.any():
        factors = np.ones(len(weight), weight.dtype)
        factors[rows[long]] = max_norm / (lengths[long] + 1e-7)
        with no_grad():
            weight.mul_(Tensor.wrap(factors[:, None]))


def embedding_bag(
    input,
    weight,
    offsets=None,
    max_norm=None,
    norm_type=2.0,
    scale_grad_by_freq=False,
    mode="mean",
    sparse=False,
    per_sample_weights=None,
    include_last_offset=False,
    padding_idx=None,
):
    """The sum, mean or largest element of the embeddings of each bag of words.

    Parameters
    ----------
    input : Tensor of whole numbers, shape (B, n), or (n,) with `offsets`
        Bags of equal size, or all bags one after another.
    offsets : Tensor of whole numbers, shape (B,), optional
        Where each bag begins; with `include_last_offset`, followed by where the last one ends.
    mode : {"sum", "mean", "max"}
    per_sample_weights : Tensor of the shape of `input`, optional
        How much each word counts; for "sum" alone.
    padding_idx : int, optional
        A word that does not count, and is not among those that a mean divides by.

    Returns
    -------
    Tensor, shape (B, embedding_dim)
    """
    if mode not in ("sum", "mean", "max"):
        raise ValueError(f'embedding_bag knows the modes "sum", "mean" and "max", not {mode!r}')
    if per_sample_weights is not None and (mode != "sum" or per_sample_weights.shape != input.shape):
        raise ValueError('per_sample_weights need the mode "sum", and the shape of the input')
    if (offsets is None) != (input.ndim == 2) or input.ndim not in (1, 2):
        raise ShapeError(f"embedding_bag takes bags (B, n), or words (n,) with offsets, and got shape {input.shape}")
    starts = np.arange(len(input)) * input.shape[1] if offsets is None else offsets.array
    if offsets is not None and (starts.ndim != 1 or not len(starts) or starts[0] != 0 or (np.diff(starts) < 0).any()):
        raise ShapeError(f"offsets are a vector that begins at 0 and grows, not {starts.tolist()!r:.60}")
    words = input.reshape(-1)
    ends = starts[1:] if include_last_offset else np.append(starts[1:], len(words))
    array = _checked_indices("embedding_bag", words, weight, padding_idx)
    counts = np.ones(len(words), bool) if padding_idx is None else array != padding_idx % weight.shape[0]
    rows = embedding(words, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq)
    bags = [np.flatnonzero(counts[start:end]) + start for start, end in zip(starts, ends, strict=False)]
    if per_sample_weights is not None:
        rows = rows * per_sample_weights.reshape(-1, 1)
    if mode == "max":
        empty = Tensor.wrap(np.zeros(weight.shape[1], weight.dtype))
        return stack([rows[bag].max(0).values if len(bag) else empty for bag in bags])
    sizes = np.array([len(bag) for bag in bags])
    place = Tensor.wrap(np.repeat(np.arange(len(bags)), sizes))
    sums = Tensor.wrap(np.zeros((len(bags), weight.shape[1]), rows.dtype))
    sums = sums.index_add(0, place, rows[np.concatenate(bags)])
    return sums if mode == "sum" else sums / Tensor.wrap(np.maximum(1, sizes)[:, None].astype(rows.dtype))
