"""One process of a run that `minidl run` started: it runs the script, and ends all when the script fails."""

import os
import runpy
import sys
import time
import traceback

from minidl.distributed.notes import note_process


def main():
    """Run the script as the main program, with who we are in the environment, as under ``torchrun``."""
    from mpi4py import MPI  # late: importing it starts MPI, and tests import this module

    world = MPI.COMM_WORLD
    rank, size = str(world.rank), str(world.size)
    os.environ |= {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": size, "LOCAL_WORLD_SIZE": size}
    note_process(world.rank, os.getpid())
    # Whole lines, also under PYTHONUNBUFFERED, so that those of several processes do not mix.
    sys.stdout.reconfigure(line_buffering=True, write_through=False)  # type: ignore[union-attr]
    sys.argv = sys.argv[1:]
    sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[0])))
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        if end.code not in (None, 0):
            _end_all(world, f"it ended itself: {end.code}")
        else:
            note_process(world.rank, os.getpid(), over=True)
        raise
    except BaseException as error:
        traceback.print_exc()
        _end_all(world, f"{type(error).__name__}: {error}")
    else:
        note_process(world.rank, os.getpid(), over=True)  # others that still wait for it need not wait for ever


def _end_all(world, reason):
    """End all processes: the others may wait for one that will not come."""
    note_process(world.rank, os.getpid(), error=reason, when=time.time())
    sys.stdout.flush()
    sys.stderr.flush()
    world.Abort(1)


if __name__ == "__main__":
    main()
