"""`vmap`: a function of one example, run on a batch of them."""

from functools import wraps

import numpy as np

from minidl.engine.generator import seeded
from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import GraphError, ShapeError
from minidl.func.trees import leaves, shape_of, spread, with_leaves


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """A function of one example as a function of a batch: run on slice after slice, the results stacked.

    PyTorch runs every operation once for the whole batch, which is faster; here the function runs once for each example.
    What comes out is the same, and more is allowed: ``item()``, and branches that depend on the values.

    Parameters
    ----------
    func : callable
        Takes tensors, in dicts, lists or tuples, and returns them so. Keyword arguments are handed on as they are.
    in_dims : int, None, or a tuple of them in the form of the arguments
        Which dimension of each tensor counts the examples; None hands an argument on whole.
    out_dims : int, None, or a tuple of them in the form of the result
        Where that dimension is in each tensor of the result; None for one that is the same for all examples.
    randomness : {"error", "different", "same"}
        Whether the function may draw random numbers (from the default generator), and whether each example gets its own.
        Where they differ, they are other numbers than PyTorch's.
    chunk_size : int, optional
        Accepted: examples are run one after the other.

    Raises
    ------
    ValueError
        When `in_dims` or `out_dims` does not match what there is.
    ShapeError
        When the batch has different sizes in different arguments.

    Examples
    --------
    >>> import minidl as md
    >>> dots = md.vmap(md.dot, in_dims=(0, None))
    >>> dots(md.eye(2), md.tensor([3.0, 4.0]))
    tensor([3., 4.])

    The gradient of each example:

    >>> md.vmap(md.func.grad(lambda x: x**3))(md.tensor([1.0, 2.0]))
    tensor([ 3., 12.])
    """
    if randomness not in ("error", "different", "same"):
        raise GraphError(f'randomness is "error", "different" or "same", not {randomness!r}')
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"chunk_size is a positive number of examples, not {chunk_size}")

    @wraps(func)
    def batched(*args, **kwargs):
        tensors, dims = leaves(args), _dims_of(args, in_dims)
        size = _batch_size(tensors, dims)

        def run(i):
            slices = [t if dim is None else t.select(dim, i) for t, dim in zip(tensors, dims, strict=True)]
            return func(*with_leaves(args, slices), **kwargs)

        if size == 0:
            return _of_no_example(func, args, tensors, dims, out_dims, kwargs)
        return _joined([run(i) for i in _Draws(randomness).watched(size)], out_dims)

    return batched


def _dims_of(args, in_dims):
    """For each tensor of the arguments the dimension that counts the examples, from the front, or None."""
    if not isinstance(in_dims, int | tuple):
        raise ValueError(f"in_dims is a number, or a tuple in the form of the arguments, not a {type(in_dims).__name__}")
    try:
        dims = spread(in_dims, args)
    except ValueError as error:
        raise ValueError(f"vmap: in_dims does not have the form of the arguments: {error}") from None
    return [_dim_of(t, dim) for t, dim in zip(leaves(args), dims, strict=True)]


def _dim_of(t, dim):
    if dim is None:
        return None
    if not isinstance(dim, int):
        raise ValueError(f"in_dims holds whole numbers or None, not {dim!r}")
    if not isinstance(t, Tensor):
        raise ValueError(f"vmap: a {type(t).__name__} has no examples to count; pass None for it in in_dims")
    if not -t.ndim <= dim < t.ndim:
        raise ValueError(f"vmap: in_dims asks for dimension {dim}, which a tensor of shape {t.shape} does not have")
    return dim % t.ndim


def _batch_size(tensors, dims):
    sizes = {t.shape[dim] for t, dim in zip(tensors, dims, strict=True) if dim is not None}
    if not sizes:
        raise ValueError("vmap needs at least one tensor with a dimension that counts the examples")
    if len(sizes) > 1:
        shapes = [t.shape for t, dim in zip(tensors, dims, strict=True) if dim is not None]
        raise ShapeError(
            f"vmap: the arguments hold different numbers of examples, {sorted(sizes)}: their shapes are {shapes}"
        )
    return sizes.pop()


class _Draws:
    """What happens to the default stream of random numbers while the examples run."""

    def __init__(self, randomness):
        self.randomness, self.generator = randomness, seeded(None)

    def watched(self, size):
        """The numbers of the examples; before each the stream is where it should be, and after each it is looked at."""
        if self.randomness == "different":
            yield from range(size)
            return
        start = self.generator.get_state()
        for i in range(size):
            if self.randomness == "same":
                self.generator.set_state(start)
            yield i
            if self.randomness == "error" and not _same_place(start, self.generator.get_state()):
                self.generator.set_state(start)
                raise GraphError(
                    "vmap: the function drew random numbers. Should they be the same for all examples, or different? "
                    'Say so: randomness="same" or "different"'
                )


def _same_place(a, b):
    return a["pos"] == b["pos"] and a["second_normal"] == b["second_normal"] and np.array_equal(a["key"], b["key"])


def _joined(results, out_dims):
    """The results of all examples as one, each tensor of them stacked."""
    first = results[0]
    rows = [leaves(result) for result in results]
    for result in results:
        if shape_of(result) != shape_of(first):
            raise ValueError(f"vmap: examples gave results of different forms, {shape_of(first)} and {shape_of(result)}")
    columns = zip(zip(*rows, strict=True), _out(first, out_dims), strict=True)
    return with_leaves(first, [_stacked(column, dim) for column, dim in columns])


def _out(result, out_dims):
    """For each tensor of a result where the examples go."""
    if not isinstance(out_dims, int | tuple | list | dict | None):
        raise ValueError(f"out_dims is a number, None, or these in the form of the result, not a {type(out_dims).__name__}")
    if isinstance(out_dims, tuple) and len(out_dims) == 1 and isinstance(result, Tensor):
        return list(out_dims)
    try:
        return spread(out_dims, result)
    except ValueError as error:
        raise ValueError(f"vmap: out_dims does not have the form of the result: {error}") from None


def _stacked(column, dim):
    for t in column:
        if dim is not None and not isinstance(t, Tensor):
            kind = type(t).__name__
            raise ValueError(f"vmap: the function must return tensors, in dicts, lists or tuples, and returned a {kind}")
    if dim is not None:
        return np.stack(column, dim)
    if all(t is column[0] or (isinstance(t, Tensor) and np.array_equal(t.array, column[0].array)) for t in column):
        return column[0]
    raise ValueError("vmap: out_dims is None for a result that differs from example to example, so it has a batch dimension")


def _of_no_example(func, args, tensors, dims, out_dims, kwargs):
    """The result for an empty batch: of the shapes that an example of zeros gives."""
    example = [
        t if dim is None else Tensor.wrap(np.zeros(t.shape[:dim] + t.shape[dim + 1 :], t.dtype))
        for t, dim in zip(tensors, dims, strict=True)
    ]
    with no_grad():
        joined = _joined([func(*with_leaves(args, example), **kwargs)], out_dims)
    places = _out(joined, out_dims)
    return with_leaves(joined, [t if d is None else t.narrow(d, 0, 0) for t, d in zip(leaves(joined), places, strict=True)])
