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

    for op, expected in {"SUM": True, "PRODUCT": size == 1, "MIN": size == 1, "BOR": True, "BXOR": True}.items():
        t = md.tensor([rank == 0])
        dist.all_reduce(t, dist.ReduceOp[op])
        assert t.tolist() == [expected], op

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


def messages_under_way(rank, size):
    """Both ends begin, do something else, and wait; a large message would stop two senders that wait at once."""
    if size == 1:
        return
    right, left = (rank + 1) % size, (rank - 1) % size
    own, other = md.full((100_000,), float(rank)), md.zeros(100_000)
    arriving = dist.irecv(other, src=left)
    leaving = dist.isend(own, dst=right)
    assert leaving.wait()
    assert arriving.wait()
    assert other[-1].item() == left
    for place, sent, said in ((2, 1, "8 bytes, and what was sent has 4"), (1, 2, "4 bytes, and what was sent has more")):
        arriving, leaving = dist.irecv(md.zeros(place), src=left), dist.isend(md.zeros(sent), dst=right)
        with pytest.raises(dist.DistributedError, match=said):
            arriving.wait()
        leaving.wait()


def groups(rank, size):
    """Some of the processes have a group of their own; the others do nothing."""
    members = sorted({0, size - 1})
    some, everyone = dist.new_group(members[::-1]), dist.new_group()
    assert dist.get_world_size(everyone) == dist.get_world_size(dist.group.WORLD) == size
    t = md.tensor([float(rank)])
    if rank in members:
        assert (dist.get_rank(some), dist.get_world_size(some)) == (members.index(rank), len(members))
        assert dist.get_process_group_ranks(some) == members
        dist.broadcast(t, src=size - 1, group=some)
        assert t.item() == size - 1
        dist.all_reduce(t, group=some)
        assert t.item() == (size - 1) * len(members)
        x = md.tensor([2.0], requires_grad=True)
        dist.nn.all_reduce(x, dist.ReduceOp.AVG, group=some).sum().backward()
        assert x.grad.item() == 1
        places = [md.zeros(1) for _ in members]
        dist.all_gather(places, md.tensor([float(rank)]), group=some)
        assert [p.item() for p in places] == members
    else:
        assert some is dist.GroupMember.NON_GROUP_MEMBER
        assert dist.get_rank(some) == dist.get_world_size(some) == -1
        with pytest.warns(UserWarning, match=f"all_reduce: process {rank} does not belong to the group"):
            assert dist.all_reduce(t, group=some) is None
        assert t.item() == rank
    if size > 2 and rank in members:
        with pytest.raises(
            dist.DistributedError, match=re.escape(f"src is the rank of a process, one of {members}, and is 1")
        ):
            dist.broadcast(t, src=1, group=some)
    dist.destroy_process_group(everyone)
    with pytest.raises(dist.DistributedError, match="a group that new_group"):
        dist.barrier(group=everyone)
    with pytest.raises(dist.DistributedError, match="different ranks from 0 to"):
        dist.new_group([0, size])
    dist.barrier()


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
        (lambda: dist.all_reduce(md.tensor([1]), dist.ReduceOp.AVG), "ReduceOp.AVG is for floats, and the tensor is int64"),
        (lambda: dist.all_reduce(md.ones(1), dist.ReduceOp.BOR), "ReduceOp.BOR is for whole numbers"),
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
    for claim in (collectives, messages, messages_under_way, groups, gradients_through_sums, refusals, samplers):
        claim(dist.get_rank(), dist.get_world_size())
        if dist.get_rank() == 0:
            print(claim.__name__)
    dist.destroy_process_group()
    assert not dist.is_initialized()
