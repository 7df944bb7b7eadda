r"""Derivatives of functions: Jacobians, Hessians, and their products with a vector.

Names, arguments and what they return are those of PyTorch's `torch.autograd.functional`: a tensor where a tensor was
given, a tuple where a tuple was. All are made of `minidl.autograd.grad` (see `minidl.autograd.products`).
"""

import numpy as np

from minidl.autograd.products import (
    jacobian_from_rows,
    jacobian_product,
    jacobian_rows,
    jacobians_from_columns,
    or_zeros,
    pulled_back,
)
from minidl.engine.backward import grad
from minidl.engine.grad_mode import recorded_if
from minidl.engine.tensor import Tensor
from minidl.errors import GraphError, ShapeError


@recorded_if(True)
def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    r"""All first derivatives of a function: :math:`J_{ij} = \partial f_i / \partial x_j`.

    Parameters
    ----------
    func : callable
        Takes the inputs, returns a Tensor or a tuple of them.
    inputs : Tensor or tuple of Tensor
    create_graph : bool
        Whether the result can be differentiated again.
    strict : bool
        Refuse an output that does not depend on an input, instead of giving zeros for it.
    vectorize : bool
        Accepted. In PyTorch it computes all rows at once; here row comes after row, and the result is the same.
    strategy : {"reverse-mode", "forward-mode"}
        Row by row (a backward pass for each element of the output), or column by column (for each element of the inputs;
        with ``vectorize=True`` only, as in PyTorch).

    Returns
    -------
    Tensor, shape (*output.shape, *input.shape)
        For a tuple of inputs, a tuple with one for each; for a tuple of outputs, a tuple of these.

    Raises
    ------
    GraphError
        When `strict` and something is independent of something else.

    Examples
    --------
    >>> import minidl as md
    >>> md.autograd.jacobian(lambda x: x**2, md.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    _check_strategy(strategy, create_graph, strict, vectorize)
    several_in, inputs, several_out, outputs = _evaluated(func, inputs, create_graph, strict)
    if strategy == "forward-mode":
        blocks = jacobians_from_columns(outputs, inputs)
    else:
        blocks = [_from_rows(i, output, inputs, create_graph, strict) for i, output in enumerate(outputs)]
    found = tuple(_released(row, several_in, create_graph) for row in blocks)
    return found if several_out else found[0]


def _check_strategy(strategy, create_graph, strict, vectorize):
    if strategy not in ("reverse-mode", "forward-mode"):
        raise ValueError(f'strategy is "reverse-mode" (row by row) or "forward-mode" (column by column), not {strategy!r}')
    if strict and vectorize:
        raise GraphError("strict=True looks at every row by itself, so it does not go with vectorize=True")
    if strategy == "forward-mode" and not vectorize:
        raise NotImplementedError('strategy="forward-mode" needs vectorize=True, as in PyTorch')
    if strategy == "forward-mode" and create_graph:
        raise NotImplementedError('strategy="forward-mode" does not go with create_graph=True. Use "reverse-mode"')


def _from_rows(i, output, inputs, create_graph, strict):
    found = jacobian_rows(output, inputs, create_graph)
    for row in found if strict else ():
        _refuse_independent(row, f"output {i} of the function", create_graph)
    return jacobian_from_rows(found, output, inputs)


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    r"""All second derivatives of a function whose result is one number.

    .. math:: H_{ij} = \partial^2 f / \partial x_i \partial x_j

    Parameters
    ----------
    func : callable
        Takes the inputs, returns a Tensor with one element.
    inputs, create_graph, strict, vectorize, outer_jacobian_strategy
        As in `jacobian`; the strategy is that of the second derivative.

    Returns
    -------
    Tensor, shape (*input.shape, *input.shape), or for a tuple of inputs a tuple of rows of blocks

    Examples
    --------
    >>> import minidl as md
    >>> md.autograd.hessian(lambda x: x[0] ** 2 * x[1], md.tensor([1.0, 2.0]))
    tensor([[4., 2.],
            [2., 0.]])
    """
    several, inputs = _as_tuple(inputs, "inputs")

    def slopes(*inputs):
        output = _scalar(_single(func(*inputs), strict))
        found = pulled_back([output], inputs, [None], create_graph=True)
        if strict:
            _refuse_independent(found, "the result of the function", True)
        return or_zeros(found, inputs)

    blocks = jacobian(slopes, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)
    return blocks if several else blocks[0][0]


@recorded_if(True)
def vjp(func, inputs, v=None, create_graph=False, strict=False):
    r"""The function's result and the vector-Jacobian product :math:`v^\top J`: what one backward pass computes.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As in `jacobian`.
    v : Tensor or tuple of Tensor, in the shape of the result
        May be left out if the result is one number.

    Returns
    -------
    (Tensor or tuple of Tensor, Tensor or tuple of Tensor)
        The result, and the product in the shape of the inputs.
    """
    several_in, inputs, several_out, outputs = _evaluated(func, inputs, create_graph, strict)
    directions = _direction(v, outputs, create_graph)
    found = pulled_back(outputs, inputs, directions, create_graph)
    if strict:
        _refuse_independent(found, "the result of the function", create_graph)
    return _released(outputs, several_out, create_graph), _released(or_zeros(found, inputs), several_in, create_graph)


@recorded_if(True)
def jvp(func, inputs, v=None, create_graph=False, strict=False):
    r"""The function's result and the Jacobian-vector product :math:`J v`: its slope in the direction v.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As in `jacobian`.
    v : Tensor or tuple of Tensor, in the shape of the inputs
        May be left out if the input is one number.

    Returns
    -------
    (Tensor or tuple of Tensor, Tensor or tuple of Tensor)
        The result, and the product in the shape of the result.
    """
    _, inputs, several_out, outputs = _evaluated(func, inputs, create_graph, strict)
    directions = _direction(v, inputs, create_graph)
    product, back = jacobian_product(outputs, inputs)
    if strict:
        _refuse_independent(back, "the result of the function", create_graph)
    found = product(directions, create_graph)
    if strict:
        _refuse_independent(found, "the slope", create_graph, "entry")
    return _released(outputs, several_out, create_graph), _released(or_zeros(found, outputs), several_out, create_graph)


@recorded_if(True)
def hvp(func, inputs, v=None, create_graph=False, strict=False):
    r"""The function's result and the Hessian-vector product :math:`H v`, without the Hessian.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As in `hessian`.
    v : Tensor or tuple of Tensor, in the shape of the inputs
        May be left out if the input is one number.

    Returns
    -------
    (Tensor, Tensor or tuple of Tensor)
        The result, and the product in the shape of the inputs.

    References
    ----------
    Pearlmutter (1994), *Fast Exact Multiplication by the Hessian*.
    """
    several, inputs = _as_tuple(inputs, "inputs")
    inputs = _prepared(inputs, create_graph)
    directions = _direction(v, inputs, create_graph)
    output = _single(func(*inputs), strict)
    slopes = pulled_back([_scalar(output)], inputs, [None], create_graph=True)
    if strict:
        _refuse_independent(slopes, "the result of the function", True)
    found = pulled_back(slopes, inputs, directions, create_graph)
    if strict:
        _refuse_independent(found, "the gradient of the function", create_graph)
    return _released((output,), False, create_graph), _released(or_zeros(found, inputs), several, create_graph)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    r"""The function's result and the vector-Hessian product :math:`v^\top H`.

    A Hessian is symmetric, so it is the product that `hvp` computes, with the same arguments.

    Returns
    -------
    (Tensor, Tensor or tuple of Tensor)
        The result, and the product in the shape of the inputs.
    """
    return hvp(func, inputs, v, create_graph, strict)


# ---------------------------------------------------------------- what goes in, and what comes out


def _as_tuple(value, what):
    """Whether it is a tuple, and a tuple of tensors in any case."""
    several = isinstance(value, tuple)
    tensors = value if several else (value,)
    for i, t in enumerate(tensors):
        if not isinstance(t, Tensor):
            where = f"number {i} is" if several else "this is"
            raise TypeError(f"{what} must be a Tensor or a tuple of Tensors, and {where} a {type(t).__name__}")
    return several, tensors


def _prepared(tensors, create_graph):
    """Fresh aliases of the tensors, so that other uses do not count, and a gradient can be asked for."""
    return tuple(x.reshape(x.shape) if create_graph and x.requires_grad else x.detach().requires_grad_() for x in tensors)


def _evaluated(func, inputs, create_graph, strict):
    """The inputs as they were given to the function, and its results, each with whether there were several."""
    several_in, inputs = _as_tuple(inputs, "inputs")
    inputs = _prepared(inputs, create_graph)
    several_out, outputs = _as_tuple(func(*inputs), "the result of the function")
    if strict:
        _refuse_without_graph(outputs)
    return several_in, inputs, several_out, outputs


def _single(output, strict):
    """The one tensor that a function returned."""
    if not isinstance(output, Tensor):
        raise TypeError(f"the function must return one tensor, and returned a {type(output).__name__}")
    if strict:
        _refuse_without_graph((output,))
    return output


def _scalar(output):
    if output.numel() != 1:
        raise ShapeError(
            f"second derivatives are those of a function with one number as its result, not of shape {output.shape}"
        )
    return output.reshape(())


def _refuse_without_graph(outputs):
    for i, output in enumerate(outputs):
        if not output.requires_grad:
            raise GraphError(f"strict: output {i} of the function does not depend on any of its inputs")


def _refuse_independent(gradients, what, create_graph, of="input"):
    for j, g in enumerate(gradients):
        if g is None:
            raise GraphError(f"strict: {what} does not depend on {of} {j}")
        if create_graph and not g.requires_grad:
            raise GraphError(f"strict: the derivative of {what} by {of} {j} is a constant, so it has no derivative again")


def _direction(v, like, create_graph):
    """A vector for each tensor of `like`, of its shape; for one number it may be left out."""
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise ShapeError(f"v is needed: one tensor in the shape of each of {[t.shape for t in like]}")
        return (Tensor.wrap(np.ones_like(like[0].array)),)
    _, given = _as_tuple(v, "v")
    if [t.shape for t in given] != [t.shape for t in like]:
        raise ShapeError(f"v has shape(s) {[t.shape for t in given]}, and needs {[t.shape for t in like]}")
    return given if create_graph else tuple(t.detach() for t in given)


def _released(tensors, several, create_graph):
    """What is returned: outside the graph unless it is to be differentiated again, a tuple only if one was given."""
    tensors = tuple(tensors) if create_graph else tuple(t.detach() for t in tensors)
    return tensors if several else tensors[0]


def per_sample_grads(loss_of_one, parameters, *batch):
    """The gradient of the loss of every single example, as training with differential privacy needs it.

    Each example goes through a backward pass of its own. That is exact for every model whose
    examples do not mix (so not for batch normalisation), needs no second rule for any operation, and
    costs one small step for each example; vectorised rules would be faster, and a second engine to read.

    Parameters
    ----------
    loss_of_one : callable
        Takes a batch of one example (each tensor of `batch`, cut to it) and returns its loss.
    parameters : sequence of Tensor
        With respect to which the gradients are taken.
    *batch : Tensor
        Their first dimension counts the examples.

    Returns
    -------
    list of Tensor, shapes (N, *parameter.shape)

    Examples
    --------
    >>> import minidl as md
    >>> w = md.tensor([1.0], requires_grad=True)
    >>> md.autograd.per_sample_grads(lambda x: (w * x).sum(), [w], md.tensor([[1.0], [2.0]]))
    [tensor([[1.],
            [2.]])]
    """
    parameters = list(parameters)
    n = len(batch[0])
    if any(len(t) != n for t in batch):
        raise ShapeError(f"the tensors of the batch hold different numbers of examples: {[len(t) for t in batch]}")
    result = [np.zeros((n, *p.shape), p.dtype) for p in parameters]
    for i in range(n):
        loss = loss_of_one(*(t[i : i + 1] for t in batch))
        for rows, g in zip(result, grad(_scalar(loss), parameters, allow_unused=True), strict=True):
            if g is not None:
                rows[i] = g.array
    return [Tensor.wrap(rows) for rows in result]
