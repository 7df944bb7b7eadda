"""Several processes that compute together, by PyTorch's names (`torch.distributed`), over MPI.

``minidl run -n 4 script.py`` starts four processes of one script. Each asks who it is (`get_rank`) and how many there are
(`get_world_size`), and they exchange tensors by *collectives*: calls that all of them make, in the same order.

>>> from minidl import distributed as dist
>>> dist.is_initialized()
False
"""

from importlib import import_module as _import_module

from minidl.distributed import nn
from minidl.distributed.collectives import (
    ReduceOp,
    Work,
    all_gather,
    all_gather_object,
    all_reduce,
    barrier,
    broadcast,
    broadcast_object_list,
    gather,
    irecv,
    isend,
    recv,
    reduce,
    scatter,
    send,
)
from minidl.distributed.group import DistributedError
from minidl.distributed.world import (
    GroupMember,
    destroy_process_group,
    get_backend,
    get_process_group_ranks,
    get_rank,
    get_world_size,
    group,
    init_process_group,
    is_available,
    is_initialized,
    is_mpi_available,
    new_group,
)
from minidl.engine.names import missing as _missing

_LATER = {"DistributedDataParallel": "minidl.nn.parallel", "DistributedSampler": "minidl.data.distributed"}  # rooms above

__all__ = [
    "DistributedDataParallel",
    "DistributedError",
    "DistributedSampler",
    "GroupMember",
    "ReduceOp",
    "Work",
    "all_gather",
    "all_gather_object",
    "all_reduce",
    "barrier",
    "broadcast",
    "broadcast_object_list",
    "destroy_process_group",
    "gather",
    "get_backend",
    "get_process_group_ranks",
    "get_rank",
    "get_world_size",
    "group",
    "init_process_group",
    "irecv",
    "is_available",
    "is_initialized",
    "is_mpi_available",
    "isend",
    "new_group",
    "nn",
    "recv",
    "reduce",
    "scatter",
    "send",
]

_REFUSED = {
    "is_nccl_available": "NCCL is for GPUs; here is_mpi_available() tells whether MPI is there",
}


def __getattr__(name):
    if name in _LATER:
        return getattr(_import_module(_LATER[name]), name)
    raise _missing("module 'minidl.distributed'", name, __all__, _REFUSED)
