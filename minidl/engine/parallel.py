"""Large work on several processors, with the same digits whatever their number.

A matrix library (BLAS) that shares a product among threads of its own waits for the slowest of them, and beside another
program that is a thread which has to wait for a whole time slice of the scheduler: a product of a quarter of a
millisecond then takes eight. So BLAS is held to one thread while minidl computes, and large work is cut into pieces
whose bounds depend on its shape alone. The caller takes one piece after the other; helper threads, if they are free,
take some too. A helper that is late simply takes fewer, and nothing waits for one that has not begun.

>>> total = np.zeros(10)
>>> def work(start, stop):
...     total[start:stop] = np.arange(start, stop)
>>> in_pieces(10, work, pieces=3)
>>> total.sum()
np.float64(45.0)
"""

import contextvars
import os
import threading
from queue import SimpleQueue

import numpy as np

TINY = 2**15  # matrices of at most this many bytes together are multiplied directly
SMALL = 2**18  # below this many multiplications BLAS keeps to one thread by itself
LARGE = 2**22  # from this many on, a hand-over to a helper pays
PIECES = 4
PASS = 16  # to read an array and write another takes, for each element, about the time of this many multiplications


class Blas:
    """The matrix library that NumPy has loaded: how many threads it may use, and holding it to one.

    Libraries that threadpoolctl does not know (Apple's Accelerate) are left alone.
    """

    def __init__(self):
        self.holders, self.lock, self.before = 0, threading.Lock(), []
        self.libraries: list | None = None

    def found(self):
        """The libraries, looked for once; not at import, because that takes milliseconds."""
        if self.libraries is None:
            from threadpoolctl import ThreadpoolController  # late: it takes milliseconds

            self.libraries = [_library(c) for c in ThreadpoolController().select(user_api="blas").lib_controllers]
        return self.libraries

    def __enter__(self):
        with self.lock:
            self.holders += 1
            if self.holders == 1:
                self.before = [(library, library.get_num_threads()) for library in self.found()]
                for library, threads in self.before:
                    if threads != 1:
                        library.set_num_threads(1)

    def __exit__(self, *error):
        with self.lock:
            self.holders -= 1
            if self.holders == 0:
                for library, threads in self.before:
                    if threads != 1:
                        library.set_num_threads(threads)


class OpenBlas:
    """OpenBLAS's own functions, for any thread to call: they are quick, and set one number for the whole process.

    From version 3.8 on, threadpoolctl lets only the thread that was the first to set it do so, and says nothing to others.
    """

    def __init__(self, functions, name):
        self.get_num_threads = functions[name]
        self.set_num_threads = functions[name.replace("get", "set")]


def _library(controller):
    """What sets the threads of a library that threadpoolctl has found."""
    if controller.internal_api == "openblas" and controller.threading_layer == "pthreads":
        for name in controller.check_symbols:
            if hasattr(controller.dynlib, name):
                return OpenBlas(controller.dynlib, name)
    return controller


class Job:
    """Pieces of work, taken by whoever comes for the next one."""

    def __init__(self, work, bounds):
        self.work, self.left, self.count = work, iter(bounds), len(bounds)
        self.finished = SimpleQueue()  # for each piece that a helper took: None, or what it raised
        self.context = contextvars.copy_context()  # np.errstate and its like hold in the helpers too

    def help(self):
        """Take pieces until none is left, in a helper thread."""
        for start, stop in self.left:  # to take the next element of a list is one step that no other thread can divide
            try:
                self.context.copy().run(self.work, start, stop)
                self.finished.put(None)
            except BaseException as error:
                self.finished.put(error)

    def run(self):
        """Take pieces until none is left, then wait for those that helpers have begun."""
        own = 0
        try:
            for start, stop in self.left:
                own += 1
                self.work(start, stop)
        finally:
            own += sum(1 for _ in self.left)  # after an error nobody begins another piece
            errors = [self.finished.get() for _ in range(self.count - own)]
        for error in errors:
            if error is not None:
                raise error


class Helpers:
    """The helper threads of this process. They wait for jobs, and end with the process."""

    def __init__(self, wanted=None):
        self.wanted = _processors() - 1 if wanted is None else wanted
        self.threads, self.jobs = [], SimpleQueue()

    def share(self, job):
        """Do a job together with the helpers, or alone if they are busy with others."""
        if self.jobs.qsize() < 2 * self.wanted:
            while len(self.threads) < self.wanted:
                self.threads.append(threading.Thread(target=_wait_for, args=(self.jobs,), daemon=True, name="minidl helper"))
                self.threads[-1].start()
            for _ in range(min(self.wanted, job.count - 1)):
                self.jobs.put(job)
        job.run()

    def dismiss(self):
        """Let the helpers end, after the jobs that they were given."""
        for _ in self.threads:
            self.jobs.put(None)


def _wait_for(jobs):
    """What a helper does until it is dismissed."""
    while (job := jobs.get()) is not None:
        job.help()


def _processors():
    """How many processors this process may use; a limit for OpenMP or BLAS in the environment is one for us too."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limits = [os.environ.get(name, "") for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")]
    return min([available, *[int(limit) for limit in limits if limit.isdigit() and int(limit) > 0]])


one_blas_thread = Blas()
helpers = Helpers()


def _in_a_forked_process():
    """Threads do not survive a fork, and a lock may have been held by one that is gone."""
    global helpers
    helpers = Helpers(helpers.wanted)
    one_blas_thread.lock, one_blas_thread.holders = threading.Lock(), 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_a_forked_process)


def set_num_threads(number):
    """Let minidl use this many threads, including the caller's. The numbers it computes do not depend on it.

    Raises
    ------
    ValueError
        For less than one.
    """
    if not isinstance(number, int) or number < 1:
        raise ValueError(f"set_num_threads needs a whole number from 1 on, and got {number!r}")
    global helpers
    helpers.dismiss()
    helpers = Helpers(number - 1)


def get_num_threads():
    """How many threads minidl uses, including the caller's."""
    return helpers.wanted + 1


def in_pieces(n, work, size=LARGE, pieces=PIECES):
    """Call ``work(start, stop)`` for consecutive parts of ``range(n)``, on several threads; BLAS keeps to one in each.

    The parts depend on the arguments alone, so that the numbers never depend on how many threads there are. What
    `work` writes must not overlap between parts; sums over parts are for the caller to add, in a fixed order.

    Parameters
    ----------
    n : int
    work : function
    size : int
        About how many multiplications all of the work is. Small work is one piece.
    pieces : int
        Into how many pieces large work is cut.
    """
    step = max(1, n if size < LARGE else -(-n // pieces))
    bounds = [(start, min(n, start + step)) for start in range(0, n, step)]
    if len(bounds) > 1:
        with one_blas_thread:
            helpers.share(Job(work, bounds))
    elif n and size > SMALL:
        with one_blas_thread:
            work(0, n)
    elif n:
        work(0, n)


def sum_of_pieces(n, work, size):
    """The sum of what ``work(start, stop)`` gives for consecutive parts of ``range(n)``, added in their order.

    >>> sum_of_pieces(10, lambda start, stop: np.arange(start, stop).sum(), LARGE)
    np.int64(45)
    """
    parts = {}

    def keep(start, stop):
        parts[start] = work(start, stop)

    in_pieces(n, keep, size)
    return sum(parts[start] for start in sorted(parts))


def product(a, b):
    """``a @ b`` of arrays: on one BLAS thread, and in pieces if it is large. (Of Tensors: the operation matmul.)"""
    if a.nbytes + b.nbytes <= TINY or type(a) is not np.ndarray or type(b) is not np.ndarray:
        return a @ b
    return _product_of_matrices(a, b)


def _product_of_matrices(a, b):
    """``a @ b`` where it may be worth dividing."""
    if a.ndim < 2 or b.ndim < 2:
        size = 32 * max(a.size, b.size)  # BLAS hands even a small product of a matrix and a vector to its threads
    else:
        size = a.size * b.shape[-1]
    if size <= SMALL:
        return a @ b
    if size < LARGE or a.ndim != 2 or b.ndim != 2 or a.dtype.kind != "f":
        with one_blas_thread:
            return a @ b
    y = np.empty((a.shape[0], b.shape[1]), np.result_type(a, b))
    if a.shape[0] >= b.shape[1]:
        in_pieces(a.shape[0], lambda start, stop: np.matmul(a[start:stop], b, out=y[start:stop]), size)
    else:
        in_pieces(b.shape[1], lambda start, stop: np.matmul(a, b[:, start:stop], out=y[:, start:stop]), size)
    return y
