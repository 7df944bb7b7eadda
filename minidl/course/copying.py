"""Copying the course to a learner's folder, without ever losing what the learner wrote.

The chapters in `notebooks/` keep their outputs, for reading. The learner's copy has none: nobody can predict
what already stands below the question.
"""

import hashlib
import json
from pathlib import Path

from minidl.errors import MinidlError
from minidl.system.files import write_atomically
from minidl.system.resources import folder as resource

RECORD = ".minidl-course.json"  # what was copied, by fingerprint, so that a changed file is known


class CourseError(MinidlError):
    """The course cannot be copied or opened; the message is one line."""


def copy_course(target):
    """Copy the chapters to `target`, without outputs.

    A file that is there already is replaced only if the learner changed nothing in it; having run a chapter, or
    having added an empty cell, is no change. Where both the learner and minidl changed a chapter, the learner's
    is left as it is, and the new edition is put beside it.

    Parameters
    ----------
    target : path
        Created if it is missing. Where it is the folder of the chapters themselves nothing is done.

    Returns
    -------
    dict of str -> str
        For each file: "copied", "updated" or "unchanged"; "kept" when the learner changed it and there is no newer
        edition; otherwise the name of the file that the new edition is in.

    Raises
    ------
    CourseError
        When the folder cannot be written.
    """
    source, target = resource("notebooks"), Path(target)
    if target.exists() and target.resolve() == source.resolve():
        return {}
    try:
        target.mkdir(parents=True, exist_ok=True)
        record = _read_record(target)
        done = {}
        for path in sorted(p for p in source.rglob("*") if p.is_file()):
            name = path.relative_to(source)
            if not any(part.startswith(".") for part in name.parts):
                done[name.as_posix()] = _copy(without_outputs(path.read_bytes()), target, name, record)
        write_atomically(target / RECORD, json.dumps(record, indent=1).encode())
    except OSError as error:
        raise CourseError(f"the folder {target} cannot be written: {error.strerror or error}") from error
    return done


def _copy(content, target, name, record):
    new, key, path = fingerprint(content), name.as_posix(), target / name
    if not path.exists():
        done = "copied"
    elif fingerprint(present := path.read_bytes()) == new:
        record[key] = new
        return "unchanged"
    elif record.get(key) in (fingerprint(present), checksum(present)):  # earlier versions kept the checksum of the bytes
        done = "updated"
    elif record.get(key) == new:
        return "kept"
    else:
        beside = _free_place(target, name, record)
        record[key] = new
        name, done = beside, beside.as_posix()
    path = target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content)
    record[name.as_posix()] = new
    return done


def _free_place(target, name, record):
    """A name beside a chapter for its new edition: never that of a file that the learner changed."""
    number = 1
    while True:
        place = name.with_name(f"{name.stem}.new{'' if number == 1 else f'-{number}'}{name.suffix}")
        path = target / place
        if not path.exists() or fingerprint(path.read_bytes()) == record.get(place.as_posix()):
            return place
        number += 1


def without_outputs(content):
    """The bytes of a notebook without what its cells printed and drew; those of any other file as they are."""
    notebook = _as_notebook(content)
    if notebook is None:
        return content
    for cell in notebook["cells"]:
        if cell.get("cell_type") == "code":
            cell |= {"outputs": [], "execution_count": None}
    notebook["metadata"].pop("widgets", None)
    return file_bytes(json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False))


def file_bytes(text):
    r"""The bytes of a notebook's file: UTF-8, and half of a surrogate pair, which UTF-8 cannot hold, as JSON's escape.

    >>> file_bytes('["\ud83d"]')
    b'["\\ud83d"]\n'
    """
    return (text.rstrip("\n") + "\n").encode(errors="backslashreplace")


def fingerprint(content):
    """A checksum of what somebody wrote: of a notebook its cells, without what running them left behind."""
    notebook = _as_notebook(content)
    if notebook is None:
        return checksum(content)
    written = [
        [cell.get("cell_type"), "".join(cell.get("source", "")), cell.get("attachments", {})] for cell in notebook["cells"]
    ]
    return checksum(json.dumps([cell for cell in written if cell[1].strip()], sort_keys=True).encode())


def _as_notebook(content):
    """A notebook of Jupyter's current form as plain data; None when the bytes are something else."""
    try:
        notebook = json.loads(content)
        whole = (
            notebook["nbformat"] == 4
            and isinstance(notebook["metadata"], dict)
            and all(isinstance("".join(cell["source"]), str) for cell in notebook["cells"])
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return notebook if whole else None


def trust_chapters(target):
    """Tell Jupyter that the chapters in `target` which are as minidl ships them may show their pictures.

    Without that JupyterLab shows the outputs of a notebook only after its cells were run.
    """
    import nbformat  # late: only `minidl lab` needs it
    from nbformat.sign import NotebookNotary

    source, notary = resource("notebooks"), NotebookNotary()
    for path in sorted(source.glob("*.ipynb")):
        copy = Path(target) / path.name
        if copy.is_file() and (content := copy.read_bytes()) == path.read_bytes():
            notary.sign(nbformat.reads(content.decode("utf-8"), as_version=4))
    notary.store.close()


def checksum(content):
    """SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def _read_record(target):
    try:
        record = json.loads((target / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}
