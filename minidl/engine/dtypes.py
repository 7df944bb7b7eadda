"""The dtypes of minidl, and how operands of different dtypes are promoted (PyTorch's rules)."""

import numpy as np

from minidl.errors import DtypeError, what_came

float16, float32, float64 = np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64)
uint8, int8, int16, int32, int64 = (np.dtype(t) for t in (np.uint8, np.int8, np.int16, np.int32, np.int64))
bool_ = np.dtype(np.bool_)
half, float_, double, short, int_, long = float16, float32, float64, int16, int32, int64  # PyTorch's other names


class default:
    """The dtype of floats that do not specify one."""

    dtype = float32


PAIRS = (
    "Complex numbers are pairs of tensors here: minidl.complex(real, imag), minidl.polar(abs, angle), "
    "minidl.view_as_complex(x), minidl.fft.fft(x)"
)


def refuse_complex(dtype):
    """Raise DtypeError for a complex dtype, and say how to compute with complex numbers."""
    if np.dtype(dtype).kind == "c":
        raise DtypeError(f"a tensor holds real numbers, not {np.dtype(dtype)}. {PAIRS}")


def refuse_bfloat16(x):
    """Refused: NumPy has no bfloat16."""
    raise DtypeError("minidl computes in float16, float32 and float64; there is no bfloat16. Did you mean x.half() ?")


def set_default_dtype(d):
    """Choose the dtype that new floating tensors get: float32 (as it starts) or float64."""
    dtype = np.dtype(d)
    if dtype.kind != "f":
        raise DtypeError(f"the default dtype must be a floating one (float32, float64), not {dtype}")
    default.dtype = dtype


def get_default_dtype():
    """The dtype that new floating tensors get."""
    return default.dtype


def of_number(value):
    """The dtype that a Python number has as a tensor."""
    return PLAIN.get(type(value), default.dtype)


def promote_types(type1, type2):
    """The smallest dtype that holds both, of the higher kind of the two."""
    return promoted_dtype([np.empty(1, type1), np.empty(1, type2)])


def result_type(tensor, other):
    """The dtype to which an operation promotes two tensors or numbers."""
    return promoted_dtype([getattr(t, "array", t) for t in (tensor, other)])


def can_cast(from_, to):
    """Whether values may be brought to another dtype in place: never down to a lower kind."""
    return RANK[np.dtype(to).kind] >= RANK[np.dtype(from_).kind]


def finfo(dtype=None):
    """The limits of a floating dtype: eps, max, tiny and so on."""
    return np.finfo(dtype or default.dtype)


def iinfo(dtype):
    """The limits of a dtype of whole numbers: min and max."""
    return np.iinfo(dtype)


def promote_all(arrays, kind, operands=None):
    """Bring all arrays (or the first few) to one dtype, in the list itself, by PyTorch's rules.

    A Python number never changes the dtype of a tensor within its kind (whole or floating), and
    neither does a tensor without dimensions beside one that has some.
    """
    common = None
    for a in arrays if operands is None else arrays[:operands]:
        if isinstance(a, np.ndarray):
            if common is None:
                common = a.dtype
            elif a.dtype is not common:
                break
        elif type(a) is not float and type(a) is not int:
            break
    else:
        if common is not None and common.kind == "f":
            return  # the ordinary case: floats of one precision and plain numbers
    if common is None and all(isinstance(a, int | float) for a in arrays[:operands] if a is not None):
        raise TypeError(
            f"an operation needs a tensor, and got nothing but numbers: {', '.join(map(str, arrays[:operands]))}"
        )
    for i, a in enumerate(arrays[:operands]):
        if isinstance(a, np.generic):
            arrays[i] = a.item()
        elif a is not None and not isinstance(a, np.ndarray | int | float):
            arrays[i] = _constant(a)
    if kind == "signed":
        refuse_booleans(arrays[:operands])
    dtype = promoted_dtype(arrays[:operands])
    if kind == "float" and dtype.kind != "f":
        dtype = default.dtype
    for i, a in enumerate(arrays[:operands]):
        if isinstance(a, np.ndarray):
            arrays[i] = a if a.dtype == dtype else a.astype(dtype)
        elif a is not None:
            arrays[i] = _number(a, dtype)


def refuse_booleans(operands):
    """Refuse to take booleans from anything: `-` and a mask are a slip more often than not."""
    if any(a.dtype.kind == "b" if hasattr(a, "dtype") else isinstance(a, bool) for a in operands):
        raise DtypeError(
            "the - of booleans has no meaning. Did you mean ~mask (not), a ^ b (one of the two), or numbers, mask.float() ?"
        )


def _number(value, dtype):
    """A Python number as an array of `dtype`, which must hold it."""
    try:
        return np.asarray(value, dtype)
    except OverflowError as error:
        limits = np.iinfo(dtype)
        raise DtypeError(
            f"{value} does not fit into {dtype}, which holds {limits.min} to {limits.max}, and a number does not change the "
            "dtype of a tensor. Did you mean x.long() ?"
        ) from error


RANK = {"b": 0, "u": 1, "i": 1, "f": 2}
PLAIN = {bool: np.dtype(bool), int: np.dtype(np.int64)}


def promoted_dtype(operands):
    """The dtype to which `operands` (arrays and Python numbers) are promoted, by PyTorch's rules."""
    groups = [[], [], []]  # arrays with dimensions, arrays without, Python numbers
    for a in operands:
        if isinstance(a, np.ndarray):
            groups[a.ndim == 0].append(a.dtype)
        elif a is not None:
            groups[2].append(PLAIN.get(type(a), default.dtype))
    result = None
    for group in groups:
        for dtype in group:
            if dtype.kind not in RANK:
                raise DtypeError(f"minidl computes with booleans, integers and floats, not with {dtype}")
        best = _largest(group)
        if best is not None and (result is None or RANK[best.kind] > RANK[result.kind]):
            result = best
    return result


def _largest(dtypes):
    """Of the highest kind among `dtypes` (booleans, integers, floats), the dtype that holds all; None for no dtypes."""
    rank = max((RANK[d.kind] for d in dtypes), default=None)
    dtypes = [d for d in dtypes if RANK[d.kind] == rank]
    return np.result_type(*dtypes) if dtypes else None


def _constant(value):
    """An operand that is neither tensor, array nor number: a list, or something to refuse."""
    if type(value).__module__.split(".")[0] in ("torch", "jax", "jaxlib", "tensorflow"):
        library = type(value).__module__.split(".")[0]
        raise TypeError(
            f"a {library} tensor and a minidl tensor cannot be combined in one operation: minidl could not "
            f"follow the gradient through {library}.\nCopy its values first: minidl.tensor(x.detach().numpy())"
        )
    if isinstance(value, list | tuple):
        if any(getattr(part, "ndim", 0) or getattr(part, "requires_grad", False) for part in value):
            raise TypeError(f"an operation needs a tensor, and got {what_came(value)}")
        return np.asarray(value)
    raise TypeError(f"minidl cannot compute with a {type(value).__name__}: {value!r:.60}")
