"""Run everything that CI runs: `python -m tests [STEP ...]`. It goes on after a failure, and says at the end what failed."""

import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path

STEPS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "tests": ["pytest", "-n", "auto", "--dist", "loadfile", "--junitxml"],
    "notebooks": ["minidl.cli", "check", "notebooks", "--junit"],
}
COUNTED = {"tests": "tests and doctests", "notebooks": "cells of the notebooks"}  # these write a report


def main(names):
    """Run the steps; 1 when one failed."""
    if unknown := set(names) - set(STEPS):
        sys.exit(f"There is no step {', '.join(sorted(unknown))}; there is {', '.join(STEPS)}.")
    start, covered, failed = time.monotonic(), [], []
    for name in names or STEPS:
        with tempfile.TemporaryDirectory() as own:
            report = Path(own) / "report.xml"
            command = [*STEPS[name], *([str(report)] if name in COUNTED else [])]
            print(f"\n== {name}: python -m {' '.join(STEPS[name])}".removesuffix("xml").removesuffix(" --junit"), flush=True)
            if subprocess.run([sys.executable, "-m", *command]).returncode:
                failed.append(name)
            covered.append(f"{counts(report)} {COUNTED[name]}" if name in COUNTED else name)
    minutes, seconds = divmod(round(time.monotonic() - start), 60)
    print()
    for name in failed:
        print(f"Failed: {name}. This one alone: {Path(sys.executable)} -m tests {name}")
    print(f"{'Covered' if failed else 'All passed'} in {minutes} min {seconds} s: {', '.join(covered)}.")
    return bool(failed)


def counts(report):
    """How many tests a JUnit report has, and how many of them were skipped.

    >>> counts("no such file")
    'no'
    """
    if not Path(report).is_file():
        return "no"
    suite = ET.parse(report).getroot().find("testsuite")
    skipped = f" ({suite.get('skipped')} skipped)" if suite.get("skipped") != "0" else ""
    return f"{int(suite.get('tests')):,}{skipped}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
