"""Data parallel training: every process has the whole model and a part of the batch."""

from contextlib import contextmanager

import numpy as np

from minidl.distributed.group import DistributedError
from minidl.distributed.world import the_group
from minidl.engine.changes import changes
from minidl.engine.grad_mode import clock, is_grad_enabled
from minidl.engine.tensor import Tensor
from minidl.nn.module import Module
from minidl.nn.parallel.reducer import Reducer


class DistributedDataParallel(Module):
    """A model whose gradients are averaged over all processes, so that it stays the same in each of them.

    Each process runs forward and backward on its own part of the batch. The gradients travel in *buckets*: when all
    gradients of a bucket are complete, their sum over the processes is started, and the backward pass goes on meanwhile.

    The mean over processes is the mean over the batch when all parts have the same size. Otherwise weight the loss of each
    process by its share: ``loss * len(x) * world_size / len(whole_batch)``.

    Parameters
    ----------
    module : Module
        It starts everywhere with the parameters and buffers of process 0.
    bucket_cap_mb : float
        How large a bucket may be, in MB; the first, with the gradients that are ready first, holds at most 1 MB.
    broadcast_buffers : bool
        Whether buffers (running means, ...) are those of process 0 again before each forward pass of training.
    find_unused_parameters : bool
        Whether a pass may leave parameters unused. Without it such a parameter is an error, which names it.
    device_ids, output_device, others
        Accepted for the sake of PyTorch's lessons.

    Raises
    ------
    DistributedError
        When there is no process group, or the models of the processes differ in their parameters.

    References
    ----------
    Li et al. (2020), *PyTorch Distributed: Experiences on Accelerating Data Parallel Training*.
    """

    def __init__(
        self,
        module,
        device_ids=None,
        output_device=None,
        dim=0,
        broadcast_buffers=True,
        process_group=None,
        bucket_cap_mb=None,
        find_unused_parameters=False,
        **others,
    ):
        super().__init__()
        world = the_group("DistributedDataParallel", process_group)
        self.module, self.broadcast_buffers = module, broadcast_buffers
        self.require_backward_grad_sync = True
        named = {name: p for name, p in module.named_parameters() if p.requires_grad}
        if not named:
            raise DistributedError("DistributedDataParallel has nothing to do: no parameter of the module wants a gradient")
        _check_alike(module, world)
        for tensor in module.state_dict().values():
            _copy_from_first(tensor, world)
        cap = 25 if bucket_cap_mb is None else bucket_cap_mb
        self.reducer = Reducer(named, world, int(cap * 2**20), find_unused_parameters)

    def forward(self, *inputs, **kwargs):
        """What the module computes; its gradients will be averaged over the processes."""
        world = self.reducer.world
        buffers = list(self.module.buffers()) if self.training and self.broadcast_buffers else []
        averages = world.size > 1 and self.require_backward_grad_sync and is_grad_enabled()
        if averages or (world.size > 1 and buffers):
            world.agree("the forward pass of DistributedDataParallel")
            for buffer in buffers:
                _copy_from_first(buffer, world)
        floor = next(clock)
        output = self.module(*inputs, **kwargs)
        if averages:
            self.reducer.prepare(list(_tensors_in(output)), floor)
        return output

    @contextmanager
    def no_sync(self):
        """A block in which gradients are only added up at home; the first pass after it averages all of them.

        Forward and backward of the passes that are not averaged both stand inside.
        """
        before, self.require_backward_grad_sync = self.require_backward_grad_sync, False
        try:
            yield
        finally:
            self.require_backward_grad_sync = before


def _check_alike(module, world):
    """Raise DistributedError unless all processes have parameters of the same names, shapes and dtypes."""
    own = [(name, tuple(t.shape), str(t.dtype)) for name, t in module.state_dict().items()]
    for rank, theirs in enumerate(world.told(own, "DistributedDataParallel")):
        for ours, other in zip(own, theirs, strict=False):
            if ours != other:
                raise DistributedError(f"the models differ: process {world.rank} has {ours}, and process {rank} has {other}")
        if len(own) != len(theirs):
            raise DistributedError(f"the models differ: {len(own)} tensors here, and {len(theirs)} in process {rank}")


def _copy_from_first(tensor, world):
    memory = np.array(tensor.array, order="C")
    world.comm.Bcast(memory, root=0)
    changes.mark(tensor.array)
    tensor.array[...] = memory


def _tensors_in(output):
    """The tensors in a nest of lists, tuples and dicts."""
    if isinstance(output, Tensor):
        yield output
    elif isinstance(output, dict):
        yield from _tensors_in(list(output.values()))
    elif isinstance(output, list | tuple):
        for part in output:
            yield from _tensors_in(part)
