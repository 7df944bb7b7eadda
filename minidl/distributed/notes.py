"""What the processes of a run leave word of: a folder that `minidl run` gives them, with a small file for each."""

import json
import os
from pathlib import Path

from minidl.system.files import write_atomically

NOTES = "MINIDL_RUN_NOTES"  # where the environment names the folder


def note_process(rank, pid, **more):
    """Leave word of a process of this run, if `minidl run` started it."""
    _note(f"process-{rank}.json", {"rank": rank, "pid": pid, **more})


def note_checkpoint(path, step):
    """Leave word of where this run can go on."""
    _note("checkpoint.json", [str(path), step])


def processes_in(folder):
    """What each process has left word of."""
    return [json.loads(note.read_text()) for note in sorted(Path(folder).glob("process-*.json"))]


def gone(ranks):
    """Which of these processes can answer no more: its script has come to its end, or it is not there."""
    folder = os.environ.get(NOTES)
    told = processes_in(folder) if folder and Path(folder).is_dir() else []
    return [note["rank"] for note in told if note["rank"] in ranks and (note.get("over") or not _is_there(note["pid"]))]


def _is_there(pid):
    if os.name == "nt":  # there, 0 is no question but Ctrl-C
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        pass
    return True


def _note(name, content):
    folder = os.environ.get(NOTES)
    if folder and Path(folder).is_dir():
        write_atomically(Path(folder, name), json.dumps(content).encode())
