"""Random input by the thousand, for so many seconds (MINIDL_FUZZ=seconds, each), and a table of what came of it.

A test that calls `fuzz` has the mark `fuzz`; `make fuzz` runs all of them for a minute each.
"""

import os
import random
import time
import warnings

SECONDS = float(os.environ.get("MINIDL_FUZZ", 2))
ENOUGH = 10  # failures, after which nobody learns anything more
TABLE: list[tuple[str, int, int]] = []  # what was tried: kind, inputs, failures


def fuzz(attempt, seconds=SECONDS, most=10**9, slowest=20.0):
    """Call ``attempt(rng)`` with other random numbers for so many seconds; a warning is a failure. Returns how often."""
    end, seed, failed, slow = time.monotonic() + seconds, 0, {}, []
    while time.monotonic() < end and seed < most and len(failed) + len(slow) < ENOUGH:
        start = time.monotonic()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                attempt(random.Random(seed))
            except Exception as error:
                failed[seed] = error
        if time.monotonic() - start > slowest:
            slow.append(seed)
        seed += 1
    TABLE.append((_kind(), seed, len(failed) + len(slow)))
    for error in list(failed.values())[:1]:
        error.add_note(f"{len(failed)} of {seed} inputs failed, with seeds {list(failed)}")
        raise error
    assert not slow, f"seeds {slow} took more than {slowest:g} s"
    assert seed, "nothing was tried"
    return seed


def _kind():
    """What the running test claims, in words."""
    name = os.environ.get("PYTEST_CURRENT_TEST", "? (call)").rpartition("::")[2].rpartition(" ")[0]
    return name.removeprefix("test_").replace("_", " ")


def table_of(rows):
    """The table of what was tried, as lines.

    >>> print(*table_of([("any label is text", 1200, 0)]), sep="\\n")
        inputs  failures  kind
         1,200         0  any label is text
    """
    return [f"{'inputs':>10}  failures  kind", *(f"{tried:>10,}  {failed:>8,}  {kind}" for kind, tried, failed in rows)]
