"""Trains every case together, and writes what came of it."""

import re
import sys

import numpy as np
import pytest

import minidl as md
from minidl import distributed as dist
from minidl.nn.parallel import DistributedDataParallel
from tests.distributed.cases import train

CASES = {  # case -> (model, options of `train`, options of the data parallel model)
    "one bucket": ("mlp", {}, {}),
    "a bucket for each": ("mlp", {}, {"bucket_cap_mb": 1e-6}),
    "float32": ("mlp", {"dtype": "float32"}, {"bucket_cap_mb": 1e-4}),
    "empty parts": ("mlp", {"n": 3}, {"bucket_cap_mb": 1e-4}),
    "batch norm": ("batch norm", {}, {}),
    "batch norm alone": ("batch norm", {"synchronise": False}, {}),
    "convolutions": ("convolutions", {}, {"bucket_cap_mb": 1e-4}),
    "tied": ("tied", {}, {"bucket_cap_mb": 1e-6}),
    "sometimes": ("sometimes", {"n": 9}, {"find_unused_parameters": True}),
}


def accumulated(rank, size):
    """Two half batches without and with synchronising are the whole batch."""
    md.manual_seed(1)
    net = md.nn.Linear(3, 2)
    model = DistributedDataParallel(net)
    x = md.tensor(np.random.default_rng(0).normal(size=(8, 3)).astype("float32"))
    own = x[rank::size]
    with model.no_sync():
        (model(own[: len(own) // 2]) ** 2).sum().backward()
    local = net.weight.grad.clone()
    (model(own[len(own) // 2 :]) ** 2).sum().backward()
    together = net.weight.grad.clone()
    net.zero_grad()
    (net(x) ** 2).sum().backward()
    np.testing.assert_allclose((together * size).array, net.weight.grad.array, rtol=1e-5)
    assert size == 1 or not np.allclose(local.array, together.array)


def refusals(rank, size):
    if size == 1:
        return
    model = DistributedDataParallel(md.nn.ModuleList([md.nn.Linear(3, 2), md.nn.Linear(3, 2)]))
    model.module.forward = lambda x: model.module[0](x)
    _refused(lambda: model(md.ones(1, 3)), "no part in the result, so they get no gradient: 1.weight, 1.bias")
    model = DistributedDataParallel(md.nn.Linear(3, 2))
    one, two = model(md.ones(1, 3)), model(md.ones(1, 3))
    _refused(lambda: (one.sum() + two.sum()).backward(), "one backward pass for each forward pass")
    _refused(lambda: DistributedDataParallel(md.nn.Linear(3, 2 + rank)), "the models differ")
    _refused(lambda: DistributedDataParallel(md.nn.ReLU()), "nothing to do")


def _refused(call, words):
    with pytest.raises(dist.DistributedError, match=re.escape(words)):
        call()


def overlapping(rank, size):
    """With small buckets most of them travel before the last gradient is there."""
    net = md.nn.Sequential(*(md.nn.Linear(4, 4) for _ in range(5)))
    model = DistributedDataParallel(net, bucket_cap_mb=1e-6)
    model(md.ones(2, 4)).sum().backward()
    assert size == 1 or model.reducer.sent_early >= 8, model.reducer.sent_early
    assert len(model.reducer.buckets) == 10


if __name__ == "__main__":
    dist.init_process_group()
    rank, size = dist.get_rank(), dist.get_world_size()
    results = {}
    for case, (name, options, parallel) in CASES.items():
        state = train(
            name,
            [slice(rank, None, size)],
            lambda net, p=parallel: DistributedDataParallel(net, **p),
            lambda loss: loss * size,
            **options,
        )
        everyone = [None] * size
        dist.all_gather_object(everyone, state)
        for other in everyone[1:] if case != "batch norm alone" else []:
            assert all(np.array_equal(a, b) for a, b in zip(other, everyone[0], strict=True)), case
        results |= {f"{case}/{i}": array for i, array in enumerate(everyone[0])}
    accumulated(rank, size)
    refusals(rank, size)
    overlapping(rank, size)
    if rank == 0:
        np.savez(sys.argv[1], **results)
