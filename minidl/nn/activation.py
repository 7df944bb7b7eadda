"""The nonlinear steps between layers, as modules."""

from minidl.errors import ShapeError
from minidl.nn.module import Module, shown
from minidl.nn.parameter import Parameter
from minidl.ops import activation as ops
from minidl.ops.creation import full
from minidl.ops.elementwise import tanh


class _Activation(Module):
    """A function of one tensor, which a subclass names."""

    function: staticmethod

    def forward(self, input):
        """Any shape."""
        return self.function(input)


class _WithSettings(_Activation):
    """An activation whose `function` takes further arguments: the attributes that a subclass lists in `settings`."""

    settings: tuple[str, ...]

    def forward(self, input):
        """Any shape."""
        return self.function(input, *[getattr(self, name) for name in self.settings])

    def extra_repr(self):
        """The arguments of the module."""
        hidden = ("inplace",) if not getattr(self, "inplace", False) else ()
        if self.settings == ("lambd",):
            return str(self.lambd)
        return shown(self, *(name for name in self.settings if name not in hidden))


class _InPlace(_WithSettings):
    """An activation whose only setting is whether to write the result into the input."""

    settings = ("inplace",)

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        """Any shape."""
        return self.function(input, self.inplace)


class ReLU(_InPlace):
    """Passes what is positive and stops the rest: ``max(x, 0)``."""

    function = staticmethod(ops.relu)


class ReLU6(_InPlace):
    """As ReLU, but at most 6."""

    function = staticmethod(ops.relu6)


class LeakyReLU(_WithSettings):
    """As ReLU, but what is negative is only made small (Maas et al. 2013)."""

    function = staticmethod(ops.leaky_relu)
    settings = ("negative_slope", "inplace")

    def __init__(self, negative_slope=1e-2, inplace=False):
        super().__init__()
        self.negative_slope, self.inplace = negative_slope, inplace


class RReLU(_WithSettings):
    """As LeakyReLU, with a slope drawn for each negative element while training (Xu et al. 2015)."""

    function = staticmethod(ops.rrelu)
    settings = ("lower", "upper", "inplace")

    def __init__(self, lower=1.0 / 8, upper=1.0 / 3, inplace=False):
        super().__init__()
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input):
        """Any shape."""
        return ops.rrelu(input, self.lower, self.upper, self.training, self.inplace)


class ELU(_WithSettings):
    """As ReLU, but what is negative tends smoothly to -alpha (Clevert et al. 2016)."""

    function = staticmethod(ops.elu)
    settings = ("alpha", "inplace")

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha, self.inplace = alpha, inplace


class CELU(_WithSettings):
    """ELU whose slope is continuous for every `alpha` (Barron 2017)."""

    function = staticmethod(ops.celu)
    settings = ("alpha", "inplace")

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha, self.inplace = alpha, inplace


class SELU(_InPlace):
    """ELU with the constants that keep mean 0 and spread 1 (Klambauer et al. 2017)."""

    function = staticmethod(ops.selu)


class GELU(_WithSettings):
    """The element times the share of a normal distribution below it (Hendrycks & Gimpel 2016)."""

    function = staticmethod(ops.gelu)
    settings = ("approximate",)

    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate


class SiLU(_InPlace):
    """The element times its sigmoid, also called swish (Elfwing et al. 2018)."""

    function = staticmethod(ops.silu)


class Mish(_InPlace):
    """The element times the hyperbolic tangent of its softplus (Misra 2019)."""

    function = staticmethod(ops.mish)


class Hardswish(_InPlace):
    """SiLU made of straight and square pieces (Howard et al. 2019)."""

    function = staticmethod(ops.hardswish)


class Hardsigmoid(_InPlace):
    """An S from 0 to 1 made of three straight pieces."""

    function = staticmethod(ops.hardsigmoid)


class Hardtanh(_WithSettings):
    """The element, kept between two bounds."""

    function = staticmethod(ops.hardtanh)
    settings = ("min_val", "max_val", "inplace")

    def __init__(self, min_val=-1.0, max_val=1.0, inplace=False):
        super().__init__()
        if max_val <= min_val:
            raise ValueError(f"Hardtanh: max_val {max_val} must be greater than min_val {min_val}")
        self.min_val, self.max_val, self.inplace = min_val, max_val, inplace


class Tanh(_Activation):
    """The hyperbolic tangent: an S from -1 to 1."""

    function = staticmethod(tanh)


class Sigmoid(_Activation):
    """The logistic function: an S from 0 to 1."""

    function = staticmethod(ops.sigmoid)


class LogSigmoid(_Activation):
    """The logarithm of the sigmoid, without underflow."""

    function = staticmethod(ops.logsigmoid)


class Softplus(_WithSettings):
    """A smooth ReLU; beyond the threshold simply the element."""

    function = staticmethod(ops.softplus)
    settings = ("beta", "threshold")

    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta, self.threshold = beta, threshold


class Softsign(_Activation):
    """An S from -1 to 1 that flattens slowly."""

    function = staticmethod(ops.softsign)


class Softshrink(_WithSettings):
    """The element, `lambd` nearer to 0."""

    function = staticmethod(ops.softshrink)
    settings = ("lambd",)

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd


class Hardshrink(_WithSettings):
    """The element where it is larger than `lambd` in size, 0 elsewhere."""

    function = staticmethod(ops.hardshrink)
    settings = ("lambd",)

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd


class Tanhshrink(_Activation):
    """The element less its hyperbolic tangent."""

    function = staticmethod(ops.tanhshrink)


class Threshold(_WithSettings):
    """The element where it is above the threshold, `value` elsewhere."""

    function = staticmethod(ops.threshold)
    settings = ("threshold", "value", "inplace")

    def __init__(self, threshold, value, inplace=False):
        super().__init__()
        self.threshold, self.value, self.inplace = threshold, value, inplace


class Softmax(_WithSettings):
    """Positive numbers along `dim` that add up to 1, larger where the input is larger."""

    function = staticmethod(ops.softmax)
    settings = ("dim",)

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim


class LogSoftmax(_WithSettings):
    """The logarithm of `Softmax`, without under- or overflow."""

    function = staticmethod(ops.log_softmax)
    settings = ("dim",)

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim


class Softmin(_WithSettings):
    """`Softmax` of the negative: larger where the input is smaller."""

    function = staticmethod(ops.softmin)
    settings = ("dim",)

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim


class GLU(_WithSettings):
    """Half of the channels, gated by the sigmoid of the other half (Dauphin et al. 2017)."""

    function = staticmethod(ops.glu)
    settings = ("dim",)

    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim


class Softmax2d(Module):
    """Softmax over the channels of every pixel."""

    def forward(self, input):
        """(N, C, H, W) or (C, H, W) to the same shape."""
        if input.ndim not in (3, 4):
            raise ShapeError(f"Softmax2d needs images of shape (N, C, H, W) or (C, H, W), and got {input.shape}")
        return ops.softmax(input, -3)


class PReLU(Module):
    """As LeakyReLU, with a slope that is learned, for all channels or for each (He et al. 2015)."""

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(full((num_parameters,), float(init), dtype=dtype, device=device))

    def forward(self, input):
        """(N, C, ...)."""
        return ops.prelu(input, self.weight)

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "num_parameters")
