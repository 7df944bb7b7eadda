"""Calling an operation: arguments by any of their names, and NumPy's errors explained."""

from collections import namedtuple
from functools import cache, wraps
from inspect import CO_VARARGS, CO_VARKEYWORDS

import numpy as np

from minidl.engine.devices import check_device
from minidl.engine.dtypes import refuse_complex
from minidl.engine.tensor import Tensor
from minidl.errors import DimensionError, DtypeError, MinidlError, ShapeError, broadcast_error, what_came

# PyTorch and NumPy have several names for one thing. In minidl a function has one parameter for it, named as in its
# formula; what a caller may write instead stands here, once for all functions.
OTHER_NAMES = {
    "axis": "dim",
    "keepdims": "keepdim",
    "size": "shape",
    "value": "src",
    "symmetric": "hermitian",
    "sections": "indices_or_sections",
    "indices": "indices_or_sections",
    "tensor_indices_or_sections": "indices_or_sections",
    "split_size": "split_size_or_sections",
    "from": "low",
    "to": "high",
    "element": "elements",
    "test_element": "test_elements",
}
FIRST, SECOND = ("input", "A"), "other"  # PyTorch's names for the operands, which have their formula's names here
LAYOUT = {"memory_format", "layout", "pin_memory", "non_blocking"}  # how elements lie in memory: values are the same

Parameters = namedtuple("Parameters", ["positional", "several", "all", "defaults", "others"])


def any_spelling(function):
    """Let a function be called with PyTorch's and with NumPy's names of its arguments, as operations are.

    >>> @any_spelling
    ... def total(x, dim=None):
    ...     return x.sum(dim)
    >>> total(input=np.ones((2, 3)), axis=0)
    array([2., 2., 2.])
    """

    @wraps(function)
    def called(*args, **kwargs):
        if kwargs:
            args, kwargs = with_own_names(function, args, kwargs)
        return function(*args, **kwargs)

    return called


def of_tensors(function):
    """Refuse plain numbers where PyTorch wants tensors: as the first two operands.

    NumPy's function of the same meaning still takes them: ``np.maximum(x, 0)``.
    """
    return _refusing_numbers(function, 2)


def tensor_first(function):
    """Refuse a plain number as the first operand, where PyTorch wants a tensor."""
    return _refusing_numbers(function, 1)


def _refusing_numbers(function, count):
    @wraps(function)
    def called(*args, **kwargs):
        for k, a in enumerate(args[:count]):
            if isinstance(a, int | float):
                raise TypeError(
                    f"{_shown(function)}() takes tensors, and operand {k + 1} is the number {a}. "
                    f"Did you mean minidl.tensor({a}) ?"
                )
        return function(*args, **kwargs)

    return called


def need_tensors(name, **given):
    """Refuse what is no tensor (and no array), by the name of its argument, with what was probably meant.

    >>> need_tensors("embedding", input=[1, 2])
    Traceback (most recent call last):
    ...
    TypeError: embedding needs a tensor as input, and got a list. Did you mean minidl.tensor(...) ?
    """
    for argument, value in given.items():
        if not isinstance(value, Tensor | np.ndarray | np.generic):
            raise TypeError(f"{name} needs a tensor as {argument}, and got {what_came(value)}")


def with_own_names(function, args, kwargs):
    """Give every argument the name that `function` has for it.

    Raises
    ------
    TypeError
        For an unknown argument, with a list of the known ones; and for ``out=``.
    """
    parameters = parameters_of(function)
    known = {}
    for name, value in kwargs.items():
        if name not in parameters.all and not parameters.others:
            name = _own_name(function, parameters, name, value)
        if name in known or name in parameters.positional[: len(args)]:
            raise TypeError(f"{_shown(function)}() got the argument {name!r} twice")
        if name == "dtype" and value is not None:
            refuse_complex(value)
        if name is not None:
            known[name] = value
    if parameters.several in known:  # reshape(x, shape=(2, 3)): what the function takes as *shape
        absent = [name for name in parameters.positional[len(args) :] if name not in known]
        if absent:
            raise TypeError(f"{_shown(function)}() needs {', '.join(absent)} too")
        before = [known.pop(name) for name in parameters.positional[len(args) :]]
        args = (*args, *before, known.pop(parameters.several))
    return args, known


def tidy(rule, args, kwargs, promotes=False):
    """The arguments of an operation: by their own names, and tensors in their place, where the graph finds them.

    A number that stands for an operand (one that has no value of its own unless given) takes its place too if the
    operation `promotes`: ``x.clamp(max=3)`` as ``x.clamp(None, 3)``.
    """
    args, kwargs = with_own_names(rule, args, kwargs)
    parameters, operands = parameters_of(rule), (Tensor, int, float) if promotes else Tensor

    def waiting():
        return any(isinstance(v, operands if parameters.defaults.get(k) is None else Tensor) for k, v in kwargs.items())

    if not waiting():
        return args, kwargs
    for name in parameters.positional[len(args) :]:
        if name not in kwargs and name not in parameters.defaults:
            break
        args += (kwargs.pop(name) if name in kwargs else parameters.defaults[name],)
        if not waiting():
            break
    for name, value in kwargs.items():
        if isinstance(value, Tensor):
            raise TypeError(
                f"{_shown(rule)}() takes no tensor for {name!r}: no gradient could follow it. "
                f"Its tensors are {', '.join(parameters.positional)}"
            )
    return args, kwargs


@cache
def parameters_of(function):
    """What a function takes: parameters by position, the starred one, all, defaults, and whether any other name."""
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    keyword = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    starred = code.co_varnames[len(positional) + len(keyword)] if code.co_flags & CO_VARARGS else None
    values = function.__defaults__ or ()
    defaults = dict(zip(positional[len(positional) - len(values) :], values, strict=True))
    names = {*positional, *keyword} | ({starred} if starred else set())
    return Parameters(positional, starred, names, defaults, bool(code.co_flags & CO_VARKEYWORDS))


def _own_name(function, parameters, name, value):
    """What `function` calls the argument that its caller calls `name`; None for what changes nothing."""
    own = OTHER_NAMES.get(name)
    if own in parameters.all:
        return own
    if name in FIRST and parameters.positional:
        return parameters.positional[0]
    if name == SECOND and len(parameters.positional) > 1:
        return parameters.positional[1]
    if name in LAYOUT:
        return None
    if name == "device":
        return check_device(value)
    if name == "out":
        if value is None:
            return None
        raise TypeError(
            f"{_shown(function)}() has no out= here: it gives a new tensor, so that a graph never loses what it keeps. "
            f"Write y = {_shown(function)}(...), or y.copy_({_shown(function)}(...)) to keep the memory"
        )
    names = [*parameters.positional, *sorted(parameters.all - {*parameters.positional})]
    from difflib import get_close_matches  # only after a mistake

    near = get_close_matches(name, names, 1)
    raise TypeError(
        f"{_shown(function)}() got an unexpected keyword argument {name!r}; its arguments are {', '.join(names)}"
        + (f". Did you mean {near[0]} ?" if near else "")
    )


def _shown(function):
    return function.__name__.strip("_")


def explained(name, promote, arrays, error):
    """An error of NumPy or Python about what an operation got, rewritten so that it teaches; any other unchanged."""
    if isinstance(error, MinidlError):
        return error  # which says it already
    if isinstance(error, np.exceptions.AxisError):
        return DimensionError(f"{name}: {error}")
    if isinstance(error, OverflowError):
        return DtypeError(f"{name}: {error}, and a number does not change the dtype of a tensor. Did you mean x.long() ?")
    if isinstance(error, AttributeError):
        strange = any(a is error.obj for a in arrays) and not isinstance(error.obj, np.ndarray)
        return TypeError(f"{name} needs a tensor, and got {what_came(error.obj)}") if strange else error
    if isinstance(error, TypeError):
        if "not supported for the input types" not in str(error):
            return error
        dtypes = ", ".join(str(a.dtype) for a in arrays if isinstance(a, np.ndarray))
        hint = ". To combine conditions: (a > 0) & (b > 0)" if name in ("bitwise_and", "bitwise_or") else ""
        return DtypeError(f"{name} is for whole numbers and booleans, not for {dtypes}{hint}")
    shapes = [a.shape for a in arrays if isinstance(a, np.ndarray)]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        if promote is not None:
            return broadcast_error(name, shapes)
    return ShapeError(f"{name}: {error}") if "shape" in str(error) else error
