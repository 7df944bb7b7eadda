"""Layers that leave something out at random while training."""

from minidl.nn.module import Module, shown
from minidl.ops import dropout as ops


class Dropout(Module):
    """Set elements to 0 with probability p, and enlarge the rest (Srivastava et al. 2014); nothing in evaluation.

    Parameters
    ----------
    p : float
        The probability of being left out.
    inplace : bool
        Write the result into the input.
    """

    function = staticmethod(ops.dropout)

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"the probability of dropout must lie between 0 and 1, and is {p}")
        self.p, self.inplace = p, inplace

    def forward(self, input):
        """Any shape."""
        return self.function(input, self.p, self.training, self.inplace)

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "p", "inplace")


class Dropout1d(Dropout):
    """Dropout of whole channels of (N, C, L)."""

    function = staticmethod(ops.dropout1d)


class Dropout2d(Dropout):
    """Dropout of whole channels of (N, C, H, W)."""

    function = staticmethod(ops.dropout2d)


class Dropout3d(Dropout):
    """Dropout of whole channels of (N, C, D, H, W)."""

    function = staticmethod(ops.dropout3d)


class AlphaDropout(Dropout):
    """Dropout for networks of SELU: mean and spread stay (Klambauer et al. 2017)."""

    function = staticmethod(ops.alpha_dropout)


class FeatureAlphaDropout(Dropout):
    """`AlphaDropout` of whole channels."""

    function = staticmethod(ops.feature_alpha_dropout)
