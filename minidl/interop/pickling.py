"""Writing pickles that PyTorch reads: containers, numbers and text, and tensors as it describes them.

The steps are those of pickle's protocol 2; `unpickling` has the machine that reads them.
"""

import struct
from collections import OrderedDict

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import CheckpointError
from minidl.nn.module import Parameter

STORAGES = {
    "float32": "FloatStorage",
    "float64": "DoubleStorage",
    "float16": "HalfStorage",
    "int64": "LongStorage",
    "int32": "IntStorage",
    "int16": "ShortStorage",
    "int8": "CharStorage",
    "uint8": "ByteStorage",
    "bool": "BoolStorage",
}
LATER = ("uint16", "uint32", "uint64")  # PyTorch keeps these in storages without a type
EMPTY_ORDERED_DICT = b"ccollections\nOrderedDict\n)R"


class Pickler:
    """Turns a state into a pickle and its storages.

    Attributes
    ----------
    storages : list of ndarray
        What the tensors of the pickle lie in, by their number. Tensors that share their memory share a storage.
    """

    def __init__(self):
        self.parts, self.storages, self.numbers = [], [], {}

    def dump(self, state):
        """The pickle, as bytes."""
        try:
            self._write(state, "")
        except RecursionError as error:
            raise CheckpointError("the state is nested too deeply to be saved, or holds itself") from error
        return b"\x80\x02" + b"".join(self.parts) + b"."

    def _write(self, thing, place):
        """Add the steps that build `thing`, which stands at `place`."""
        put = self.parts.append
        if isinstance(thing, np.generic):
            thing = thing.item()
        if isinstance(thing, Tensor | np.ndarray):
            self._write_tensor(thing, place)
        elif thing is None or isinstance(thing, bool):
            put({None: b"N", True: b"\x88", False: b"\x89"}[thing])
        elif isinstance(thing, int):
            put(_integer(int(thing)))
        elif isinstance(thing, float):
            put(b"G" + struct.pack(">d", thing))
        elif isinstance(thing, str):
            text = str(thing).encode("utf-8", "surrogatepass")
            put(b"X" + struct.pack("<I", len(text)) + text)
        elif isinstance(thing, tuple):
            put(b"(")
            for i, item in enumerate(thing):
                self._write(item, _inside(place, i))
            put(b"t")
        elif isinstance(thing, list):
            put(b"](")
            for i, item in enumerate(thing):
                self._write(item, _inside(place, i))
            put(b"e")
        elif isinstance(thing, dict):
            put((EMPTY_ORDERED_DICT if isinstance(thing, OrderedDict) else b"}") + b"(")
            for key, value in thing.items():
                self._write_key(key, place)
                self._write(value, _inside(place, key))
            put(b"u")
        else:
            raise CheckpointError(
                f"{place or 'the state'} is a {type(thing).__name__}, which cannot be saved: save its numbers instead"
                + (", model.state_dict()" if hasattr(thing, "state_dict") else "")
            )

    def _write_key(self, key, place):
        if not isinstance(key, str | int | float | tuple) and key is not None:
            raise CheckpointError(
                f"a key of a saved dict must be text, a number or a tuple, and one at {place or 'the top'} is {key!r}"
            )
        self._write(key, place)

    def _write_tensor(self, tensor, place):
        array = tensor.array if isinstance(tensor, Tensor) else tensor
        name = array.dtype.name
        if name not in STORAGES and name not in LATER:
            raise CheckpointError(f"{place or 'the state'} holds {array.dtype}, for which PyTorch has no tensor")
        requires_grad = isinstance(tensor, Tensor) and tensor.requires_grad
        if isinstance(tensor, Parameter):
            self.parts.append(b"ctorch._utils\n_rebuild_parameter\n(")
        typed = name in STORAGES
        self.parts.append(b"ctorch._utils\n_rebuild_tensor_v2\n(" if typed else b"ctorch._utils\n_rebuild_tensor_v3\n(")
        number, numel = self._storage_of(array)
        self.parts.append(b"(")
        self._write("storage", place)
        self.parts.append(f"ctorch\n{STORAGES[name]}\n".encode() if typed else b"ctorch.storage\nUntypedStorage\n")
        self._write(str(number), place)
        self._write("cpu", place)
        self._write(numel if typed else numel * array.itemsize, place)
        self.parts.append(b"tQ")
        strides = np.cumprod([1, *(max(n, 1) for n in array.shape[:0:-1])])[::-1].tolist() if array.ndim else []
        for part in (0, array.shape, tuple(strides)):
            self._write(part, place)
        self.parts.append((b"\x88" if requires_grad else b"\x89") + EMPTY_ORDERED_DICT)
        if not typed:
            self.parts.append(f"ctorch\n{name}\n".encode())
        self.parts.append(b"tR")
        if isinstance(tensor, Parameter):
            self.parts.append((b"\x88" if requires_grad else b"\x89") + EMPTY_ORDERED_DICT + b"tR")

    def _storage_of(self, array):
        """The number of the storage that holds an array, and how many numbers it has."""
        key = (array.__array_interface__["data"][0], array.shape, array.strides, array.dtype.str)
        if key not in self.numbers or not array.size:
            self.numbers[key] = len(self.storages)
            self.storages.append(np.asarray(array, array.dtype.newbyteorder("<"), order="C"))
        return self.numbers[key], array.size


def _inside(place, key):
    return f"{place}.{key}" if place else str(key)


def _integer(value):
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    content = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    if len(content) > 255:
        raise CheckpointError("a whole number of more than 255 bytes cannot be saved")
    return b"\x8a" + bytes([len(content)]) + content
