"""Jacobians and Hessians of functions, as functions."""

from functools import wraps

from minidl.autograd.products import jacobian_from_rows, jacobian_rows, jacobians_from_columns
from minidl.func.level import Level, chosen, only_tensors, replaced, split_aux
from minidl.func.trees import leaves, with_leaves


def jacrev(func, argnums=0, *, has_aux=False, chunk_size=None, _preallocate_and_copy=False):
    r"""The Jacobian of a function, as a function: row by row, a backward pass for each element of the result.

    Parameters
    ----------
    func : callable
        Returns tensors, in dicts, lists or tuples.
    argnums, has_aux
        As in `grad`.
    chunk_size : int, optional
        Accepted: rows are computed one after the other.

    Returns
    -------
    callable
        It returns, in the place of each tensor of the result, its Jacobian in the form of the argument (a tuple if
        `argnums` is one), each of shape (\*result.shape, \*argument.shape).

    Examples
    --------
    >>> import minidl as md
    >>> md.func.jacrev(lambda x: x**2)(md.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"chunk_size is a positive number of rows, not {chunk_size}")

    def from_rows(outputs, inputs, followed):
        return [jacobian_from_rows(jacobian_rows(output, inputs, followed), output, inputs) for output in outputs]

    return _jacobian(func, argnums, has_aux, from_rows, "jacrev", floating=True)


def jacfwd(func, argnums=0, has_aux=False, *, randomness="error"):
    r"""The Jacobian of a function, as a function: column by column, a slope for each element of the argument.

    Each column is a Jacobian-vector product. What it takes and returns is that of `jacrev`; it is the faster one where the
    result has more elements than the argument.

    Parameters
    ----------
    randomness : {"error", "different", "same"}
        Accepted: the function is run once, so random numbers are the same in every column.

    Examples
    --------
    >>> import minidl as md
    >>> md.func.jacfwd(lambda x: x**2)(md.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """

    return _jacobian(func, argnums, has_aux, jacobians_from_columns, "jacfwd")


def hessian(func, argnums=0):
    """All second derivatives of a function, as a function: the Jacobian (`jacfwd`) of its Jacobian (`jacrev`).

    Examples
    --------
    >>> import minidl as md
    >>> md.func.hessian(lambda x: x[0] ** 2 * x[1])(md.tensor([1.0, 2.0]))
    tensor([[4., 2.],
            [2., 0.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)


def _jacobian(func, argnums, has_aux, find, who, floating=False):
    """A function that gives a Jacobian; `find` does so for each output by each input."""

    @wraps(func)
    def jacobian(*args, **kwargs):
        level = Level()
        wanted, places = chosen(args, argnums)
        wanted = level.track(wanted)
        result, aux = split_aux(level.run(func, *replaced(args, places, wanted), **kwargs), has_aux, who)
        outputs, inputs = only_tensors(result, who, floating), leaves(wanted)
        found = []
        for row in level.run(find, outputs, inputs, level.followed(outputs)):
            gradients = level.released(with_leaves(wanted, row))
            found.append(gradients[0] if isinstance(argnums, int) else gradients)
        tree = with_leaves(result, found)
        return (tree, level.released(aux)) if has_aux else tree

    return jacobian
