"""Which code NumPy and OpenBLAS take on this processor: the last digits of a sum depend on it.

OpenBLAS holds a kernel for each family of processors and takes one when it is loaded; NumPy holds vector code of several
widths and takes the widest. Both can be named in the environment, before NumPy is imported. Naming is a wish: what was
really taken is asked of a process that was started with it (`taken`).
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

# A family as one asks for it, and the names under which OpenBLAS may say that it took its kernels.
FAMILIES = {
    "Prescott": {"Prescott", "Katmai"},
    "Sandybridge": {"Sandybridge"},
    "Haswell": {"Haswell"},
    "SkylakeX": {"SkylakeX"},
    "Zen": {"Zen"},
}
# Sums depend in their last digits on how many threads share them, and processes side by side would fight for the cores.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# OpenBLAS sizes its blocks by the processor it is on, whichever kernels it was asked for, and overruns its stack where
# the two do not fit (0.3.34 on AMD's Zen 4 and 5). With a named second-level cache (KiB) it sizes them by the kernels alone:
# they can be run, and give the same digits everywhere.
SAME_BLOCKS = {"OPENBLAS_L2_SIZE": "512"}
ASK = """
import json, numpy, threadpoolctl
from numpy._core import _multiarray_umath as core
for numbers in (numpy.float32, numpy.float64):  # the kernel can be run, too, also over several of its blocks
    for inner in (64, 256, 1024):
        numpy.ones((64, inner), numbers) @ numpy.ones((inner, 64), numbers)
blas = [pool["architecture"] for pool in threadpoolctl.threadpool_info() if pool["internal_api"] == "openblas"]
vector = {name: core.__cpu_features__[name] for name in core.__cpu_dispatch__}
print(json.dumps({"blas": blas, "vector": vector}))
"""


@dataclass(frozen=True)
class Taken:
    """What NumPy and OpenBLAS took: the kernels' name (None without OpenBLAS), and vector code, name -> taken or not."""

    blas: str | None
    vector: dict

    def __str__(self):
        used = [name for name, on in self.vector.items() if on]
        kernels = f"OpenBLAS {self.blas}" if self.blas else "no OpenBLAS"
        return f"{kernels}, NumPy with {used[-1] if used else 'its plain code'}"


def taken(env=None):
    """What a process takes that is started with `env` added to the environment; None when the processor cannot run it."""
    done = subprocess.run([sys.executable, "-c", ASK], env={**os.environ, **(env or {})}, capture_output=True, text=True)
    if done.returncode < 0:  # an illegal instruction, or a kernel that overruns its memory
        return None
    done.check_returncode()
    said = json.loads(done.stdout)
    return Taken(said["blas"][0] if said["blas"] else None, said["vector"])


def named(family, vector=None):
    """The environment that asks for a family's kernels, one thread, and vector code for `vector` at most.

    Parameters
    ----------
    family : str
        One of OpenBLAS's families of processors, such as "Haswell".
    vector : {None, "AVX2", "plain"}
        None lets NumPy take the widest it has; "plain" leaves what every x86-64 processor can.
    """
    env = {**ONE_THREAD, **SAME_BLOCKS, "OPENBLAS_CORETYPE": family}
    if vector:
        wide = [name for name in _choices() if vector == "plain" or name == "X86_V4" or name.startswith("AVX512")]
        env["NPY_DISABLE_CPU_FEATURES"] = " ".join(wide)
    return env


def _choices():
    """The vector code that this NumPy can take or leave; the names differ between its versions."""
    from numpy._core._multiarray_umath import __cpu_dispatch__  # late: a private name, asked for only by the tests

    return list(__cpu_dispatch__)


def for_chapters():
    """The environment in which the chapters are written: any x86-64 processor with AVX2 can give it, and says the same.

    Returns
    -------
    env : dict
    doubt : str or None
        A sentence when this machine takes something else.
    """
    env = named("Haswell", "AVX2")
    got = taken(env)
    if got and got.blas == "Haswell" and any(got.vector.get(name) for name in ("X86_V3", "AVX2")):
        return env, None
    return (
        env,
        f"the chapters are written with OpenBLAS's kernels for Haswell and AVX2, and this machine has {got or 'neither'}",
    )
