"""Saving and loading: weights, and whatever else a run needs to go on.

A file holds numbers and text, never code, so that opening a stranger's file is safe. There are two formats:

- *safetensors*, the ordinary one: a state dict becomes a file that others read with ``safetensors``, and theirs load here;
- *PyTorch's*, for names that end in .pth, .pt, .ckpt, .bin or .tar: ``torch.load`` reads it, and the files of ``torch.save``
  load here, without PyTorch, and without running anything that they may contain.
"""

import os
from pathlib import Path

from minidl.engine.devices import check_device
from minidl.errors import CheckpointError
from minidl.interop import safetensors_file, torch_file
from minidl.system.files import read_whole, write_atomically

__all__ = ["CheckpointError", "load", "save"]

TORCH_NAMES = (".pth", ".pt", ".ckpt", ".bin", ".tar")


def save(obj, f, pickle_module=None, pickle_protocol=2, _use_new_zipfile_serialization=True):
    """Write a state to a file, in one step: an interrupted run leaves the old file whole.

    Parameters
    ----------
    obj : dict
        A state dict, or any nesting of dicts, lists and tuples that ends in tensors, arrays, numbers,
        text, booleans and None: ``{"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}``.
    f : path or file object
        A name that ends in .pth, .pt, .ckpt, .bin or .tar gives a file of PyTorch (arrays become tensors), any other
        safetensors.
    pickle_module, pickle_protocol, _use_new_zipfile_serialization
        Accepted for the sake of PyTorch's lessons; only their defaults.

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
    if pickle_module is not None or not _use_new_zipfile_serialization:
        raise CheckpointError("minidl writes files in one way, without pickle: leave pickle_module and the rest out")
    name = str(getattr(f, "name", "")) if hasattr(f, "write") else os.fspath(f)
    form = torch_file if name.endswith(TORCH_NAMES) else safetensors_file
    content = form.to_bytes(obj)
    if hasattr(f, "write"):
        f.write(content)
    else:
        write_atomically(f, content)


def load(f, map_location=None, pickle_module=None, *, weights_only=True, mmap=None):
    """Read what `save` wrote, a safetensors file of anybody, or a file of PyTorch.

    Parameters
    ----------
    f : path or file object
    map_location : "cpu", optional
        Tensors always come to the CPU.
    weights_only, mmap, pickle_module
        Accepted for the sake of PyTorch's lessons. Nothing in a file is ever run, whatever `weights_only` says.

    Returns
    -------
    The state as it was saved. A safetensors file that minidl did not write gives a dict of tensors.

    Raises
    ------
    CheckpointError
        When the file is missing, cut short, changed after it was written, in no known format, or asks for anything but
        tensors, containers, numbers and text.
    """
    if pickle_module is not None:
        raise CheckpointError("minidl reads files without pickle, and so without running them: leave pickle_module out")
    if map_location is not None and not callable(map_location) and not isinstance(map_location, dict):
        check_device(map_location)
    if hasattr(f, "read"):
        source, content = str(getattr(f, "name", "the file")), f.read()
    else:
        source = str(Path(f))
        try:
            content = read_whole(f)
        except OSError as error:
            raise CheckpointError(f"{source} cannot be read: {error.strerror}") from error
    if content.startswith(torch_file.ZIP_START):
        return torch_file.from_zip(content, source)
    if content.startswith(torch_file.LEGACY_START):
        return torch_file.from_legacy(content, source)
    if content.startswith(b"\x80") and content[8:9] != b"{":  # the header of safetensors begins there
        raise CheckpointError(
            f"{source} is a pickle, and not one of torch.save: a pickle can do anything, so it is not read"
        )
    return safetensors_file.from_bytes(content, source)
