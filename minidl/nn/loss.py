"""Losses as modules."""

from minidl.nn.module import Module
from minidl.ops import loss as ops


class _Loss(Module):
    """A loss with fixed settings.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
    """

    reductions: tuple[str, ...] = ("mean", "sum", "none")

    def __init__(self, reduction="mean", **settings):
        super().__init__()
        if reduction not in self.reductions:
            raise ValueError(f"reduction must be one of {', '.join(map(repr, self.reductions))}, not {reduction!r}")
        self.reduction, self.settings = reduction, settings

    def extra_repr(self):
        """The arguments of the loss."""
        return ", ".join(f"{name}={value!r}" for name, value in {"reduction": self.reduction, **self.settings}.items())


class _WeightedLoss(_Loss):
    """A loss with a weight for each class, which is a buffer as in PyTorch."""

    def __init__(self, weight=None, reduction="mean", **settings):
        super().__init__(reduction, **settings)
        self.register_buffer("weight", weight)


class CrossEntropyLoss(_WeightedLoss):
    """Cross-entropy: how surprised a classifier is by the true labels; softmax is part of it."""

    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__(weight, reduction, ignore_index=ignore_index, label_smoothing=label_smoothing)

    def forward(self, logits, target):
        """Logits (N, C) and labels (N,) to a number."""
        return ops.cross_entropy(logits, target, self.weight, reduction=self.reduction, **self.settings)


class NLLLoss(_WeightedLoss):
    """Negative log-likelihood: minus the logarithm of the probability of the true class."""

    def __init__(self, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__(weight, reduction, ignore_index=ignore_index)

    def forward(self, log_probabilities, target):
        """Log-probabilities (N, C) and labels (N,) to a number."""
        return ops.nll_loss(log_probabilities, target, self.weight, reduction=self.reduction, **self.settings)


class BCELoss(_WeightedLoss):
    """Binary cross-entropy: how surprised a yes-or-no classifier is; its probabilities are between 0 and 1."""

    def forward(self, probability, target):
        """Two tensors of one shape to a number."""
        return ops.binary_cross_entropy(probability, target, self.weight, self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """Binary cross-entropy of scores: how surprised a yes-or-no classifier is; the sigmoid is part of the loss."""

    def __init__(self, weight=None, reduction="mean", pos_weight=None):
        super().__init__(weight, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, logits, target):
        """Two tensors of one shape to a number."""
        return ops.binary_cross_entropy_with_logits(logits, target, self.weight, self.reduction, self.pos_weight)


class MSELoss(_Loss):
    """Mean squared error: the mean square of the differences."""

    def forward(self, prediction, target):
        """Two tensors of one shape to a number."""
        return ops.mse_loss(prediction, target, self.reduction)


class L1Loss(_Loss):
    """Mean absolute error (L1): the mean size of the differences."""

    def forward(self, prediction, target):
        """Two tensors of one shape to a number."""
        return ops.l1_loss(prediction, target, self.reduction)


class SmoothL1Loss(_Loss):
    """Smooth L1 loss: square where the difference is below `beta`, straight beyond (Girshick 2015)."""

    def __init__(self, reduction="mean", beta=1.0):
        super().__init__(reduction, beta=beta)

    def forward(self, prediction, target):
        """Two tensors of one shape to a number."""
        return ops.smooth_l1_loss(prediction, target, self.reduction, **self.settings)


class HuberLoss(_Loss):
    """Huber loss: square where the difference is below `delta`, straight beyond (Huber 1964)."""

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction, delta=delta)

    def forward(self, prediction, target):
        """Two tensors of one shape to a number."""
        return ops.huber_loss(prediction, target, self.reduction, **self.settings)


class KLDivLoss(_Loss):
    """Kullback-Leibler divergence: how much one distribution differs from another (Kullback & Leibler 1951)."""

    reductions = ("mean", "sum", "none", "batchmean")

    def __init__(self, reduction="mean", log_target=False):
        super().__init__(reduction, log_target=log_target)

    def forward(self, log_probabilities, target):
        """Two tensors of one shape to a number."""
        return ops.kl_div(log_probabilities, target, self.reduction, **self.settings)


class CosineSimilarity(Module):
    """Cosine similarity: the cosine of the angle between vectors along `dim`."""

    def __init__(self, dim=1, eps=1e-8):
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, a, b):
        """Two tensors of one shape to one without `dim`."""
        return ops.cosine_similarity(a, b, self.dim, self.eps)


class CosineEmbeddingLoss(_Loss):
    """Cosine embedding loss: brings pairs with target 1 into one direction, and those with -1 apart."""

    def __init__(self, margin=0.0, reduction="mean"):
        super().__init__(reduction, margin=margin)

    def forward(self, a, b, target):
        """Two tensors (N, D) and targets (N,) of 1 and -1 to a number."""
        return ops.cosine_embedding_loss(a, b, target, reduction=self.reduction, **self.settings)


class TripletMarginLoss(_Loss):
    """Triplet margin loss: keeps an anchor nearer to its like than to what is unlike (Schroff et al. 2015)."""

    def __init__(self, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
        super().__init__(reduction, margin=margin, p=p, eps=eps, swap=swap)

    def forward(self, anchor, positive, negative):
        """Three tensors (N, D) to a number."""
        return ops.triplet_margin_loss(anchor, positive, negative, reduction=self.reduction, **self.settings)


class CTCLoss(_Loss):
    """Connectionist temporal classification: how surprised a model is by a sequence that is not aligned in time.

    References
    ----------
    Graves et al. (2006), *Connectionist Temporal Classification*.
    """

    def __init__(self, blank=0, reduction="mean", zero_infinity=False):
        super().__init__(reduction, blank=blank, zero_infinity=zero_infinity)

    def forward(self, log_probabilities, targets, input_lengths, target_lengths):
        """Log-probabilities (T, N, C) and targets (N, S) to a number."""
        return ops.ctc_loss(
            log_probabilities, targets, input_lengths, target_lengths, reduction=self.reduction, **self.settings
        )
