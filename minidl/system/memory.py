"""Freed memory is kept for the next training step.

Each step makes the same large arrays and drops them again. glibc, the C library of most Linux systems, hands their memory
back to the system when a step ends, and the next step fetches it again in pieces of 4 KB, each one cleared first. That can
take as long as the arithmetic: a step of a small CNN touches 20 MB in 5,000 pieces. So `import minidl` asks glibc to keep
some of what was freed.

References
----------
The manual page mallopt(3), on M_TRIM_THRESHOLD and M_MMAP_THRESHOLD.
"""

import ctypes
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
