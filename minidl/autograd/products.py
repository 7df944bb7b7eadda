r"""Products with a Jacobian, from which all derivatives of functions are made.

A backward pass through a graph computes :math:`u^\top J`, a vector-Jacobian product (VJP): a row of :math:`J` if
:math:`u` is a unit vector. The product is linear in :math:`u`, and the derivative of that linear map is :math:`J v`, the
Jacobian-vector product (JVP). So the slope in a direction takes two backward passes, and no rules of its own.

References
----------
Griewank & Walther (2008), *Evaluating Derivatives*, chapter 3.
"""

import numpy as np

from minidl.engine.backward import grad
from minidl.engine.tensor import Tensor


def pulled_back(outputs, inputs, cotangents, create_graph=False, retain_graph=None):
    r"""The products :math:`u^\top J`: the gradient of each input, None where no output depends on it.

    Parameters
    ----------
    outputs, inputs : sequence of Tensor
        An output that requires no gradient contributes nothing.
    cotangents : sequence of Tensor or None
        One of the shape of each output; None is 1, for an output with one element.
    """
    pairs = [(o, u) for o, u in zip(outputs, cotangents, strict=True) if o is not None and o.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    outputs, cotangents = zip(*pairs, strict=True)
    return grad(outputs, inputs, cotangents, retain_graph, create_graph, allow_unused=True)


def jacobian_rows(output, inputs, create_graph=False):
    """The rows of a Jacobian, in the order of the elements of `output`: each a gradient (or None) for each input."""
    if not output.requires_grad:
        return [(None,) * len(inputs)] * output.numel()
    return [pulled_back([element], inputs, [None], create_graph, retain_graph=True) for element in output.reshape(-1)]


def jacobian_from_rows(found, output, inputs):
    """The Jacobian of `output` by each input, of shape (*output.shape, *input.shape), from its rows."""
    return tuple(_stacked([row[j] for row in found], output, x) for j, x in enumerate(inputs))


def jacobians_from_columns(outputs, inputs, create_graph=False):
    """For each output its Jacobian by each input, found column by column: the slopes along each element of each input."""
    push, _ = jacobian_product(outputs, inputs)
    columns = [[push(unit, create_graph) for unit in _units(inputs, j)] for j in range(len(inputs))]
    return [
        tuple(_turned([column[i] for column in columns[j]], output, x) for j, x in enumerate(inputs))
        for i, output in enumerate(outputs)
    ]


def _units(inputs, j):
    """Directions in which one element of input `j` moves, and nothing else."""
    x = inputs[j]
    for unit in np.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape):
        yield or_zeros([Tensor.wrap(unit) if k == j else None for k in range(len(inputs))], inputs)


def _turned(columns, output, x):
    """The columns of a Jacobian as one tensor of shape (*output.shape, *x.shape)."""
    found = _stacked(columns, x, output)
    return found.movedim(tuple(range(x.ndim)), tuple(range(output.ndim, output.ndim + x.ndim)))


def _stacked(tensors, first, second):
    """Tensors of the shape of `second`, None standing for zeros, as one of shape (*first.shape, *second.shape)."""
    if all(t is None for t in tensors):
        return Tensor.wrap(np.zeros(first.shape + second.shape, second.dtype))
    return np.stack([zeros_like(second) if t is None else t for t in tensors]).reshape(first.shape + second.shape)


def jacobian_product(outputs, inputs):
    r"""The Jacobian as a linear map: a function that takes a direction for each input, and returns :math:`J v`.

    Its results are the slope of each output, None where it has none.
    """
    us = [zeros_like(o).requires_grad_() if o.dtype.kind == "f" else zeros_like(o) for o in outputs]
    back = pulled_back(outputs, inputs, us, create_graph=True)

    def pushed_forward(directions, create_graph=False, retain_graph=True):
        floats = [u for u in us if u.requires_grad]
        found = iter(pulled_back(back, floats, directions, create_graph, retain_graph) if floats else ())
        return [next(found) if u.requires_grad else None for u in us]

    return pushed_forward, back


def zeros_like(tensor):
    """Zeros in the shape and dtype of a tensor."""
    return Tensor.wrap(np.zeros_like(tensor.array))


def or_zeros(found, like):
    """Gradients, with zeros where there are none."""
    return tuple(zeros_like(x) if g is None else g for g, x in zip(found, like, strict=True))
