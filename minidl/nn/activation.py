"""The nonlinear steps between layers, as modules."""

from minidl.nn.module import Module
from minidl.ops import activation as ops


class ReLU(Module):
    """Passes what is positive and stops the rest: ``max(x, 0)``."""

    def __init__(self, inplace=False):
        super().__init__()

    def forward(self, x):
        """Any shape."""
        return ops.relu(x)


class Tanh(Module):
    """An S from -1 to 1."""

    def forward(self, x):
        """Any shape."""
        return x.tanh()


class Sigmoid(Module):
    """An S from 0 to 1: ``1 / (1 + exp(-x))``."""

    def forward(self, x):
        """Any shape."""
        return ops.sigmoid(x)


class Softmax(Module):
    """Positive numbers along `dim` that add up to 1."""

    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        """Any shape that has `dim`."""
        return ops.softmax(x, self.dim)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"dim={self.dim}"


class LogSoftmax(Softmax):
    """The logarithm of softmax along `dim`."""

    def forward(self, x):
        """Any shape that has `dim`."""
        return ops.log_softmax(x, self.dim)
