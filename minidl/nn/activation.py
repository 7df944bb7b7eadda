"""The nonlinear steps between layers, as modules."""

from minidl.nn.module import Module, Parameter
from minidl.ops import activation as ops
from minidl.ops.creation import full
from minidl.ops.elementwise import tanh


def _module(name, function, settings=(), doc=""):
    """A module that applies a function of one tensor with fixed settings.

    `settings` lists the arguments of the module with their defaults, in order.
    """
    names = [n for n, _ in settings]

    class Activation(Module):
        def __init__(self, *args, inplace=False, **kwargs):
            super().__init__()
            if len(args) > len(names):
                raise TypeError(f"{name} takes {len(names)} arguments, and got {len(args)}")
            given = {**dict(settings), **dict(zip(names, args, strict=False)), **kwargs}
            unknown = set(given) - set(names)
            if unknown:
                raise TypeError(f"{name} has no argument {', '.join(sorted(unknown))}; it has {', '.join(names) or 'none'}")
            self.settings = given

        def forward(self, x):
            """Any shape."""
            return function(x, **self.settings)

        def extra_repr(self):
            """The arguments of the module."""
            return ", ".join(f"{n}={v!r}" for n, v in self.settings.items())

    Activation.__name__ = Activation.__qualname__ = name
    Activation.__doc__ = doc or function.__doc__
    return Activation


ReLU = _module("ReLU", ops.relu, doc="Passes what is positive and stops the rest: ``max(x, 0)``.")
ReLU6 = _module("ReLU6", ops.relu6)
LeakyReLU = _module("LeakyReLU", ops.leaky_relu, [("negative_slope", 0.01)])
ELU = _module("ELU", ops.elu, [("alpha", 1.0)])
SELU = _module("SELU", ops.selu)
GELU = _module("GELU", ops.gelu, [("approximate", "none")])
SiLU = _module("SiLU", ops.silu)
Mish = _module("Mish", ops.mish)
Tanh = _module("Tanh", tanh)
Sigmoid = _module("Sigmoid", ops.sigmoid)
Softplus = _module("Softplus", ops.softplus, [("beta", 1.0), ("threshold", 20.0)])
Softsign = _module("Softsign", ops.softsign)
Hardtanh = _module("Hardtanh", ops.hardtanh, [("min_val", -1.0), ("max_val", 1.0)])
LogSigmoid = _module("LogSigmoid", ops.logsigmoid)
Softmax = _module("Softmax", ops.softmax, [("dim", -1)])
LogSoftmax = _module("LogSoftmax", ops.log_softmax, [("dim", -1)])
Softmin = _module("Softmin", ops.softmin, [("dim", -1)])
GLU = _module("GLU", ops.glu, [("dim", -1)])


class PReLU(Module):
    """As LeakyReLU, with a slope that is learned, for all channels or for each (He et al. 2015)."""

    def __init__(self, num_parameters=1, init=0.25, dtype=None):
        super().__init__()
        self.num_parameters = num_parameters
        self.weight = Parameter(full((num_parameters,), init, dtype=dtype))

    def forward(self, x):
        """(N, C, ...)."""
        return ops.prelu(x, self.weight)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"num_parameters={self.num_parameters}"
