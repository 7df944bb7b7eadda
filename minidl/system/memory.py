"""Freed memory is kept for the next training step, and Python looks for garbage less often.

Each step makes the same large arrays and drops them again. glibc, the C library of most Linux systems, hands their memory
back to the system when a step ends, and the next step fetches it again in pieces of 4 KB, each one cleared first. That can
take as long as the arithmetic: a step of a small CNN touches 20 MB in 5,000 pieces. So `import minidl` asks glibc to keep
some of what was freed.

Python itself looks now and then through all objects for such as hold each other in a circle, and a graph has several objects
for each of its nodes. While a chain of 100,000 operations was recorded, that took more than half of the time, and found
nothing: a graph has no circles, it goes as soon as nobody holds its end. So `import minidl` lets Python look less often.

References
----------
The manual page mallopt(3), on M_TRIM_THRESHOLD and M_MMAP_THRESHOLD.
"""

import ctypes
import gc
import os
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # how malloc.h numbers its settings
MB = 2**20


def keep_freed_memory(kept=256 * MB, largest=32 * MB):
    """Let malloc keep up to `kept` freed bytes, from arrays of up to `largest` bytes each.

    A choice of the user's stands: nothing changes where a variable of the environment sets malloc already
    (``MALLOC_TRIM_THRESHOLD_``, ``MALLOC_MMAP_THRESHOLD_`` or ``GLIBC_TUNABLES``).

    Returns
    -------
    bool
        Whether malloc agreed. False on systems without glibc: theirs keep memory by rules of their own.
    """
    if sys.platform != "linux" or any(name.startswith(("MALLOC_", "GLIBC_TUNABLES")) for name in os.environ):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(M_TRIM_THRESHOLD, kept) and mallopt(M_MMAP_THRESHOLD, largest))


def look_for_garbage_less_often(rounds=100):
    """Let Python's search through all objects wait for so many searches through the younger ones, not for 10.

    A choice of the user's stands: nothing changes where that number is not 10 any more.

    Returns
    -------
    bool
        Whether anything was changed. False for a Python that searches in small steps, by rules of its own.
    """
    objects, young, before = gc.get_threshold()
    if before != 10:
        return False
    gc.set_threshold(objects, young, rounds)
    return True
