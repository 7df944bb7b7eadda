"""DataLoader: a dataset in batches, shuffled as PyTorch would."""

import math
from itertools import repeat

from minidl.data.collate import default_collate, default_convert
from minidl.data.dataset import IterableDataset, Rows
from minidl.data.samplers import BatchSampler, RandomSampler, SequentialSampler
from minidl.data.workers import END, Workers, fetcher
from minidl.engine.generator import draw_seed, seeded


class DataLoader:
    """Goes through a dataset in batches; each ``for`` over it is one epoch.

    Parameters
    ----------
    dataset : Dataset or IterableDataset
    batch_size : int or None
        None gives the examples one by one, as they are.
    shuffle : bool
        A new random order in each epoch. With the same seed it is PyTorch's order.
    sampler : iterable of int, optional
        The order of the examples, instead of `shuffle`.
    batch_sampler : iterable of list of int, optional
        The numbers of the examples of each batch, instead of all that.
    num_workers : int
        How many workers read batches ahead, beside the training; 0 reads them here and now. The batches are the same.
    collate_fn : function, optional
        Makes a batch of a list of examples; see `default_collate`.
    pin_memory, pin_memory_device
        Accepted for PyTorch's lessons; they concern a GPU.
    drop_last : bool
        Leave out a last batch that is smaller than the others.
    timeout : float
        How many seconds to wait for a batch of the workers; 0 waits for ever.
    worker_init_fn : function, optional
        Called in each worker with its number, before it reads.
    multiprocessing_context : {None, "fork", "spawn", "forkserver"} or context
        Workers are threads, unless a kind of processes is named; see `minidl.data.workers`.
    generator : Generator, optional
        Where the order is drawn from.
    prefetch_factor : int, optional
        How many batches each worker reads ahead (2).
    persistent_workers : bool
        Keep the workers, and their copies of the dataset, from epoch to epoch.
    in_order : bool
        False gives batches as the workers finish them.

    Raises
    ------
    ValueError
        For settings that contradict each other.

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
        shuffle=None,
        sampler=None,
        batch_sampler=None,
        num_workers=0,
        collate_fn=None,
        pin_memory=False,
        drop_last=False,
        timeout=0,
        worker_init_fn=None,
        multiprocessing_context=None,
        generator=None,
        *,
        prefetch_factor=None,
        persistent_workers=False,
        pin_memory_device="",
        in_order=True,
    ):
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context)
        streamed = isinstance(dataset, IterableDataset)
        _check_order(streamed, batch_size, shuffle, sampler, batch_sampler, drop_last)
        if batch_sampler is not None:
            batch_size, drop_last = None, False
        elif sampler is None:
            in_order = _Endless() if streamed else SequentialSampler(dataset)
            sampler = RandomSampler(dataset, generator=generator) if shuffle else in_order
        if batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset, self.batch_size, self.drop_last = dataset, batch_size, drop_last
        self.sampler, self.batch_sampler, self.generator = sampler, batch_sampler, generator
        own_collate = default_convert if batch_sampler is None else default_collate
        self.collate_fn = own_collate if collate_fn is None else _OfList(collate_fn)
        self.num_workers, self.timeout, self.worker_init_fn = num_workers, timeout, worker_init_fn
        self.multiprocessing_context, self.pin_memory, self.in_order = multiprocessing_context, pin_memory, in_order
        self.prefetch_factor = (prefetch_factor or 2) if num_workers else None
        self.persistent_workers, self._workers = persistent_workers, None

    @property
    def _wanted(self):
        """What is read, one after another: lists of numbers, or numbers."""
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    @property
    def fetching(self):
        """How batches are read: the last arguments of `minidl.data.workers.fetcher`."""
        return self.batch_sampler is not None, self.collate_fn, self.drop_last

    def __len__(self):
        if not isinstance(self.dataset, IterableDataset):
            return len(self._wanted)
        n = len(self.dataset)  # type: ignore[arg-type]
        if self.batch_size is None:
            return n
        return n // self.batch_size if self.drop_last else math.ceil(n / self.batch_size)

    def __iter__(self):
        if self._workers is not None:
            return self._workers.batches(self._wanted)
        base_seed = draw_seed(seeded(self.generator))  # drawn also without workers, as in PyTorch
        if not self.num_workers:
            return self._read_here()
        workers = Workers(self, base_seed)
        if self.persistent_workers:
            self._workers = workers
            return workers.batches(self._wanted)
        return _and_close(workers, self._wanted)

    def _read_here(self):
        fetch = fetcher(self.dataset, *self.fetching)
        for wanted in self._wanted:
            batch = fetch(wanted)
            if isinstance(batch, str) and batch == END:
                return
            yield batch

    def __del__(self):
        workers = getattr(self, "_workers", None)
        if workers is not None:
            workers.close()


def _and_close(workers, wanted):
    try:
        yield from workers.batches(wanted)
    finally:
        workers.close()


class _Endless:
    """The order of a stream: one example after another."""

    def __iter__(self):
        return repeat(None)


class _OfList:
    """A collate function of the user's, which gets a list of examples."""

    def __init__(self, function):
        self.function = function

    def __call__(self, examples):
        return self.function(list(examples) if isinstance(examples, Rows) else examples)


def _check_workers(num_workers, timeout, prefetch_factor, persistent_workers, context):
    if not isinstance(num_workers, int) or num_workers < 0:
        raise ValueError(f"num_workers is a count, 0 or more, not {num_workers!r}")
    if timeout < 0:
        raise ValueError(f"timeout is a time in seconds and must not be negative; it is {timeout}")
    if prefetch_factor is not None and prefetch_factor < 1:
        raise ValueError(f"prefetch_factor must be at least 1, and is {prefetch_factor}")
    if num_workers == 0:
        given = {
            "prefetch_factor": prefetch_factor is not None,
            "persistent_workers": persistent_workers,
            "multiprocessing_context": context is not None,
        }
        for name in (name for name, there in given.items() if there):
            raise ValueError(f"{name} is about workers, and there are none: give num_workers too")


def _check_order(streamed, batch_size, shuffle, sampler, batch_sampler, drop_last):
    if streamed and (shuffle or sampler is not None or batch_sampler is not None):
        raise ValueError("the examples of an IterableDataset come in its own order: leave shuffle and samplers out")
    if shuffle and sampler is not None:
        raise ValueError("a sampler decides the order itself: give either shuffle=True or a sampler")
    if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
        raise ValueError(
            "a batch_sampler decides batches and order itself: leave batch_size, shuffle, sampler, drop_last out"
        )
    if batch_size is None and batch_sampler is None and drop_last:
        raise ValueError("without batches (batch_size=None) there is none to drop: leave drop_last out")
