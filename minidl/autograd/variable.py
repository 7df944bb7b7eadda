"""`Variable`: what a tensor with a gradient was called before PyTorch 0.4."""

from minidl.engine.tensor import Tensor


class _IsTensor(type):
    def __instancecheck__(cls, thing):
        return isinstance(thing, Tensor)


class Variable(metaclass=_IsTensor):
    """A new tensor that shares the values of `data`, outside its graph. Every Tensor is a Variable.

    >>> import minidl as md
    >>> x = md.ones(2)
    >>> md.autograd.Variable(x, requires_grad=True)
    tensor([1., 1.], requires_grad=True)
    >>> isinstance(x, md.autograd.Variable)
    True
    """

    def __new__(cls, data, requires_grad=False):
        """Make a Tensor of a Tensor."""
        if not isinstance(data, Tensor):
            raise TypeError(f"a Variable is made of a Tensor, not of a {type(data).__name__}. Did you mean minidl.tensor ?")
        return data.detach().requires_grad_(requires_grad)
