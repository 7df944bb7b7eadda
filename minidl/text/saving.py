"""The files in which vocabularies and encodings are kept: JSON that says what it holds."""

import json

from minidl.errors import DataFileError, OutOfRangeError
from minidl.system.files import read_whole, write_atomically


def write_json(path, kind, content):
    """Write a dict to a file, with what it is."""
    write_atomically(path, json.dumps({"kind": kind, **content}, ensure_ascii=False).encode())


def read_json(path, kind, name, make):
    """What ``make(content)`` makes of the dict that `write_json` wrote to a file; `name` is for those who read an error.

    Raises
    ------
    DataFileError
        When the file holds something else, or something of which nothing can be made.
    """
    try:
        content = json.loads(read_whole(path).decode())
        if content["kind"] != kind:
            raise ValueError(f"it holds {content['kind']!r}")
        return make(content)
    except (ValueError, KeyError, TypeError, RecursionError, OutOfRangeError) as error:
        raise DataFileError(f"{path} is not {name} that was saved by minidl: {error}") from error
