"""The same work on minidl and on PyTorch, taking turns in one process: python benchmarks/compare.py [seconds a workload]

PyTorch runs with one and with two threads, and the better counts. It is an optional install
(pip install torch); without it minidl is timed alone.
"""

import json
import statistics
import sys
import time
import warnings
from pathlib import Path

from workloads import WORKLOADS

import minidl


def timed(step):
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def with_threads(torch, step, n):
    def run():
        torch.set_num_threads(n)
        step()

    return run


def compare(make, seconds):
    """Median milliseconds of each contestant."""
    minidl.manual_seed(0)
    steps = {"minidl": make(minidl)}
    try:
        import torch
    except ImportError:
        pass
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for n in (1, 2):
                steps[f"PyTorch, {n} thread{'s' * (n > 1)}"] = with_threads(torch, make(torch), n)
    times = {name: [] for name in steps}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times["minidl"]) < 5:
        for name, step in steps.items():
            step()  # the first after a change of threads is slower
            times[name] += [timed(step) for _ in range(3)]
    return {name: statistics.median(own) * 1e3 for name, own in times.items()}


def main(seconds=4.0):
    results = {}
    print(f"{'workload':22s} {'minidl':>10s} {'PyTorch':>10s} {'ratio':>7s} {'aim':>5s}")
    for make, aim in WORKLOADS.items():
        medians = compare(make, float(seconds))
        ours = medians.pop("minidl")
        best = min(medians.values(), default=None)
        results[make.__name__] = {"minidl": ours, **medians, "ratio": best and ours / best, "aim": aim}
        theirs = f"{best:8.2f}ms {ours / best:7.2f}" if best else "    not installed"
        print(f"{make.__name__:22s} {ours:8.2f}ms {theirs} {aim:5.1f}", flush=True)
    Path("benchmark.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
