"""Datasets: examples that can be counted and picked by number, or that come one after another."""

import math
import warnings
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, chain

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import OutOfRangeError, ShapeError
from minidl.ops.random import randperm


def examples_of(dataset, indices):
    """The examples of a batch, all at once where the dataset knows how.

    An error says which example it was.
    """
    batched = getattr(type(dataset), "__getitems__", None)
    if batched is not None and batched is not Dataset.__getitems__:
        return batched(dataset, indices)
    examples = []
    for i in indices:
        try:
            examples.append(dataset[i])
        except Exception as error:
            error.add_note(f"reading example {i} of the dataset {type(dataset).__name__}")
            raise
    return examples


class Dataset:
    """The base class of all datasets: a subclass has ``__len__`` and ``__getitem__``.

    A loader asks for a whole batch with ``__getitems__(numbers)``, which a subclass may define to be faster.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "__getitem__" in cls.__dict__ and "__getitems__" not in cls.__dict__:
            # Not that of a parent, which does not know of the new __getitem__.
            cls.__getitems__ = Dataset.__getitems__  # type: ignore[method-assign]

    def __class_getitem__(cls, example_type):
        """For annotations, as in ``Dataset[Tensor]``: the class itself."""
        return cls

    def __getitem__(self, index):
        raise NotImplementedError(f"{type(self).__name__} needs __getitem__(index), which gives one example")

    def __getitems__(self, indices):
        """The examples of a batch."""
        return examples_of(self, indices)

    def __add__(self, other):
        """The examples of both, one dataset after the other."""
        return ConcatDataset([self, other])


class IterableDataset(Dataset):
    """The base class of datasets that come as a stream: a subclass has ``__iter__``.

    Each worker of a `DataLoader` goes through a copy of its own: `get_worker_info` tells which part is whose.
    """

    def __iter__(self):
        raise NotImplementedError(f"{type(self).__name__} needs __iter__(), which gives one example after another")

    def __add__(self, other):
        """The examples of both, one stream after the other."""
        return ChainDataset([self, other])


class Rows(Sequence):
    """The examples of a batch of a `TensorDataset`, kept as the tensors they are rows of."""

    def __init__(self, columns):
        self.columns = columns

    def __len__(self):
        return len(self.columns[0])

    def __getitem__(self, i):
        return tuple(column[i] for column in self.columns)


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

    def __getitems__(self, indices):
        """The examples of a batch, with one look-up for each tensor."""
        chosen = np.asarray(indices, np.int64)
        return Rows([t[chosen] if t.requires_grad else Tensor.wrap(t.array.take(chosen, axis=0)) for t in self.tensors])

    def __len__(self):
        return len(self.tensors[0])


class StackDataset(Dataset):
    """Datasets side by side: an example is a tuple (or, of named datasets, a dict) with one part of each.

    Raises
    ------
    ValueError
        When the lengths differ, or there is none.
    """

    def __init__(self, *args, **kwargs):
        if bool(args) == bool(kwargs):
            raise ValueError("StackDataset takes datasets either one after another, or by name")
        self.datasets = args or kwargs
        lengths = {len(dataset) for dataset in (args or kwargs.values())}
        if len(lengths) > 1:
            raise ValueError(f"the datasets of a StackDataset need the same length; theirs are {sorted(lengths)}")
        (self._length,) = lengths

    def __getitem__(self, index):
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)

    def __getitems__(self, indices):
        """The examples of a batch, one dataset after the other."""
        if isinstance(self.datasets, dict):
            parts = [examples_of(dataset, indices) for dataset in self.datasets.values()]
            return [dict(zip(self.datasets, example, strict=True)) for example in zip(*parts, strict=True)]
        return list(zip(*(examples_of(dataset, indices) for dataset in self.datasets), strict=True))

    def __len__(self):
        return self._length


class ConcatDataset(Dataset):
    """Datasets one after the other, as one.

    Attributes
    ----------
    cumulative_sizes : list of int
        Where each ends.
    """

    def __init__(self, datasets):
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("ConcatDataset is made of datasets, and got none")
        if any(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise ValueError("a stream cannot be picked from by number: put IterableDatasets together with ChainDataset")
        self.cumulative_sizes = list(accumulate(len(dataset) for dataset in self.datasets))

    def __len__(self):
        return self.cumulative_sizes[-1]

    def __getitem__(self, index):
        n = len(self)
        if not -n <= index < n:
            raise OutOfRangeError(f"example {index} is out of range: the datasets have {n} together")
        index = index % n
        k = bisect_right(self.cumulative_sizes, index)
        return self.datasets[k][index - (self.cumulative_sizes[k - 1] if k else 0)]


class ChainDataset(IterableDataset):
    """Streams one after the other, as one."""

    def __init__(self, datasets):
        self.datasets = datasets

    def __iter__(self):
        return chain.from_iterable(self.datasets)

    def __len__(self):
        return sum(len(dataset) for dataset in self.datasets)


class Subset(Dataset):
    """Some examples of a dataset, by their numbers; asked for by number, slice, list or mask as the dataset itself."""

    def __init__(self, dataset, indices):
        self.dataset, self.indices = dataset, list(indices)

    def __getitem__(self, index):
        if isinstance(index, int):
            return self.dataset[self.indices[index]]
        chosen = index.array if isinstance(index, Tensor) else index
        return self.dataset[np.asarray(self.indices, int)[chosen].tolist()]

    def __getitems__(self, indices):
        """The examples of a batch, as the dataset itself gives them."""
        return examples_of(self.dataset, [self.indices[i] for i in indices])

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
    if math.isclose(sum(lengths), 1) and all(0 <= share <= 1 for share in lengths):
        shares, lengths = lengths, [math.floor(n * share) for share in lengths]
        for i in range(n - sum(lengths)):
            lengths[i % len(shares)] += 1
        for i, length in enumerate(lengths):
            if not length:
                warnings.warn(f"part {i} of the split is empty: {n} examples, and a share of {shares[i]}", stacklevel=2)
    if sum(lengths) != n:
        raise ValueError(f"the lengths {list(lengths)} add up to {sum(lengths)}, and the dataset has {n} examples")
    order = randperm(n, generator=generator).tolist()
    ends = list(accumulate(lengths))
    return [Subset(dataset, order[end - length : end]) for end, length in zip(ends, lengths, strict=True)]
