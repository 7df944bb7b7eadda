"""Losses as modules."""

from minidl.nn.module import Module
from minidl.ops import loss as ops


class _Loss(Module):
    """A loss with fixed settings.

    Parameters
    ----------
    size_average, reduce : bool, optional
        PyTorch's old arguments, which `reduction` has replaced.
    reduction : {"mean", "sum", "none"}
    """

    reductions: tuple[str, ...] = ops.REDUCTIONS
    function: staticmethod
    settings: tuple[str, ...] = ()  # the attributes that are further arguments of the function

    def __init__(self, size_average=None, reduce=None, reduction="mean"):
        super().__init__()
        self.reduction = ops.reduction_of(size_average, reduce, reduction)
        ops.check_reduction(self.reduction, self.reductions)

    def _arguments(self):
        return {name: getattr(self, name) for name in self.settings}


class _LossOfPairs(_Loss):
    """A loss of predictions and what they should be."""

    def forward(self, input, target):
        """Predictions and what they should be, to a number."""
        return self.function(input, target, reduction=self.reduction, **self._arguments())


class _WeightedLoss(_LossOfPairs):
    """A loss with a weight for each class, which is a buffer as in PyTorch."""

    settings: tuple[str, ...] = ("weight",)

    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class CrossEntropyLoss(_WeightedLoss):
    """Cross-entropy: how surprised a classifier is by the true labels; softmax is part of it."""

    function = staticmethod(ops.cross_entropy)
    settings = ("weight", "ignore_index", "label_smoothing")

    def __init__(
        self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0
    ):
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing


class NLLLoss(_WeightedLoss):
    """Negative log-likelihood: minus the logarithm of the probability of the true class."""

    function = staticmethod(ops.nll_loss)
    settings = ("weight", "ignore_index")

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index


class BCELoss(_WeightedLoss):
    """Binary cross-entropy: how surprised a yes-or-no classifier is; its probabilities are between 0 and 1."""

    function = staticmethod(ops.binary_cross_entropy)


class BCEWithLogitsLoss(_WeightedLoss):
    """Binary cross-entropy of scores: how surprised a yes-or-no classifier is; the sigmoid is part of the loss."""

    function = staticmethod(ops.binary_cross_entropy_with_logits)
    settings = ("weight", "pos_weight")

    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None):
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)


class MSELoss(_LossOfPairs):
    """Mean squared error: the mean square of the differences."""

    function = staticmethod(ops.mse_loss)


class L1Loss(_LossOfPairs):
    """Mean absolute error (L1): the mean size of the differences."""

    function = staticmethod(ops.l1_loss)


class SmoothL1Loss(_LossOfPairs):
    """Smooth L1 loss: square where the difference is below `beta`, straight beyond (Girshick 2015)."""

    function = staticmethod(ops.smooth_l1_loss)
    settings = ("beta",)

    def __init__(self, size_average=None, reduce=None, reduction="mean", beta=1.0):
        super().__init__(size_average, reduce, reduction)
        self.beta = beta


class HuberLoss(_LossOfPairs):
    """Huber loss: square where the difference is below `delta`, straight beyond (Huber 1964)."""

    function = staticmethod(ops.huber_loss)
    settings = ("delta",)

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction=reduction)
        self.delta = delta


class KLDivLoss(_LossOfPairs):
    """Kullback-Leibler divergence: how much one distribution differs from another (Kullback & Leibler 1951)."""

    function = staticmethod(ops.kl_div)
    reductions = ("mean", "sum", "none", "batchmean")
    settings = ("log_target",)

    def __init__(self, size_average=None, reduce=None, reduction="mean", log_target=False):
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target


class GaussianNLLLoss(_Loss):
    """Negative log-likelihood of a normal distribution, of which a network gives mean and variance."""

    function = staticmethod(ops.gaussian_nll_loss)
    settings = ("full", "eps")

    def __init__(self, *, full=False, eps=1e-6, reduction="mean"):
        super().__init__(reduction=reduction)
        self.full, self.eps = full, eps

    def forward(self, input, target, var):
        """Means, observed values and variances, to a number."""
        return ops.gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)


class PoissonNLLLoss(_LossOfPairs):
    """Negative log-likelihood of counts, of which a network gives the mean."""

    function = staticmethod(ops.poisson_nll_loss)
    settings = ("log_input", "full", "eps")

    def __init__(self, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.log_input, self.full, self.eps = log_input, full, eps


class SoftMarginLoss(_LossOfPairs):
    """Soft margin loss: logistic regression whose targets are 1 and -1."""

    function = staticmethod(ops.soft_margin_loss)


class HingeEmbeddingLoss(_LossOfPairs):
    """Hinge embedding loss: small distances where the target is 1, and above `margin` where it is -1."""

    function = staticmethod(ops.hinge_embedding_loss)
    settings = ("margin",)

    def __init__(self, margin=1.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.margin = margin


class MultiMarginLoss(_WeightedLoss):
    """Multi-class margin loss: wants the score of the true class above all others, by `margin`."""

    function = staticmethod(ops.multi_margin_loss)
    settings = ("p", "margin", "weight")

    def __init__(self, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
        super().__init__(weight, size_average, reduce, reduction)
        self.p, self.margin = p, margin


class MultiLabelMarginLoss(_LossOfPairs):
    """Multi-label margin loss: wants the scores of all true classes above all others, by 1."""

    function = staticmethod(ops.multilabel_margin_loss)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """Multi-label soft margin loss: the mean of the binary cross-entropies of all classes."""

    function = staticmethod(ops.multilabel_soft_margin_loss)


class MarginRankingLoss(_Loss):
    """Margin ranking loss: wants the first input larger where the target is 1, the second where it is -1."""

    function = staticmethod(ops.margin_ranking_loss)
    settings = ("margin",)

    def __init__(self, margin=0.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        """Two inputs and targets of 1 and -1, to a number."""
        return ops.margin_ranking_loss(input1, input2, target, self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(_Loss):
    """Cosine embedding loss: brings pairs with target 1 into one direction, and those with -1 apart."""

    function = staticmethod(ops.cosine_embedding_loss)
    settings = ("margin",)

    def __init__(self, margin=0.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        """Two tensors (N, D) and targets (N,) of 1 and -1, to a number."""
        return ops.cosine_embedding_loss(input1, input2, target, self.margin, reduction=self.reduction)


class TripletMarginLoss(_Loss):
    """Triplet margin loss: keeps an anchor nearer to its like than to what is unlike (Schroff et al. 2015)."""

    function = staticmethod(ops.triplet_margin_loss)
    settings = ("margin", "p", "eps", "swap")

    def __init__(self, margin=1.0, p=2.0, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginLoss: the margin must be above 0, and is {margin}")
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor, positive, negative):
        """Three tensors (N, D) to a number."""
        return ops.triplet_margin_loss(anchor, positive, negative, reduction=self.reduction, **self._arguments())


class TripletMarginWithDistanceLoss(_Loss):
    """`TripletMarginLoss` with a distance of your own, a function of two tensors."""

    function = staticmethod(ops.triplet_margin_with_distance_loss)
    settings = ("distance_function", "margin", "swap")

    def __init__(self, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
        super().__init__(reduction=reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginWithDistanceLoss: the margin must be above 0, and is {margin}")
        self.distance_function, self.margin, self.swap = distance_function or ops.pairwise_distance, margin, swap

    def forward(self, anchor, positive, negative):
        """Three tensors (N, D) to a number."""
        settings = self._arguments()
        return ops.triplet_margin_with_distance_loss(anchor, positive, negative, reduction=self.reduction, **settings)


class CTCLoss(_Loss):
    """Connectionist temporal classification: how surprised a model is by a sequence that is not aligned in time.

    References
    ----------
    Graves et al. (2006), *Connectionist Temporal Classification*.
    """

    function = staticmethod(ops.ctc_loss)
    settings = ("blank", "zero_infinity")

    def __init__(self, blank=0, reduction="mean", zero_infinity=False):
        super().__init__(reduction=reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(self, log_probs, targets, input_lengths, target_lengths):
        """Log-probabilities (T, N, C) and targets (N, S) to a number."""
        lengths = (input_lengths, target_lengths)
        return ops.ctc_loss(log_probs, targets, *lengths, self.blank, self.reduction, self.zero_infinity)


class CosineSimilarity(Module):
    """Cosine similarity: the cosine of the angle between vectors along `dim`."""

    def __init__(self, dim=1, eps=1e-8):
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1, x2):
        """Two tensors of one shape to one without `dim`."""
        return ops.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """Pairwise distance: how far each vector of the first input is from its partner in the second."""

    def __init__(self, p=2.0, eps=1e-6, keepdim=False):
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1, x2):
        """(N, D) or (D,), both, to (N,) or ()."""
        return ops.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
