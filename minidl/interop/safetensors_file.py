"""States in the format safetensors: a header in JSON, and after it the numbers of all tensors.

What safetensors cannot say (lists, numbers, text) stands in the metadata of the header, as a description in JSON whose
tensors are named. A checksum covers the whole file.
"""

import hashlib
import json

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import CheckpointError

CHECKSUM = "sha256_of_file"  # SHA-256 of the file in which the checksum itself is zeros
BLANK = "0" * 64
DESCRIBED = tuple(f'{{"{kind}": ' for kind in ("dict", "list", "tuple", "tensor", "array", "value"))


def to_bytes(state):
    """The content of a file that holds `state`."""
    from safetensors.numpy import save  # late: only who saves waits for it

    arrays = {}
    try:
        form = json.dumps(_described(state, "", arrays))
    except RecursionError as error:
        raise CheckpointError("the state is nested too deeply to be saved, or holds itself") from error
    content = _in_order(save(arrays, {"format": "pt", "minidl": form, CHECKSUM: BLANK}))
    before, after = _around_checksum(content, BLANK)
    return b"".join((before, _digest(before, after).encode(), after))


def _in_order(content):
    """A file with its metadata sorted by name: safetensors takes any order, and the same state must be the same bytes."""
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the numbers begin at a multiple of eight
    return b"".join((len(text).to_bytes(8, "little"), text, content[end:]))


def _described(thing, place, arrays):
    """A description of `thing` in JSON; its arrays are put into `arrays`, named after the place where they stood."""
    if isinstance(thing, Tensor):
        return {"tensor": _put(thing.array, place, arrays)}
    if isinstance(thing, np.ndarray):
        return {"array": _put(thing, place, arrays)}
    if isinstance(thing, np.generic):
        thing = thing.item()
    if thing is None or isinstance(thing, bool | int | float | str):
        return {"value": thing}
    inside = lambda key: f"{place}.{key}" if place else str(key)
    if isinstance(thing, dict):
        wrong = [key for key in thing if not isinstance(key, str | int)]
        if wrong:
            raise CheckpointError(
                f"a key of a saved dict must be text or a whole number, and one at {place or 'the top'} is {wrong[0]!r}"
            )
        return {"dict": [[key, _described(value, inside(key), arrays)] for key, value in thing.items()]}
    if isinstance(thing, list | tuple):
        kind = "list" if isinstance(thing, list) else "tuple"
        return {kind: [_described(value, inside(i), arrays) for i, value in enumerate(thing)]}
    raise CheckpointError(
        f"{place or 'the state'} is a {type(thing).__name__}, which cannot be saved: save its numbers instead"
        + (", model.state_dict()" if hasattr(thing, "state_dict") else "")
    )


def _put(array, place, arrays):
    """Keep an array under a name of its own: its place, with a number if that is taken."""
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise CheckpointError(
            f"{place or 'the state'} is an array of {array.dtype}, and a file holds booleans, integers and floats of up to "
            "64 bits"
        )
    place = place.encode("utf-8", "backslashreplace").decode()
    name, count = place, 1
    while name in arrays or name == "__metadata__":
        count += 1
        name = f"{place}#{count}"
    arrays[name] = np.asarray(array, array.dtype.newbyteorder("="), order="C")
    return name


def from_bytes(content, source):
    """The state that a file holds; `source` is its name, for errors."""
    from safetensors import SafetensorError  # late: needed only for loading
    from safetensors.numpy import load

    header = _header(content, source)
    odd = {entry["dtype"] for name, entry in header.items() if name != "__metadata__"} - KNOWN
    if odd:
        raise CheckpointError(
            f"{source} holds numbers of kind {', '.join(sorted(odd))}, which NumPy does not have. Where it was made, bring "
            "them to float32 before saving: {name: t.float() for name, t in state.items()}"
        )
    try:
        arrays = load(content)
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise CheckpointError(f"{source} is no whole safetensors file ({error})") from error
    metadata = header.get("__metadata__") or {}  # safetensors has made sure that it is text
    _check(content, metadata, arrays, source)
    if "minidl" not in metadata:
        return {name: Tensor.wrap(array) for name, array in arrays.items()}
    try:
        return _restored(json.loads(metadata["minidl"]), arrays)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(f"{source} has a description of its content that makes no sense ({error})") from error


KNOWN = {"BOOL", "U8", "I8", "I16", "U16", "F16", "I32", "U32", "F32", "F64", "I64", "U64"}


def _header(content, source):
    """The header, a dict of dicts."""
    size = int.from_bytes(content[:8], "little")
    try:
        if len(content) < 8 or size > len(content) - 8:
            raise ValueError("it is cut short" if content else "it is empty")
        header = json.loads(content[8 : 8 + size])
        if not isinstance(header, dict):
            raise ValueError("its header does not describe tensors")
        entries = [entry for name, entry in header.items() if name != "__metadata__"]
        if not all(isinstance(entry, dict) and isinstance(entry.get("dtype"), str) for entry in entries):
            raise ValueError("its header does not describe tensors")
    except RecursionError as error:
        raise CheckpointError(f"{source} is no safetensors file: its header is nested too deeply") from error
    except ValueError as error:
        raise CheckpointError(
            f"{source} is no whole safetensors file, and no file of PyTorch ({error}). It begins with {content[:8]!r}"
        ) from error
    return header


def _check(content, metadata, arrays, source):
    """Refuse a file of minidl whose checksum is wrong, or gone."""
    if CHECKSUM in metadata:
        before, after = _around_checksum(content, metadata[CHECKSUM])
        right = _digest(before, after) == metadata[CHECKSUM]
    elif "sha256" in metadata:  # written by minidl 0.1.0: of the arrays alone
        right = _checksum_of_arrays(arrays) == metadata["sha256"]
    else:  # of another program; or both names are damaged, and what follows one of them still describes a state
        right = "minidl" not in metadata and not any(text.startswith(DESCRIBED) for text in metadata.values())
    if not right:
        raise CheckpointError(f"{source} was changed after it was written: its checksum is wrong")


def _around_checksum(content, checksum):
    """What stands in the file before and after the checksum."""
    key = f'"{CHECKSUM}":"'.encode()
    start = content.find(key) + len(key)
    return content[:start], content[start + len(checksum.encode()) :]


def _digest(before, after):
    digest = hashlib.sha256(before)
    digest.update(BLANK.encode())
    digest.update(after)
    return digest.hexdigest()


def _checksum_of_arrays(arrays):
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _restored(form, arrays):
    ((kind, content),) = form.items()
    if kind == "tensor":
        return Tensor.wrap(arrays[content])
    if kind == "array":
        return arrays[content]
    if kind == "dict":
        return {key: _restored(value, arrays) for key, value in content}
    if kind in ("list", "tuple"):
        items = [_restored(value, arrays) for value in content]
        return items if kind == "list" else tuple(items)
    if kind == "value":
        return content
    raise ValueError(f"it names a kind {kind!r}")
