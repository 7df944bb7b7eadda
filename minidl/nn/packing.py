"""Packed sequences: sequences of different lengths as one batch without padding."""

from collections import namedtuple

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.indexing import put
from minidl.ops.padding import pad
from minidl.ops.shape import stack


class PackedSequence(
    namedtuple("PackedSequence", ["data", "batch_sizes", "sorted_indices", "unsorted_indices"], defaults=(None, None))
):
    """Sequences of different lengths, step by step: the first elements of all, then the second of those that have one.

    Attributes
    ----------
    data : Tensor, shape (sum of the lengths, ...)
    batch_sizes : Tensor of whole numbers, shape (T,)
        How many sequences are still going on at each step.
    sorted_indices, unsorted_indices : Tensor of whole numbers, shape (N,), or None
        How the sequences were ordered by length, and how they are brought back.
    """

    __slots__ = ()

    def to(self, *args, **kwargs):
        """The same with its data in another dtype."""
        return self._replace(data=self.data.to(*args, **kwargs))

    def float(self):
        """The same with its data as float32."""
        return self._replace(data=self.data.float())

    def double(self):
        """The same with its data as float64."""
        return self._replace(data=self.data.double())

    def cpu(self):
        """The packed sequence itself: it is on the CPU."""
        return self


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """Leave out the padding of a batch of sequences.

    Parameters
    ----------
    input : Tensor, shape (T, N, ...), or (N, T, ...) with `batch_first`
    lengths : Tensor or list of int, shape (N,)
    enforce_sorted : bool
        Whether the longest sequence must come first; otherwise they are sorted here.

    Returns
    -------
    PackedSequence

    Raises
    ------
    ShapeError
        For lengths that do not belong to the batch.
    ValueError
        For a length of 0, or lengths that are not sorted although they should be.
    """
    lengths = np.asarray(lengths.array if isinstance(lengths, Tensor) else lengths)
    x = input.transpose(0, 1) if batch_first else input
    if lengths.shape != (x.shape[1],) or (lengths.size and lengths.max() > len(x)):
        raise ShapeError(
            f"pack_padded_sequence needs a length, of at most {len(x)}, for each of {x.shape[1]} sequences, and got "
            f"{lengths.tolist()!r:.60}"
        )
    if lengths.size == 0 or lengths.min() < 1:
        raise ValueError("pack_padded_sequence needs lengths of at least 1: leave empty sequences out before")
    order = None
    if not enforce_sorted:
        order = np.argsort(-lengths, kind="stable")
        lengths, x = lengths[order], x[:, order]
    elif (np.diff(lengths) > 0).any():
        raise ValueError(
            "pack_padded_sequence needs the longest sequence first. Did you mean enforce_sorted=False, which sorts them ?"
        )
    sizes = (lengths[None] > np.arange(lengths[0])[:, None]).sum(axis=1)
    steps, places = _steps_and_places(sizes)
    inverse = None if order is None else Tensor.wrap(np.argsort(order))
    return PackedSequence(x[steps, places], Tensor.wrap(sizes), None if order is None else Tensor.wrap(order), inverse)


def _steps_and_places(sizes):
    """For every packed element its step, and its place in the batch."""
    steps = np.repeat(np.arange(len(sizes)), sizes)
    return steps, np.concatenate([np.arange(n) for n in sizes])


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None):
    """Put the padding back.

    Parameters
    ----------
    sequence : PackedSequence
    padding_value : float
    total_length : int, optional
        The number of steps T, if there are to be more than the longest sequence has.

    Returns
    -------
    (Tensor, Tensor)
        The sequences (T, N, ...), or (N, T, ...), and their lengths.
    """
    sizes = sequence.batch_sizes.array
    T = len(sizes) if total_length is None else total_length
    if len(sizes) > T:
        raise ValueError(f"total_length {T} is shorter than the longest sequence, which has {len(sizes)} steps")
    index = _steps_and_places(sizes)
    shape = (T, int(sizes[0]), *sequence.data.shape[1:])
    x = put(sequence.data, index, shape)
    if padding_value:
        beyond = np.ones(shape[:2], bool)
        beyond[index] = False
        x = x + Tensor.wrap((beyond * padding_value).astype(x.dtype).reshape(*shape[:2], *(1,) * (x.ndim - 2)))
    lengths = Tensor.wrap((sizes[None] > np.arange(sizes[0])[:, None]).sum(axis=1))
    if sequence.unsorted_indices is not None:
        x, lengths = x.index_select(1, sequence.unsorted_indices), lengths[sequence.unsorted_indices]
    return x.transpose(0, 1) if batch_first else x, lengths


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Sequences of different lengths (T_n, ...) as one batch (T, N, ...), the short ones filled up.

    >>> import minidl as md
    >>> pad_sequence([md.ones(1), md.ones(3)], batch_first=True)
    tensor([[1., 0., 0.],
            [1., 1., 1.]])
    """
    if padding_side not in ("left", "right"):
        raise ValueError(f'padding_side is "left" or "right", not {padding_side!r}')
    longest = max(len(s) for s in sequences)
    filled = []
    for s in sequences:
        missing = longest - len(s)
        ends = (missing, 0) if padding_side == "left" else (0, missing)
        filled.append(pad(s, (0, 0) * (s.ndim - 1) + ends, value=padding_value))
    return stack(filled, 0 if batch_first else 1)


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """The sequences of a padded batch, each as long as it is."""
    x = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [x[n, : int(length)] for n, length in enumerate(lengths)]


def pack_sequence(sequences, enforce_sorted=True):
    """Pack a list of sequences (T_n, ...)."""
    return pack_padded_sequence(pad_sequence(sequences), [len(s) for s in sequences], False, enforce_sorted)


def unpack_sequence(packed_sequences):
    """The sequences that were packed."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
