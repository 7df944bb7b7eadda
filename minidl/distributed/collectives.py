"""Collectives: what processes do together. Every process makes the same calls in the same order.

Tensors are changed in place, as in PyTorch. Before numbers travel the processes compare what each was asked to do: a call
that does not fit the others is an error in all of them, instead of a run that hangs or a sum of things that do not belong
together.

References
----------
Message Passing Interface Forum (2021), *MPI: A Message-Passing Interface Standard, version 4.0*, chapter 6.
"""

import warnings
from enum import Enum
from functools import wraps

import numpy as np

from minidl.distributed.group import DistributedError
from minidl.distributed.world import GroupMember, get_rank, the_group
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


BITS = (ReduceOp.BAND, ReduceOp.BOR, ReduceOp.BXOR)


class Work:
    """A message or a collective that has been started and may still be under way (``async_op=True``).

    MPI moves data while it is called, and not otherwise: asking `is_completed` now and then lets it get on.
    """

    def __init__(self, world, request, finish, what, partners=None):
        self.world, self.request, self.finish, self.what, self.partners = world, request, finish, what, partners

    def is_completed(self):
        """Whether it is over and the tensor has its new values."""
        if self.request is not None and self.request.Test():
            self._over()
        return self.request is None

    def wait(self, timeout=None):
        """Return when it is over and the tensor has its new values."""
        if self.request is not None:
            self.world.wait(self.request, self.what, self.partners)
            self._over()
        return True

    def _over(self):
        self.request = None
        self.finish()


def of_members(collective):
    """The collective; a process that does not belong to its group is told so, and does nothing."""

    @wraps(collective)
    def call(*args, **kwargs):
        if any(value is GroupMember.NON_GROUP_MEMBER for value in (*args, *kwargs.values())):
            warnings.warn(f"{collective.__name__}: process {get_rank()} does not belong to the group", stacklevel=2)
            return None
        return collective(*args, **kwargs)

    return call


@of_members
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
    world = _agreed("all_reduce", group, tensor, _for(tensor, op))
    memory = _numbers(tensor)
    request = world.comm.Iallreduce(world.MPI.IN_PLACE, memory, _mpi_op(world, op, tensor))
    return _under_way(world, request, lambda: _write(tensor, _averaged(memory, op, world)), async_op, "all_reduce")


@of_members
def reduce(tensor, dst=0, op=ReduceOp.SUM, group=None, async_op=False):
    """Process `dst` gets the sum (or product, mean, ...) of the tensors of all; the others keep theirs."""
    world = _agreed("reduce", group, tensor, _for(tensor, op), dst)
    root, memory = world.place(dst, "dst"), _numbers(tensor)
    total = np.empty_like(memory)
    request = world.comm.Ireduce(memory, total, _mpi_op(world, op, tensor), root=root)
    finish = lambda: _write(tensor, _averaged(total, op, world)) if world.rank == root else None
    return _under_way(world, request, finish, async_op, "reduce")


@of_members
def broadcast(tensor, src=0, group=None, async_op=False):
    """Every process gets the tensor of process `src`."""
    world = _agreed("broadcast", group, tensor, src)
    memory = _memory(tensor)
    request = world.comm.Ibcast(memory, root=world.place(src, "src"))
    return _under_way(world, request, lambda: _write(tensor, memory), async_op, "broadcast")


@of_members
def all_gather(tensor_list, tensor, group=None, async_op=False):
    """Every process gets the tensors of all, in the order of their ranks.

    Parameters
    ----------
    tensor_list : list of Tensor
        One for each process, of the shape of `tensor`; they are changed in place.
    """
    world = _agreed("all_gather", group, tensor)
    _check_places("all_gather", tensor_list, tensor, world.size)
    parts = np.empty((world.size, *tensor.shape), tensor.dtype)
    request = world.comm.Iallgather(_memory(tensor), parts)
    return _under_way(world, request, lambda: _write_all(tensor_list, parts), async_op, "all_gather")


@of_members
def gather(tensor, gather_list=None, dst=0, group=None, async_op=False):
    """Process `dst` gets the tensors of all in `gather_list`; the others leave that out."""
    world = _agreed("gather", group, tensor, dst)
    root = world.place(dst, "dst")
    here = world.rank == root
    if here:
        _check_places("gather", gather_list, tensor, world.size)
    parts = np.empty((world.size, *tensor.shape), tensor.dtype) if here else None
    request = world.comm.Igather(_memory(tensor), parts, root=root)
    finish = lambda: _write_all(gather_list, parts) if here else None
    return _under_way(world, request, finish, async_op, "gather")


@of_members
def scatter(tensor, scatter_list=None, src=0, group=None, async_op=False):
    """Every process gets its part of the `scatter_list` of process `src`; the others leave that out."""
    world = _agreed("scatter", group, tensor, src)
    root, parts = world.place(src, "src"), None
    if world.rank == root:
        _check_places("scatter", scatter_list, tensor, world.size)
        parts = np.stack([part.array for part in scatter_list])
    memory = np.empty_like(tensor.array, order="C")
    request = world.comm.Iscatter(parts, memory, root=root)
    return _under_way(world, request, lambda: _write(tensor, memory), async_op, "scatter")


@of_members
def barrier(group=None, async_op=False):
    """Wait until all processes are here."""
    world = the_group("barrier", group)
    world.agree("barrier")
    return _under_way(world, world.comm.Ibarrier(), lambda: None, async_op, "barrier")


@of_members
def send(tensor, dst, group=None, tag=0):
    """Send a tensor to process `dst`, which calls `recv`."""
    isend(tensor, dst, group, tag).wait()


@of_members
def isend(tensor, dst, group=None, tag=0):
    """Begin to send a tensor to process `dst`; returns a `Work`."""
    world = the_group("send", group)
    request = world.comm.Isend(_memory(tensor), dest=world.place(dst, "dst"), tag=tag)
    return Work(world, request, lambda: None, f"send to process {dst}", [dst])


@of_members
def recv(tensor, src=None, group=None, tag=0):
    """Receive a tensor, in place, from process `src` (from any of them without it).

    Returns
    -------
    int
        The rank of the sender.
    """
    work = irecv(tensor, src, group, tag)
    arriving = work.request
    work.wait()
    return arriving.sender


@of_members
def irecv(tensor, src=None, group=None, tag=0):
    """Begin to receive a tensor, in place; returns a `Work`."""
    world = the_group("recv", group)
    arriving = _Arriving(world, tensor, world.MPI.ANY_SOURCE if src is None else world.place(src, "src"), tag)
    partners = [rank for rank in world.ranks if rank != world.own] if src is None else [src]
    return Work(world, arriving, lambda: None, f"recv from {' or '.join(map(str, partners))}", partners)


@of_members
def all_gather_object(object_list, obj, group=None):
    """Every process gets the objects of all: whatever pickle understands, from processes of the same run."""
    world = the_group("all_gather_object", group)
    world.agree("all_gather_object")
    if len(object_list) != world.size:
        raise DistributedError(f"all_gather_object needs a list of {world.size} places, and got {len(object_list)}")
    object_list[:] = world.comm.allgather(obj)


@of_members
def broadcast_object_list(object_list, src=0, group=None, device=None):
    """Every process gets the objects of process `src`."""
    world = the_group("broadcast_object_list", group)
    world.agree("broadcast_object_list", (src, len(object_list)))
    object_list[:] = world.comm.bcast(object_list, root=world.place(src, "src"))


class _Arriving:
    """A message that is on its way to a tensor, asked like a request of MPI: it must have the size of its place."""

    def __init__(self, world, tensor, source, tag):
        self.world, self.tensor, self.sender = world, tensor, None
        self.memory = np.empty_like(tensor.array, order="C")
        self.request = world.comm.Irecv(self.memory, source=source, tag=tag)

    def Test(self):
        """Whether it has arrived; then it is in the tensor."""
        status = self.world.MPI.Status()
        try:
            if not self.request.Test(status):
                return False
        except self.world.MPI.Exception as error:
            if error.Get_error_class() != self.world.MPI.ERR_TRUNCATE:
                raise
            self._refuse("more")
        self.sender, came = self.world.ranks[status.Get_source()], status.Get_count(self.world.MPI.BYTE)
        if came != self.memory.nbytes:
            self._refuse(str(came))
        _write(self.tensor, self.memory)
        return True

    def _refuse(self, came):
        raise DistributedError(
            f"recv has a place of shape {self.memory.shape} and {self.memory.nbytes} bytes, and what was sent has {came}: "
            "the two need the same shape and dtype"
        )


# ---------------------------------------------------------------- what they have in common


def _agreed(name, group, tensor, *more):
    """The group, after all processes have said what they are about to do, and it is the same."""
    world = the_group(name, group)
    if not isinstance(tensor, Tensor):
        raise TypeError(f"{name} takes a minidl tensor, not a {type(tensor).__name__}")
    world.agree(name, (tuple(tensor.shape), str(tensor.dtype), *more))
    if tensor.dtype == np.float16:
        raise DistributedError(f"MPI has no sums of float16, so {name} does not take it: tensor.float()")
    return world


def _for(tensor, op):
    """The way in which numbers become one, if there is one for numbers of this kind."""
    kind = tensor.dtype.kind if isinstance(tensor, Tensor) else "f"
    if (op is ReduceOp.AVG and kind not in "fc") or (op in BITS and kind not in "iub"):
        needs = "floats" if op is ReduceOp.AVG else "whole numbers"
        raise DistributedError(f"ReduceOp.{op.name} is for {needs}, and the tensor is {tensor.dtype}")
    return op


def _check_places(name, places, tensor, size):
    shapes = None if places is None else [tuple(place.shape) for place in places]
    if shapes != [tuple(tensor.shape)] * size:
        raise DistributedError(
            f"{name} needs a list of {size} tensors of shape {tuple(tensor.shape)}, one for each process, and got {shapes}"
        )


def _mpi_op(world, op, tensor):
    name = "SUM" if op is ReduceOp.AVG else op.value
    if tensor.dtype == np.bool_:  # whether any or all are true
        name = {"SUM": "MAX", "PROD": "MIN"}.get(name, name)
    return getattr(world.MPI, name)


def _averaged(total, op, world):
    return total / total.dtype.type(world.size) if op is ReduceOp.AVG else total


def _memory(tensor):
    """The numbers of a tensor, in one piece of memory that is not its own while they travel."""
    return np.array(tensor.array, order="C")


def _numbers(tensor):
    """The same, for what MPI adds up: it does not add truth values, so these are 0 and 1."""
    memory = _memory(tensor)
    return memory.view(np.uint8) if memory.dtype == np.bool_ else memory


def _write(tensor, values):
    changes.mark(tensor.array)
    tensor.array[...] = values


def _write_all(tensors, values):
    for tensor, own in zip(tensors, values, strict=True):
        _write(tensor, own)


def _under_way(world, request, finish, async_op, what):
    work = Work(world, request, finish, what)
    if async_op:
        return work
    work.wait()
    return None
