"""The other libraries, each as a namespace with the names of PyTorch that the workloads use.

minidl and PyTorch are such namespaces by themselves. The others are written out in a file each, in the way
their own examples do it. All are optional: python -m pip install -r benchmarks/peers/requirements.txt
"""

import importlib
import warnings
from functools import partial

# How a library is called in the tables, and the module that stands for it.
PEERS = {
    "minidl": "minidl",
    "PyTorch": "torch",
    "autograd": "peers.on_autograd",
    "micrograd": "peers.on_micrograd",
    "tinygrad": "peers.on_tinygrad",
}


def load(names=PEERS):
    """The libraries that are here, by name, and why the others are not."""
    found, missing = {}, {}
    for name in names:
        try:
            found[name] = importlib.import_module(PEERS[name])
        except ImportError as error:
            missing[name] = str(error)
    return found, missing


def steps_of(workload, libraries, *size):
    """A function for each contestant that can do the work; PyTorch is one with one thread and one with two."""
    steps = {}
    for name, library in libraries.items():
        if workload.__name__ not in getattr(library, "CAN", (workload.__name__,)):
            continue
        if name in ("minidl", "PyTorch"):
            library.manual_seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            step = getattr(library, workload.__name__, partial(workload, library))(*size)
        if name == "PyTorch":
            for n in (1, 2):
                steps[f"PyTorch, {n} thread{'s' * (n > 1)}"] = with_threads(library, step, n)
        else:
            steps[name] = step
    return steps


def with_threads(torch, step, n):
    def run():
        torch.set_num_threads(n)
        step()

    return run


def say_missing(missing):
    for name, why in missing.items():
        print(f"{name} takes no part: {why}")
    if missing:
        print("What is not installed comes with: python -m pip install -r benchmarks/peers/requirements.txt")
