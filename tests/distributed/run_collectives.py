"""Claims about collectives, each of which every process asserts."""

import re

import numpy as np
import pytest

import minidl as md
from minidl import distributed as dist


def collectives(rank, size):
    ranks = md.arange(size, dtype=md.float32)
    own = md.tensor([float(rank), 1.0])

    for op, expected in {
        dist.ReduceOp.SUM: [ranks.sum().item(), size],
        dist.ReduceOp.AVG: [ranks.mean().item(), 1],
        dist.ReduceOp.MAX: [size - 1, 1],
        dist.ReduceOp.MIN: [0, 1],
        dist.ReduceOp.PRODUCT: [0 if size > 1 else rank, 1],
    }.items():
        t = own.clone()
        dist.all_reduce(t, op)
        assert t.tolist() == expected, op

    t = own.clone()
    work = dist.all_reduce(t, async_op=True)
    work.wait()
    assert work.is_completed()
    assert t[0].item() == ranks.sum().item()

    strided = md.zeros(3, 2).T
    strided[:, 1] = rank
    dist.all_reduce(strided)
    assert strided[0].tolist() == [0, ranks.sum().item(), 0]

    t = own.clone()
    dist.reduce(t, dst=size - 1)
    assert t.tolist() == ([ranks.sum().item(), size] if rank == size - 1 else own.tolist())

    t = own.clone()
    dist.broadcast(t, src=size - 1)
    assert t.tolist() == [size - 1, 1]

    places = [md.zeros(2) for _ in range(size)]
    dist.all_gather(places, own)
    assert [p[0].item() for p in places] == list(range(size))

    places = [md.zeros(2) for _ in range(size)] if rank == 0 else None
    dist.gather(own, places, dst=0)
    assert rank or [p[0].item() for p in places] == list(range(size))

    t = md.zeros(1, dtype=md.int64)
    dist.scatter(t, [md.tensor([10 * r]) for r in range(size)] if rank == 0 else None, src=0)
    assert t.item() == 10 * rank

    objects = [None] * size
    dist.all_gather_object(objects, {"rank": rank})
    assert objects == [{"rank": r} for r in range(size)]
    objects = [rank, "x"]
    dist.broadcast_object_list(objects, src=size - 1)
    assert objects == [size - 1, "x"]
    dist.barrier()


def messages(rank, size):
    """A number goes round, and every process adds one."""
    if size == 1:
        return
    t = md.zeros(1)
    if rank == 0:
        dist.send(t + 1, dst=1)
        assert dist.recv(t) == size - 1
        assert t.item() == size
    else:
        dist.recv(t, src=rank - 1)
        dist.send(t + 1, dst=(rank + 1) % size)


def gradients_through_sums(rank, size):
    """y = (sum of the x of all)²: each x has the slope of the sum of all losses."""
    x = md.tensor([1.0 + rank], requires_grad=True)
    total = dist.nn.all_reduce(x)
    (total * total).sum().backward()
    assert x.grad.item() == 2 * total.item() * size
    mean = dist.nn.all_reduce(x, dist.ReduceOp.AVG)
    assert abs(mean.item() * size - total.item()) < 1e-6


def refusals(rank, size):
    for wrong, words in (
        (lambda: dist.broadcast(md.zeros(2), src=size), f"from 0 to {size - 1}"),
        (lambda: dist.all_gather([md.zeros(3)] * size, md.zeros(2)), "one for each process"),
        (lambda: dist.all_reduce(md.zeros(2, dtype=md.float16)), "tensor.float()"),
        (lambda: dist.init_process_group(), "already"),
    ):
        with pytest.raises(dist.DistributedError, match=re.escape(words)):
            wrong()
    if size == 1:
        return
    with pytest.raises(dist.DistributedError, match=r"process 1: all_reduce\(\(3,\), float32, SUM\)"):
        dist.all_reduce(md.zeros(2 + rank))
    with pytest.raises(dist.DistributedError, match=r"process 0: barrier\(\)"):
        dist.barrier() if rank == 0 else dist.broadcast(md.zeros(2))


def samplers(rank, size):
    """Together the processes see every example, and each the same number."""
    sampler = md.data.DistributedSampler(range(10), seed=3)
    sampler.set_epoch(2)
    seen: list = [None] * size
    dist.all_gather_object(seen, list(sampler))
    assert {len(part) for part in seen} == {-(-10 // size)}
    assert set(np.concatenate(seen).tolist()) == set(range(10))


if __name__ == "__main__":
    dist.init_process_group()
    for claim in (collectives, messages, gradients_through_sums, refusals, samplers):
        claim(dist.get_rank(), dist.get_world_size())
        if dist.get_rank() == 0:
            print(claim.__name__)
    dist.destroy_process_group()
    assert not dist.is_initialized()
