"""The files of PyTorch: a pickle that lists what there is, and the numbers of all tensors beside it.

Since 2020 they lie together in a zip archive (``archive/data.pkl``, ``archive/data/0`` and so on); before, one after the
other in one file. Both are read, the first is written.
"""

import math
import zipfile
import zlib
from io import BytesIO

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import CheckpointError
from minidl.interop.pickling import Pickler
from minidl.interop.unpickling import unpickled

ZIP_START = b"PK"
LEGACY_START = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # a pickle of the number that marks the older format
BEGINNING_OF_TIME = (1980, 1, 1, 0, 0, 0)  # the same state gives the same file


def to_bytes(state):
    """The content of a zip archive that ``torch.load`` reads."""
    pickler = Pickler()
    files = {"data.pkl": pickler.dump(state), "byteorder": b"little"}
    files |= {f"data/{i}": array.tobytes() for i, array in enumerate(pickler.storages)}
    files["version"] = b"3\n"
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(f"archive/{name}", BEGINNING_OF_TIME), content)
    return stream.getvalue()


def from_zip(content, source):
    """The object in a zip archive of PyTorch."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _from_archive(archive, source)
    except CheckpointError:
        raise
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError, zlib.error) as error:
        raise CheckpointError(f"{source} is a damaged archive ({error})") from error


def _from_archive(archive, source):
    lists = [name for name in archive.namelist() if name.endswith("data.pkl") and name.count("/") <= 1]
    if len(lists) != 1:
        raise CheckpointError(f"{source} is an archive, but not one of PyTorch: it has no list of tensors (data.pkl)")
    root = lists[0].removesuffix("data.pkl")

    def read(name):
        try:
            info = archive.getinfo(root + name)
        except KeyError as error:
            raise CheckpointError(f"{source} lacks a part, {name}: it is not whole") from error
        if info.compress_type != zipfile.ZIP_STORED:
            raise CheckpointError(f"{source} has a compressed part, {name}, and the files of PyTorch are not compressed")
        return archive.read(info)

    swapped = root + "byteorder" in archive.namelist() and read("byteorder") == b"big"
    storages = {}

    def storage(key, dtype, numel):
        if key not in storages:
            storages[key] = _values(bytearray(read(f"data/{key}")), dtype, numel, source, swapped)
        return storages[key]

    return unpickled(read("data.pkl"), source, storage, _rebuilder(source))


def from_legacy(content, source):
    """The object in a file of PyTorch's older format: five pickles, and then the numbers."""
    stream = BytesIO(content)
    unpickled(stream, source)
    protocol, system = unpickled(stream, source), unpickled(stream, source)
    if protocol != 1001 or not isinstance(system, dict):
        raise CheckpointError(f"{source} is a file of PyTorch in an unknown form ({protocol!r:.20})")
    swapped, start, dtypes = system.get("little_endian") is False, stream.tell(), {}

    def note(key, dtype, numel):
        dtypes[key] = dtype, numel

    unpickled(stream, source, note)  # a first reading, to learn what kind of numbers each storage has
    keys, storages = unpickled(stream, source), {}
    for key in keys if isinstance(keys, list) else ():
        if key not in dtypes:
            raise CheckpointError(f"{source} is damaged: it has numbers that belong to no tensor")
        dtype, numel = dtypes[key]
        count = int.from_bytes(stream.read(8), "big" if swapped else "little")
        values = bytearray(stream.read(count * dtype.itemsize)) if count == numel else bytearray()
        storages[key] = _values(values, dtype, numel, source, swapped)
    stream.seek(start)
    return unpickled(stream, source, lambda key, dtype, numel: storages[key], _rebuilder(source))


def _values(content, dtype, numel, source, swapped):
    """The numbers of a storage, in the order of bytes of this machine."""
    if len(content) != numel * dtype.itemsize:
        raise CheckpointError(
            f"{source} is not whole: a tensor needs {numel} numbers of {dtype.itemsize} bytes, and there are {len(content)} "
            "bytes"
        )
    values = np.frombuffer(content, dtype)
    return values.byteswap() if swapped else values


def _rebuilder(source):
    """How a tensor is made of its storage: a view of it, as in PyTorch, so that what shared memory shares it again."""

    def tensor(values, dtype, offset, size, stride, requires_grad):
        if dtype != values.dtype:  # a storage without a type: bytes
            values = values[: values.size // dtype.itemsize * dtype.itemsize].view(dtype)
        numbers = (offset, *size, *stride)
        if len(size) != len(stride) or len(size) > 64 or any(type(n) is not int or n < 0 for n in numbers):
            raise CheckpointError(f"{source} describes a tensor that cannot be: size {size!r:.60}, stride {stride!r:.60}")
        last = offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
        if math.prod(size) and last >= values.size:
            raise CheckpointError(
                f"{source} describes a tensor of shape {size} that does not fit into its {values.size} numbers"
            )
        if not math.prod(size):
            return _wanting(np.zeros(size, dtype), requires_grad)
        strides = tuple(s * dtype.itemsize for s in stride)
        view = np.lib.stride_tricks.as_strided(values[offset:], size, strides)
        if any(s == 0 and n > 1 for n, s in zip(size, stride, strict=True)):
            view.flags.writeable = False  # one number in many places, as after expand()
        return _wanting(view, requires_grad)

    return tensor


def _wanting(array, requires_grad):
    tensor = Tensor.wrap(array)
    return tensor.requires_grad_() if requires_grad else tensor
