"""Processes that belong together: they agree on what to do, and wait for one another, but not for ever."""

import time
from enum import Enum

from minidl.distributed.notes import gone
from minidl.errors import MinidlError

GRACE = 5.0  # seconds in which a process that is at its end may still hand over what it had sent
EAGER = 0.05  # seconds in which MPI is asked again at once: most messages are there by then


class DistributedError(MinidlError, RuntimeError):
    """The processes cannot do together what was asked."""


class Group:
    """Processes, and the MPI communicator through which they speak.

    Attributes
    ----------
    MPI : module
        ``mpi4py.MPI``.
    comm : mpi4py.MPI.Comm
        One of our own, so that nothing gets between our messages and those of others.
    ranks : list of int
        Which of all processes belong to it.
    rank, size : int
        Which of them this one is, and how many they are.
    own : int
        Which of all processes this one is.
    timeout : float
        For how many seconds one waits for another.
    """

    def __init__(self, MPI, comm, ranks, timeout):
        self.MPI, self.comm, self.ranks, self.timeout = MPI, comm, ranks, timeout
        self.rank, self.size = comm.rank, comm.size
        self.own = ranks[self.rank]

    def agree(self, name, details=()):
        """All processes say what they are about to do.

        Raises
        ------
        DistributedError
            In all of them, when it is not the same.
        """
        calls = self.told((name, details), name)
        if any(call != calls[0] for call in calls):
            said = [f"{who}{_in_words(what)}" for who, what in calls]
            told = "".join(f"\n    process {rank}: {call}" for rank, call in zip(self.ranks, said, strict=True))
            raise DistributedError(
                f"the processes do not ask for the same; each needs the same calls in the same order{told}"
            )

    def told(self, own, what):
        """What every process has to say, in the order of their ranks: anything that pickle understands."""
        self.wait(self.comm.Ibarrier(), what)  # what comes then does not wait
        return self.comm.allgather(own)

    def place(self, rank, name):
        """The number in this group of a process that is named by its rank among all."""
        if isinstance(rank, bool) or not isinstance(rank, int) or rank not in self.ranks:
            there = f"from 0 to {self.size - 1}" if self.ranks == list(range(self.size)) else f"one of {self.ranks}"
            raise DistributedError(f"{name} is the rank of a process, {there}, and is {rank!r}")
        return self.ranks.index(rank)

    def wait(self, request, what, partners=None):
        """Return when a message has arrived.

        Parameters
        ----------
        request : mpi4py.MPI.Request
        what : str
            Is under way.
        partners : list of int, optional
            From or to one of which it goes; between all processes of the group unless given.

        Raises
        ------
        DistributedError
            When it never will, because a process is gone, or when it takes too long.
        """
        start = time.monotonic()
        while not request.Test():  # MPI moves data only while it is called
            waited = time.monotonic() - start
            if waited > EAGER:
                time.sleep(0.001 if waited < GRACE else 0.1)
            if waited > GRACE:
                self._refuse_the_hopeless(what, partners)
            if waited > self.timeout:
                raise DistributedError(
                    f"process {self.own} has waited in {what} for {self.timeout:g} seconds: another process does something "
                    "else, or needs longer than init_process_group(timeout=...) allows"
                )

    def _refuse_the_hopeless(self, what, partners):
        others = partners or [rank for rank in self.ranks if rank != self.own]
        missing = gone(others)
        if len(missing) == len(others) if partners else missing:
            who = f"process {missing[0]} has" if len(missing) == 1 else f"processes {missing} have"
            raise DistributedError(
                f"process {self.own} waits in {what}, and {who} ended: each process needs the same calls in the same order, "
                "and as many batches as the others"
            )


def _in_words(details):
    return "(" + ", ".join(str(d.name if isinstance(d, Enum) else d) for d in details) + ")"
