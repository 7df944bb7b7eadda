"""The progress of a class, from the files that `minidl progress` names."""

import csv
import io

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from minidl.course.answering import exercises
from minidl.course.copying import CourseError
from minidl.course.predicting import predictions
from minidl.course.progress import guesses, is_progress, read, table


def class_progress(folder):
    """What every student has solved.

    Parameters
    ----------
    folder : path
        With a file for each student, ``NAME.json``, or a folder for each, ``NAME/progress.json``.

    Returns
    -------
    list of dict of str -> object
        A row for each student, by name: "name", then each chapter ("00": "3 of 4" are solved; "3/4" would become a day
        in a spreadsheet), "solved", "tries", "guesses" (made) and "close" (those that were close or right). Of a file
        that cannot be read only "name" and "problem".

    Raises
    ------
    CourseError
        When there is no such folder, or no file in it.
    """
    if not folder.is_dir():
        raise CourseError(f"there is no folder {folder}: collect the students' progress files in one, as NAME.json")
    files = {path.stem: path for path in folder.glob("*.json")}
    files |= {path.parent.name: path for path in folder.glob("*/progress.json")}
    if not files:
        raise CourseError(f"there is no progress file in {folder}: it should hold NAME.json, or NAME/progress.json")
    return [_row(name, files[name]) for name in sorted(files, key=str.casefold)]


def _row(name, file):
    if not is_progress(file):
        return {"name": name, "problem": "is no progress file, or damaged"}
    kept = read(file)
    chapters = table(list(exercises()), kept)
    made = [state for states in guesses(predictions(), kept).values() for state in states if state != "open"]
    return {
        "name": name,
        **{chapter.removeprefix("ch"): f"{states.count('right')} of {len(states)}" for chapter, states in chapters},
        "solved": sum(states.count("right") for _, states in chapters),
        "tries": sum(entry.get("tries", 0) for entry in kept.values()),
        "guesses": len(made),
        "close": sum(state in ("right", "close") for state in made),
    }


def as_csv(rows):
    """The table for a spreadsheet.

    >>> print(as_csv([{"name": "=Ann", "solved": 3}, {"name": "Bo", "problem": "damaged"}]).replace("\\r", ""), end="")
    name,solved,problem
    '=Ann,3,
    Bo,,damaged
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _harmless(value) for name, value in row.items()})
    return out.getvalue()


def _harmless(value):
    """A text that no spreadsheet takes for a formula; a file may be named like one."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def class_table(rows):
    """The table for a terminal: of each chapter that somebody has begun how many exercises are solved."""
    names = list(dict.fromkeys(name for row in rows for name in row if name != "problem"))
    begun = {name for row in rows for name in row if not str(row[name]).startswith("0 of ")}
    names = [name for name in names if name in begun]
    shown = Table(box=SIMPLE, padding=(0, 1), pad_edge=False)
    for name in names:
        shown.add_column(name, no_wrap=True, justify="left" if name == "name" else "right")
    for row in rows:
        if "problem" not in row:
            shown.add_row(
                *(Text(str(row[name]).partition(" of ")[0]) if name != "name" else Text(row[name]) for name in names)
            )
    return shown
