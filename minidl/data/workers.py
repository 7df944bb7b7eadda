"""Workers: batches that are read beside the training, several at a time.

A worker takes numbers of examples from a queue of its own and puts batches into a common one. Workers are threads, which
share all memory and start at once; NumPy, reading files and decoding images let them run at the same time. If you read
with plain Python code, or draw from the random numbers of `random` or ``np.random``, ask for processes
(``multiprocessing_context="fork"`` or ``"spawn"``).

Which worker reads which batch is fixed (the first the first, the second the second, and so on), and each draws from a
stream of random numbers of its own: the same seed gives the same batches, and those of PyTorch.
"""

import copy
import multiprocessing
import pickle
import queue
import random
import threading
import time
import traceback
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import numpy as np

from minidl.data.dataset import IterableDataset, examples_of
from minidl.engine.generator import Generator, manual_seed, streams
from minidl.errors import MinidlError

PATIENCE = 2.0  # seconds after which a silent process is checked


@dataclass
class WorkerInfo:
    """Who a worker is: its number, how many there are, its seed, and its copy of the dataset."""

    id: int
    num_workers: int
    seed: int
    dataset: Any


class _Here(threading.local):
    info = None


here = _Here()


def get_worker_info():
    """The worker that is running; None outside of workers.

    Returns
    -------
    WorkerInfo or None
        With ``id``, ``num_workers``, ``seed`` and ``dataset``.
    """
    return here.info


# Reading batches

END = "the stream is over"


class MapFetcher:
    """Reads batches from a dataset whose examples are picked by number."""

    def __init__(self, dataset, batched, collate, drop_last):
        self.dataset, self.batched, self.collate = dataset, batched, collate

    def __call__(self, wanted):
        """The batch of several numbers; without batches the example of one number."""
        if self.batched:
            return self.collate(examples_of(self.dataset, list(wanted)))
        (example,) = examples_of(self.dataset, [wanted])
        return self.collate(example)


class StreamFetcher:
    """Reads batches from a dataset that comes as a stream."""

    def __init__(self, dataset, batched, collate, drop_last):
        self.stream, self.batched, self.collate, self.drop_last = iter(dataset), batched, collate, drop_last
        self.over = False

    def __call__(self, wanted):
        """As many examples as the list is long; without batches the next one; `END` when there are no more."""
        if not self.batched:
            example = next(self.stream, END)
            return END if example is END else self.collate(example)
        examples = [] if self.over else list(islice(self.stream, len(wanted)))
        self.over = len(examples) < len(wanted)
        if not examples or (self.over and self.drop_last):
            return END
        return self.collate(examples)


def fetcher(dataset, batched, collate, drop_last):
    """What reads batches (or, not `batched`, single examples) from a dataset."""
    kind = StreamFetcher if isinstance(dataset, IterableDataset) else MapFetcher
    return kind(dataset, batched, collate, drop_last)


# The life of a worker


class Failure:
    """An error in a worker, on its way to whoever waits for the batch."""

    def __init__(self, error, worker, dataset):
        where = "; ".join(getattr(error, "__notes__", [])) or f"reading from the dataset {type(dataset).__name__}"
        self.kind, self.text = type(error), f"{error}\n(in worker {worker} of a DataLoader, {where})"
        self.trace = "".join(traceback.format_exception(error))

    def raised(self):
        """The error again, of the same type, so that whoever catches it finds it; its text says where it was."""
        try:
            error = self.kind(self.text)
        except Exception:  # a type that is not made of a text alone
            error = RuntimeError(f"{self.kind.__name__}: {self.text}")
        error.add_note(f"What happened in the worker:\n{self.trace}")
        return error


def work(info, settings, init, requests, results):
    """Read batches until None is asked for; `settings` are the last arguments of `fetcher`."""
    here.info = info
    fetch: Any = None
    failure = None
    try:
        if init is not None:
            init(info.id)
        fetch = fetcher(info.dataset, *settings)
    except Exception as error:
        failure = Failure(error, info.id, info.dataset)
    while (request := requests.get()) is not None:
        place, wanted = request
        try:
            if place is None:  # a new epoch: begin the stream again
                fetch = fetcher(info.dataset, *settings)
                continue
            batch = failure or fetch(wanted)
        except Exception as error:
            batch = Failure(error, info.id, info.dataset)
        results.put((place, info.id, batch))


def in_thread(info, base_seed, *rest):
    """Work in a thread, with a stream of random numbers of its own."""
    streams.own = Generator().manual_seed(info.seed)
    work(info, *rest)


def in_process(info, base_seed, *rest):
    """Work in a process, with all streams of random numbers seeded as PyTorch seeds them."""
    random.seed(info.seed)
    manual_seed(info.seed)
    words = np.random.SeedSequence([info.id, base_seed & 0xFFFFFFFF, base_seed >> 32, 0]).generate_state(4)
    np.random.seed(words)  # noqa: NPY002, the stream of those who call np.random.rand()
    work(info, *rest)


class Pickling:
    """A queue between processes. What cannot be sent is reported, not lost."""

    def __init__(self, context):
        self.queue = context.Queue()

    def put(self, item):
        """Send (place, worker, batch)."""
        try:
            content = pickle.dumps(item)
        except Exception as error:  # whatever its class does when it is copied
            place, worker, batch = item
            if isinstance(batch, Failure):
                batch.kind = RuntimeError
            else:
                batch = Failure(TypeError(f"a batch cannot be sent between processes: {error}"), worker, None)
            content = pickle.dumps((place, worker, batch))
        self.queue.put(content)

    def get(self, timeout=None):
        """What was sent."""
        return pickle.loads(self.queue.get(timeout=timeout))


class Workers:
    """The workers of one loader.

    Parameters
    ----------
    loader : DataLoader
    base_seed : int
        Worker i has the seed ``base_seed + i``.
    """

    def __init__(self, loader, base_seed):
        n, context = loader.num_workers, loader.multiprocessing_context
        self.loader, self.epochs, self.workers = loader, 0, []
        if isinstance(context, str):
            context = multiprocessing.get_context(context)
        self.requests = [queue.Queue() if context is None else context.Queue() for _ in range(n)]
        self.results = queue.Queue() if context is None else Pickling(context)
        settings = loader.fetching
        for i in range(n):
            info = WorkerInfo(i, n, base_seed + i, copy.copy(loader.dataset))
            arguments = (info, base_seed, settings, loader.worker_init_fn, self.requests[i], self.results)
            if context is None:
                worker = threading.Thread(target=in_thread, args=arguments, daemon=True)
            else:
                worker = context.Process(target=in_process, args=arguments, daemon=True)
            worker.start()
            self.workers.append(worker)

    def batches(self, wanted):
        """The batches of an epoch, in the order of what is `wanted`; some are always being read ahead."""
        self.epochs += 1
        if self.epochs > 1 and isinstance(self.loader.dataset, IterableDataset):
            for requests in self.requests:
                requests.put((None, None))
        epoch, wanted, sent, given, arrived = self.epochs, iter(wanted), 0, 0, {}
        at_work, turns = set(range(len(self.workers))), cycle(range(len(self.workers)))

        def send():
            nonlocal sent
            worker = next((w for w in islice(turns, len(self.workers)) if w in at_work), None)
            following = END if worker is None else next(wanted, END)
            if worker is not None and following is not END:
                self.requests[worker].put(((epoch, sent), following))
                sent += 1

        for _ in range(self.loader.prefetch_factor * len(self.workers)):
            send()
        while given < sent:
            if not arrived or (self.loader.in_order and given not in arrived):
                (of_epoch, place), worker, batch = self._next_result()
                if of_epoch == epoch:  # and not of one that was left early
                    arrived[place] = worker, batch
                continue
            worker, batch = arrived.pop(given if self.loader.in_order else next(iter(arrived)))
            given += 1
            if isinstance(batch, Failure):
                raise batch.raised()
            if isinstance(batch, str) and batch == END:
                at_work.discard(worker)
            send()
            if not (isinstance(batch, str) and batch == END):
                yield batch

    def _next_result(self):
        """What a worker has finished, as soon as there is something."""
        timeout, started = self.loader.timeout, time.monotonic()
        while True:
            try:
                return self.results.get(timeout=min(timeout or PATIENCE, PATIENCE))
            except queue.Empty:
                pass
            if timeout and time.monotonic() - started >= timeout:
                raise RuntimeError(
                    f"the DataLoader got no batch from its workers within {timeout:g} seconds (timeout={timeout:g})"
                )
            for i, worker in enumerate(self.workers):
                if not worker.is_alive():
                    raise MinidlError(
                        f"worker {i} of the DataLoader has ended by itself (exit code {getattr(worker, 'exitcode', None)}): "
                        "was it killed, or is memory short? With num_workers=0 errors are seen where they happen."
                    )

    def close(self):
        """Let the workers end; what they have been asked for and not begun is taken back."""
        for requests in self.requests:
            try:
                while True:
                    requests.get_nowait()
            except queue.Empty:
                requests.put(None)
        for worker in self.workers:
            if isinstance(worker, threading.Thread):
                continue  # it ends after the batch it is reading
            worker.join(PATIENCE)
            if worker.is_alive():
                worker.terminate()
