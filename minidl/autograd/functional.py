r"""Derivatives of functions: Jacobians, Hessians, and their products with a vector.

The names and what they return are those of PyTorch's `torch.autograd.functional`. All are made of
`minidl.autograd.grad`: a row of a Jacobian is one walk back, and a walk back of a walk back is a
second derivative.
"""

import numpy as np

from minidl.engine.backward import grad
from minidl.engine.grad_mode import enable_grad
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError, ShapeError


def _prepared(inputs, create_graph):
    """The inputs as tensors that a gradient can be asked for, and whether there was only one."""
    single = isinstance(inputs, Tensor)
    inputs = (inputs,) if single else tuple(inputs)
    if create_graph:
        return tuple(x if x.requires_grad else x.detach().requires_grad_() for x in inputs), single
    return tuple(x.detach().requires_grad_() for x in inputs), single


def _one_output(function, inputs):
    out = function(*inputs)
    if not isinstance(out, Tensor):
        raise MinidlError(f"the function must return one tensor, and returned {type(out).__name__}")
    return out


def _or_zeros(found, inputs):
    return tuple(Tensor.wrap(np.zeros_like(x.array)) if g is None else g for g, x in zip(found, inputs, strict=True))


def _released(tensors, single, create_graph):
    tensors = tensors if create_graph else tuple(t.detach() for t in tensors)
    return tensors[0] if single else tensors


@enable_grad()
def jacobian(function, inputs, create_graph=False):
    r"""All first derivatives of a function: :math:`J_{ij} = \partial f_i / \partial x_j`.

    Parameters
    ----------
    function : callable
        Takes the inputs, returns a Tensor.
    inputs : Tensor or tuple of Tensor
    create_graph : bool
        Whether the result can be differentiated again.

    Returns
    -------
    Tensor, shape (*output.shape, *input.shape), or a tuple with one for each input

    Examples
    --------
    >>> import minidl as md
    >>> md.autograd.jacobian(lambda x: x**2, md.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    inputs, single = _prepared(inputs, create_graph)
    out = _one_output(function, inputs)
    if not out.requires_grad:
        zeros = tuple(Tensor.wrap(np.zeros(out.shape + x.shape, x.dtype)) for x in inputs)
        return zeros[0] if single else zeros
    rows = []
    for element in out.reshape(-1):
        found = grad(element, inputs, retain_graph=True, create_graph=create_graph, allow_unused=True)
        rows.append(_or_zeros(found, inputs))
    from minidl.ops.shape import stack

    blocks = tuple(
        stack(list(column)).reshape(out.shape + x.shape) if rows else Tensor.wrap(np.zeros(out.shape + x.shape, x.dtype))
        for column, x in zip(zip(*rows, strict=True) if rows else [()] * len(inputs), inputs, strict=True)
    )
    return _released(blocks, single, create_graph)


def hessian(function, inputs, create_graph=False):
    r"""All second derivatives of a function whose result is one number.

    .. math:: H_{ij} = \partial^2 f / \partial x_i \partial x_j

    Returns
    -------
    Tensor, shape (*input.shape, *input.shape), or for several inputs a tuple of rows of blocks

    Examples
    --------
    >>> import minidl as md
    >>> md.autograd.hessian(lambda x: x[0] ** 2 * x[1], md.tensor([1.0, 2.0]))
    tensor([[4., 2.],
            [2., 0.]])
    """
    single = isinstance(inputs, Tensor)
    inputs = (inputs,) if single else tuple(inputs)

    def slope_for(i):
        def slope(*inputs):
            out = _scalar(_one_output(function, inputs))
            if not out.requires_grad:
                return inputs[i] * 0
            (found,) = grad(out, inputs[i], create_graph=True, allow_unused=True)
            return inputs[i] * 0 if found is None else found

        return slope

    rows = tuple(jacobian(slope_for(i), inputs, create_graph) for i in range(len(inputs)))
    return rows[0][0] if single else rows


def _scalar(out):
    if out.numel() != 1:
        raise ShapeError(
            f"second derivatives are those of a function with one number as its result, not of shape {out.shape}"
        )
    return out.reshape(())


@enable_grad()
def vjp(function, inputs, v=None, create_graph=False):
    r"""The function's result and the vector-Jacobian product :math:`v^\top J`: what one walk back computes.

    Returns
    -------
    (Tensor, Tensor or tuple of Tensor)
        The result, and the product in the shape of the inputs.
    """
    inputs, single = _prepared(inputs, create_graph)
    out = _one_output(function, inputs)
    v = _direction("v", v, (out,))[0]
    if out.requires_grad:
        found = _or_zeros(grad(out, inputs, v, create_graph=create_graph, allow_unused=True), inputs)
    else:
        found = _or_zeros([None] * len(inputs), inputs)
    return _released((out,), True, create_graph), _released(found, single, create_graph)


@enable_grad()
def jvp(function, inputs, v=None, create_graph=False):
    r"""The function's result and the Jacobian-vector product :math:`J v`: its slope in the direction v.

    It is found by walking back twice: the vector-Jacobian product is linear in its vector, and the
    derivative of that linear map is the product wanted.

    Returns
    -------
    (Tensor, Tensor)
        The result, and the product in the shape of the result.
    """
    inputs, _ = _prepared(inputs, create_graph)
    out = _one_output(function, inputs)
    directions = _direction("v", v, inputs)
    if not out.requires_grad:
        return _released((out, out * 0), False, create_graph)
    u = Tensor.wrap(np.zeros_like(out.array)).requires_grad_()
    back = grad(out, inputs, u, create_graph=True, allow_unused=True)
    pairs = [(b, d) for b, d in zip(back, directions, strict=True) if b is not None and b.requires_grad]
    if not pairs:
        return _released((out, out * 0), False, create_graph)
    (slope,) = grad([b for b, _ in pairs], u, [d for _, d in pairs], create_graph=create_graph, allow_unused=True)
    return _released((out, _or_zeros((slope,), (out,))[0]), False, create_graph)


@enable_grad()
def hvp(function, inputs, v=None, create_graph=False):
    r"""The function's result and the Hessian-vector product :math:`H v`, without the Hessian.

    Returns
    -------
    (Tensor, Tensor or tuple of Tensor)
        The result, and the product in the shape of the inputs.

    References
    ----------
    Pearlmutter (1994), *Fast Exact Multiplication by the Hessian*.
    """
    inputs, single = _prepared(inputs, create_graph)
    out = _scalar(_one_output(function, inputs))
    directions = _direction("v", v, inputs)
    slopes = grad(out, inputs, create_graph=True, allow_unused=True) if out.requires_grad else [None] * len(inputs)
    pairs = [(s, d) for s, d in zip(slopes, directions, strict=True) if s is not None and s.requires_grad]
    if pairs:
        found = grad([s for s, _ in pairs], inputs, [d for _, d in pairs], create_graph=create_graph, allow_unused=True)
    else:
        found = [None] * len(inputs)
    return _released((out,), True, create_graph), _released(_or_zeros(found, inputs), single, create_graph)


def _direction(name, v, like):
    """A vector for each tensor of `like`, of its shape; for one number it may be left out."""
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise ShapeError(f"{name} is needed: one tensor in the shape of each of {[t.shape for t in like]}")
        return (Tensor.wrap(np.ones_like(like[0].array)),)
    given = (v,) if isinstance(v, Tensor) else tuple(v)
    if [t.shape for t in given] != [t.shape for t in like]:
        raise ShapeError(f"{name} has shape(s) {[t.shape for t in given]}, and needs {[t.shape for t in like]}")
    return given


def per_sample_grads(loss_of_one, parameters, *batch):
    """The gradient of the loss of every single example, as training with differential privacy needs it.

    Example after example goes through a walk back of its own. That is exact for every model whose
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
