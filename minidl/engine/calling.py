"""Calling an operation: arguments by any of their names, and NumPy's complaints retold."""

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError, broadcast_error

NUMPY_NAMES = {"axis": "dim", "keepdims": "keepdim"}


def tidy(rule, args, kwargs):
    """Give NumPy's argument names their PyTorch name, and tensors passed by name their place."""
    kwargs = {NUMPY_NAMES.get(name, name): value for name, value in kwargs.items()}
    if not any(isinstance(value, Tensor) for value in kwargs.values()):
        return args, kwargs
    code = rule.__code__
    names = code.co_varnames[: code.co_argcount]
    defaults = dict(zip(reversed(names), reversed(rule.__defaults__ or ()), strict=False))
    if "input" in kwargs and not args:
        args = (kwargs.pop("input"),)
    for name in names[len(args) :]:
        if not any(isinstance(value, Tensor) for value in kwargs.values()):
            break
        if name not in kwargs and name not in defaults:
            break
        args += (kwargs.pop(name) if name in kwargs else defaults[name],)
    for name, value in kwargs.items():
        if isinstance(value, Tensor):
            raise TypeError(f"{rule.__name__.strip('_')}() got a tensor for {name!r}; its arguments are {', '.join(names)}")
    return args, kwargs


def explained(name, promote, arrays, error):
    """NumPy's complaint about shapes, retold so that it teaches; anything else as it is."""
    if isinstance(error, ShapeError):
        return error
    shapes = [a.shape for a in arrays if isinstance(a, np.ndarray)]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        if promote is not None:
            return broadcast_error(name, shapes)
    return ShapeError(f"{name}: {error}") if "shape" in str(error) else error
