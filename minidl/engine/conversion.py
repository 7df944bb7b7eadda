"""What comes in from outside: numbers, lists and arrays become arrays of a known dtype."""

import numpy as np

from minidl.engine import dtypes
from minidl.errors import DeviceError, DtypeError, ShapeError


def as_array(data, dtype=None, copy=False):
    """`data` as an ndarray: Python floats become the default dtype, everything else keeps its own.

    Raises
    ------
    DtypeError
        For text, objects and complex numbers.
    ShapeError
        For nested lists whose rows differ in length.
    """
    if hasattr(data, "array"):
        array = data.array
    elif isinstance(data, np.ndarray | np.generic):
        array = np.asarray(data)
    elif hasattr(data, "detach") and hasattr(data, "numpy"):
        array = data.detach().numpy()
    else:
        data = _plain(data)
        try:
            array = np.asarray(data)
        except ValueError as error:
            raise ShapeError(f"the rows of a tensor must have equal lengths; these do not: {data!r:.100}") from error
        if dtype is None and array.dtype.kind == "f" and not _holds_arrays(data):
            array = array.astype(dtypes.default.dtype)
    if dtype is not None:
        dtype = np.dtype(dtype)
    if (dtype or array.dtype).kind not in dtypes.RANK:
        raise DtypeError(f"a tensor holds booleans, integers or floats, not {array.dtype}: {data!r:.60}")
    if dtype is not None and array.dtype != dtype:
        return array.astype(dtype)
    return np.array(array) if copy else array


def _plain(data):
    """Nested lists in which every Tensor has become its array."""
    if hasattr(data, "array"):
        return data.array
    if isinstance(data, list | tuple):
        return [_plain(item) for item in data]
    return data


def _holds_arrays(data):
    while isinstance(data, list) and data:
        data = data[0]
    return isinstance(data, np.ndarray | np.generic)


TEACH_DEVICE = (
    "minidl computes on the CPU alone, so device={!r} is not to be had. What you learn here carries over to "
    "PyTorch line by line: the last chapter shows how to take a model there, and to a GPU."
)


def check_device(device):
    """Accept the CPU, refuse everything else with a sentence on where to go."""
    if device is not None and str(device).partition(":")[0] != "cpu":
        raise DeviceError(TEACH_DEVICE.format(str(device)))
