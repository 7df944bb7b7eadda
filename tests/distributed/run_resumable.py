"""Trains with dropout and a snapshot every third step; a process may die in a step that the arguments name."""

import os
import signal
import sys

import minidl as md
from minidl import distributed as dist

if __name__ == "__main__":
    snapshot_file, how, when = sys.argv[1], sys.argv[2], int(sys.argv[3])
    dist.init_process_group()
    rank = dist.get_rank()
    md.manual_seed(0)
    net = md.nn.Sequential(md.nn.Linear(4, 8), md.nn.Dropout(0.5), md.nn.Linear(8, 1))
    model = md.nn.parallel.DistributedDataParallel(net)
    optimizer = md.optim.Adam(model.parameters(), lr=0.01)
    md.manual_seed(100 + rank)  # each process drops other units
    snapshot = md.train.Snapshot(snapshot_file, model=model, optimizer=optimizer)
    start = snapshot.resume()
    for step in range(start, 8):
        if how != "never" and step == when and rank == 1 and start == 0:
            if how == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise ValueError("the disk is full")
        loss = (model(md.randn(6, 4)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if (step + 1) % 3 == 0:
            snapshot.save(step + 1)
    if rank == 0:
        print([p.double().sum().item().hex() for p in model.parameters()])
