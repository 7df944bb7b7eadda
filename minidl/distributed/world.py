"""The group of processes: who is there, and which of them this one is."""

from importlib.util import find_spec

from minidl.errors import MinidlError

BACKENDS = (None, "mpi", "gloo", "cpu:gloo")  # gloo is what PyTorch's lessons for CPUs name


class DistributedError(MinidlError, RuntimeError):
    """The processes cannot do together what was asked."""


class Group:
    """The processes that were started together, and the MPI communicator through which they speak.

    Attributes
    ----------
    MPI : module
        ``mpi4py.MPI``.
    comm : mpi4py.MPI.Comm
        One of our own, so that nothing gets between our messages and those of others.
    rank, size : int
    """

    def __init__(self, MPI):
        self.MPI, self.comm = MPI, MPI.COMM_WORLD.Dup()
        self.rank, self.size = self.comm.rank, self.comm.size


_groups: list[Group] = []  # the group, once there is one


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
    world_size, rank : int
        Checked, where they are given: who is there is known from the start of the run (``minidl run -n 4 script.py``).
    init_method, timeout, others
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
    group = Group(_mpi())
    for name, asked, there in (("world_size", world_size, group.size), ("rank", rank, group.rank)):
        if asked not in (-1, there):
            group.comm.Free()
            raise DistributedError(
                f"{name}={asked} was asked for, and this is process {there} of {group.size}" if name == "rank" else
                f"a group of {asked} was asked for, and there are {group.size}. Start it with: minidl run -n {asked} SCRIPT"
            )  # fmt: skip
    _groups.append(group)


def _mpi():
    """The module ``mpi4py.MPI``; importing it starts MPI."""
    try:
        from mpi4py import MPI  # late: an optional package
    except (ImportError, RuntimeError) as error:  # RuntimeError: the package is there, and no MPI library
        raise DistributedError(
            f'several processes need MPI ({error}): pip install "minidl[distributed]" brings mpi4py and MPICH'
        ) from error
    return MPI


def destroy_process_group(group=None):
    """Leave the others; every process calls this last."""
    the_group("destroy_process_group").comm.Free()
    _groups.clear()


def is_initialized():
    """Whether `init_process_group` was called."""
    return bool(_groups)


def the_group(who):
    """The group of processes.

    Raises
    ------
    DistributedError
        When there is none yet; it says who asked.
    """
    if not _groups:
        raise DistributedError(f"{who} needs a group of processes: call minidl.distributed.init_process_group() first")
    return _groups[0]


def get_rank(group=None):
    """The number of this process: from 0 to the world size minus one."""
    return the_group("get_rank").rank


def get_world_size(group=None):
    """How many processes there are."""
    return the_group("get_world_size").size


def get_backend(group=None):
    """Always "mpi"."""
    the_group("get_backend")
    return "mpi"
