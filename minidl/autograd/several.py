"""The backward pass from several tensors at once."""

from minidl.engine.backward import backward_from, refuse_other_number
from minidl.engine.tensor import Tensor
from minidl.errors import GraphError


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, grad_variables=None, inputs=None):
    """Add the gradient of the sum of several tensors to the ``grad`` of every leaf that led to them.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
    grad_tensors : Tensor or sequence of Tensor or None, optional
        The gradient to start from at each tensor; None for a tensor with one element.
    retain_graph, create_graph, inputs
        As in `Tensor.backward`.
    grad_variables
        The old name of `grad_tensors`.

    Raises
    ------
    GraphError
        No graph leads to a tensor, or it was freed; or the numbers of gradients and tensors differ.
    ShapeError
        A tensor of several elements has no gradient to start from, or one of another shape.

    Examples
    --------
    >>> import minidl as md
    >>> w = md.tensor(2.0, requires_grad=True)
    >>> md.autograd.backward([w**2, 3 * w])
    >>> w.grad
    tensor(7.)
    """
    if grad_variables is not None:
        if grad_tensors is not None:
            raise GraphError("grad_variables is the old name of grad_tensors: give one of them")
        grad_tensors = grad_variables
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    if grad_tensors is None or isinstance(grad_tensors, Tensor):
        grad_tensors = [grad_tensors] * len(tensors) if grad_tensors is None else [grad_tensors]
    refuse_other_number(tensors, grad_tensors)
    backward_from(tensors, grad_tensors, retain_graph, create_graph, inputs)
