"""Layers that multiply by a matrix, and those that only rearrange."""

import math

from minidl.nn import init
from minidl.nn.lazy import LazyLayer
from minidl.nn.module import Module, shown
from minidl.nn.parameter import Parameter, UninitializedParameter
from minidl.ops.bilinear import bilinear
from minidl.ops.creation import empty
from minidl.ops.products import linear


class Linear(Module):
    """Every output is a weighted sum of all inputs, plus a bias.

    .. math:: Y = X W^\\top + b

    Parameters
    ----------
    in_features, out_features : int
    bias : bool

    Attributes
    ----------
    weight : Parameter, shape (out_features, in_features)
        Starts uniform between ±1/√in_features.
    bias : Parameter, shape (out_features,), or None
        Starts in the same range.

    Examples
    --------
    >>> import minidl as md
    >>> md.manual_seed(0)
    >>> layer = md.nn.Linear(2, 1)
    >>> layer(md.ones(3, 2)).shape
    (3, 1)
    >>> layer.weight
    Parameter containing:
    tensor([[-0.0053,  0.3793]], requires_grad=True)
    """

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        if in_features < 0 or out_features < 0:
            raise ValueError(f"Linear needs sizes that are not negative, and got {in_features} and {out_features}")
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(empty(out_features, in_features, dtype=dtype, device=device))
        self.register_parameter("bias", Parameter(empty(out_features, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new initial values."""
        if self.in_features:
            init.kaiming_uniform_(self.weight, a=math.sqrt(5))  # PyTorch's way to say: ±1 / sqrt(in_features)
            if self.bias is not None:
                bound = 1 / math.sqrt(self.in_features)
                init.uniform_(self.bias, -bound, bound)

    def forward(self, input):
        """Input of shape (..., in_features) to (..., out_features)."""
        return linear(input, self.weight, self.bias)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class LazyLinear(LazyLayer, Linear):
    """A `Linear` that learns from its first input how many features come in.

    Examples
    --------
    >>> import minidl as md
    >>> layer = md.nn.LazyLinear(3)
    >>> layer(md.ones(5, 4)).shape
    (5, 3)
    >>> layer
    Linear(in_features=4, out_features=3, bias=True)
    """

    def __init__(self, out_features, bias=True, device=None, dtype=None):
        super().__init__(0, 0, False)
        self.out_features = out_features
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.bias = UninitializedParameter(dtype=dtype) if bias else None

    def initialize_parameters(self, input):
        """Give weight and bias the shapes that fit `input`, and their initial values."""
        self.in_features = input.shape[-1]
        self.weight.materialize((self.out_features, self.in_features))  # type: ignore[attr-defined]
        if self.bias is not None:
            self.bias.materialize((self.out_features,))
        self.reset_parameters()


class Bilinear(Module):
    """Every output is a weighted sum of all products of an element of one input with one of the other.

    Parameters
    ----------
    in1_features, in2_features, out_features : int
    bias : bool
    """

    def __init__(self, in1_features, in2_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        if in1_features <= 0:
            raise ValueError(f"Bilinear needs in1_features above 0, not {in1_features}")
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        self.weight = Parameter(empty(out_features, in1_features, in2_features, dtype=dtype, device=device))
        self.register_parameter("bias", Parameter(empty(out_features, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new initial values."""
        bound = 1 / math.sqrt(self.in1_features)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def forward(self, input1, input2):
        """(..., in1_features) and (..., in2_features) to (..., out_features)."""
        return bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"{shown(self, 'in1_features', 'in2_features', 'out_features')}, bias={self.bias is not None}"


class Identity(Module):
    """Returns its input, whatever its arguments."""

    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, input):
        """The input itself."""
        return input


class Flatten(Module):
    """Joins the dimensions from `start_dim` to `end_dim`: an image becomes a row."""

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input):
        """(N, C, H, W) to (N, C * H * W), by default."""
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "start_dim", "end_dim")


class Unflatten(Module):
    """Splits one dimension into several: a row becomes an image."""

    def __init__(self, dim, unflattened_size):
        super().__init__()
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, input):
        """(N, C * H * W) to (N, C, H, W), say."""
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "dim", "unflattened_size")
