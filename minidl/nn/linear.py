"""Layers that multiply by a matrix, and those that leave everything as it is."""

import math

from minidl.nn import init
from minidl.nn.module import Module, Parameter
from minidl.ops.creation import empty
from minidl.ops.einsum import einsum
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
        """Draw the initial values anew."""
        if self.in_features:
            init.kaiming_uniform_(self.weight, a=math.sqrt(5))
            if self.bias is not None:
                bound = 1 / math.sqrt(self.in_features)
                init.uniform_(self.bias, -bound, bound)

    def forward(self, x):
        """x of shape (..., in_features) to (..., out_features)."""
        return linear(x, self.weight, self.bias)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Bilinear(Module):
    """Every output is a weighted sum of all products of an element of one input with one of the other.

    Parameters
    ----------
    in1_features, in2_features, out_features : int
    bias : bool
    """

    def __init__(self, in1_features, in2_features, out_features, bias=True, dtype=None):
        super().__init__()
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        self.weight = Parameter(empty(out_features, in1_features, in2_features, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_features, dtype=dtype)) if bias else None)
        bound = 1 / math.sqrt(in1_features)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def forward(self, x1, x2):
        """(..., in1_features) and (..., in2_features) to (..., out_features)."""
        y = einsum("...i,oij,...j->...o", x1, self.weight, x2)
        return y if self.bias is None else y + self.bias

    def extra_repr(self):
        """The arguments of the layer."""
        sizes = f"in1_features={self.in1_features}, in2_features={self.in2_features}, out_features={self.out_features}"
        return f"{sizes}, bias={self.bias is not None}"


class Identity(Module):
    """Gives back what it gets, whatever its arguments."""

    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, x):
        """x."""
        return x


class Flatten(Module):
    """Joins the dimensions from `start_dim` to `end_dim`: an image becomes a row."""

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        """(N, C, H, W) to (N, C * H * W), by default."""
        return x.flatten(self.start_dim, self.end_dim)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Splits one dimension into several: a row becomes an image."""

    def __init__(self, dim, unflattened_size):
        super().__init__()
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, x):
        """(N, C * H * W) to (N, C, H, W), say."""
        return x.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
