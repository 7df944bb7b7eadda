"""Processes that are killed while they write: the old file is there or the new one, whole."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

import minidl as md
from minidl.system.files import write_atomically
from tests.fuzzing import fuzz

pytestmark = [pytest.mark.fuzz, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")]


def test_a_process_that_is_killed_leaves_whole_files(tmp_path):
    command = [sys.executable, "-m", "tests.fuzz.writer", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "ready\n"

        def attempt(rng):
            writer.stdin.write("\n")
            writer.stdin.flush()
            child = int(writer.stdout.readline())
            time.sleep(rng.uniform(0, 0.15))
            os.kill(child, signal.SIGKILL)
            assert writer.stdout.readline() == "gone\n"
            for name in ("state.safetensors", "state.pth"):
                if (tmp_path / name).exists():
                    state = md.load(tmp_path / name)
                    assert state["values"].tolist() == [float(state["version"])] * 20_000
            if (tmp_path / "progress.json").exists():
                json.loads((tmp_path / "progress.json").read_text())

        fuzz(attempt)
        writer.stdin.close()
    write_atomically(tmp_path / "last", b"")  # clears away what the killed ones left behind
    assert set(os.listdir(tmp_path)) <= {"state.safetensors", "state.pth", "progress.json", "last"}
