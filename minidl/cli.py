"""The command `minidl`: open the course, or see a network learn in the terminal."""

import argparse
import sys
from pathlib import Path

from minidl import __version__
from minidl.errors import MinidlError

FIRST = "00_start_here.ipynb"


def main(arguments=None):
    """Run the command; errors that are the user's to mend become one line.

    Returns
    -------
    int
        The exit code: 0 when all went well.
    """
    options = parser().parse_args(arguments)
    try:
        options.run(options)
    except (MinidlError, OSError) as error:
        print(f"minidl: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


def parser():
    """What the command understands."""
    top = argparse.ArgumentParser(prog="minidl", description="Learn how deep learning works.")
    top.add_argument("--version", action="version", version=f"minidl {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    lab = commands.add_parser("lab", help="copy the course to a folder and open it in JupyterLab")
    lab.add_argument("folder", nargs="?", default="minidl-course", help="where the course lives (minidl-course)")
    lab.add_argument("--notebook", default=FIRST, help=f"which chapter to open ({FIRST})")
    lab.add_argument("--port", type=port_number, help="where JupyterLab listens (the first free port from 8888 on)")
    lab.add_argument("--no-browser", action="store_true", help="only say the address")
    lab.add_argument("--copy-only", action="store_true", help="copy the course, and do not open it")
    lab.set_defaults(run=run_lab)

    demo = commands.add_parser("demo", help="train on handwritten digits, and write a page with what happened")
    demo.add_argument("--epochs", type=positive_number, default=5, help="how often to go through the digits (5)")
    demo.add_argument("--output", type=Path, default=Path("minidl-demo.html"), help="the page (minidl-demo.html)")
    demo.set_defaults(run=run_demo)
    return top


def positive_number(text):
    """A whole number of at least 1, from the command line."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def port_number(text):
    """A port, from the command line."""
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return int(text)


def run_lab(options):
    """Copy the course, say what was kept, and open it."""
    from minidl.course.copying import copy_course, trust_chapters
    from minidl.course.opening import open_lab

    done = copy_course(options.folder)
    for name, what in done.items():
        if what == "kept":
            print(f"Kept your {name}.")
    if done:
        print(f"The course is in {Path(options.folder).resolve()}", flush=True)
    if not options.copy_only:
        trust_chapters(options.folder)
        open_lab(options.folder, options.notebook, options.port, False if options.no_browser else None)


def run_demo(options):
    """Train, with a progress bar, and write the page."""
    from minidl.demo import demo

    demo(options.epochs, options.output)


if __name__ == "__main__":
    sys.exit(main())
