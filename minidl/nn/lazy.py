"""Lazy layers: they learn from their first input how much comes in, and are ordinary layers from then on."""

from typing import Any

from minidl.nn.module import Module
from minidl.nn.parameter import UninitializedParameter


class LazyLayer(Module):
    """What lazy layers have in common; listed before the layer that one of them becomes.

    A subclass gives its parameters their shapes in ``initialize_parameters``.

    Examples
    --------
    >>> import minidl as md
    >>> net = md.nn.Sequential(md.nn.LazyLinear(8), md.nn.ReLU(), md.nn.LazyLinear(2))
    >>> net[0].weight
    <UninitializedParameter>
    >>> net(md.zeros(5, 4)).shape
    (5, 2)
    >>> net[0].weight.shape
    (8, 4)
    """

    def has_uninitialized_params(self):
        """Whether a parameter or buffer still has no shape."""
        own = {**self._of("parameter"), **self._of("buffer")}
        return any(isinstance(tensor, UninitializedParameter) for tensor in own.values())

    def reset_parameters(self):
        """Draw the initial values, once there are parameters to hold them."""
        if not self.has_uninitialized_params():
            super().reset_parameters()  # type: ignore[misc]  # of the layer that it becomes

    def initialize_parameters(self, input):
        """Give every parameter the shape that fits `input`; a subclass says how."""
        raise NotImplementedError(f"{type(self).__name__} does not say what shapes its parameters have")

    def __call__(self, *args, **kwargs):
        """Take the shapes from the first input, become an ordinary layer, and run as that."""
        if self.has_uninitialized_params():
            self.initialize_parameters(*args, **kwargs)
        becomes: Any = next(parent for parent in type(self).__mro__ if not issubclass(parent, LazyLayer))
        self.__class__ = becomes
        return self(*args, **kwargs)
