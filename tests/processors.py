"""Everything again with other processors' kernels: `python -m tests.processors [NAME ...]`.

The last digits of a sum depend on the code that OpenBLAS and NumPy take for a processor, and training amplifies them.
Nothing may hang on them: no chapter, no solution, no bridge, no test. Each part runs in a process of its own. A name is
one of NAMES; all of them are tried unless given. `--notebooks` leaves the tests of the package out; `--chapters 1/2` takes
the first of every two notebooks alone, `2/2` the other, so that two processors share them.
"""

import argparse
import importlib.util
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from minidl.system.processors import FAMILIES, named, taken
from tests.__main__ import duration

PLAIN = "Plain"  # Haswell's kernels, and of NumPy only what every x86-64 processor can
NAMES = [*FAMILIES, PLAIN]
ROOT = Path(__file__).parents[1]


def environment(name):
    """The environment that asks for the code of a processor."""
    return named("Haswell", "plain") if name == PLAIN else named(name)


RUNNING = "tests/notebooks/test_running.py"


def parts(notebooks_only, share=(1, 1)):
    """What is run: name -> arguments of Python."""
    pytest = ["-m", "pytest", "-q", "-n", "auto", "--dist", "worksteal", *left_out(*share)]
    notebooks = "all notebooks" if share == (1, 1) else f"notebooks {share[0]}/{share[1]}"
    tests = [RUNNING] if notebooks_only else ["-m", "not browser and not same_everywhere"]
    name = f"{notebooks}, as shipped and solved" if notebooks_only else f"tests with {notebooks}, as shipped and solved"
    return {name: [*pytest, *tests], "bridge": ["-m", "tests.notebooks.bridge"]}


def left_out(first, every):
    """Arguments of pytest that leave out whatever is asked of a notebook that is not the `first` of `every` so many.

    >>> left_out(1, 1)
    []
    >>> left_out(1, 2)[1][:44]
    'not (01_numbers_in_boxes or 03_forward or 05'
    """
    names = [path.stem for place in ("", "projects/") for path in sorted(ROOT.glob(f"notebooks/{place}*.ipynb"))]
    others = [name for k, name in enumerate(names) if k % every != first - 1]
    return ["-k", f"not ({' or '.join(others)})"] if others else []


def a_share(text):
    """The two numbers of `1/2`."""
    first, every = map(int, text.split("/"))
    if not 1 <= first <= every:
        raise ValueError
    return first, every


def available(names):
    """The processors whose code this one can run: name -> environment. What is left out is said, and why."""
    found, seen = {}, {}
    for name in names:
        env = environment(name)
        got = taken(env)
        if got is None:
            print(f"{name}: left out, because this processor cannot run its code")
        elif str(got) in seen:
            print(f"{name}: left out, because OpenBLAS takes the same here as for {seen[str(got)]}")
        elif got.blas not in FAMILIES.get(name, FAMILIES["Haswell"]):
            print(f"{name}: left out, because OpenBLAS takes {got.blas} here")
        else:
            print(f"{name}: {got}")
            found[name], seen[str(got)] = env, name
    return found


def run(name, env, command):
    """Run one part as on another processor, leaving nobody's progress changed; whether it passed."""
    with tempfile.TemporaryDirectory() as own:
        env = {**os.environ, **env, "MINIDL_PROGRESS": str(Path(own) / "progress.json")}
        env.pop("MINIDL_BYTES", None)  # these kernels have digits of their own
        return subprocess.run([sys.executable, *command], env=env).returncode == 0


def main(arguments=None):
    """Run all parts with every processor; 1 when one failed, 2 when none of the processors can be played here."""
    parser = argparse.ArgumentParser(prog="python -m tests.processors", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)} (all of them)")
    parser.add_argument("--notebooks", action="store_true", help="chapters, solved chapters and bridges alone")
    parser.add_argument("--chapters", type=a_share, default=(1, 1), metavar="K/N", help="the Kth of every N chapters alone")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in NAMES]:
        parser.error(f"{', '.join(unknown)} is not one of {', '.join(NAMES)}")
    processors, work = available(options.names or NAMES), parts(options.notebooks, options.chapters)
    if importlib.util.find_spec("torch") is None:
        print("bridge: left out, because PyTorch is not installed (pip install torch)")
        del work["bridge"]
    start, failed = time.monotonic(), []
    for name, env in processors.items():
        for part, command in work.items():
            print(f"\n== {name}: {part}", flush=True)
            if not run(name, env, command):
                alone = shlex.join(["env", *[f"{key}={value}" for key, value in env.items()], sys.executable, *command])
                failed.append(f"{part} with {name}. To run it alone: {alone}")
    print("", *[f"Failed: {what}" for what in failed], sep="\n")
    verb = "Covered" if failed else "All passed" if processors else "Nothing could be run"
    print(
        f"{verb} in {duration(time.monotonic() - start)}: {', '.join(work)} with {', '.join(processors) or 'no processor'}."
    )
    return 1 if failed else 0 if processors else 2


if __name__ == "__main__":
    sys.exit(main())
