"""The groups of processes: who is there, and which of them this one is."""

from datetime import timedelta
from importlib.util import find_spec

from minidl.distributed.group import DistributedError, Group

BACKENDS = (None, "mpi", "gloo", "cpu:gloo")  # gloo is what PyTorch's lessons for CPUs name
HALF_AN_HOUR = 1800.0  # how long PyTorch waits


class GroupMember:
    """What `new_group` gives a process that does not belong to the group."""

    NON_GROUP_MEMBER = object()


class _TheGroupOfAll(type):
    @property
    def WORLD(cls):
        """The group of all processes, or None before there is one."""
        return _groups[0] if _groups else None


class group(metaclass=_TheGroupOfAll):
    """``group.WORLD`` is the group of all processes."""


_groups: list[Group] = []  # that of all processes, once there is one, and then those of `new_group`


def is_mpi_available():
    """Whether the package that speaks to MPI is installed."""
    return find_spec("mpi4py") is not None


is_available = is_mpi_available


def init_process_group(backend=None, init_method=None, timeout=None, world_size=-1, rank=-1, **others):
    """Join the other processes; every one of them calls this first.

    Parameters
    ----------
    backend : {"mpi", "gloo"}, optional
        It is MPI whatever is named; "gloo" is understood because PyTorch's lessons for CPUs say so.
    timeout : datetime.timedelta or float, optional
        How long one process waits for another before it gives up, in seconds; half an hour unless given.
    world_size, rank : int
        Checked, where they are given: who is there is known from the start of the run (``minidl run -n 4 script.py``).
    init_method, others
        Accepted for the sake of PyTorch's lessons.

    Raises
    ------
    DistributedError
        When there is a group already, MPI is missing, or the processes are not those that were asked for.
    """
    if _groups:
        raise DistributedError("there is a process group already: init_process_group() is called once in each process")
    if backend not in BACKENDS:
        raise DistributedError(f'minidl speaks through MPI on CPUs: init_process_group("mpi"), not {backend!r}')
    MPI = _mpi()
    here, there = MPI.COMM_WORLD.rank, MPI.COMM_WORLD.size
    if rank not in (-1, here):
        raise DistributedError(f"rank={rank} was asked for, and this is process {here} of {there}")
    if world_size not in (-1, there):
        raise DistributedError(
            f"a group of {world_size} was asked for, and there are {there}. Start it with: minidl run -n {world_size} SCRIPT"
        )
    _groups.append(Group(MPI, MPI.COMM_WORLD.Dup(), list(range(there)), _seconds(timeout, HALF_AN_HOUR)))


def _seconds(timeout, otherwise):
    if timeout is None:
        return otherwise
    return timeout.total_seconds() if isinstance(timeout, timedelta) else float(timeout)


def _mpi():
    """The module ``mpi4py.MPI``; importing it starts MPI."""
    try:
        from mpi4py import MPI  # late: an optional package
    except (ImportError, RuntimeError) as error:  # RuntimeError: the package is there, and no MPI library
        raise DistributedError(
            f'several processes need MPI ({error}): pip install "minidl[distributed]" brings mpi4py and MPICH'
        ) from error
    return MPI


def new_group(ranks=None, timeout=None, backend=None, **others):
    """A group of some of the processes. *All* processes call this, also those that do not belong to it.

    Parameters
    ----------
    ranks : list of int, optional
        Of the processes that belong to it, in any order; all of them unless given.
    timeout : datetime.timedelta or float, optional
        As in `init_process_group`; that of the group of all unless given.
    backend, others
        Accepted for the sake of PyTorch's lessons.

    Returns
    -------
    Group, or ``GroupMember.NON_GROUP_MEMBER``
        What the collectives take as ``group=``. For a process outside they do nothing. Ranks that are handed over, such as
        `src`, stay those among all processes.
    """
    world = the_group("new_group")
    chosen = world.ranks if ranks is None else sorted(ranks)
    if not set(chosen) <= set(world.ranks) or len(set(chosen)) < len(chosen) or not chosen:
        raise DistributedError(f"a group has different ranks from 0 to {world.size - 1}, not {ranks}")
    world.agree("new_group", (chosen,))
    inside = world.rank in chosen
    comm = world.comm.Split(0 if inside else world.MPI.UNDEFINED, world.rank)
    if not inside:
        return GroupMember.NON_GROUP_MEMBER
    _groups.append(Group(world.MPI, comm, chosen, _seconds(timeout, world.timeout)))
    return _groups[-1]


def destroy_process_group(group=None):
    """Leave the others; every process calls this last. With a group, leave that group alone."""
    if group is GroupMember.NON_GROUP_MEMBER:
        return
    left = the_group("destroy_process_group", group)
    for old in [left] if left is not _groups[0] else list(reversed(_groups)):
        old.comm.Free()
        _groups.remove(old)


def is_initialized():
    """Whether `init_process_group` was called."""
    return bool(_groups)


def the_group(who, group=None):
    """A group of processes: the one that is named, or that of all.

    Raises
    ------
    DistributedError
        When there is none yet, or no longer; it says who asked.
    """
    if not _groups:
        raise DistributedError(f"{who} needs a group of processes: call minidl.distributed.init_process_group() first")
    if group is None:
        return _groups[0]
    if not any(group is known for known in _groups):
        raise DistributedError(f"{who} takes a group that new_group() has made and that is still there, not {group!r}")
    return group


def get_rank(group=None):
    """The number of this process in a group: from 0 to its size minus one, and -1 outside of it."""
    return -1 if group is GroupMember.NON_GROUP_MEMBER else the_group("get_rank", group).rank


def get_world_size(group=None):
    """How many processes a group has; -1 outside of it."""
    return -1 if group is GroupMember.NON_GROUP_MEMBER else the_group("get_world_size", group).size


def get_process_group_ranks(group=None):
    """Which of all processes belong to a group."""
    return list(the_group("get_process_group_ranks", group).ranks)


def get_backend(group=None):
    """Always "mpi"."""
    the_group("get_backend", group)
    return "mpi"
