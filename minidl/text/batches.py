"""Sequences of different lengths in one tensor: padded, with a mask that says what is real."""

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError


def pad(sequences, value=0, length=None, side="right"):
    """Sequences of numbers as the rows of one tensor, filled up to the same length.

    Parameters
    ----------
    sequences : sequence of sequences of int or float, or of tensors (L,)
    value : number
        What to fill up with.
    length : int, optional
        The length of all rows; longer sequences are cut. The longest sequence decides unless given.
    side : {"right", "left"}
        Where it is filled up.

    Returns
    -------
    Tensor, shape (N, length)

    Examples
    --------
    >>> pad([[5, 2, 7], [4]])
    tensor([[5, 2, 7],
            [4, 0, 0]])
    """
    if side not in ("right", "left"):
        raise ValueError(f"sequences are filled up on the 'right' or on the 'left', and side is {side!r}")
    rows = [_row(sequence, k) for k, sequence in enumerate(sequences)]
    if not rows:
        raise ShapeError("there is no sequence to put into a batch")
    length = max(map(len, rows)) if length is None else length
    if length < 0:
        raise ShapeError(f"rows have a length of 0 or more, not {length}")
    kind = np.float32 if any(row.dtype.kind == "f" for row in rows) or isinstance(value, float) else np.int64
    batch = np.full((len(rows), length), value, kind)
    for k, row in enumerate(rows):
        row = row[:length]
        batch[k, slice(len(row)) if side == "right" else slice(length - len(row), None)] = row
    return Tensor(batch)


def _row(sequence, k):
    row = sequence.array if isinstance(sequence, Tensor) else np.asarray(sequence)
    if row.ndim != 1 or row.dtype.kind not in "iufb":
        hint = ": encode the text first" if row.dtype.kind in "US" or isinstance(sequence, str) else ""
        raise ShapeError(f"sequence {k} must be a row of numbers, and has shape {row.shape} and dtype {row.dtype}{hint}")
    return row if row.size or row.dtype.kind != "f" else row.astype(np.int64)  # an empty list has no kind of its own


def lengths_mask(lengths, length=None):
    """Which places are real: row k is True in its first `lengths[k]` places.

    Parameters
    ----------
    lengths : sequence of int, or tensor (N,)
    length : int, optional
        How many places there are; the longest decides unless given.

    Returns
    -------
    Tensor of bool, shape (N, length)

    Examples
    --------
    >>> lengths_mask([2, 1])
    tensor([[ True,  True],
            [ True, False]])
    """
    lengths = lengths.array if isinstance(lengths, Tensor) else np.asarray(lengths, None if len(lengths) else np.int64)
    if lengths.ndim != 1:
        raise ShapeError(f"lengths are one number for each sequence (N,), and have shape {lengths.shape}")
    if lengths.dtype.kind not in "iu" or (lengths < 0).any():
        raise ShapeError(f"lengths are whole numbers of 0 or more, not {lengths.tolist()}")
    length = int(lengths.max(initial=0)) if length is None else length
    return Tensor(np.arange(length) < lengths[:, None])


def collate(examples, value=0):
    """A `collate_fn` of a DataLoader: (sequence, label) pairs as (batch, lengths, labels).

    Parameters
    ----------
    examples : list of (sequence of int, int or float)
    value : int
        What shorter sequences are filled up with.

    Returns
    -------
    (Tensor (N, L), Tensor (N,), Tensor (N,))

    Examples
    --------
    >>> batch, lengths, labels = collate([([3, 1], 0), ([2, 2, 2], 1)])
    >>> batch.shape, lengths, labels
    ((2, 3), tensor([2, 3]), tensor([0, 1]))
    """
    sequences, labels = zip(*examples, strict=True)
    lengths = Tensor(np.array([len(sequence) for sequence in sequences]))
    numbers = [label.item() if hasattr(label, "item") else label for label in labels]
    kind = np.float32 if any(isinstance(number, float) for number in numbers) else np.int64
    return pad(sequences, value), lengths, Tensor(np.array(numbers, kind))
