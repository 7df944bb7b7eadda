"""The time of one training step, in turns in one process: python benchmarks/speed.py [rounds]"""

import gc
import statistics
import sys
import time

from peers import load, say_missing, steps_of
from workloads import AIMS


def timed(step):
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def medians(steps, rounds=12, block=0.06):
    """Milliseconds a step for each contestant. They take turns in blocks of `block` seconds, the slow ones in three."""
    for step in steps.values():
        step()
    gc.collect()
    gc.freeze()  # no library waits while the garbage of all the others is looked for
    times = {name: [] for name in steps}
    for turn in range(rounds):
        for name, step in steps.items():
            if turn >= 3 and times[name][-1] > 8 * block:
                continue
            before = timed(step)  # the first after a change of threads is slower, and not counted
            times[name] += [timed(step) for _ in range(max(1, int(block / before)))]
    return {name: statistics.median(own) * 1e3 for name, own in times.items()}


def best(times, name):
    """The time of a library: PyTorch's is the better one of its threads. None if it took no part."""
    return min((time for contestant, time in times.items() if contestant.startswith(name)), default=None)


def measure(libraries, rounds=12):
    """The times of all workloads, in milliseconds a step; they are printed as they come."""
    names = [name for name in libraries if name != "minidl"]
    compared = "PyTorch" in libraries
    print(
        f"\n{'a training step, in ms':22s}{'minidl':>9s}"
        + "".join(f"{name:>12s}" for name in names)
        + ("   ratio to PyTorch   aim" if compared else "")
    )
    results = {}
    for workload, aim in AIMS.items():
        times = medians(steps_of(workload, libraries), rounds)
        ratio = times["minidl"] / best(times, "PyTorch") if compared else None
        results[workload.__name__] = {"work": workload.__doc__, "ms": times, "ratio": ratio, "aim": aim}
        others = [best(times, name) for name in names]
        shown = "".join(f"{'-':>12s}" if t is None else f"{t:12.2f}" for t in others)
        shown += f"{ratio:19.2f}{aim:6.1f}" if compared else ""
        print(f"{workload.__name__:22s}{times['minidl']:9.2f}{shown}", flush=True)
    return results


if __name__ == "__main__":
    found, missing = load()
    say_missing(missing)
    measure(found, *map(int, sys.argv[1:]))
