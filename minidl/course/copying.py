"""Copying the course to a learner's folder, without ever losing what the learner wrote."""

import hashlib
import json
from pathlib import Path

from minidl.errors import MinidlError
from minidl.system.files import write_atomically
from minidl.system.resources import folder as resource

RECORD = ".minidl-course.json"  # what was copied, by checksum, so that a changed file is known


class CourseError(MinidlError):
    """The course cannot be copied or opened; the message is one line."""


def copy_course(target):
    """Copy the chapters to `target`.

    A file that is there already is replaced only if it is still as an earlier copy left it. Of one
    that the learner changed, the chapter's current form is put beside it when it is a newer one.

    Parameters
    ----------
    target : path
        Created if it is missing.

    Returns
    -------
    dict of str -> str
        For each file: "copied", "updated", "unchanged" or "kept".

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
        for path in sorted(p for p in source.rglob("*") if p.is_file() and not p.name.startswith(".")):
            name = path.relative_to(source).as_posix()
            done[name] = _copy(path.read_bytes(), target / name, record, name)
        write_atomically(target / RECORD, json.dumps(record, indent=1).encode())
    except OSError as error:
        raise CourseError(f"the folder {target} cannot be written: {error.strerror or error}") from error
    return done


def _copy(content, path, record, name):
    new = checksum(content)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
        record[name] = new
        return "copied"
    present = checksum(path.read_bytes())
    if present == new:
        record[name] = new
        return "unchanged"
    if present == record.get(name):
        write_atomically(path, content)
        record[name] = new
        return "updated"
    if record.get(name) != new:
        write_atomically(path.with_name(f"{path.stem}.new{path.suffix}"), content)
        record[name] = new
    return "kept"


def trust_chapters(target):
    """Tell Jupyter that the chapters in `target` which are as minidl ships them may show their pictures.

    Without that JupyterLab shows the outputs of a notebook only after its cells were run.
    """
    import nbformat
    from nbformat.sign import NotebookNotary

    source, notary = resource("notebooks"), NotebookNotary()
    for path in sorted(source.glob("*.ipynb")):
        copy = Path(target) / path.name
        if copy.is_file() and copy.read_bytes() == path.read_bytes():
            notary.sign(nbformat.read(copy, as_version=4))
    notary.store.close()


def checksum(content):
    """SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def _read_record(target):
    try:
        record = json.loads((target / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
