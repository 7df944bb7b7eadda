"""Collectives: what processes do together. Every process makes the same calls in the same order.

Tensors are changed in place, as in PyTorch. Before numbers travel the processes compare what each was asked to do: a call
that does not fit the others is an error in all of them, instead of a run that hangs or a sum of things that do not belong
together.

References
----------
Message Passing Interface Forum (2021), *MPI: A Message-Passing Interface Standard, version 4.0*, chapter 6.
"""

from enum import Enum

import numpy as np

from minidl.distributed.world import DistributedError, the_group
from minidl.engine.changes import changes
from minidl.engine.tensor import Tensor


class ReduceOp(Enum):
    """How the numbers of all processes become one."""

    SUM = "SUM"
    AVG = "AVG"
    PRODUCT = "PROD"
    MIN = "MIN"
    MAX = "MAX"
    BAND = "BAND"
    BOR = "BOR"
    BXOR = "BXOR"


class Work:
    """A collective that has been started and may still be under way (``async_op=True``).

    MPI moves data while it is called, and not otherwise: asking `is_completed` now and then lets it get on.
    """

    def __init__(self, request, finish):
        self.request, self.finish = request, finish

    def is_completed(self):
        """Whether it is over; `wait` then returns at once."""
        return self.request is None or bool(self.request.Test())

    def wait(self, timeout=None):
        """Return when it is over and the tensor has its new values."""
        if self.request is not None:
            self.request.Wait()
            self.request = None
            self.finish()
        return True


def all_reduce(tensor, op=ReduceOp.SUM, group=None, async_op=False):
    """Every process gets the sum (or product, mean, ...) of all processes' tensors.

    Parameters
    ----------
    tensor : Tensor
        Of the same shape and dtype everywhere; it is changed in place.
    op : ReduceOp
    async_op : bool
        Return a `Work` at once, whose ``wait()`` is called before the tensor is used.
    """
    world = _agreed("all_reduce", tensor, op)
    memory = _memory(tensor)
    request = world.comm.Iallreduce(world.MPI.IN_PLACE, memory, _mpi_op(world, op))
    return _under_way(request, lambda: _write(tensor, _averaged(memory, op, world)), async_op)


def reduce(tensor, dst=0, op=ReduceOp.SUM, group=None, async_op=False):
    """Process `dst` gets the sum (or product, mean, ...) of the tensors of all; the others keep theirs."""
    world = _agreed("reduce", tensor, op, _rank(dst, "dst"))
    memory, total = _memory(tensor), np.empty_like(tensor.array, order="C")
    request = world.comm.Ireduce(memory, total, _mpi_op(world, op), root=dst)
    finish = lambda: _write(tensor, _averaged(total, op, world)) if world.rank == dst else None
    return _under_way(request, finish, async_op)


def broadcast(tensor, src=0, group=None, async_op=False):
    """Every process gets the tensor of process `src`."""
    world = _agreed("broadcast", tensor, _rank(src, "src"))
    memory = _memory(tensor)
    return _under_way(world.comm.Ibcast(memory, root=src), lambda: _write(tensor, memory), async_op)


def all_gather(tensor_list, tensor, group=None, async_op=False):
    """Every process gets the tensors of all, in the order of their ranks.

    Parameters
    ----------
    tensor_list : list of Tensor
        One for each process, of the shape of `tensor`; they are changed in place.
    """
    world = _agreed("all_gather", tensor)
    _check_places("all_gather", tensor_list, tensor, world.size)
    parts = np.empty((world.size, *tensor.shape), tensor.dtype)
    request = world.comm.Iallgather(_memory(tensor), parts)
    return _under_way(request, lambda: _write_all(tensor_list, parts), async_op)


def gather(tensor, gather_list=None, dst=0, group=None, async_op=False):
    """Process `dst` gets the tensors of all in `gather_list`; the others leave that out."""
    world = _agreed("gather", tensor, _rank(dst, "dst"))
    here = world.rank == dst
    if here:
        _check_places("gather", gather_list, tensor, world.size)
    parts = np.empty((world.size, *tensor.shape), tensor.dtype) if here else None
    request = world.comm.Igather(_memory(tensor), parts, root=dst)
    return _under_way(request, lambda: _write_all(gather_list, parts) if here else None, async_op)


def scatter(tensor, scatter_list=None, src=0, group=None, async_op=False):
    """Every process gets its part of the `scatter_list` of process `src`; the others leave that out."""
    world = _agreed("scatter", tensor, _rank(src, "src"))
    parts = None
    if world.rank == src:
        _check_places("scatter", scatter_list, tensor, world.size)
        parts = np.stack([part.array for part in scatter_list])
    memory = np.empty_like(tensor.array, order="C")
    return _under_way(world.comm.Iscatter(parts, memory, root=src), lambda: _write(tensor, memory), async_op)


def barrier(group=None, async_op=False):
    """Wait until all processes are here."""
    world = the_group("barrier")
    _agree(world, "barrier", ())
    return _under_way(world.comm.Ibarrier(), lambda: None, async_op)


def send(tensor, dst, group=None, tag=0):
    """Send a tensor to process `dst`, which calls `recv`."""
    world = the_group("send")
    world.comm.Send(_memory(tensor), dest=_rank(dst, "dst"), tag=tag)


def recv(tensor, src=None, group=None, tag=0):
    """Receive a tensor, in place, from process `src` (from any of them without it).

    Returns
    -------
    int
        The rank of the sender.
    """
    world = the_group("recv")
    memory, status = np.empty_like(tensor.array, order="C"), world.MPI.Status()
    source = world.MPI.ANY_SOURCE if src is None else _rank(src, "src")
    world.comm.Probe(source=source, tag=tag, status=status)
    if status.Get_count(world.MPI.BYTE) != memory.nbytes:
        raise DistributedError(
            f"recv has a place of shape {tensor.shape} and {memory.nbytes} bytes, and what process {status.Get_source()} "
            f"sent has {status.Get_count(world.MPI.BYTE)}: the two need the same shape and dtype"
        )
    world.comm.Recv(memory, source=status.Get_source(), tag=tag)
    _write(tensor, memory)
    return status.Get_source()


def all_gather_object(object_list, obj, group=None):
    """Every process gets the objects of all: whatever pickle understands, from processes of the same run."""
    world = the_group("all_gather_object")
    _agree(world, "all_gather_object", ())
    if len(object_list) != world.size:
        raise DistributedError(f"all_gather_object needs a list of {world.size} places, and got {len(object_list)}")
    object_list[:] = world.comm.allgather(obj)


def broadcast_object_list(object_list, src=0, group=None, device=None):
    """Every process gets the objects of process `src`."""
    world = the_group("broadcast_object_list")
    _agree(world, "broadcast_object_list", (_rank(src, "src"), len(object_list)))
    object_list[:] = world.comm.bcast(object_list, root=src)


# ---------------------------------------------------------------- what they have in common


def _agreed(name, tensor, *more):
    """The group, after all processes have said what they are about to do, and it is the same."""
    world = the_group(name)
    if not isinstance(tensor, Tensor):
        raise TypeError(f"{name} takes a minidl tensor, not a {type(tensor).__name__}")
    _agree(world, name, (tuple(tensor.shape), str(tensor.dtype), *more))
    if tensor.dtype == np.float16:
        raise DistributedError(f"MPI has no sums of float16, so {name} does not take it: tensor.float()")
    return world


def _agree(world, name, details):
    calls = world.comm.allgather((name, details))
    if any(call != calls[0] for call in calls):
        told = "\n".join(f"    process {rank}: {who}{_in_words(what)}" for rank, (who, what) in enumerate(calls))
        raise DistributedError(f"the processes do not ask for the same; each needs the same calls in the same order\n{told}")


def _in_words(details):
    return "(" + ", ".join(str(d.name if isinstance(d, ReduceOp) else d) for d in details) + ")"


def _rank(number, name):
    """A rank that exists."""
    size = the_group(name).size
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < size:
        raise DistributedError(f"{name} is the rank of a process, from 0 to {size - 1}, and is {number!r}")
    return number


def _check_places(name, places, tensor, size):
    shapes = None if places is None else [tuple(place.shape) for place in places]
    if shapes != [tuple(tensor.shape)] * size:
        raise DistributedError(
            f"{name} needs a list of {size} tensors of shape {tuple(tensor.shape)}, one for each process, and got {shapes}"
        )


def _mpi_op(world, op):
    return getattr(world.MPI, "SUM" if op is ReduceOp.AVG else op.value)


def _averaged(total, op, world):
    return total / total.dtype.type(world.size) if op is ReduceOp.AVG else total


def _memory(tensor):
    """The numbers of a tensor, in one piece of memory that is not its own while they travel."""
    return np.array(tensor.array, order="C")


def _write(tensor, values):
    changes.mark(tensor.array)
    tensor.array[...] = values


def _write_all(tensors, values):
    for tensor, own in zip(tensors, values, strict=True):
        _write(tensor, own)


def _under_way(request, finish, async_op):
    work = Work(request, finish)
    if async_op:
        return work
    work.wait()
    return None
