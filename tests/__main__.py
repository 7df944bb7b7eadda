"""Run everything that CI runs: `python -m tests [STEP ...]`. It goes on after a failure, and says at the end what failed."""

import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

# Chapters are tests (tests/notebooks/test_running.py). Whoever has nothing left to do takes tests from the others.
STEPS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "javascript": ["tests.javascript"],
    "tests": ["pytest", "-n", "auto", "--dist", "worksteal"],
}


def main(names):
    """Run the steps; 1 when one failed, 2 when there is no such step."""
    if unknown := [name for name in names if name not in STEPS]:
        print(f"There is no step {', '.join(unknown)}; there is {', '.join(STEPS)}.", file=sys.stderr)
        return 2
    start, covered, slowest, failed = time.monotonic(), [], [], []
    for name in names or STEPS:
        print(f"\n== {name}: {' '.join(STEPS[name])}", flush=True)
        began = time.monotonic()
        passed, what, slow = run(name)
        covered.append(f"{what} ({duration(time.monotonic() - began)})")
        slowest += slow
        if not passed:
            failed.append(name)
    print()
    for name in failed:
        print(f"Failed: {name}. To run it alone: {sys.executable} -m tests {name}")
    if slowest:
        print(f"The slowest files: {', '.join(f'{name} {duration(seconds)}' for name, seconds in slowest)}.")
    print(f"{'Covered' if failed else 'All passed'} in {duration(time.monotonic() - start)}: {', '.join(covered)}.")
    return bool(failed)


def run(name):
    """Run one step; whether it passed, what it covered, and its slowest files with their seconds."""
    command = [sys.executable, "-m", *STEPS[name]]
    if name != "tests":
        return subprocess.run(command).returncode == 0, name, []
    with tempfile.TemporaryDirectory() as own:
        report = Path(own) / "report.xml"
        passed = subprocess.run([*command, "--junitxml", report]).returncode == 0
        return passed, f"{counted(report)} tests and doctests", slow_files(report)


def counted(report):
    """How many tests a JUnit report has, and how many of them were skipped.

    >>> counted(Path("nowhere"))
    'no'
    """
    if not report.is_file():
        return "no"
    suite = ET.parse(report).getroot().find("testsuite")
    tests, skipped = int(suite.get("tests")), int(suite.get("skipped"))
    return f"{tests:,}, {skipped} of them skipped," if skipped else f"{tests:,}"


def slow_files(report, count=3):
    """The files of a JUnit report whose tests took longest, with their seconds, in all processes together.

    >>> slow_files(Path("nowhere"))
    []
    """
    if not report.is_file():
        return []
    seconds = Counter()
    for case in ET.parse(report).getroot().iter("testcase"):
        seconds[case.get("classname")] += float(case.get("time"))
    return seconds.most_common(count)


def duration(seconds):
    """A time as one says it.

    >>> duration(491.7), duration(11.7)
    ('8 min 12 s', '12 s')
    """
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
