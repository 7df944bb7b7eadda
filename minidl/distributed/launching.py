"""Starting several processes of one script, as ``torchrun`` does: `minidl run`.

`mpiexec` starts them and lets them find each other. What it does not say is said here: which process ended the run, why,
and from where it can go on.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Event, Timer

from minidl.distributed.group import DistributedError
from minidl.distributed.notes import NOTES, processes_in

RESUME = "MINIDL_RESUME"  # "1" in a run that goes on from its snapshot
BANNER = re.compile(r"^=+\s*$")
PID = re.compile(r"^=\s+PID (\d+) RUNNING AT")


def run(script, arguments=(), processes=1, resume=False, timeout=None):
    """Run a script in several processes.

    Parameters
    ----------
    script : path
    arguments : list of str
        What the script gets as its own.
    processes : int
    resume : bool
        Let a `minidl.train.Snapshot` of the script go on from its file.
    timeout : float, optional
        Seconds after which the run is ended.

    Returns
    -------
    int
        0 when all processes ended well.

    Raises
    ------
    DistributedError
        When the script or mpiexec is missing.
    """
    if not Path(script).is_file():
        raise DistributedError(f"there is no script {script}")
    with tempfile.TemporaryDirectory(prefix="minidl-run-") as notes:
        surroundings = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} | os.environ | {NOTES: notes}
        surroundings[RESUME] = "1" if resume else "0"
        command = [mpiexec(), "-n", str(processes), sys.executable, "-m", "minidl.distributed.process", str(script)]
        code, late, pid = _watched([*command, *arguments], surroundings, timeout)
        reason = late or _named(code) if code else _unfinished(notes)
        if reason:
            print(_what_happened(Path(notes), pid, reason, script, processes), file=sys.stderr)
        return 1 if reason else 0


def mpiexec():
    """Where the program is that starts processes: beside Python, where the package ``mpich`` puts it, or on the path."""
    found = shutil.which("mpiexec", path=str(Path(sys.executable).parent)) or shutil.which("mpiexec")
    if found is None:
        raise DistributedError('several processes need mpiexec: pip install "minidl[distributed]" brings it')
    return found


def _watched(command, surroundings, timeout):
    """Run a command and pass on what it prints, without the banner of mpiexec.

    Returns
    -------
    The exit code; why it was ended from here, if it was; and the process that mpiexec blames.
    """
    started = subprocess.Popen(
        command, env=surroundings, stdout=subprocess.PIPE, stderr=None, text=True, errors="replace", start_new_session=True
    )
    late = Event()
    alarm = Timer(timeout or 0, lambda: late.set() or _end(started))  # type: ignore[func-returns-value]
    alarm.daemon = True
    if timeout is not None:
        alarm.start()
    assert started.stdout is not None
    blamed, banner, blank = None, False, ""
    try:
        for line in started.stdout:
            banner = banner or bool(BANNER.match(line))
            if banner:
                found = PID.match(line)
                blamed = int(found[1]) if found else blamed
            elif line == "\n":  # one stands in front of the banner
                blank += line
            else:
                print(blank + line, end="", flush=True)
                blank = ""
        return started.wait(), (f"it took longer than {timeout} seconds" if late.is_set() else None), blamed
    finally:
        alarm.cancel()
        if started.poll() is None:
            _end(started)


def _end(started):
    """End mpiexec; it takes its processes with it."""
    try:
        os.killpg(started.pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    try:
        started.wait(5)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)


def _what_happened(notes, pid, reason, script, processes):
    """Which process ended the run, why, and what can be done, in words."""
    told = processes_in(notes)
    failed = [note for note in told if note.get("error")]
    killed = [note for note in told if note["pid"] == pid]
    if failed:
        first = min(failed, key=lambda note: note["when"])
        words = [f"process {first['rank']} of {processes} ended the run: {first['error']}"]
    elif killed and reason.startswith("SIG"):
        words = [f"process {killed[0]['rank']} of {processes} was killed ({reason}), and the run ended with it"]
    else:
        words = [f"the run was ended: {reason}"]
    last = notes / "checkpoint.json"
    if last.exists():
        path, step = json.loads(last.read_text())
        words.append(f"The last checkpoint, after step {step}, is {path}. To go on from there:")
        words.append(f"    minidl run -n {processes} --resume {script}")
    else:
        words.append("There is no checkpoint of this run: minidl.train.Snapshot writes them.")
    return "\n".join(words)


def _unfinished(notes):
    """What mpiexec takes for a good end: a process that leaves in the middle of its script, and takes the others with it."""
    left = [str(note["rank"]) for note in processes_in(notes) if not note.get("over")]
    if not left:
        return ""
    return f"process {' and '.join(left)} left before the end of the script (os._exit(), or a crash inside a library)"


def _named(code):
    """An exit code in words: a signal by its name."""
    if code == 1:  # of a program that failed; no run is ended by the signal of this number
        return "exit code 1"
    number = -code if code < 0 else code - 128 if code > 128 else code
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"exit code {code}"
