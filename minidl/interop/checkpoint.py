"""Saving and loading: weights, and whatever else a run needs to go on, in the format safetensors.

The file holds numbers and text, never code, so that opening a stranger's file is safe. A state dict
becomes a file that PyTorch's users read with ``safetensors.torch.load_file``, and theirs load here.
"""

import hashlib
import json
from pathlib import Path

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError
from minidl.system.files import write_atomically


class CheckpointError(MinidlError):
    """A file that cannot be loaded, or something that cannot be saved."""


def save(state, path):
    """Write a state to a file, in one step: an interrupted run leaves the old file whole.

    Parameters
    ----------
    state : dict
        A state dict, or any nesting of dicts, lists and tuples that ends in tensors, arrays, numbers,
        text, booleans and None: ``{"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}``.
    path : path

    Raises
    ------
    CheckpointError
        When something in the state can be none of these; it says where. Nothing is written then.

    Examples
    --------
    >>> import minidl as md, tempfile, pathlib
    >>> layer = md.nn.Linear(2, 3)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "layer.safetensors"
    ...     md.save(layer.state_dict(), path)
    ...     sorted(md.load(path))
    ['bias', 'weight']
    """
    from safetensors.numpy import save as to_bytes

    arrays = {}
    form = _taken_apart(state, "", arrays)
    metadata = {"format": "pt", "minidl": json.dumps(form), "sha256": _checksum(arrays)}
    write_atomically(path, to_bytes(arrays, metadata))


def _taken_apart(thing, place, arrays):
    """A description of `thing` in JSON; its arrays are put into `arrays` by the place where they stood."""
    if isinstance(thing, Tensor):
        arrays[place] = np.asarray(thing.array, order="C")
        return {"tensor": place}
    if isinstance(thing, np.ndarray):
        arrays[place] = np.asarray(thing, order="C")
        return {"array": place}
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
        return {"dict": [[key, _taken_apart(value, inside(key), arrays)] for key, value in thing.items()]}
    if isinstance(thing, list | tuple):
        kind = "list" if isinstance(thing, list) else "tuple"
        return {kind: [_taken_apart(value, inside(i), arrays) for i, value in enumerate(thing)]}
    raise CheckpointError(
        f"{place or 'the state'} is a {type(thing).__name__}, which cannot be saved: save its numbers instead"
    )


def load(path):
    """Read what `save` wrote, or a safetensors file of anybody.

    Returns
    -------
    The state as it was saved. A file that minidl did not write gives a dict of tensors.

    Raises
    ------
    CheckpointError
        When the file is missing, cut short, changed after it was written, or no safetensors file.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror}") from error
    try:
        arrays = from_bytes(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except (SafetensorError, ValueError, KeyError, OverflowError) as error:
        raise CheckpointError(f"{path} is no whole safetensors file ({error})") from error
    metadata = header.get("__metadata__") or {}
    if "sha256" in metadata and metadata["sha256"] != _checksum(arrays):
        raise CheckpointError(f"{path} was changed after it was written: its checksum is wrong")
    if "minidl" not in metadata:
        return {name: Tensor.wrap(array) for name, array in arrays.items()}
    return _put_together(json.loads(metadata["minidl"]), arrays)


def _put_together(form, arrays):
    ((kind, content),) = form.items()
    if kind == "tensor":
        return Tensor.wrap(arrays[content])
    if kind == "array":
        return arrays[content]
    if kind == "dict":
        return {key: _put_together(value, arrays) for key, value in content}
    if kind in ("list", "tuple"):
        items = [_put_together(value, arrays) for value in content]
        return items if kind == "list" else tuple(items)
    return content


def _checksum(arrays):
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
