"""The code that NumPy and OpenBLAS take can be named, and what was really taken is known."""

import platform

import numpy as np
import pytest

from minidl.system import processors
from minidl.system.processors import Taken, for_chapters, named, taken

HERE = taken()
x86 = pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64") or HERE.blas is None, reason="needs OpenBLAS on x86-64"
)


@x86
def test_the_plainest_code_runs_everywhere_and_is_taken_when_named():
    got = taken(named("Prescott", "plain"))
    assert got.blas in processors.FAMILIES["Prescott"]
    assert got.vector
    assert not any(got.vector.values())
    assert str(got).endswith("NumPy with its plain code")


@x86
@pytest.mark.parametrize("family", processors.FAMILIES)
def test_named_kernels_multiply_beyond_one_block_without_overrunning_their_memory(family):
    assert named(family)["OPENBLAS_L2_SIZE"] == "512"  # blocks as for any processor: the same digits everywhere
    assert taken(named(family)) or family == "SkylakeX"  # which not every processor can run


@x86
def test_chapters_are_written_without_avx512():
    env, _ = for_chapters()
    got = taken(env)
    assert not any(on for name, on in got.vector.items() if "512" in name or name == "X86_V4")
    assert env["OPENBLAS_NUM_THREADS"] == "1"


def test_a_machine_that_takes_something_else_says_so(monkeypatch):
    monkeypatch.setattr(processors, "taken", lambda env: Taken(None, {"NEON": True}))
    doubt = for_chapters()[1]
    assert doubt.startswith("the chapters are written with OpenBLAS's kernels for Haswell and AVX2")
    assert doubt.endswith("and this machine has no OpenBLAS, NumPy with NEON")
    monkeypatch.setattr(processors, "taken", lambda env: None)
    assert "this machine has neither" in for_chapters()[1]
    monkeypatch.setattr(processors, "taken", lambda env: Taken("Haswell", {"X86_V3": True}))
    assert for_chapters()[1] is None


def test_what_is_named_can_be_left_out_of_this_numpy():
    names = named("Haswell", "plain")["NPY_DISABLE_CPU_FEATURES"].split()
    assert names == list(np._core._multiarray_umath.__cpu_dispatch__)
    assert set(named("Haswell", "AVX2")["NPY_DISABLE_CPU_FEATURES"].split()) < set(names) or not names
