"""The command `minidl`: open the course, or see a network learn in the terminal.

Each command imports what it needs where it is run, so that none waits for the others.
"""

import argparse
import io
import os
import sys
from pathlib import Path

from minidl import __version__
from minidl.course.teaching.commands import add_teach
from minidl.errors import MinidlError

FIRST = "00_start_here.ipynb"
COPY = "my-course"  # .gitignore names it too


def main(arguments=None):
    """Run the command; errors that are the user's to mend become one line.

    Returns
    -------
    int
        The exit code: 0 when all went well.
    """
    options = parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a table or a name that the terminal cannot show must not end the command
        sys.stdout.reconfigure(errors="replace")
    try:
        return options.run(options) or 0
    except BrokenPipeError:  # whoever read what was printed has seen enough, as `head` has
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  (Python flushes it once more at its end)
        return 0
    except (MinidlError, OSError) as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def complain(error):
    """Say what went wrong; a name in it moves no cursor and changes no colour of the terminal."""
    text = "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in str(error))
    print(f"minidl: {text}", file=sys.stderr)


def parser():
    """What the command understands."""
    top = argparse.ArgumentParser(prog="minidl", description="Learn how deep learning works.")
    top.add_argument("--version", action="version", version=f"minidl {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    lab = commands.add_parser(
        "lab",
        help="copy the course to a folder of your own and open it in JupyterLab",
        description="Copy the course, without outputs, to a folder of your own, and open it in JupyterLab. Your changes "
        "are never overwritten; chapters that you have not changed are refreshed.",
    )
    lab.add_argument("folder", nargs="?", default=COPY, help=f"where your copy lives ({COPY})")
    lab.add_argument("--notebook", default=FIRST, help=f"which chapter to open ({FIRST})")
    lab.add_argument("--port", type=port_number, help="where JupyterLab listens (the first free port from 8888 on)")
    lab.add_argument("--no-browser", action="store_true", help="only say the address")
    lab.add_argument("--language", metavar="FOLDER", help="speak the language pack in this folder (chapter 19 writes one)")
    lab.add_argument("--copy-only", action="store_true", help="copy the course, and do not open it")
    lab.set_defaults(run=run_lab)

    book = commands.add_parser(
        "book", help="open the course, the reference and the atlas of operations as a book, in a browser"
    )
    book.add_argument("--port", type=port_number, help="where it is served (a free port)")
    book.add_argument("--no-browser", action="store_true", help="only say the address")
    book.set_defaults(run=run_book)

    demo = commands.add_parser("demo", help="train on handwritten digits, and write a page with what happened")
    demo.add_argument("--epochs", type=positive_number, default=5, help="how often to go through the digits (5)")
    demo.add_argument("--output", type=Path, default=Path("minidl-demo.html"), help="the page (minidl-demo.html)")
    demo.set_defaults(run=run_demo)

    progress = commands.add_parser("progress", help="show how your guesses fared and which exercises you have solved")
    progress.set_defaults(run=run_progress)

    check = commands.add_parser(
        "check",
        help="run the notebooks of a folder, and compare what comes out with what they hold",
        description="Run the notebooks of a folder, and compare what comes out with what they hold. A cell with a tag such "
        "as close:2% lets its numbers move as far. Exit code: 0 all the same, 1 something differs, 2 something could not be "
        "checked.",
    )
    check.add_argument("folder", help="a folder with notebooks, or one notebook")
    check.add_argument("--jobs", type=positive_number, help="how many notebooks run at once (as many as processors)")
    check.add_argument("--junit", type=Path, metavar="FILE", help="write a JUnit report")
    check.add_argument("--timeout", type=positive_number, default=120, help="seconds that a cell may take (120)")
    check.set_defaults(run=run_check)

    lesson = commands.add_parser(
        "torch",
        help="run a PyTorch lesson on minidl, without PyTorch",
        description="Run a Python script in which torch means minidl. What it asks for and minidl does not have is reported "
        "together at the end.",
    )
    lesson.add_argument("lesson", type=Path, help="the script")
    lesson.add_argument("arguments", nargs=argparse.REMAINDER, help="what the script gets as its own arguments")
    lesson.set_defaults(run=run_torch)

    together = commands.add_parser(
        "run",
        help="run a script in several processes, as torchrun does",
        description="Run a script in several processes that compute together (minidl.distributed). A process that fails "
        "ends the run, and its name is told.",
    )
    together.add_argument("-n", "--processes", type=positive_number, default=1, help="how many processes (1)")
    together.add_argument("--resume", action="store_true", help="go on from the last snapshot (minidl.train.Snapshot)")
    together.add_argument("--timeout", type=positive_number, metavar="SECONDS", help="end the run after so many seconds")
    together.add_argument("script", type=Path, help="the script")
    together.add_argument("arguments", nargs=argparse.REMAINDER, help="what the script gets as its own arguments")
    together.set_defaults(run=run_together)

    add_teach(commands)
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
    refreshed = [name for name, what in done.items() if what == "updated"]
    if refreshed:
        print(f"There is a new edition of {', '.join(refreshed)}: your copy is refreshed.")
    for name, what in done.items():
        if what not in ("copied", "updated", "unchanged", "kept"):
            print(f"You changed {name}, and there is a new edition: yours is left as it is, the new one is {what}.")
    if done:
        print(f"Your copy of the course is in {Path(options.folder).resolve()}", flush=True)
    if not options.copy_only:
        trust_chapters(options.folder)
        browser = False if options.no_browser else None
        open_lab(options.folder, options.notebook, options.port, browser, options.language)


def run_book(options):
    """Serve the book."""
    from minidl.course.book import serve_book

    serve_book(options.port, not options.no_browser)


def run_demo(options):
    """Train, with a progress bar, and write the page."""
    from minidl.course.demo import demo

    demo(options.epochs, options.output)


def run_progress(options):
    """Show chapter by chapter how guesses fared, and which exercises are solved."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from minidl.course.answering import exercises
    from minidl.course.predicting import predictions
    from minidl.course.progress import guesses, is_progress, progress_file, read, table

    known, kept = exercises(), read()
    marks = {"right": ("✓", "green"), "tried": ("✗", "red"), "open": ("·", "")}
    guess_marks = {"right": ("✓", "green"), "close": ("≈", "green"), "off": ("✗", "red"), "": ("•", ""), "open": ("·", "")}
    fared = guesses(predictions(), kept)
    solved = sum(kept.get(name, {}).get("right", False) for name in known)
    shown = Table("chapter", *(["guesses"] if fared else []), "exercises")
    for chapter, states in table(list(known), kept):
        row = [states] if not fared else [fared.get(chapter, []), states]
        drawn = [Text(" ").join(Text(*{**guess_marks, **marks}[state]) for state in states) for states in row]
        shown.add_row(chapter.removeprefix("ch"), *drawn)
    console = Console(highlight=False, markup=False)
    console.print(f"{solved} of {len(known)} exercises are solved")
    if fared:
        console.print(guesses_in_words([state for states in fared.values() for state in states]))
    console.print(shown)
    following = next((name for name in known if not kept.get(name, {}).get("right")), None)
    if following:
        console.print(f"Next: {following}, {known[following].title}")
    console.print(f"Kept in {progress_file()}", style="dim")
    if not is_progress(progress_file()):
        console.print(
            "That file is damaged. What makes sense in it is shown; the next answer puts it aside and begins a new one."
        )


def guesses_in_words(states):
    """How the guesses fared, in a sentence.

    >>> guesses_in_words(["right", "close", "off", "open"])
    'Guesses: 3 of 4 made; 1 right (✓), 1 close (≈), 1 off (✗)'
    """
    made = [state for state in states if state != "open"]
    marks = {"right": "✓", "close": "≈", "off": "✗"}
    how = ", ".join(f"{made.count(state)} {state} ({mark})" for state, mark in marks.items())
    return f"Guesses: {len(made)} of {len(states)} made" + (f"; {how}" if made else "")


def run_check(options):
    """Run notebooks and compare: 0 when all is the same, 1 when something differs, 2 when it could not be checked."""
    from minidl.course.proving import UNCHECKED, prove

    try:
        return prove(options.folder, options.jobs, options.junit, options.timeout)
    except BrokenPipeError:  # whoever read what was printed has seen enough, as `head` has
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  (Python flushes it once more at its end)
        return 0
    except (MinidlError, OSError) as error:
        complain(error)
        return UNCHECKED


def run_torch(options):
    """Run a script in which torch means minidl."""
    from minidl.interop.in_place_of_torch import run_lesson

    return run_lesson(options.lesson, options.arguments)


def run_together(options):
    """Run a script in several processes."""
    from minidl.distributed.launching import run

    return run(options.script, options.arguments, options.processes, options.resume, options.timeout)


if __name__ == "__main__":
    sys.exit(main())
