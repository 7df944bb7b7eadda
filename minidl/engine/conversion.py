"""What comes in from outside: numbers, lists and arrays become arrays of a known dtype."""

from numbers import Real
from operator import index

import numpy as np

from minidl.engine import dtypes
from minidl.errors import DtypeError, ShapeError


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
        kinds: set = set()
        data = _plain(data, kinds)
        try:
            array = np.asarray(data)
        except ValueError as error:
            raise ShapeError(f"the rows of a tensor must have equal lengths; these do not: {data!r:.100}") from error
        if dtype is None and array.dtype.kind == "f":
            array = array.astype(_floating(kinds), copy=False)
        if dtype is None and array.dtype == np.uint64 and kinds == {int}:  # numbers beyond int64
            dtype = np.int64
    if dtype is not None:
        dtype = np.dtype(dtype)
    if (dtype or array.dtype).kind not in dtypes.RANK:
        dtypes.refuse_complex(dtype or array.dtype)
        raise DtypeError(f"a tensor holds booleans, integers or floats, not {array.dtype}: {data!r:.60}")
    if dtype is not None and array.dtype != dtype:
        if not hasattr(data, "dtype"):
            refuse_overflow(array, dtype)
        return array.astype(dtype)
    return np.array(array) if copy else array


def _plain(data, kinds):
    """Nested lists in which every Tensor is replaced by its array; `kinds` gathers the types and dtypes inside."""
    if isinstance(data, list | tuple):
        return [_plain(item, kinds) for item in data]
    if type(data) in (float, int):
        kinds.add(type(data))
        return data
    data = getattr(data, "array", data)
    kinds.add(getattr(data, "dtype", type(data)))
    return data


def _floating(kinds):
    """The floating dtype of a list: numbers count as the default one, and the widest holds."""
    found = {k if isinstance(k, np.dtype) else dtypes.default.dtype for k in kinds if k not in (int, bool)}
    return np.result_type(*[d for d in found if d.kind == "f"] or [dtypes.default.dtype])


def whole_number(value, what):
    """A size, a dimension or a count as an int.

    Raises
    ------
    TypeError
        For a fraction, also one like 2.0: a mistake in a division would otherwise be cut off without a word.
    """
    try:
        return index(value)
    except TypeError as error:
        raise TypeError(f"{what} is a whole number, not {value!r:.40}. For a division: a // b, or int(...)") from error


def real_number(value, what):
    """One number, as Python has it; also of a tensor or an array with one element.

    Raises
    ------
    DtypeError
        For anything else.
    """
    value = value.item() if hasattr(value, "item") else value
    if not isinstance(value, Real):
        raise DtypeError(f"{what} is one number, and this is {value!r:.40}")
    return value


def typed(value, dtype):
    """A number or an array for a tensor of `dtype`: a Tensor as it is; what a user typed must fit."""
    if hasattr(value, "array"):
        return value.array
    array = np.asarray(value)
    if not hasattr(value, "dtype") and array.dtype.kind in "biuf":
        refuse_overflow(array, dtype)
    return array


def refuse_overflow(values, dtype):
    """Refuse numbers, as a user typed them, that an integer dtype cannot hold.

    Negative numbers may become bytes, as in PyTorch: -1 is 255.
    """
    if dtype.kind not in "iu" or values.size == 0:
        return
    limits = np.iinfo(dtype)
    least = -int(limits.max) if dtype.kind == "u" else int(limits.min)
    low, high = values.min(), values.max()
    if not (least <= low and high <= limits.max):  # NaN too
        bad = high if not high <= limits.max else low
        raise DtypeError(f"{bad} does not fit into {dtype}, which holds {limits.min} to {limits.max}")
