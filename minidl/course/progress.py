"""What a learner has solved, kept in a small file of their own."""

import json
import os
from datetime import date
from pathlib import Path

from minidl.system.files import write_atomically


def progress_file():
    """Where the progress is kept; the environment variable MINIDL_PROGRESS names another file."""
    from platformdirs import user_data_path

    named = os.environ.get("MINIDL_PROGRESS")
    return Path(named) if named else user_data_path("minidl") / "progress.json"


def read():
    """The progress: name of an exercise -> {"right": whether it is solved, "tries": how often it was answered}.

    A file that cannot be read counts as empty; `note` puts it aside before it writes a new one.
    """
    try:
        kept = json.loads(progress_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def put_aside(file):
    """Keep a file that is no progress under another name: whoever made it may want it back."""
    file.replace(file.with_suffix(".broken"))


def note(name, right):
    """Keep that an exercise was answered. What was once solved stays solved."""
    file, kept = progress_file(), read()
    entry = kept.setdefault(name, {"right": False, "tries": 0})
    if right and not entry["right"]:
        entry |= {"right": True, "on": date.today().isoformat()}
    entry["tries"] += 1
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if len(kept) == 1 and file.exists() and not read():
            put_aside(file)
        write_atomically(file, json.dumps(kept, indent=1, sort_keys=True).encode())
    except OSError:
        return  # a folder that cannot be written to must not stop a lesson


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
