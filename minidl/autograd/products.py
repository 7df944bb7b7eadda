r"""Products with a Jacobian, from which all derivatives of functions are made.

A walk back through a graph computes :math:`u^\top J`, a vector-Jacobian product (VJP): a row of :math:`J` if :math:`u` is
a unit vector. The product is linear in :math:`u`, and the derivative of that linear map is :math:`J v`, the
Jacobian-vector product (JVP). So the slope in a direction takes two walks back, and no rules of its own.

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
        An output that requires no gradient counts for nothing.
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


def stacked(tensors, output, x):
    """The rows or columns of a Jacobian, None standing for zeros, as one tensor of shape (*output.shape, *x.shape)."""
    if all(t is None for t in tensors):
        return Tensor.wrap(np.zeros(output.shape + x.shape, output.dtype))
    return np.stack([zeros_like(x) if t is None else t for t in tensors]).reshape(output.shape + x.shape)


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
