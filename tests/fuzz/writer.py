"""A process that writes files over and over, to be killed: for each line that it reads it forks one, and says its number."""

import os
import sys
from pathlib import Path

import minidl as md
from minidl.course.progress import note


def write_for_ever(folder):
    """Write three files in turn, whose every version is whole."""
    for k in range(10**9):
        md.save({"version": k, "values": md.full((20_000,), float(k))}, folder / "state.safetensors")
        md.save({"version": k, "values": md.full((20_000,), float(k))}, folder / "state.pth")
        note("ch01.ex1", k % 2 == 0)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    os.environ["MINIDL_PROGRESS"] = str(place / "progress.json")
    print("ready", flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            write_for_ever(place)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)
