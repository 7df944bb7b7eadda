"""Reading pickles without running them.

A pickle is a program for a machine with a stack: push a number, make a list, *call this function*. The last is why a
stranger's pickle can do anything at all. The machine here knows the steps that build numbers, text and containers, and
calls nothing but the few functions in `CALLS`, which rebuild tensors; any other name is refused when it is read.
"""

import pickletools
import warnings
from collections import Counter, OrderedDict
from io import BytesIO
from typing import Any

import numpy as np

from minidl.errors import CheckpointError
from minidl.nn.module import Parameter

DEEPEST = 1000  # levels of containers; more is no checkpoint, and could not be printed or saved again


class Called:
    """A name that stands in the pickle: a function to call, a type of storage, or a dtype."""

    def __init__(self, name):
        self.name = name


STORAGES = {
    "FloatStorage": np.float32,
    "DoubleStorage": np.float64,
    "HalfStorage": np.float16,
    "LongStorage": np.int64,
    "IntStorage": np.int32,
    "ShortStorage": np.int16,
    "CharStorage": np.int8,
    "ByteStorage": np.uint8,
    "BoolStorage": np.bool_,
}
DTYPES = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool")
REBUILD = {f"torch._utils.{name}" for name in ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3")}


def number_of(dtype, content):
    """A NumPy number, as a number of Python."""
    if not isinstance(dtype, np.dtype) or not isinstance(content, bytes) or len(content) != dtype.itemsize:
        raise CheckpointError("a NumPy number in the file is damaged")
    return np.frombuffer(content, dtype)[0].item()


def dtype_of(name, *_):
    """The NumPy dtype of a number."""
    if not isinstance(name, str) or name not in ("b1", *(f"{kind}{n}" for kind in "iuf" for n in (1, 2, 4, 8))):
        raise CheckpointError(f"a NumPy number in the file has the dtype {name!r:.40}, which is no plain number")
    return np.dtype(name)


CALLS: dict[str, Any] = {
    "collections.OrderedDict": lambda pairs=(): OrderedDict(pairs),
    "collections.Counter": lambda counts=(): Counter(dict(counts)),
    "__builtin__.set": lambda items=(): set(items),
    "builtins.set": lambda items=(): set(items),
    "__builtin__.complex": complex,
    "builtins.complex": complex,
    "torch.Size": lambda sizes=(): tuple(sizes),
    "torch.device": lambda kind, *_: str(kind),
    "_codecs.encode": lambda text, encoding: text.encode("latin1"),
    "numpy.dtype": dtype_of,
    "numpy.core.multiarray.scalar": number_of,
    "numpy._core.multiarray.scalar": number_of,
}
KNOWN = {*CALLS, *REBUILD, "torch._utils._rebuild_parameter"}


class Unpickler:
    """The machine.

    Parameters
    ----------
    stream : file object
    source : str
        The name of the file, for errors.
    storage : callable, optional
        ``storage(key, dtype, numel)`` gives what a tensor is rebuilt from.
    tensor : callable, optional
        ``tensor(storage, dtype, offset, size, stride, requires_grad)`` rebuilds it.
    """

    def __init__(self, stream, source, storage=None, tensor=None):
        self.stream, self.source, self.storage, self.tensor = stream, source, storage, tensor
        self.stack, self.marks, self.memo = [], [], {}

    def load(self):
        """The object that the pickle describes.

        Raises
        ------
        CheckpointError
            For a name that is not known, a step that is not known, and a pickle that is damaged.
        """
        try:
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of odd escapes in damaged text
                for opcode, argument, _ in pickletools.genops(self.stream):
                    if opcode.name == "STOP":
                        found = self.stack.pop()
                        return found if self.tensor is None else checked_depth(found, self.source)
                    self._do(opcode.name, argument)
        except CheckpointError:
            raise
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, MemoryError) as error:
            raise CheckpointError(f"{self.source} is damaged: the list of what it holds makes no sense ({error})") from error
        raise CheckpointError(f"{self.source} is cut short")

    def _do(self, name, argument):
        """One step."""
        if name in PUSHES:
            self.stack.append(argument)
        elif name in MAKES:
            self.stack.append(MAKES[name]())
        elif name in FROM_MARK:
            self.stack.append(FROM_MARK[name](self._since_mark()))
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            n = int(name[-1])
            items = self.stack[-n:]
            if len(items) < n:
                raise ValueError("the stack is empty")
            self.stack[-n:] = [tuple(items)]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[int(argument)])
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[int(argument)] = self.stack[-1]
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = self.stack[-1]
        elif name in ("GLOBAL", "STACK_GLOBAL"):
            self._name(argument)
        elif name in STEPS:
            STEPS[name](self)
        elif name not in ("PROTO", "FRAME"):
            raise CheckpointError(f"{self.source} asks for {name}, a step that no file of weights needs: it was not read")

    def _since_mark(self):
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def _name(self, argument):
        """A name is read: push what it stands for, or refuse it."""
        if argument is None:
            name, module = self.stack.pop(), self.stack.pop()
        else:
            module, name = argument.split(" ", 1)
        full = f"{module}.{name}"
        kind = name.removesuffix("Storage")
        if module == "torch" and name in DTYPES:
            self.stack.append(np.dtype(name))
        elif full in KNOWN or (module in ("torch", "torch.storage") and name in (*STORAGES, "UntypedStorage")):
            self.stack.append(Called(full))
        elif module == "torch" and (kind != name or name.startswith(("bfloat", "complex", "float8"))):
            raise CheckpointError(
                f"{self.source} holds numbers of kind {kind}, which minidl does not have: where it was made, save t.float()"
            )
        else:
            raise CheckpointError(
                f"{self.source} asks for {full}, and only tensors, containers, numbers and text are rebuilt: nothing was "
                "run. Whoever has the model saves its numbers alone: torch.save(model.state_dict(), path)"
            )

    def _reduce(self):
        arguments, called = self.stack.pop(), self.stack.pop()
        if not isinstance(called, Called) or not isinstance(arguments, tuple):
            raise ValueError("something is called that is no function")
        if called.name in CALLS:
            self.stack.append(CALLS[called.name](*arguments))
        elif called.name == "torch._utils._rebuild_parameter":
            data, requires_grad, *_ = arguments
            self.stack.append(data if self.tensor is None else Parameter(data, requires_grad is True))
        elif called.name in REBUILD:
            self.stack.append(self._rebuild(*arguments))
        else:
            raise ValueError(f"{called.name} is called, which is no function")

    def _rebuild(self, storage, offset, size, stride, requires_grad=False, hooks=None, dtype=None, metadata=None):
        values, own_dtype = storage
        if self.tensor is None:
            return None
        dtype = dtype if isinstance(dtype, np.dtype) else own_dtype
        return self.tensor(values, dtype, offset, size, stride, requires_grad is True)

    def _persistent(self):
        """A storage: ("storage", its type, key, device, how many numbers)."""
        word, kind, key, _, numel, *view = self.stack.pop()
        if word != "storage" or not isinstance(kind, Called) or not isinstance(key, str) or type(numel) is not int:
            raise ValueError("a storage is described in an unknown way")
        if any(part is not None for part in view):
            raise CheckpointError(f"{self.source} has storages that are parts of others, a form of 2016: save it anew")
        dtype = np.dtype(STORAGES.get(kind.name.rpartition(".")[2], np.uint8))
        self.stack.append((self.storage(key, dtype, numel), dtype))

    def _build(self):
        """Attributes of an object: PyTorch's version numbers on an OrderedDict (left out), the byte order of a dtype."""
        attributes, thing = self.stack.pop(), self.stack[-1]
        if isinstance(thing, np.dtype) and isinstance(attributes, tuple):
            self.stack[-1] = thing.newbyteorder(">" if ">" in attributes else "<")
        elif not isinstance(thing, OrderedDict):
            raise ValueError("attributes are set on something that has none")

    def _append(self):
        value = self.stack.pop()
        _expect(self.stack[-1], list).append(value)

    def _appends(self):
        items = self._since_mark()
        _expect(self.stack[-1], list).extend(items)

    def _add_items(self):
        items = self._since_mark()
        _expect(self.stack[-1], set).update(items)

    def _set_item(self):
        value, key = self.stack.pop(), self.stack.pop()
        _expect(self.stack[-1], dict)[key] = value

    def _set_items(self):
        items = self._since_mark()
        _expect(self.stack[-1], dict).update(_pairs(items))


def _expect(container, kind):
    if not isinstance(container, kind):
        raise ValueError(f"something is put into a {type(container).__name__}")
    return container


def _pairs(items):
    return zip(items[::2], items[1::2], strict=True)


PUSHES = set(
    "INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE "
    "SHORT_BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8".split()
)
MAKES: dict[str, Any] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_TUPLE": tuple,
    "EMPTY_SET": set,
}
FROM_MARK: dict[str, Any] = {"LIST": list, "TUPLE": tuple, "FROZENSET": frozenset, "DICT": lambda items: dict(_pairs(items))}
STEPS = {
    "MARK": lambda machine: machine.marks.append(len(machine.stack)),
    "POP": lambda machine: machine.stack.pop(),
    "POP_MARK": lambda machine: machine._since_mark(),
    "DUP": lambda machine: machine.stack.append(machine.stack[-1]),
    "REDUCE": Unpickler._reduce,
    "NEWOBJ": Unpickler._reduce,
    "BUILD": Unpickler._build,
    "BINPERSID": Unpickler._persistent,
    "APPEND": Unpickler._append,
    "APPENDS": Unpickler._appends,
    "ADDITEMS": Unpickler._add_items,
    "SETITEM": Unpickler._set_item,
    "SETITEMS": Unpickler._set_items,
}


def unpickled(content, source, storage=None, tensor=None):
    """The object that a pickle (bytes, or a stream of several) describes; see `Unpickler`."""
    return Unpickler(BytesIO(content) if isinstance(content, bytes) else content, source, storage, tensor).load()


def checked_depth(found, source):
    """The object itself, unless its containers are nested too deeply."""
    seen, level = set(), [found]
    for _ in range(DEEPEST):
        inside = []
        for thing in level:
            if isinstance(thing, dict | list | tuple | set | frozenset) and id(thing) not in seen:
                seen.add(id(thing))
                inside.extend(thing)
                inside.extend(thing.values() if isinstance(thing, dict) else ())
        if not inside:
            return found
        level = inside
    raise CheckpointError(f"{source} holds containers nested more than {DEEPEST} deep, which no checkpoint needs")
