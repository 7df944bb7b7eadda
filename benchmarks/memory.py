"""The memory of one training step, each library in a process of its own: python benchmarks/memory.py"""

import json
import re
import subprocess
import sys
from pathlib import Path

import workloads
from peers import load, say_missing, steps_of

NODES = 100_000
LINUX = Path("/proc/self/status")


def most_resident():
    """The most memory that this process has held so far, in bytes."""
    return 1024 * int(re.search(r"VmHWM:\s*(\d+)", LINUX.read_text())[1])


def step_alone(library, workload):
    """What the process held at most, and what three steps with their model added, in megabytes.

    What a library loads when it first works is loaded by a step of the smallest work before; of that one, only what the
    process holds says anything.
    """
    found, _ = load([library])
    list(steps_of(workloads.moons_mlp, found).values())[-1]()
    before = most_resident()
    step = list(steps_of(getattr(workloads, workload), found).values())[-1]
    for _ in range(3):
        step()
    return {"process": most_resident() / 1e6, "step": (most_resident() - before) / 1e6}


def node_alone(library):
    """Bytes for each of many tiny operations that wait for backward."""
    found, _ = load([library])
    end = workloads.chained(found[library], NODES)
    found[library].ones(3, requires_grad=True).sum().backward()
    before = most_resident()
    graph = end()
    size = (most_resident() - before) / NODES
    del graph  # it had to live until here
    return size


def alone(function, *arguments):
    """What a function of this file gives in a fresh process."""
    call = f"import json, memory; print(json.dumps(memory.{function}(*{arguments!r})))"
    done = subprocess.run(
        [sys.executable, "-c", call], check=True, capture_output=True, text=True, cwd=Path(__file__).parent
    )
    return json.loads(done.stdout.splitlines()[-1])


def measure(libraries):
    """Megabytes of each work on minidl and PyTorch, and bytes a node; printed as they come. None where there is no /proc."""
    if not LINUX.exists():
        print("\nmemory takes no part: it is read from /proc, which Linux alone has")
        return None
    names = [name for name in ("minidl", "PyTorch") if name in libraries]
    print(f"\n{'peak memory, in MB':22s}" + "".join(f"{name + ' step':>15s}{'process':>9s}" for name in names))
    results = {}
    for workload in workloads.AIMS:
        own = {name: alone("step_alone", name, workload.__name__) for name in names}
        results[workload.__name__] = own
        shown = "".join(f"{m['step']:15.1f}{m['process']:9.1f}" for m in own.values())
        print(f"{workload.__name__:22s}{shown}", flush=True)
    nodes = {name: alone("node_alone", name) for name in names}
    print("memory a node: " + ", ".join(f"{name} {size:.0f} bytes" for name, size in nodes.items()))
    return {"steps": results, "node": nodes}


if __name__ == "__main__":
    found, missing = load(["minidl", "PyTorch"])
    say_missing(missing)
    measure(found)
