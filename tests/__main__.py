"""Run everything that CI runs: `python -m tests`. It goes on after a failure, and says at the end what failed."""

import subprocess
import sys

STEPS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "unit tests and doctests": ["pytest", "-n", "auto", "--dist", "loadfile"],
    "notebooks": ["minidl.cli", "check", "notebooks"],
}


def main():
    failed = []
    for name, command in STEPS.items():
        print(f"\n== {name}: {' '.join(command)}", flush=True)
        if subprocess.run([sys.executable, "-m", *command]).returncode:
            failed.append(name)
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll passed.")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
