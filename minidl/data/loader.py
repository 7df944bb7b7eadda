"""DataLoader: a dataset in batches, shuffled as PyTorch would."""

import math

import numpy as np

from minidl.data.dataset import Subset, TensorDataset
from minidl.engine.generator import Generator, draw_seed, seeded
from minidl.engine.tensor import Tensor
from minidl.ops.shape import stack


def default_collate(examples):
    """A list of examples to a batch: numbers and tensors stacked, tuples part by part.

    >>> default_collate([(1, 2.0), (3, 4.0)])
    [tensor([1, 3]), tensor([2., 4.])]
    """
    first = examples[0]
    if isinstance(first, Tensor):
        return stack(examples)
    if isinstance(first, tuple | list):
        return [default_collate(list(part)) for part in zip(*examples, strict=True)]
    if isinstance(first, dict):
        return {key: default_collate([example[key] for example in examples]) for key in first}
    if isinstance(first, str):
        return examples
    return Tensor(np.stack(examples) if isinstance(first, np.ndarray) else examples)


class DataLoader:
    """Goes through a dataset in batches; each ``for`` over it is one epoch.

    Parameters
    ----------
    dataset : Dataset
    batch_size : int
    shuffle : bool
        A new random order in each epoch. With the same seed it is PyTorch's order.
    drop_last : bool
        Leave out a last batch that is smaller than the others.
    generator : Generator, optional
        Where the order is drawn from.
    collate_fn : function, optional
        Makes a batch of a list of examples.
    sampler : iterable of int, optional
        The order of the examples, instead of `shuffle`.
    num_workers : int
        Accepted for the sake of PyTorch's lessons; everything is loaded here and now.

    Examples
    --------
    >>> import minidl as md
    >>> loader = md.data.DataLoader(md.data.TensorDataset(md.arange(5)), batch_size=2)
    >>> [batch.tolist() for batch, in loader]
    [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        dataset,
        batch_size=1,
        shuffle=False,
        sampler=None,
        drop_last=False,
        collate_fn=None,
        generator=None,
        num_workers=0,
    ):
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, and is {batch_size}")
        if shuffle and sampler is not None:
            raise ValueError("a sampler decides the order itself: give either shuffle=True or a sampler")
        self.dataset, self.batch_size, self.shuffle, self.sampler = dataset, batch_size, shuffle, sampler
        self.drop_last, self.collate_fn, self.generator = drop_last, collate_fn, generator

    def __len__(self):
        n = len(self.dataset) if self.sampler is None else len(self.sampler)
        return n // self.batch_size if self.drop_last else math.ceil(n / self.batch_size)

    def order(self):
        """The numbers of the examples in the order of this epoch."""
        stream = seeded(self.generator)
        draw_seed(stream)  # PyTorch's seed for worker processes, drawn also when there are none
        if self.sampler is not None:
            return np.fromiter(self.sampler, np.int64)
        if not self.shuffle:
            return np.arange(len(self.dataset))
        if self.generator is None:
            stream = Generator().manual_seed(draw_seed(stream))
        return stream.permutation(len(self.dataset))

    def __iter__(self):
        dataset, order = self.dataset, self.order()
        while type(dataset).__getitem__ is Subset.__getitem__:  # look where the examples are
            dataset, order = dataset.dataset, np.asarray(dataset.indices, np.int64)[order]
        picks_rows = type(dataset).__getitem__ is TensorDataset.__getitem__
        whole = self.collate_fn is None and picks_rows  # a batch is then one look-up, not one for each example
        end = len(self) * self.batch_size if self.drop_last else len(order)
        for start in range(0, end, self.batch_size):
            chosen = order[start : start + self.batch_size]
            if whole:
                yield [t[chosen] for t in dataset.tensors]
            else:
                yield (self.collate_fn or default_collate)([dataset[i] for i in chosen.tolist()])
