"""Numbers from MATLAB files (level 5), as far as data sets need them."""

import struct
import zlib

import numpy as np

from minidl.errors import DataFileError
from minidl.system.files import read_whole

HEAD = 128  # bytes
MATRIX, COMPRESSED = 14, 15
TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8", 16: "u1"}
CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
MOST = 1 << 30  # bytes that one variable may take when it is unpacked


def read_mat(path):
    """The arrays of real numbers in a MATLAB file, by their names; other variables are left out.

    Raises
    ------
    DataFileError
        When it is not such a file, or is damaged.
    """
    try:
        content = read_whole(path)
        if len(content) < HEAD or content[126:128] != b"IM":
            raise ValueError("it does not begin as one")
        return dict(found for kind, part in _elements(content[HEAD:]) if (found := _variable(kind, part)))
    except (OSError, ValueError, IndexError, struct.error, zlib.error) as error:
        raise DataFileError(f"{path} is not a MATLAB file of level 5, or damaged ({error})") from error


def _elements(content):
    """The elements one after another: their kind, and their bytes."""
    at = 0
    while at < len(content):
        kind, size = struct.unpack_from("<II", content, at)
        if kind >> 16:  # a small one: kind and size in the first four bytes, and the data in the other four
            kind, size, start, end = kind & 0xFFFF, kind >> 16, at + 4, at + 8
        else:
            start = at + 8
            end = start + size + (0 if kind == COMPRESSED else -size % 8)
        if start + size > len(content):
            raise ValueError("it is cut short")
        yield kind, content[start : start + size]
        at = end


def _variable(kind, content):
    """The name and the array of an element, or None."""
    if kind == COMPRESSED:
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(content, MOST)
        if not unpacker.eof:
            raise ValueError("a variable is cut short or too large")
        ((kind, content),) = _elements(content)
    if kind != MATRIX:
        return None
    (_, flags), (_, shape), (_, name), *parts = _elements(content)
    dtype = CLASSES.get(flags[0])
    if dtype is None or flags[1] & 8 or len(parts) != 1 or parts[0][0] not in TYPES:  # 8: complex numbers
        return None
    stored, values = parts[0]
    array = np.frombuffer(values, f"<{TYPES[stored]}").astype(dtype)
    return name.decode("ascii"), array.reshape(np.frombuffer(shape, "<i4"), order="F")
