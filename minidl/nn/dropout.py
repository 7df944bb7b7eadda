"""Layers that leave something out at random while training."""

from minidl.nn.module import Module
from minidl.ops import dropout as ops


class Dropout(Module):
    """Set elements to 0 with probability p, and enlarge the rest (Srivastava et al. 2014); nothing in evaluation."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"the probability of dropout must lie between 0 and 1, and is {p}")
        self.p = p

    def forward(self, x):
        """Any shape."""
        return ops.dropout(x, self.p, self.training)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"p={self.p}"


class Dropout2d(Dropout):
    """Dropout of whole channels of (N, C, H, W)."""

    def forward(self, x):
        """(N, C, H, W)."""
        return ops.dropout2d(x, self.p, self.training)
