"""Everything again with other processors' kernels: `python -m tests.processors [NAME ...]`.

The last digits of a sum depend on the code that OpenBLAS and NumPy take for a processor, and training amplifies them.
Nothing may hang on them: no chapter, no solution, no bridge, no test. Each part runs in a process of its own. A name is
one of NAMES; all of them are tried unless given. `--notebooks` leaves the tests of the package out.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from minidl.system.processors import FAMILIES, named, taken

PLAIN = "Plain"  # Haswell's kernels, and of NumPy only what every x86-64 processor can
NAMES = [*FAMILIES, PLAIN]


def environment(name):
    """The environment that asks for a processor's code; CalledProcessError and the like never hide that it was not taken."""
    return named("Haswell", "plain") if name == PLAIN else named(name)


def parts(notebooks_only):
    """What is run: name -> arguments of Python."""
    python = ["-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile"]
    tests = [*python, "tests/course/test_exercises.py"] if notebooks_only else [*python, "-m", "not browser"]
    return {
        "chapters": ["-m", "minidl.cli", "check", "notebooks"],
        "solved chapters" if notebooks_only else "tests and solved chapters": tests,
        "bridge": ["-m", "tests.notebooks.bridge"],
    }


def available(names):
    """Processors that this one can play: name -> environment. What is left out is said, and why."""
    found, seen = {}, {}
    for name in names:
        env = environment(name)
        got = taken(env)
        if got is None or got.blas not in FAMILIES.get(name, {"Haswell"}):
            same = next((other for other in FAMILIES if got and got.blas in FAMILIES[other]), None)
            print(f"{name}: left out, because OpenBLAS takes {same or (got and got.blas) or 'code that does not run'} here")
        elif str(got) in seen:
            print(f"{name}: left out, because it is the same as {seen[str(got)]}")
        else:
            print(f"{name}: {got}")
            found[name] = env
            seen[str(got)] = name
    return found


def torch_is_here():
    """Whether the bridge can be run."""
    return subprocess.run([sys.executable, "-c", "import torch"], capture_output=True).returncode == 0


def main(arguments=None):
    """Run all parts with every processor; 1 when one failed, 2 when no processor could be played."""
    parser = argparse.ArgumentParser(prog="python -m tests.processors", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES)} (all)")
    parser.add_argument("--notebooks", action="store_true", help="chapters, solved chapters and the bridge alone")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"{', '.join(sorted(unknown))}: not one of {', '.join(NAMES)}")
    processors = available(options.names or NAMES)
    work = parts(options.notebooks)
    if not torch_is_here():
        print("bridge: left out, because PyTorch is not installed (pip install torch)")
        del work["bridge"]
    start, failed = time.monotonic(), []
    for name, env in processors.items():
        for part, command in work.items():
            print(f"\n== {name}: {part}", flush=True)
            with tempfile.TemporaryDirectory() as own:
                progress = {"MINIDL_PROGRESS": str(Path(own) / "progress.json")}
                if subprocess.run([sys.executable, *command], env={**os.environ, **env, **progress}).returncode:
                    failed.append(f"{part} with {name}: python -m tests.processors {name}")
    minutes, seconds = divmod(round(time.monotonic() - start), 60)
    said = f"{', '.join(work)} with {', '.join(processors)} in {minutes} min {seconds} s"
    print(
        "\n"
        + "\n".join([f"Failed: {what}" for what in failed] or [f"All passed: {said}." if processors else "Nothing was run."])
    )
    return 1 if failed else 0 if processors else 2


if __name__ == "__main__":
    sys.exit(main())
