"""Losses as modules."""

from minidl.nn.module import Module
from minidl.ops import loss as ops


class _Loss(Module):
    """A loss that knows how to reduce: "mean", "sum" or "none"."""

    def __init__(self, reduction="mean"):
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f'reduction must be "none", "mean" or "sum", not {reduction!r}')
        self.reduction = reduction

    def extra_repr(self):
        """The arguments of the loss."""
        return f"reduction={self.reduction!r}"


class CrossEntropyLoss(_Loss):
    """How surprised a classifier is by the true labels; softmax is part of it."""

    def forward(self, logits, target):
        """Logits (N, C) and labels (N,) to a number."""
        return ops.cross_entropy(logits, target, reduction=self.reduction)


class MSELoss(_Loss):
    """The mean square of the differences."""

    def forward(self, prediction, target):
        """Two tensors of one shape to a number."""
        return ops.mse_loss(prediction, target, self.reduction)
