"""Which examples each of several processes takes."""

import math

from minidl.data.samplers import Sampler
from minidl.distributed.group import DistributedError
from minidl.distributed.world import get_rank, get_world_size
from minidl.engine.generator import Generator


class DistributedSampler(Sampler):
    """The examples of one process: every `num_replicas`-th of a shuffled order that is the same in all of them.

    Parameters
    ----------
    dataset : Dataset
    num_replicas, rank : int, optional
        How many processes share the examples, and which of them this is; those of the process group unless given.
    shuffle : bool
        Whether the order changes from epoch to epoch; call `set_epoch` before each.
    seed : int
        The same in all processes.
    drop_last : bool
        Every process has as many examples as the others: leave out the last ones, or (without it) take some twice.

    Examples
    --------
    >>> [list(DistributedSampler(range(5), num_replicas=2, rank=r, shuffle=False)) for r in (0, 1)]
    [[0, 2, 4], [1, 3, 0]]
    """

    def __init__(self, dataset, num_replicas=None, rank=None, shuffle=True, seed=0, drop_last=False):
        self.num_replicas = get_world_size() if num_replicas is None else num_replicas
        self.rank = get_rank() if rank is None else rank
        if not 0 <= self.rank < self.num_replicas:
            raise DistributedError(f"rank is from 0 to num_replicas - 1 = {self.num_replicas - 1}, and is {self.rank}")
        self.dataset, self.shuffle, self.seed, self.drop_last, self.epoch = dataset, shuffle, seed, drop_last, 0
        n = len(dataset)
        self.num_samples = n // self.num_replicas if drop_last else math.ceil(n / self.num_replicas)
        self.total_size = self.num_samples * self.num_replicas

    def __iter__(self):
        n = len(self.dataset)
        stream = Generator().manual_seed(self.seed + self.epoch)
        order = stream.permutation(n).tolist() if self.shuffle else list(range(n))
        order = order[: self.total_size]
        while order and len(order) < self.total_size:
            order += order[: self.total_size - len(order)]
        return iter(order[self.rank :: self.num_replicas])

    def __len__(self):
        return self.num_samples

    def set_epoch(self, epoch):
        """Say which epoch begins: without it all epochs have the same order."""
        self.epoch = epoch
