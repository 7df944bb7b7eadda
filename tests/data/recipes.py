"""Loaders in many settings, the same in minidl and in PyTorch: T is minidl or torch, D its module utils.data."""

from collections import namedtuple

import numpy as np

Pair = namedtuple("Pair", "number text")


def datasets(T, D):
    """A dataset with all kinds of parts, some drawn at random, and a stream that shares its work."""

    class Everything(D.Dataset):
        def __init__(self, n=23):
            self.n = n

        def __len__(self):
            return self.n

        def __getitem__(self, i):
            return {
                "tensor": T.tensor(float(i)),
                "whole": i,
                "real": i * 0.5,
                "pair": Pair(i, str(i)),
                "yes": i % 2 == 0,
                "nested": (i, [i, i + 1]),
                "array": np.ones(2) * i,
                "number": np.float32(i),
                "drawn": T.rand(1),
            }

    class Stream(D.IterableDataset):
        def __init__(self, n=11):
            self.n = n

        def __iter__(self):
            worker = D.get_worker_info()
            if worker is None:
                return iter(range(self.n))
            return iter([(float(i), worker.id) for i in range(worker.id, self.n, worker.num_workers)])

    return Everything, Stream


def seeded(T, seed=5):
    return T.Generator().manual_seed(seed)


LOADERS = {
    "in order": lambda T, D, E, S: D.DataLoader(E(), 4),
    "shuffled": lambda T, D, E, S: D.DataLoader(E(), 4, True, drop_last=True),
    "from a generator": lambda T, D, E, S: D.DataLoader(E(20), 4, shuffle=True, generator=seeded(T)),
    "two workers": lambda T, D, E, S: D.DataLoader(E(), 4, shuffle=True, num_workers=2),
    "three workers": lambda T, D, E, S: D.DataLoader(
        E(), 4, shuffle=True, num_workers=3, generator=seeded(T), prefetch_factor=1
    ),
    "workers that stay": lambda T, D, E, S: D.DataLoader(E(), 4, shuffle=True, num_workers=2, persistent_workers=True),
    "one by one": lambda T, D, E, S: D.DataLoader(E(5), batch_size=None, shuffle=True),
    "a batch sampler": lambda T, D, E, S: D.DataLoader(
        E(), batch_sampler=D.BatchSampler(D.RandomSampler(range(23)), 5, True)
    ),
    "weights": lambda T, D, E, S: D.DataLoader(E(), 4, sampler=D.WeightedRandomSampler(list(range(1, 24)), 30)),
    "weights, none twice": lambda T, D, E, S: D.DataLoader(
        E(), 4, sampler=D.WeightedRandomSampler(list(range(1, 24)), 10, False)
    ),
    "some": lambda T, D, E, S: D.DataLoader(E(), 4, sampler=D.SubsetRandomSampler([3, 5, 7, 9])),
    "with replacement": lambda T, D, E, S: D.DataLoader(E(), 4, sampler=D.RandomSampler(E(), True, 40)),
    "in rounds": lambda T, D, E, S: D.DataLoader(E(), 4, sampler=D.RandomSampler(E(), num_samples=30)),
    "a stream": lambda T, D, E, S: D.DataLoader(S(), 4),
    "a stream, two workers": lambda T, D, E, S: D.DataLoader(S(), 2, num_workers=2),
    "a stream, three workers": lambda T, D, E, S: D.DataLoader(S(), 2, num_workers=3, drop_last=True),
    "a stream one by one": lambda T, D, E, S: D.DataLoader(S(), None, num_workers=2),
    "a stream, workers that stay": lambda T, D, E, S: D.DataLoader(S(), 2, num_workers=2, persistent_workers=True),
    "two datasets": lambda T, D, E, S: D.DataLoader(E(3) + E(4), 3, shuffle=True),
    "two streams": lambda T, D, E, S: D.DataLoader(S(3) + S(4), 3),
    "side by side": lambda T, D, E, S: D.DataLoader(D.StackDataset(a=E(4), b=E(4)), 2),
    "a part": lambda T, D, E, S: D.DataLoader(D.random_split(E(), [0.5, 0.3, 0.2], generator=seeded(T))[1], 3, shuffle=True),
    "tensors": lambda T, D, E, S: D.DataLoader(
        D.TensorDataset(T.arange(10), T.arange(10.0)), 3, shuffle=True, num_workers=2
    ),
}


def plain(batch):
    """A batch as plain data that also tells kinds and dtypes."""
    if isinstance(batch, dict):
        return {key: plain(value) for key, value in batch.items()}
    if isinstance(batch, list | tuple):
        return [type(batch).__name__, *map(plain, batch)]
    if hasattr(batch, "tolist") and hasattr(batch, "requires_grad"):
        values = np.array(batch.tolist())
        return [str(batch.dtype).removeprefix("torch."), (values.round(5) if values.dtype.kind == "f" else values).tolist()]
    return batch


def epochs(T, D, name):
    """Two epochs of a loader, a number drawn afterwards, and the loader's length."""
    T.manual_seed(1)
    loader = LOADERS[name](T, D, *datasets(T, D))
    seen = [[plain(batch) for batch in loader] for _ in range(2)]
    try:
        length = len(loader)
    except TypeError:
        length = None
    return [*seen, plain(T.rand(1)), length]
