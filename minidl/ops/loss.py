r"""Losses: how far predictions are from what they should be."""

import math

import numpy as np

from minidl.engine.calling import need_tensors
from minidl.engine.dtypes import float16, float32, promoted_dtype
from minidl.engine.operation import operation
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, OutOfRangeError, ShapeError, aligned
from minidl.ops.elementwise import where
from minidl.ops.norms import vector_norm
from minidl.ops.shape import cat, stack

REDUCTIONS = ("none", "mean", "sum")


def reduction_of(size_average, reduce, reduction):
    """PyTorch's two old arguments (whether to average, whether to reduce at all) as the one that took their place.

    >>> reduction_of(False, None, "mean"), reduction_of(None, None, "mean")
    ('sum', 'mean')
    """
    if size_average is None and reduce is None:
        return reduction
    if reduce is False:
        return "none"
    return "sum" if size_average is False else "mean"


def check_reduction(reduction, known=REDUCTIONS):
    """Refuse an unknown reduction."""
    if reduction not in known:
        raise ValueError(f"reduction must be one of {', '.join(map(repr, known))}, not {reduction!r}")


def reduced(losses, reduction, count=None):
    """The losses of single examples as they are ("none"), added up ("sum"), or averaged ("mean")."""
    check_reduction(reduction)
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    return losses.mean() if count is None else losses.sum() / count


def _equal_shapes(name, prediction, target):
    """Refuse shapes that differ: broadcasting would compare every prediction with every target."""
    need_tensors(name, input=prediction, target=target)
    if prediction.shape == target.shape:
        return
    lines = [
        f"{name} compares each prediction with its own target, so the shapes must be equal",
        aligned([("prediction", prediction.shape), ("target", target.shape)]),
    ]
    try:
        wide = np.broadcast_shapes(prediction.shape, target.shape)
        lines.append(f"Broadcasting would silently compare {int(np.prod(wide))} pairs, of shape {wide}.")
    except ValueError:
        pass
    if prediction.numel() == target.numel():
        lines.append(f"Did you mean prediction.reshape{target.shape} ?")
    raise ShapeError("\n".join(lines))


def _no_table(name, prediction, target):
    """Refuse shapes that broadcasting would make a table of: every prediction with every target."""
    try:
        one_repeats = np.broadcast_shapes(prediction.shape, target.shape) in (prediction.shape, target.shape)
    except ValueError:
        one_repeats = False
    if not one_repeats:
        _equal_shapes(name, prediction, target)


def _weighted(name, losses, weight, reduction):
    """Losses times how much each counts, reduced; the weight is repeated to their shape, and never the other way round."""
    if weight is None:
        return reduced(losses, reduction)
    _check_fits(name, "weight", weight, losses.shape)
    return reduced(losses * weight, reduction)


def _check_fits(name, what, tensor, shape):
    """Refuse a tensor that cannot be repeated to `shape`."""
    try:
        wide = np.broadcast_shapes(tensor.shape, shape)
    except ValueError:
        wide = None
    if wide != tuple(shape):
        raise ShapeError(f"{name}: the {what} of shape {tensor.shape} cannot be repeated to the shape {shape} of the losses")


def _check_class_weights(name, weight, classes):
    """Refuse weights that are not one for each class."""
    if weight is not None and weight.shape != (classes,):
        raise ShapeError(
            f"{name}: the weight holds one number for each of the {classes} classes, and has shape {weight.shape}"
        )


# ---------------------------------------------------------------- classification


def _cross_entropy_reference(logits, target):
    rows = np.arange(logits.shape[0])
    return -logits.log_softmax(1)[rows, target].mean()


@operation(
    name="cross_entropy",
    formula=r"y = -\frac1N \sum_n \ln \operatorname{softmax}(x_n)_{t_n}",
    gradient=r"\bar x_n = \tfrac{\bar y}{N} (\operatorname{softmax}(x_n) - e_{t_n})",
    composed=_cross_entropy_reference,
)
def mean_cross_entropy(logits, target):
    """The mean cross-entropy of logits of shape (N, C) and labels of shape (N,), in one step."""
    N = len(target)
    rows = np.arange(N)
    shifted = logits - logits.max(axis=1, keepdims=True)
    exp = np.exp(shifted)
    total = exp.sum(axis=1, keepdims=True)
    loss = (np.log(total[:, 0]) - shifted[rows, target]).sum() / N

    def pull(g):
        d = exp / total
        d[rows, target] -= 1
        d *= g / N
        return d

    return loss, pull


def _class_labels(name, target, scores, ignore_index, reduction):
    """Labels as an array of whole numbers, checked against the scores (N, C, ...) they belong to."""
    labels = target.array if isinstance(target, Tensor) else np.asarray(target)
    if scores.dtype.kind != "f":
        hint = (
            f"The prediction comes first, the target second: {name}(logits, target)"
            if labels.dtype.kind == "f"
            else "Did you mean the scores themselves, without argmax ?"
        )
        raise DtypeError(f"{name} needs a score for each class, and got whole numbers ({scores.dtype}). {hint}")
    if labels.dtype.kind not in "iu":
        raise DtypeError(
            f"{name} needs class labels as whole numbers, not {labels.dtype}.\nDid you mean target.long() ? "
            "(For class probabilities, the target has the shape of the logits.)"
        )
    needed = scores.shape[:1] + scores.shape[2:]
    if labels.shape != needed:
        lines = [
            f"{name} needs one label for each prediction",
            aligned([("logits", scores.shape), ("target", labels.shape)]),
        ]
        if labels.shape == scores.shape:
            lines.append("Did you mean target.argmax(1), or as probabilities target.float() ?")
        elif labels.shape == (*needed[:1], 1, *needed[1:]):
            lines.append("Did you mean target.squeeze(1) ?")
        raise ShapeError("\n".join(lines))
    if labels.size == 0 and reduction == "mean":
        raise ShapeError(f"{name} of an empty batch: there is no example whose loss could be averaged")
    C = scores.shape[1]
    wrong = ((labels < 0) | (labels >= C)) & (labels != ignore_index)
    if wrong.any():
        raise OutOfRangeError(
            f"label {labels[wrong][0]} is out of range: scores of shape {scores.shape} have classes 0 to {C - 1}"
        )
    return labels.astype(np.int64, copy=False)  # labels pick by number; in brackets, uint8 would be a mask


def _rows_of_classes(scores):
    """(N, C, d1, ...) to (N * d1 * ..., C)."""
    return scores.movedim(1, -1).reshape(-1, scores.shape[1]) if scores.ndim > 2 else scores


def cross_entropy(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0
):
    r"""Cross-entropy: how surprised a classifier is by the true labels.

    .. math:: -\frac1N \sum_n \ln \operatorname{softmax}(x_n)_{t_n}

    Parameters
    ----------
    input : Tensor, shape (N, C), (C,) or (N, C, d1, ...)
        A score (logit) for each class; softmax is part of the loss.
    target : Tensor, shape (N,), () or (N, d1, ...), or that of the input
        The number of the right class, 0 to C - 1; or, in the shape of the input, a probability for each.
    weight : Tensor, shape (C,), optional
        How much each class counts.
    ignore_index : int
        A label that is left out.
    reduction : {"mean", "sum", "none"}
        The mean is weighted by the weights of the labels.
    label_smoothing : float
        The share of the target that is spread evenly over all classes.

    Raises
    ------
    DtypeError, ShapeError, OutOfRangeError
        When the labels are no whole numbers, do not match the logits, or name a class that does not exist.

    Examples
    --------
    A classifier that knows nothing of 10 classes has the loss ln 10:

    >>> import minidl as md
    >>> md.nn.functional.cross_entropy(md.zeros(1, 10), md.tensor([3]))
    tensor(2.3026)
    """
    reduction = reduction_of(size_average, reduce, reduction)
    check_reduction(reduction)
    need_tensors("cross_entropy", input=input, target=target)
    if input.ndim == 0:
        raise ShapeError("cross_entropy needs logits of shape (N, C), and these are a single number")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must lie between 0 and 1, and is {label_smoothing}")
    if input.ndim == 1:
        loss = _cross_entropy(input.unsqueeze(0), target.unsqueeze(0), weight, ignore_index, reduction, label_smoothing)
        return loss.squeeze(0) if reduction == "none" else loss
    return _cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing)


def _cross_entropy(logits, target, weight, ignore_index, reduction, label_smoothing):
    """The cross-entropy of logits (N, C, ...)."""
    _check_class_weights("cross_entropy", weight, logits.shape[1])
    if target.shape == logits.shape and target.dtype.kind == "f":
        return _against_probabilities(logits, target, weight, reduction, label_smoothing)
    labels = _class_labels("cross_entropy", target, logits, ignore_index, reduction)
    plain = weight is None and not label_smoothing and not (labels == ignore_index).any()
    if plain and reduction == "mean":
        return mean_cross_entropy(_rows_of_classes(logits), labels.ravel())
    log_p = logits.log_softmax(1)
    loss = _nll_loss(log_p, labels, weight, ignore_index, reduction)
    if not label_smoothing:
        return loss
    rows, kept = _rows_of_classes(log_p), (labels != ignore_index).ravel()
    spread = where(Tensor.wrap(kept), -(rows if weight is None else rows * weight).sum(1), 0.0)
    if reduction == "none":
        spread = spread.reshape(labels.shape)
    elif reduction == "mean":
        count = kept.sum() if weight is None else weight.array[np.where(kept, labels.ravel(), 0)][kept].sum()
        spread = spread.sum() / float(count)
    else:
        spread = spread.sum()
    return (1 - label_smoothing) * loss + label_smoothing / logits.shape[1] * spread


def _against_probabilities(logits, target, weight, reduction, label_smoothing):
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / logits.shape[1]
    terms = logits.log_softmax(1) * target
    if weight is not None:
        terms = terms * weight.reshape(1, -1, *(1,) * (logits.ndim - 2))
    losses = -terms.sum(1)
    return reduced(losses, reduction, losses.numel())


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    """Negative log-likelihood: minus the logarithm of the probability of the true class; the input holds logarithms already.

    Parameters
    ----------
    input : Tensor, shape (N, C), (C,) or (N, C, d1, ...)
        The logarithms of the probabilities.
    target : Tensor, shape (N,), () or (N, d1, ...)
        The number of the right class.
    weight, ignore_index, reduction
        As in `cross_entropy`.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    need_tensors("nll_loss", input=input, target=target)
    if input.ndim == 0:
        raise ShapeError("nll_loss needs log-probabilities of shape (N, C), and these are a single number")
    single = input.ndim == 1
    if single:
        input, target = input.unsqueeze(0), target.unsqueeze(0)
    _check_class_weights("nll_loss", weight, input.shape[1])
    labels = _class_labels("nll_loss", target, input, ignore_index, reduction)
    loss = _nll_loss(input, labels, weight, ignore_index, reduction)
    return loss.squeeze(0) if single and reduction == "none" else loss


def _nll_loss(log_probabilities, labels, weight, ignore_index, reduction):
    """The negative log-likelihood of labels that are checked already."""
    flat, rows = labels.ravel(), _rows_of_classes(log_probabilities)
    kept = flat != ignore_index
    chosen = np.where(kept, flat, 0)
    counts = kept.astype(rows.dtype) if weight is None else np.where(kept, weight.array[chosen], 0).astype(rows.dtype)
    losses = -rows[np.arange(len(flat)), chosen]
    losses = where(Tensor.wrap(kept), losses * Tensor.wrap(counts), Tensor.wrap(np.zeros((), rows.dtype)))
    return reduced(losses.reshape(labels.shape), reduction, float(counts.sum()))


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Binary cross-entropy: how surprised a yes-or-no classifier is; its probabilities are between 0 and 1.

    The logarithm is kept above -100, as in PyTorch, so that a certain mistake costs much but not infinitely.

    Parameters
    ----------
    input, target : Tensor, of one shape
        Probabilities, and what they should be.
    weight : Tensor, optional
        How much each element counts; repeated to their shape.
    """
    _equal_shapes("binary_cross_entropy", input, target)
    if input.array.size and not (input.array.min() >= 0 and input.array.max() <= 1):
        raise OutOfRangeError(
            "binary_cross_entropy needs probabilities between 0 and 1. For scores of any size there is "
            "binary_cross_entropy_with_logits"
        )
    reduction = reduction_of(size_average, reduce, reduction)
    return _weighted("binary_cross_entropy", _binary(input, target), weight, reduction)


@operation(
    name="binary_cross_entropy",
    formula=r"y = -t \ln p - (1 - t) \ln(1 - p)",
    gradient=r"\bar p = \bar y \odot (p - t) / (p (1 - p))",
    promote="float",
)
def _binary(p, t):
    with np.errstate(divide="ignore"):
        yes, no = np.maximum(np.log(p), -100.0), np.maximum(np.log1p(-p), -100.0)
    return (
        -(t * yes + (1 - t) * no),
        lambda g: g * (p - t) / np.maximum(p * (1 - p), np.float32(1e-12)),
        lambda g: g * (no - yes),
    )


def binary_cross_entropy_with_logits(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None
):
    """Binary cross-entropy of scores: how surprised a yes-or-no classifier is; the sigmoid is part of the loss.

    Parameters
    ----------
    input, target : Tensor, of one shape
        Scores (logits), and the probabilities that they should be.
    weight : Tensor, optional
        How much each element counts; repeated to their shape.
    pos_weight : Tensor, optional
        How much more a yes counts than a no; repeated to their shape.
    """
    name = "binary_cross_entropy_with_logits"
    _equal_shapes(name, input, target)
    if pos_weight is None:
        losses = (1 - target) * input + (-input).softplus()
    else:
        _check_fits(name, "pos_weight", pos_weight, input.shape)
        losses = (1 - target) * input + (1 + (pos_weight - 1) * target) * (-input).softplus()
    return _weighted(name, losses, weight, reduction_of(size_average, reduce, reduction))


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """Kullback-Leibler divergence, Σ t (ln t - x): how much one distribution differs from another.

    Parameters
    ----------
    input, target : Tensor, of one shape
        The logarithms of probabilities, and the probabilities that they should be.
    reduction : {"mean", "batchmean", "sum", "none"}
        "batchmean" divides the sum by the number of examples, as the formula does.
    log_target : bool
        Whether the target holds logarithms too.
    """
    _equal_shapes("kl_div", input, target)
    reduction = reduction_of(size_average, reduce, reduction)
    losses = target.exp() * (target - input) if log_target else _x_log_x(target) - target * input
    if reduction == "batchmean":
        return losses.sum() / (input.shape[0] if input.ndim else 1)
    return reduced(losses, reduction)


@operation(formula=r"y = x \ln x", gradient=r"\bar x = \bar y \odot (\ln x + 1)", promote="float")
def _x_log_x(x):
    zero = x == 0
    safe = np.where(zero, np.ones_like(x), x)
    return x * np.log(safe), lambda g: g * (np.log(safe) + 1)


# ---------------------------------------------------------------- regression


def _mean_square_reference(prediction, target):
    return (prediction - target).square().mean()


@operation(
    name="mse_loss",
    formula=r"y = \frac1N \sum_n (x_n - t_n)^2",
    gradient=r"\bar x_n = \tfrac{2 \bar y}{N} (x_n - t_n),\quad \bar t_n = -\bar x_n",
    promote="float",
    joint=True,
    composed=_mean_square_reference,
)
def mean_square(prediction, target):
    """The mean square of the differences, in one step."""
    off = prediction - target
    flat = off.ravel()
    loss = np.dot(flat, flat) / off.size

    def pull(g, wanted):
        d = off * (2 * g / off.size)
        return d, -d if wanted[1] else None

    return loss, pull


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """Mean squared error: the mean square of the differences.

    Parameters
    ----------
    input, target : Tensor, of one shape
    weight : Tensor, optional
        How much each element counts; the mean is then weighted.

    Raises
    ------
    ShapeError
        When the shapes differ: broadcasting would compare every prediction with every target.
    """
    _equal_shapes("mse_loss", input, target)
    reduction = reduction_of(size_average, reduce, reduction)
    if reduction == "mean" and weight is None:
        return mean_square(input, target)
    return _weighted_mean("mse_loss", (input - target).square(), weight, reduction)


def _weighted_mean(name, losses, weight, reduction):
    """Losses times how much each counts; the mean is divided by the sum of the weights."""
    if weight is None:
        return reduced(losses, reduction)
    if weight.shape != losses.shape:
        raise ShapeError(f"{name}: the weight must have the shape {losses.shape} of the input, and has {weight.shape}")
    return reduced(losses * weight, reduction, weight.sum())


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """Mean absolute error (L1): the mean size of the differences."""
    _equal_shapes("l1_loss", input, target)
    losses = (input - target).abs()
    return _weighted_mean("l1_loss", losses, weight, reduction_of(size_average, reduce, reduction))


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """Smooth L1 loss: square where the difference is below `beta`, straight beyond (Girshick 2015)."""
    _equal_shapes("smooth_l1_loss", input, target)
    reduction = reduction_of(size_average, reduce, reduction)
    if beta < 0:
        raise ValueError(f"smooth_l1_loss: beta must be at least 0, and is {beta}")
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    off = input - target
    size = off.abs()
    return reduced(where(size.detach() >= beta, size - 0.5 * beta, 0.5 / beta * _below(off, beta).square()), reduction)


def _below(off, limit):
    """The differences smaller than the limit, and 0 for the others: far ones are never squared, not even infinite ones."""
    return off.masked_fill(off.detach().abs() >= limit, 0.0)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """Huber loss: square where the difference is below `delta`, straight beyond (Huber 1964)."""
    _equal_shapes("huber_loss", input, target)
    if delta <= 0:
        raise ValueError(f"huber_loss: delta must be above 0, and is {delta}")
    off = input - target
    size = off.abs()
    losses = where(size.detach() >= delta, delta * (size - 0.5 * delta), 0.5 * _below(off, delta).square())
    if weight is not None and weight.shape != losses.shape:
        raise ShapeError(f"huber_loss: the weight must have the shape {losses.shape} of the input, and has {weight.shape}")
    return reduced(losses if weight is None else losses * weight, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """Negative log-likelihood of a normal distribution, of which a network gives mean and variance (Nix & Weigend 1994).

    Parameters
    ----------
    input, target : Tensor, of one shape
        The means, and the observed values.
    var : Tensor
        The variances: of that shape, with one dimension of size 1, without the last, or one number for all.
    full : bool
        Whether to add the constant ln(2π) / 2.
    eps : float
        The least variance; below, the gradient goes through as if nothing were cut off.
    """
    name = "gaussian_nll_loss"
    check_reduction(reduction)
    _no_table(name, input, target)
    if isinstance(var, float):
        var = Tensor.wrap(np.full(input.shape, var, input.dtype))
    if var.shape != input.shape:
        if var.shape == input.shape[:-1]:
            var = var.unsqueeze(-1)
        elif var.ndim != input.ndim or [v for v, n in zip(var.shape, input.shape, strict=True) if v != n] != [1]:
            raise ShapeError(f"{name}: variances of shape {var.shape} do not belong to means of shape {input.shape}")
    if var.array.size and var.array.min() < 0:
        raise ValueError(f"{name}: a variance is at least 0, and one is {var.array.min()}")
    var = var + (var.detach().clamp(eps) - var.detach())
    losses = 0.5 * (var.log() + (input - target).square() / var)
    return reduced(losses + 0.5 * math.log(2 * math.pi) if full else losses, reduction)


def poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"):
    """Negative log-likelihood of counts, of which a network gives the mean (a Poisson distribution).

    Parameters
    ----------
    input, target : Tensor, of one shape
        The means (their logarithms, if `log_input`), and the counts.
    full : bool
        Whether to add Stirling's approximation of ln t! for counts above 1.
    eps : float
        Keeps the logarithm of a mean of 0 finite.
    """
    _no_table("poisson_nll_loss", input, target)
    losses = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        safe = where(target > 1, target, 1.0)
        stirling = safe * safe.log() - safe + 0.5 * (2 * math.pi * safe).log()
        losses = losses + where(target > 1, stirling, 0.0)
    return reduced(losses, reduction_of(size_average, reduce, reduction))


# ---------------------------------------------------------------- margins


def margin_ranking_loss(input1, input2, target, margin=0.0, size_average=None, reduce=None, reduction="mean"):
    """Margin ranking loss: wants the first input larger where the target is 1, the second where it is -1, by `margin`."""
    if not input1.ndim == input2.ndim == target.ndim:
        shapes = aligned([("input1", input1.shape), ("input2", input2.shape), ("target", target.shape)])
        raise ShapeError(f"margin_ranking_loss needs inputs and targets of as many dimensions\n{shapes}")
    losses = (-target * (input1 - input2) + margin).clamp_min(0.0)
    return reduced(losses, reduction_of(size_average, reduce, reduction))


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    """Hinge embedding loss: small distances where the target is 1, and above `margin` where it is -1."""
    zero = Tensor.wrap(np.zeros((), input.dtype))
    losses = where(target != -1, input, zero) + where(target != 1, (margin - input).clamp_min(0.0), zero)
    return reduced(losses, reduction_of(size_average, reduce, reduction))


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Soft margin loss, ln(1 + exp(-t x)): logistic regression whose targets are 1 and -1."""
    _equal_shapes("soft_margin_loss", input, target)
    losses = (-target * input).softplus(1.0, math.inf)
    return reduced(losses, reduction_of(size_average, reduce, reduction))


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Multi-class margin loss: wants the score of the true class above all others, by `margin`.

    Parameters
    ----------
    input : Tensor, shape (N, C) or (C,)
    target : Tensor, shape (N,) or ()
    p : {1, 2}
        The power of what is missing to the margin.
    weight : Tensor, shape (C,), optional
    """
    if p not in (1, 2):
        raise ValueError(f"multi_margin_loss: p is 1 or 2, not {p}")
    single = input.ndim < 2
    scores = input.reshape(1, -1) if single else input
    reduction = reduction_of(size_average, reduce, reduction)
    labels = _class_labels("multi_margin_loss", target.reshape(1) if single else target, scores, None, reduction)
    _check_class_weights("multi_margin_loss", weight, scores.shape[1])
    rows = np.arange(len(labels))
    missing = (margin - scores[rows, labels].unsqueeze(1) + scores).clamp_min(0.0) ** p
    if weight is not None:
        missing = missing * weight[labels].unsqueeze(1)
    others = np.ones(scores.shape, scores.dtype)
    others[rows, labels] = 0
    losses = (missing * Tensor.wrap(others)).sum(1) / scores.shape[1]
    losses = reduced(losses, reduction)
    return losses.reshape(()) if single else losses


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Multi-label margin loss: wants the scores of all true classes above all others, by 1.

    Parameters
    ----------
    input : Tensor, shape (N, C) or (C,)
    target : Tensor of whole numbers, of that shape
        The numbers of the true classes, then -1.
    """
    _equal_shapes("multilabel_margin_loss", input, target)
    if target.dtype != np.int64 or input.ndim > 2:
        raise DtypeError(f"multilabel_margin_loss needs int64 targets of shape (N, C), not {target.dtype}, {target.shape}")
    scores, labels = (t.reshape(-1, t.shape[-1] if t.ndim else 1) for t in (input, target))
    losses, (_, C) = [], scores.shape
    for n, row in enumerate(labels.array):
        true = row[: np.argmax(row < 0)] if (row < 0).any() else row
        if true.size and true.max() >= C:
            raise OutOfRangeError(f"label {true.max()} is out of range: there are classes 0 to {C - 1}")
        others = np.setdiff1d(np.arange(C), true)
        missing = 1 - scores[n, true].unsqueeze(1) + scores[n, others].unsqueeze(0)
        losses.append(missing.clamp_min(0.0).sum() / C)
    losses = stack(losses) if input.ndim == 2 else losses[0]
    return reduced(losses, reduction_of(size_average, reduce, reduction))


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Multi-label soft margin loss: the mean of the binary cross-entropies of all classes.

    Parameters
    ----------
    input, target : Tensor, shape (N, C)
        Scores, and ones for the true classes.
    weight : Tensor, shape (C,), optional
    """
    losses = binary_cross_entropy_with_logits(input, target, weight, reduction="none").mean(-1)
    return reduced(losses, reduction_of(size_average, reduce, reduction))


# ---------------------------------------------------------------- comparing vectors


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """Cosine similarity: the cosine of the angle between vectors along `dim`, from -1 (opposite) to 1 (alike)."""
    shape = np.broadcast_shapes(x1.shape, x2.shape)
    dtype = promoted_dtype([x1.array, x2.array])
    wide = float32 if dtype == float16 else dtype  # in which squares fit
    x1, x2 = x1.expand(*shape).to(wide), x2.expand(*shape).to(wide)
    lengths = [(x * x).sum(dim).clamp(eps * eps).sqrt() for x in (x1, x2)]
    return ((x1 * x2).sum(dim) / (lengths[0] * lengths[1])).to(dtype)


def cosine_embedding_loss(input1, input2, target, margin=0.0, size_average=None, reduce=None, reduction="mean"):
    """Cosine embedding loss: brings pairs with target 1 into one direction, and those with -1 apart, to below `margin`.

    Parameters
    ----------
    input1, input2 : Tensor, shape (N, D) or (D,)
    target : Tensor, shape (N,) or ()
    """
    if target.ndim > 1 or not input1.ndim == input2.ndim == target.ndim + 1 or target.shape != input1.shape[:-1]:
        shapes = aligned([("input1", input1.shape), ("input2", input2.shape), ("target", target.shape)])
        hint = "\nDid you mean target.squeeze(1) ?" if target.ndim == 2 and target.shape[1:] == (1,) else ""
        raise ShapeError(f"cosine_embedding_loss needs one target for each pair of vectors\n{shapes}{hint}")
    eps = 1e-12
    dot, first, second = ((a * b).sum(-1) for a, b in ((input1, input2), (input1, input1), (input2, input2)))
    cosine = dot / ((first + eps) * (second + eps)).sqrt()
    zero = Tensor.wrap(np.zeros((), cosine.dtype))
    losses = where(target == 1, 1 - cosine, zero) + where(target == -1, (cosine - margin).clamp_min(0.0), zero)
    return reduced(losses, reduction_of(size_average, reduce, reduction))


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """Pairwise distance: how far each vector of the first input is from its partner in the second."""
    return vector_norm(x1 - x2 + eps, p, -1, keepdim)


def triplet_margin_loss(
    anchor, positive, negative, margin=1.0, p=2.0, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean"
):
    """Triplet margin loss: keeps an anchor nearer to its like than to what is unlike (Schroff et al. 2015).

    Parameters
    ----------
    anchor, positive, negative : Tensor, shape (N, D) or (D,)
    margin : float
        By how much nearer.
    p, eps : float
        The order of the distance, and what is added to every difference.
    swap : bool
        Measure from the positive to the negative where that is nearer (Balntas et al. 2016).
    """
    return triplet_margin_with_distance_loss(
        anchor,
        positive,
        negative,
        distance_function=lambda a, b: pairwise_distance(a, b, p, eps),
        margin=margin,
        swap=swap,
        reduction=reduction_of(size_average, reduce, reduction),
    )


def triplet_margin_with_distance_loss(
    anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction="mean"
):
    """`triplet_margin_loss` with a distance of your own, a function of two tensors."""
    if margin <= 0:
        raise ValueError(f"triplet_margin_loss: the margin must be above 0, and is {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        shapes = aligned([("anchor", anchor.shape), ("positive", positive.shape), ("negative", negative.shape)])
        raise ShapeError(f"triplet_margin_loss needs three inputs of as many dimensions\n{shapes}")
    distance = distance_function or pairwise_distance
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = far.minimum(distance(positive, negative))
    return reduced((near - far + margin).clamp_min(0.0), reduction)


# ---------------------------------------------------------------- sequences


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    """Connectionist temporal classification: how surprised a model is by a sequence that is not aligned in time.

    Parameters
    ----------
    log_probs : Tensor, shape (T, N, C)
        The logarithms of the probabilities of C classes, one of them blank, at T steps.
    targets : Tensor, shape (N, S), or all targets one after another
    input_lengths, target_lengths : Tensor or sequence of N
    reduction : {"mean", "sum", "none"}
        The mean divides each loss by the length of its target first.
    zero_infinity : bool
        Count a target that does not fit into its input as 0 instead of infinity.

    Raises
    ------
    OutOfRangeError
        When a target holds the blank, or a class that does not exist.

    References
    ----------
    Graves et al. (2006), *Connectionist Temporal Classification*.
    """
    check_reduction(reduction)
    single = log_probs.ndim == 2
    if single:
        log_probs = log_probs.unsqueeze(1)
    labels = targets.array if isinstance(targets, Tensor) else np.asarray(targets)
    lengths = [np.atleast_1d(v.array if isinstance(v, Tensor) else np.asarray(v)) for v in (input_lengths, target_lengths)]
    losses, start = [], 0
    _check_ctc_lengths(labels, lengths, log_probs.shape)
    for n, (T, S) in enumerate(zip(*lengths, strict=True)):
        if labels.ndim == 1:
            own, start = labels[start : start + S], start + S
        else:
            own = labels[n, :S]
        _check_ctc_labels(own, log_probs.shape[-1], blank)
        losses.append(_ctc_of_one(log_probs[:T, n], own, blank))
    loss = cat([x.reshape(1) for x in losses])
    if zero_infinity:
        loss = where(Tensor.wrap(np.isinf(loss.array)), Tensor.wrap(np.zeros((), loss.dtype)), loss)
    if reduction == "mean":
        return (loss / Tensor.wrap(np.maximum(lengths[1], 1).astype(loss.dtype))).mean()
    loss = reduced(loss, reduction)
    return loss.squeeze(0) if single and reduction == "none" else loss


def _check_ctc_lengths(labels, lengths, shape):
    """Raise where lengths are below 0, or reach beyond what there is."""
    (input_lengths, target_lengths), (longest, n, _) = lengths, shape
    if not len(input_lengths) == len(target_lengths) == n:
        raise ShapeError(
            f"ctc_loss needs two lengths for each of the {n} sequences, and got {len(input_lengths)} and "
            f"{len(target_lengths)}"
        )
    there = labels.shape[-1]
    asked = target_lengths.sum() if labels.ndim == 1 else target_lengths.max(initial=0)
    for name, most, size in (("input_lengths", input_lengths.max(initial=0), longest), ("target_lengths", asked, there)):
        if most > size:
            raise OutOfRangeError(f"ctc_loss: {name} reach to {most}, and there are {size} steps")
    if min(input_lengths.min(initial=0), target_lengths.min(initial=0)) < 0:
        raise OutOfRangeError("ctc_loss: a length is below 0")


def _check_ctc_labels(labels, classes, blank):
    """Refuse a target that no path can spell."""
    if (labels == blank).any():
        raise OutOfRangeError(
            f"ctc_loss: the target {labels.tolist()} holds class {blank}, which is the blank: it stands between labels. "
            "Number the labels without it; where it only fills a target up, let target_lengths end before it"
        )
    wrong = (labels < 0) | (labels >= classes)
    if wrong.any():
        raise OutOfRangeError(f"ctc_loss: label {labels[wrong][0]} is out of range: there are classes 0 to {classes - 1}")


IMPOSSIBLE = -1e30  # the logarithm of a probability of 0, but one that can be reckoned with


def _ctc_reference(log_p, labels, blank):
    """The same by small operations: at each step, the logarithms of the probabilities of all beginnings."""
    T, path = len(log_p), _path(labels, blank)
    blocked = Tensor.wrap(np.where(_may_skip(path, blank), 0, IMPOSSIBLE).astype(log_p.dtype))
    never = Tensor.wrap(np.full(2, IMPOSSIBLE, log_p.dtype))
    begin = np.where(np.arange(len(path)) < 2, 0, IMPOSSIBLE).astype(log_p.dtype)
    table = Tensor.wrap(begin) + log_p[0, path] if T else Tensor.wrap(begin)
    for t in range(1, T):
        step = cat([never[:1], table[:-1]])
        leap = cat([never, table])[: len(path)] + blocked
        table = stack([table, step, leap]).logsumexp(0) + log_p[t, path]
    ends = table[-2:].logsumexp(0) if T or len(path) == 1 else never[0]
    total = -ends
    return where(total > -0.5 * IMPOSSIBLE, math.inf, total)


def _path(labels, blank):
    """The labels with blanks around them."""
    path = np.full(2 * len(labels) + 1, blank)
    path[1::2] = labels
    return path


def _may_skip(path, blank):
    """Where the step over a blank is allowed: between different labels."""
    skip = np.zeros(len(path), bool)
    skip[2:] = (path[2:] != blank) & (path[2:] != path[:-2])
    return skip


@operation(
    name="ctc",
    formula=r"y = -\ln \sum_{\pi \to t} \prod_s p_{s, \pi_s}",
    gradient=r"\bar x_{s,c} = -\bar y\, P(\pi_s = c \mid t)",
    composed=_ctc_reference,
)
def _ctc_of_one(log_p, labels, blank):
    """The loss of one sequence, by the forward-backward algorithm; log_p has shape (T, C)."""
    T, path = len(log_p), _path(labels, blank)
    emitted = log_p[:, path].astype(np.float64)
    if T:
        forward = _beginnings(emitted, _may_skip(path, blank))
        total = np.logaddexp.reduce(forward[-1, -2:] if len(path) > 1 else forward[-1])
    else:
        total = 0.0 if len(path) == 1 else -np.inf

    shape, dtype = log_p.shape, log_p.dtype

    def pull(g):
        gx = np.zeros(shape, dtype)
        if T and np.isfinite(total):
            backward = _beginnings(emitted[::-1, ::-1], _may_skip(path[::-1], blank))[::-1, ::-1]
            share = np.exp(forward + backward - emitted - total)
            for place, name in enumerate(path):
                gx[:, name] -= share[:, place]
        return gx * g

    return np.asarray(-total, log_p.dtype), pull


def _beginnings(emitted, skip):
    """The logarithms of the probabilities of all beginnings: (T, length of the path)."""
    table = np.full(emitted.shape, -np.inf)
    if len(table):
        table[0, :2] = emitted[0, :2]
    for t in range(1, len(table)):
        last = table[t - 1]
        best = last.copy()
        best[1:] = np.logaddexp(best[1:], last[:-1])
        best[2:] = np.where(skip[2:], np.logaddexp(best[2:], last[:-2]), best[2:])
        table[t] = best + emitted[t]
    return table
