"""From a list of examples to a batch."""

from collections.abc import Mapping, Sequence

import numpy as np

from minidl.data.dataset import Rows
from minidl.engine.conversion import as_array
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.shape import stack


def default_collate(batch):
    """A list of examples to a batch: numbers and tensors stacked; tuples, lists and dicts part by part.

    Numbers and arrays become tensors, text stays a list, and a namedtuple stays one.

    Raises
    ------
    TypeError
        For what cannot be part of a batch.
    ShapeError
        For examples with different numbers of parts, or different keys.

    Examples
    --------
    >>> default_collate([(1, "a"), (3, "b")])
    [tensor([1, 3]), ('a', 'b')]
    >>> default_collate([{"x": 0.5}, {"x": 1.5}])
    {'x': tensor([0.5000, 1.5000], dtype=float64)}
    """
    if isinstance(batch, Rows):
        return list(batch.columns)
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(list(batch))
    if isinstance(first, np.ndarray | np.generic) and not isinstance(first, str | bytes):
        if len(shapes := {np.shape(example) for example in batch}) > 1:
            raise ShapeError(
                f"the arrays of a batch need one shape, and have {', '.join(map(str, sorted(shapes)))}: give the loader a "
                "collate_fn that brings them to one, such as nn.utils.rnn.pad_sequence"
            )
        return Tensor(np.stack(batch))
    if isinstance(first, float):
        return Tensor(batch, dtype=np.float64)
    if isinstance(first, int):
        return Tensor.wrap(as_array(list(batch)))
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        for example in batch:
            if example.keys() != first.keys():
                raise ShapeError(
                    f"the examples of a batch need the same keys, and have {sorted(map(str, first))} and "
                    f"{sorted(map(str, example))}: give the loader a collate_fn that knows what is missing"
                )
        return _like(first, {key: default_collate([example[key] for example in batch]) for key in first})
    if isinstance(first, Sequence):
        if len({len(example) for example in batch}) > 1:
            raise ShapeError(
                f"the examples of a batch need the same number of parts, and have {sorted({len(e) for e in batch})}: give "
                "the loader a collate_fn that brings them to one length, such as nn.utils.rnn.pad_sequence"
            )
        parts = [default_collate(part) for part in zip(*batch, strict=True)]
        if hasattr(first, "_fields"):
            return type(first)(*parts)
        return parts if isinstance(first, tuple) else _like(first, parts)
    raise TypeError(
        f"a batch is made of tensors, arrays, numbers, text, and tuples, lists and dicts of them, not of "
        f"{type(first).__name__}: give the loader a collate_fn that knows what to do"
    )


def default_convert(data):
    """An example as it is, with tensors for arrays."""
    if isinstance(data, Tensor | str | bytes):
        return data
    if isinstance(data, np.ndarray | np.generic):
        return Tensor(data)
    if isinstance(data, Mapping):
        return _like(data, {key: default_convert(value) for key, value in data.items()})
    if hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    if isinstance(data, tuple):
        return [default_convert(part) for part in data]
    return _like(data, [default_convert(part) for part in data]) if isinstance(data, Sequence) else data


def _like(container, content):
    """`content` in a container of the same kind, where that can be made of it."""
    if type(container) is type(content):
        return content
    try:
        return type(container)(content)
    except TypeError:
        return content
