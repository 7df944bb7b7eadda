"""Samplers: in which order, and how often, a loader takes the examples. They draw as PyTorch's do."""

from minidl.engine.generator import Generator, draw_seed, seeded
from minidl.engine.tensor import Tensor
from minidl.ops.random import multinomial, randint, randperm


class SequentialSampler:
    """All examples in their order."""

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self):
        return len(self.data_source)


class RandomSampler:
    """All examples in random order; or, with replacement, `num_samples` of them, some perhaps twice."""

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
        if num_samples is not None and num_samples < 1:
            raise ValueError(f"num_samples must be at least 1, and is {num_samples}")
        self.data_source, self.replacement, self.generator = data_source, replacement, generator
        self.num_samples = len(data_source) if num_samples is None else num_samples

    def __iter__(self):
        stream = self.generator
        if stream is None:
            stream = Generator().manual_seed(draw_seed(seeded(None)))
        n, left = len(self.data_source), self.num_samples
        while left > 0:
            if self.replacement:
                drawn = randint(0, n, (min(32, left),), generator=stream).tolist()
            else:
                drawn = randperm(n, generator=stream).tolist()[:left]
            left -= len(drawn)
            yield from drawn

    def __len__(self):
        return self.num_samples


class SubsetRandomSampler:
    """Some examples, by their numbers, in random order."""

    def __init__(self, indices, generator=None):
        self.indices, self.generator = list(indices), generator

    def __iter__(self):
        return (self.indices[i] for i in randperm(len(self.indices), generator=self.generator).tolist())

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler:
    """Examples drawn in proportion to their weights, so that rare classes can be seen as often as common ones."""

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        weights = weights.double() if isinstance(weights, Tensor) else Tensor(weights, dtype="float64")
        self.weights, self.num_samples, self.replacement, self.generator = weights, num_samples, replacement, generator

    def __iter__(self):
        drawn = multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator)
        return iter(drawn.tolist())

    def __len__(self):
        return self.num_samples
