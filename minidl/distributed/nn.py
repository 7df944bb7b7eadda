"""Collectives through which gradients pass, by PyTorch's names (`torch.distributed.nn`)."""

from minidl.autograd.function import Function
from minidl.distributed import collectives
from minidl.distributed.collectives import ReduceOp
from minidl.distributed.group import DistributedError
from minidl.distributed.world import the_group


class _AllReduce(Function):
    """The sum over all processes. What every process computes from it depends on the tensor of this one."""

    @staticmethod
    def forward(ctx, tensor, group):
        total, ctx.group = tensor.clone(), group
        collectives.all_reduce(total, group=group)
        return total

    @staticmethod
    def backward(ctx, g):
        return _AllReduce.apply(g, ctx.group), None


def all_reduce(tensor, op=ReduceOp.SUM, group=None):
    """The sum (or mean) of the tensors of all processes, as a new tensor that a gradient passes through.

    The gradient is that of the *sum of the losses of all processes*: it is the sum of what arrives in each of them. Where
    every process computes the same loss, divide it by the number of processes.

    Parameters
    ----------
    tensor : Tensor
        Of the same shape and dtype everywhere.
    op : {ReduceOp.SUM, ReduceOp.AVG}
    """
    if op not in (ReduceOp.SUM, ReduceOp.AVG):
        raise DistributedError(f"a gradient passes through ReduceOp.SUM and ReduceOp.AVG, not through {op}")
    total = _AllReduce.apply(tensor, the_group("all_reduce", group))
    return total if op is ReduceOp.SUM else total / the_group("all_reduce", group).size
