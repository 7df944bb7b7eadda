"""Sequences of different lengths in one tensor: padded, with a mask that says what is real."""

import numpy as np

from minidl.engine.conversion import real_number, whole_number
from minidl.engine.tensor import Tensor
from minidl.errors import OutOfRangeError, ShapeError

WHOLE = np.iinfo(np.int64)


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

    Raises
    ------
    ShapeError
        When there is no sequence, one is no row of numbers, or length is negative.
    DtypeError
        When value is no number.
    OutOfRangeError
        When a whole number does not fit into 64 bits.

    Examples
    --------
    >>> pad([[5, 2, 7], [4]])
    tensor([[5, 2, 7],
            [4, 0, 0]])
    """
    if side not in ("right", "left"):
        raise ValueError(f"sequences are filled up on the 'right' or on the 'left', and side is {side!r}")
    if not hasattr(sequences, "__iter__"):
        raise ShapeError(f"sequences are a list of rows of numbers, and this is of type {type(sequences).__name__}")
    rows = [_row(sequence, k) for k, sequence in enumerate(sequences)]
    if not rows:
        raise ShapeError("there is no sequence to put into a batch")
    length = max(map(len, rows)) if length is None else _length(length)
    value = _number("value", value)
    kind = np.float32 if any(row.dtype.kind == "f" for row in rows) or isinstance(value, float) else np.int64
    batch = np.full((len(rows), length), value, kind)
    for k, row in enumerate(rows):
        row = row[:length]
        batch[k, slice(len(row)) if side == "right" else slice(length - len(row), None)] = row
    return Tensor(batch)


def _row(sequence, k):
    try:
        row = sequence.array if isinstance(sequence, Tensor) else np.asarray(sequence)
    except ValueError as error:
        raise ShapeError(f"sequence {k} must be a row of numbers, and holds lists of different lengths") from error
    if row.ndim != 1 or row.dtype.kind not in "iufb":
        hint = ": encode the text first" if row.dtype.kind in "US" or isinstance(sequence, str) else ""
        raise ShapeError(f"sequence {k} must be a row of numbers, and has shape {row.shape} and dtype {row.dtype}{hint}")
    if row.dtype.kind == "u" and row.size and row.max() > WHOLE.max:
        raise OutOfRangeError(f"sequence {k} holds {row.max()}, and whole numbers end at {WHOLE.max}")
    return row if row.size or row.dtype.kind != "f" else row.astype(np.int64)  # an empty list has no kind of its own


def _length(length):
    """The length of rows, once it is known to be one."""
    if whole_number(length, "length") < 0:
        raise ShapeError(f"rows have a length of 0 or more, not {length}")
    return int(length)


def _number(name, value):
    """A number of Python that fits into 64 bits if it is a whole one."""
    value = real_number(value, name)
    if isinstance(value, int) and not WHOLE.min <= value <= WHOLE.max:
        raise OutOfRangeError(f"{name} is {value}, and whole numbers go from {WHOLE.min} to {WHOLE.max}")
    return value


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
    if not hasattr(lengths, "__iter__"):
        raise ShapeError(f"lengths are one number for each sequence (N,), and this is of type {type(lengths).__name__}")
    lengths = lengths.array if isinstance(lengths, Tensor) else list(lengths)
    lengths = np.asarray(lengths, None if np.size(lengths) else np.int64)
    if lengths.ndim != 1:
        raise ShapeError(f"lengths are one number for each sequence (N,), and have shape {lengths.shape}")
    if lengths.dtype.kind not in "iu" or (lengths < 0).any():
        raise ShapeError(f"lengths are whole numbers of 0 or more, not {lengths.tolist()}")
    length = int(lengths.max(initial=0)) if length is None else _length(length)
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

    Raises
    ------
    ShapeError
        When there is no example, or one is no pair of a row of numbers and a label.
    DtypeError
        When a label is no number.

    Examples
    --------
    >>> batch, lengths, labels = collate([([3, 1], 0), ([2, 2, 2], 1)])
    >>> batch.shape, lengths, labels
    ((2, 3), tensor([2, 3]), tensor([0, 1]))
    """
    pairs = [_pair(example, k) for k, example in enumerate(examples)]
    rows = [_row(sequence, k) for k, (sequence, _) in enumerate(pairs)]
    numbers = [_number(f"the label of example {k}", label) for k, (_, label) in enumerate(pairs)]
    kind = np.float32 if any(isinstance(number, float) for number in numbers) else np.int64
    return pad(rows, value), Tensor(np.array([len(row) for row in rows])), Tensor(np.array(numbers, kind))


def _pair(example, k):
    """A sequence and its label."""
    try:
        sequence, label = example
    except (TypeError, ValueError) as error:
        raise ShapeError(f"examples are (sequence, label) pairs, and example {k} is {example!r:.60}") from error
    return sequence, label
