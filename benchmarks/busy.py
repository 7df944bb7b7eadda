"""A training step beside other programs: python benchmarks/busy.py [blocks]

Each work is timed with the machine to itself, beside a program that computes without pause, and beside two that compute now
and then. minidl and PyTorch (one thread, where it is installed) take turns in one process. Times are means: a stall counts.
"""

import gc
import subprocess
import sys
import time
from contextlib import contextmanager

from peers import load, say_missing, steps_of
from workloads import AIMS

WITHOUT_PAUSE = "while True: pass"
NOW_AND_THEN = """
import random, time
while True:
    end = time.perf_counter() + random.uniform(0.002, 0.05)
    while time.perf_counter() < end:
        pass
    time.sleep(random.uniform(0.002, 0.05))
"""
NEIGHBOURS = {"idle": [], "one core burnt": [WITHOUT_PAUSE], "two bursty": [NOW_AND_THEN, NOW_AND_THEN]}


@contextmanager
def beside(programs):
    """Other programs run inside, and end with it."""
    running = [subprocess.Popen([sys.executable, "-c", program]) for program in programs]
    try:
        yield
    finally:
        for program in running:
            program.kill()
            program.wait()


def means(steps, blocks, seconds=0.25):
    """Milliseconds a step for each contestant: the mean over all blocks, stalls included."""
    spent, done = dict.fromkeys(steps, 0.0), dict.fromkeys(steps, 0)
    for step in steps.values():
        step()
    gc.collect()
    for _ in range(blocks):
        for name, step in steps.items():
            start = now = time.perf_counter()
            while now - start < seconds:
                step()
                done[name] += 1
                now = time.perf_counter()
            spent[name] += now - start
    return {name: spent[name] / done[name] * 1e3 for name in steps}


def measure(libraries, blocks=6):
    """For each work and each kind of neighbour the means of all contestants; printed as they come."""
    chosen = {name: library for name, library in libraries.items() if name in ("minidl", "PyTorch")}
    results = {}
    print(f"\n{'ms a step (means)':22s}" + "".join(f"{name:>28s}" for name in NEIGHBOURS))
    for workload in [work for work in AIMS if work.__name__ != "long_chain"]:
        steps = {name: step for name, step in steps_of(workload, chosen).items() if not name.endswith("2 threads")}
        results[workload.__name__] = {}
        shown = ""
        for name, programs in NEIGHBOURS.items():
            with beside(programs):
                times = means(steps, blocks)
            results[workload.__name__][name] = times
            shown += f"{' / '.join(f'{t:.2f}' for t in times.values()):>28s}"
        print(f"{workload.__name__:22s}{shown}", flush=True)
    print("minidl / PyTorch, 1 thread" if "PyTorch" in chosen else "minidl")
    return results


if __name__ == "__main__":
    found, missing = load(["minidl", "PyTorch"])
    say_missing(missing)
    measure(found, *map(int, sys.argv[1:]))
