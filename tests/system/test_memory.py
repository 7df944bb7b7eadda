"""Freed memory stays, garbage is looked for less often, and whoever sets malloc or the search themselves is left alone."""

import gc
import os
import platform
import subprocess
import sys

import pytest

from minidl.system.memory import keep_freed_memory, look_for_garbage_less_often

TOUCHED = """
import ctypes, resource
import numpy as np
ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)  # PR_SET_THP_DISABLE: pages of 4 KB, so that counting them means something
{first}
def step():
    arrays = [np.ones(2**19, np.float32) for _ in range(16)]

def pages():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

step(), step()
before = pages()
step(), step(), step()
print(pages() - before)
"""


def pages_of_three_steps(first, **variables):
    """How many pages of memory three steps of 32 MB fetch from the system, in a fresh process."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("MALLOC_", "GLIBC_TUNABLES"))}
    code = TOUCHED.format(first=first)
    done = subprocess.run(
        [sys.executable, "-c", code], env={**plain, **variables}, check=True, capture_output=True, text=True
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone returns the memory of every step to the system")
def test_with_minidl_a_step_finds_the_memory_of_the_last_one():
    assert pages_of_three_steps("") > 10_000
    assert pages_of_three_steps("import minidl") < 1_000
    assert pages_of_three_steps("import minidl", MALLOC_TRIM_THRESHOLD_="131072") > 10_000


def test_a_choice_of_the_user_stands(monkeypatch):
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.trim_threshold=131072")
    assert keep_freed_memory() is False


def test_systems_without_glibc_are_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert keep_freed_memory() is False


@pytest.fixture
def _searches():
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("_searches")
def test_all_objects_are_searched_for_garbage_less_often():
    gc.set_threshold(700, 10, 10)
    assert look_for_garbage_less_often()
    assert gc.get_threshold() == (700, 10, 100)


@pytest.mark.usefixtures("_searches")
def test_a_search_that_the_user_set_or_that_goes_in_steps_stays():
    for chosen in ((700, 10, 50), (2000, 10, 0)):
        gc.set_threshold(*chosen)
        assert not look_for_garbage_less_often()
        assert gc.get_threshold() == chosen
