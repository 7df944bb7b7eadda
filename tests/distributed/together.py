"""Runs a script in several processes, bounded in time."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


def together(script, processes, *arguments, resume=False, seconds=60):
    """What a run of a script of this folder printed, and how it ended."""
    command = [sys.executable, "-m", "minidl.cli", "run", "-n", str(processes), "--timeout", str(seconds)]
    command += ["--resume"] * resume + [str(HERE / script), *map(str, arguments)]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=seconds + 20, check=False
    )
