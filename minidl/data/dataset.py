"""Datasets: examples that can be counted and picked by number."""

import math

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.random import randperm


class Dataset:
    """The parent of all datasets: a subclass has ``__len__`` and ``__getitem__``."""


class TensorDataset(Dataset):
    """Tensors whose first dimension counts the examples.

    Parameters
    ----------
    *tensors : Tensor
        All of the same length.

    Raises
    ------
    ShapeError
        When the lengths differ.
    """

    def __init__(self, *tensors):
        if len({len(t) for t in tensors}) > 1:
            raise ShapeError(f"the tensors of a TensorDataset need the same length; theirs are {[len(t) for t in tensors]}")
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(t[index] for t in self.tensors)

    def __len__(self):
        return len(self.tensors[0])


class Subset(Dataset):
    """Some examples of a dataset, by their numbers; asked for by number, slice, list or mask as the dataset itself."""

    def __init__(self, dataset, indices):
        self.dataset, self.indices = dataset, list(indices)

    def __getitem__(self, index):
        if isinstance(index, int):
            return self.dataset[self.indices[index]]
        chosen = index.array if isinstance(index, Tensor) else index
        return self.dataset[np.asarray(self.indices, int)[chosen].tolist()]

    def __len__(self):
        return len(self.indices)


def random_split(dataset, lengths, generator=None):
    """Divide a dataset at random into parts of the given lengths, or of the given shares of the whole.

    Raises
    ------
    ValueError
        When the lengths do not add up to the length of the dataset, or the shares to 1.
    """
    n = len(dataset)
    if math.isclose(sum(lengths), 1) and all(share <= 1 for share in lengths):
        shares, lengths = lengths, [math.floor(n * share) for share in lengths]
        for i in range(n - sum(lengths)):
            lengths[i % len(shares)] += 1
    if sum(lengths) != n:
        raise ValueError(f"the lengths {list(lengths)} add up to {sum(lengths)}, and the dataset has {n} examples")
    order = randperm(n, generator=generator).tolist()
    ends = [sum(lengths[: i + 1]) for i in range(len(lengths))]
    return [Subset(dataset, order[end - length : end]) for end, length in zip(ends, lengths, strict=True)]
