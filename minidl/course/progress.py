"""What a learner has guessed and solved, kept in a small file of their own."""

import json
import os
import sys
from datetime import date
from itertools import count
from pathlib import Path

from minidl.system.files import locked, read_whole, write_atomically


def progress_file():
    """Where the progress is kept; the environment variable MINIDL_PROGRESS names another file."""
    from platformdirs import user_data_path  # late: only who asks for the file waits for it

    named = os.environ.get("MINIDL_PROGRESS")
    return Path(named) if named else user_data_path("minidl") / "progress.json"


def read(file=None):
    """The progress in a file, the learner's own unless given; what is damaged in it counts as not there.

    Returns
    -------
    dict of str -> dict
        Of an exercise {"right": whether it is solved, "tries": how often it was answered}, of a prediction
        {"guess": ..., "came": ...}.
    """
    return _read(file or progress_file())[0]


def read_entry(name):
    """What is kept of one exercise or prediction; an empty dict when there is nothing."""
    return read().get(name, {})


def is_progress(file):
    """Whether everything in a file makes sense."""
    return _read(file)[1]


def _read(file):
    """The entries of a file that make sense, and whether that is all there was."""
    try:
        kept = json.loads(read_whole(file).decode())
    except FileNotFoundError:
        return {}, True
    except (OSError, ValueError, RecursionError):  # a folder, not UTF-8, not JSON, nested without end
        return {}, False
    if not isinstance(kept, dict):
        return {}, False
    entries = {name: entry for name, raw in kept.items() if (entry := _entry(raw))}
    return entries, entries == kept


def _entry(raw):
    """One entry, without what makes no sense in it."""
    if not isinstance(raw, dict):
        return {}
    return {key: value for key, value in raw.items() if key in FIELDS and FIELDS[key](value)}


LARGEST = sys.float_info.max  # a whole number in JSON may have thousands of digits


def _is_guess(value):
    return isinstance(value, str) or (isinstance(value, int | float) and abs(value) <= LARGEST)


FIELDS = {
    "right": lambda value: isinstance(value, bool),
    "tries": lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST,
    "on": lambda value: isinstance(value, str),
    "guess": _is_guess,
    "came": _is_guess,
}


def put_aside(file):
    """Move a file that holds no progress to another name: whoever made it may want it back."""
    places = (file.with_suffix(f".broken{'' if number == 1 else f'-{number}'}") for number in count(1))
    file.rename(next(place for place in places if not place.exists()))


def _change(name, change):
    """Let ``change(entry)`` change what is kept under a name; whether it could be written.

    A folder that cannot be written to must not stop a lesson.
    """
    file = progress_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with locked(file.parent):  # two chapters may be open
            kept, whole = _read(file)
            change(kept.setdefault(name, {}))
            if not kept[name]:
                del kept[name]
            content = json.dumps(kept, indent=1, sort_keys=True).encode()
            if not whole:
                put_aside(file)
            write_atomically(file, content)
    except OSError:
        return False
    return True


def note(name, right):
    """Keep that an exercise was answered. What was once solved stays solved."""

    def change(entry):
        if right and not entry.get("right"):
            entry |= {"right": True, "on": date.today().isoformat()}
        entry.setdefault("right", False)
        entry["tries"] = entry.get("tries", 0) + 1

    return _change(name, change)


def keep_guess(name, guess):
    """Keep a guess; what came after an earlier one is forgotten. Whether it could be written."""

    def change(entry):
        if entry.get("guess") != guess:
            entry.pop("came", None)
        entry["guess"] = guess

    return _change(name, change)


def keep_outcome(name, came):
    """Keep what came after a guess."""
    if came is not None and read_entry(name).get("came") != came:
        _change(name, lambda entry: entry.update(came=came))


def forget_guess(name):
    """Forget a guess, if there is one."""
    if "guess" in read_entry(name):
        _change(name, dict.clear)


def table(names, kept):
    """The progress by chapter.

    Parameters
    ----------
    names : list of str
        All exercises.
    kept : dict
        From `read`.

    Returns
    -------
    list of (str, list of str)
        Each chapter, and for each of its exercises "right", "tried" or "open".
    """
    chapters: dict = {}
    for name in names:
        entry = kept.get(name, {})
        state = "right" if entry.get("right") else "tried" if entry.get("tries") else "open"
        chapters.setdefault(name.partition(".")[0], []).append(state)
    return list(chapters.items())


def guesses(predictions, kept):
    """How the guesses fared, by chapter.

    Parameters
    ----------
    predictions : dict of str -> Prediction
    kept : dict
        From `read`.

    Returns
    -------
    dict of str -> list of str
        For each prediction of a chapter "right", "close", "off", "" (nobody can judge, or nothing came yet) or "open".
    """
    chapters: dict = {}
    for name, prediction in predictions.items():
        entry = kept.get(name, {})
        state = prediction.fared(entry["guess"], entry.get("came")) if "guess" in entry else "open"
        chapters.setdefault(name.partition(".")[0], []).append(state)
    return chapters
