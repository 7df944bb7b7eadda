r"""Sums of products, written by naming the indices."""

import math

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.conversion import as_array
from minidl.engine.operation import operation
from minidl.engine.parallel import one_blas_thread
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError, aligned
from minidl.ops.products import matmul
from minidl.ops.reduction import axes_of
from minidl.ops.shape import diagonal, movedim

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@operation(
    name="einsum",
    formula=r"y_{k} = \sum_{i \notin k} \prod_n x^{(n)}_{i}",
    gradient=r"\bar x^{(n)} = \text{the same sum with } \bar y \text{ in the place of } x^{(n)}",
    promote="same",
    broadcasts=True,
)
def _contract(*operands, inputs, output):
    """The sum, for operands whose every index is also in the output or in another operand."""

    def pull_for(k):
        def pull(g):
            others = [x for i, x in enumerate(operands) if i != k]
            names = [name for i, name in enumerate(inputs) if i != k]
            return _run([g, *others], [output, *names], inputs[k])

        return pull

    return _run(list(operands), inputs, output), *[pull_for(k) for k in range(len(operands))]


def _run(operands, inputs, output):
    if any(isinstance(x, Tensor) for x in operands):
        return _contract(*operands, inputs=tuple(inputs), output=output)
    with one_blas_thread:
        return np.einsum(f"{','.join(inputs)}->{output}", *operands, optimize=len(operands) > 1)


def einsum(equation, *operands):
    """Multiply tensors and sum over indices, both named by letters.

    Parameters
    ----------
    equation : str
        As in ``"ij,jk->ik"``, the matrix product: indices that are missing on the right are summed over.
        ``...`` stands for any further dimensions.

    Raises
    ------
    ShapeError
        When letters and dimensions do not match, or a letter has two sizes.

    Examples
    --------
    >>> import minidl as md
    >>> md.einsum("ij,j->i", md.ones(2, 3), md.arange(3).float())
    tensor([3., 3.])
    """
    if len(operands) == 1 and isinstance(operands[0], list | tuple):
        operands = tuple(operands[0])
    tensors = [x if isinstance(x, Tensor) else Tensor.wrap(as_array(x, copy=True)) for x in operands]
    inputs, output = _parse(equation, tensors)
    sizes = {}
    for k, (names, x) in enumerate(zip(inputs, tensors, strict=True)):
        for name, n in zip(names, x.shape, strict=True):
            if sizes.setdefault(name, n) != n and 1 not in (sizes[name], n):
                raise ShapeError(
                    f"einsum {equation!r}: index {name!r} has size {sizes[name]} and, in operand {k}, {n}\n"
                    + aligned([(f"[{i}]", o.shape) for i, o in enumerate(tensors)])
                )
            sizes[name] = max(sizes[name], n)
    for k in range(len(tensors)):
        tensors[k], inputs[k] = _without_repeats(tensors[k], inputs[k])
        elsewhere = output + "".join(names for i, names in enumerate(inputs) if i != k)
        alone = [axis for axis, name in enumerate(inputs[k]) if name not in elsewhere]
        if alone:
            tensors[k] = tensors[k].sum(dim=tuple(alone))
            inputs[k] = "".join(name for name in inputs[k] if name in elsewhere)
    return _contract(*tensors, inputs=tuple(inputs), output=output)


def _parse(equation, operands):
    """The letters of each operand and of the output; what ``...`` stands for gets letters of its own."""
    left, arrow, output = equation.replace(" ", "").partition("->")
    inputs = left.split(",")
    if len(inputs) != len(operands):
        raise ShapeError(f"einsum {equation!r} names {len(inputs)} operands, and {len(operands)} were given")
    free = [letter for letter in LETTERS if letter not in equation]
    extra = [x.ndim - len(names.replace("...", "")) for names, x in zip(inputs, operands, strict=True)]
    for k, (names, n) in enumerate(zip(inputs, extra, strict=True)):
        if n < 0 or (n and "..." not in names):
            raise ShapeError(
                f"einsum {equation!r}: operand {k} of shape {operands[k].shape} has {operands[k].ndim} dimensions, "
                f"and {names!r} names {len(names.replace('...', ''))}"
            )
    widest = max([n for names, n in zip(inputs, extra, strict=True) if "..." in names], default=0)
    letters = "".join(free[:widest])
    inputs = [names.replace("...", letters[widest - n :]) for names, n in zip(inputs, extra, strict=True)]
    if not arrow:
        whole = "".join(inputs)
        output = letters + "".join(sorted(c for c in set(whole) if whole.count(c) == 1 and c not in letters))
    output = output.replace("...", letters)
    unknown = set(output) - set("".join(inputs))
    if unknown or len(set(output)) < len(output):
        raise ShapeError(f"einsum {equation!r}: the output must name each of its indices once, and only those of the inputs")
    return inputs, output


def _without_repeats(x, names):
    """A letter twice in one operand means its diagonal."""
    for name in dict.fromkeys(names):
        while names.count(name) > 1:
            first = names.index(name)
            second = names.index(name, first + 1)
            x = movedim(diagonal(x, 0, first, second), -1, first)
            names = names[:second] + names[second + 1 :]
    return x, names


@any_spelling
def tensordot(a, b, dims=2):
    """The sum of products over the last `dims` dimensions of `a` and the first of `b`, or over those listed."""
    if isinstance(dims, int):
        dims = (list(range(a.ndim - dims, a.ndim)), list(range(dims)))
    left, right = (
        list(axes_of(list(d) if isinstance(d, list | tuple) else d, x.ndim)) for d, x in zip(dims, (a, b), strict=True)
    )
    for i, j in zip(left, right, strict=True):  # a size of 1 is repeated, so that the other is summed
        if a.shape[i] == 1 != b.shape[j]:
            b = b.sum(j, keepdim=True)
        elif b.shape[j] == 1 != a.shape[i]:
            a = a.sum(i, keepdim=True)
    if [a.shape[i] for i in left] != [b.shape[i] for i in right]:
        raise ShapeError(
            f"tensordot sums over dims {left} of a and {right} of b, whose sizes must agree\n"
            + aligned([("a", a.shape), ("b", b.shape)])
        )
    rest_a = [i for i in range(a.ndim) if i not in left]
    rest_b = [i for i in range(b.ndim) if i not in right]
    inner = int(np.prod([a.shape[i] for i in left]))
    rows = a.permute(*rest_a, *left).reshape(math.prod(a.shape[i] for i in rest_a), inner) if a.ndim else a.reshape(1, 1)
    columns = b.permute(*right, *rest_b).reshape(inner, math.prod(b.shape[i] for i in rest_b)) if b.ndim else b.reshape(1, 1)
    return matmul(rows, columns).reshape(*[a.shape[i] for i in rest_a], *[b.shape[i] for i in rest_b])
