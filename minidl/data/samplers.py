"""Samplers: in which order, and how often, a loader takes the examples. They draw as PyTorch's do."""

from itertools import islice

from minidl.engine.generator import Generator, draw_seed, seeded
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.random import multinomial, randint, randperm


class Sampler:
    """The base class of all samplers: a subclass has ``__iter__``, which gives the numbers of examples, and ``__len__``."""

    def __class_getitem__(cls, example_type):
        """For annotations, as in ``Dataset[Tensor]``: the class itself."""
        return cls

    def __init__(self, data_source=None):
        self.data_source = data_source

    def __iter__(self):
        raise NotImplementedError(f"{type(self).__name__} needs __iter__(), which gives the numbers of examples")


class SequentialSampler(Sampler):
    """All examples in their order."""

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self):
        return len(self.data_source)


class RandomSampler(Sampler):
    """All examples in random order; or `num_samples` of them, with replacement or in several rounds."""

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
        if num_samples is not None and num_samples < 1:
            raise ValueError(f"num_samples must be at least 1, and is {num_samples}")
        self.data_source, self.replacement, self.generator = data_source, replacement, generator
        self._num_samples = num_samples

    @property
    def num_samples(self):
        """How many examples an epoch has."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self):
        stream = self.generator
        if stream is None:
            stream = Generator().manual_seed(draw_seed(seeded(None)))
        n, wanted = len(self.data_source), self.num_samples
        if self.replacement:
            for _ in range(wanted // 32):
                yield from randint(0, n, (32,), generator=stream).tolist()
            yield from randint(0, n, (wanted % 32,), generator=stream).tolist()
        elif n:
            for _ in range(wanted // n):
                yield from stream.permutation(n).tolist()
            if wanted % n:
                yield from stream.permutation(n).tolist()[: wanted % n]
            elif self.generator is not None:
                stream.words(n - 1)  # PyTorch shuffles once more for nothing, and the next epoch depends on it

    def __len__(self):
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """Some examples, by their numbers, in random order."""

    def __init__(self, indices, generator=None):
        self.indices, self.generator = list(indices), generator

    def __iter__(self):
        for i in randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[i]

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Examples drawn in proportion to their weights, so that rare classes can be seen as often as common ones."""

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        if not isinstance(num_samples, int) or isinstance(num_samples, bool) or num_samples < 1:
            raise ValueError(f"num_samples must be a whole number of at least 1, and is {num_samples!r}")
        if not isinstance(replacement, bool):
            raise ValueError(f"replacement is True or False, not {replacement!r}")
        weights = weights.double() if isinstance(weights, Tensor) else Tensor(weights, dtype="float64")
        if weights.ndim != 1:
            raise ShapeError(f"there is one weight for each example, in one dimension, and these have shape {weights.shape}")
        self.weights, self.num_samples, self.replacement, self.generator = weights, num_samples, replacement, generator

    def __iter__(self):
        yield from multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator).tolist()

    def __len__(self):
        return self.num_samples


class BatchSampler(Sampler):
    """The numbers of another sampler, in batches.

    >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler, batch_size, drop_last):
        if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, a whole number, and is {batch_size!r}")
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last is True or False, not {drop_last!r}")
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self):
        numbers = iter(self.sampler)
        while batch := list(islice(numbers, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self):
        n = len(self.sampler)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)
