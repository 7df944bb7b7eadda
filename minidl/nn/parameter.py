"""Parameters and buffers: the tensors that belong to a module."""

import numpy as np

from minidl.engine import dtypes
from minidl.engine.devices import check_device
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError


class Parameter(Tensor):
    """A tensor that belongs to a module and is to be learned: it requires a gradient.

    Parameters
    ----------
    data : Tensor or array_like
        The values of a tensor are shared, anything else is copied.
    requires_grad : bool
        False for a parameter that is frozen.
    """

    __slots__ = ()

    def __init__(self, data=(), requires_grad=True):
        if isinstance(data, Tensor):
            self.array, self.grad, self.node, self.hooks = data.array, None, None, None
            self._requires_grad = False
            if requires_grad:
                self.requires_grad_()
        else:
            super().__init__(data, requires_grad=requires_grad)

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()


class UninitializedParameter(Parameter):
    """A parameter of a lazy layer, whose shape the first input determines.

    Raises
    ------
    MinidlError
        When its shape is asked for before.
    """

    __slots__ = ()

    def __init__(self, requires_grad=True, device=None, dtype=None):
        check_device(device)
        super().__init__(Tensor.wrap(np.empty(0, dtype or dtypes.default.dtype)), requires_grad)

    def materialize(self, shape, device=None, dtype=None):
        """Become an ordinary parameter of this shape, filled with zeros: the same object, so optimisers keep it."""
        check_device(device)
        self.__class__ = Parameter  # type: ignore[assignment]  # known to mypy as another class
        self.data = Tensor.wrap(np.zeros(shape, dtype or self.dtype))

    @property
    def shape(self):
        """Not known yet: asking is an error."""
        raise MinidlError(
            "this parameter belongs to a lazy layer, and has no shape before the layer has seen an input.\n"
            "Run the network once first: net(example)"
        )

    def numel(self):
        """Not known yet: asking is an error."""
        return self.shape

    def __repr__(self):
        return "<UninitializedParameter>"


class Buffer(Tensor):
    """A tensor that a module saves but does not learn; assigned as an attribute, it is registered.

    Parameters
    ----------
    data : Tensor or array_like
    persistent : bool
        Whether it is part of the state dict.
    """

    __slots__ = ("persistent",)

    def __init__(self, data=(), *, persistent=True):
        if isinstance(data, Tensor):
            self.array, self.grad, self.node, self.hooks, self._requires_grad = data.array, None, None, None, False
        else:
            super().__init__(data)
        self.persistent = persistent

    def __deepcopy__(self, memo):
        copied: Buffer = super().__deepcopy__(memo)  # type: ignore[assignment]
        copied.persistent = self.persistent
        return copied
