r"""Losses: how far predictions are from what they should be."""

import numpy as np

from minidl.engine.operation import operation
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, OutOfRangeError, ShapeError, aligned
from minidl.ops.elementwise import where
from minidl.ops.norms import vector_norm
from minidl.ops.shape import cat


def reduced(losses, reduction, count=None):
    """The losses of single examples as they are ("none"), added up ("sum"), or averaged ("mean")."""
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    if reduction == "mean":
        return losses.mean() if count is None else losses.sum() / count
    raise ValueError(f'reduction must be "none", "mean" or "sum", not {reduction!r}')


def _equal_shapes(name, prediction, target):
    """Refuse shapes that differ: broadcasting would compare every prediction with every target."""
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


def _class_labels(name, target, scores, ignore_index):
    """Labels as an array of whole numbers, checked against the scores (N, C, ...) they belong to."""
    labels = target.array if isinstance(target, Tensor) else np.asarray(target)
    if labels.dtype.kind not in "iu":
        raise DtypeError(
            f"{name} needs class labels as whole numbers, not {labels.dtype}. Did you mean target.long() ? "
            "(For class probabilities, the target has the shape of the logits.)"
        )
    if labels.shape != scores.shape[:1] + scores.shape[2:]:
        raise ShapeError(
            f"{name} needs one label for each prediction\n" + aligned([("logits", scores.shape), ("target", labels.shape)])
        )
    if labels.size == 0:
        raise ShapeError(f"{name} of an empty batch: there is no example whose loss could be averaged")
    C = scores.shape[1]
    wrong = ((labels < 0) | (labels >= C)) & (labels != ignore_index)
    if wrong.any():
        raise OutOfRangeError(
            f"label {labels[wrong][0]} is out of range: scores of shape {scores.shape} have classes 0 to {C - 1}"
        )
    return labels


def _rows_of_classes(scores):
    """(N, C, d1, ...) to (N * d1 * ..., C)."""
    return scores.movedim(1, -1).reshape(-1, scores.shape[1]) if scores.ndim > 2 else scores


def cross_entropy(logits, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    r"""Cross-entropy: how surprised a classifier is by the true labels.

    .. math:: -\frac1N \sum_n \ln \operatorname{softmax}(x_n)_{t_n}

    Parameters
    ----------
    logits : Tensor, shape (N, C), (C,) or (N, C, d1, ...)
        A score for each class; softmax is part of the loss.
    target : Tensor, shape (N,), () or (N, d1, ...), or that of the logits
        The number of the right class, 0 to C - 1; or, in the shape of the logits, a probability for each.
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
        When the labels are no whole numbers, do not match the logits, or name a class that is not there.

    Examples
    --------
    A classifier that knows nothing of 10 classes has the loss ln 10:

    >>> import minidl as md
    >>> md.nn.functional.cross_entropy(md.zeros(1, 10), md.tensor([3]))
    tensor(2.3026)
    """
    if logits.ndim == 0:
        raise ShapeError("cross_entropy needs logits of shape (N, C), and these are a single number")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must lie between 0 and 1, and is {label_smoothing}")
    if logits.ndim == 1:
        logits, target = logits.unsqueeze(0), target.unsqueeze(0)
        loss = cross_entropy(logits, target, weight, ignore_index, reduction, label_smoothing)
        return loss.squeeze(0) if reduction == "none" else loss
    if target.shape == logits.shape and target.dtype.kind == "f":
        return _against_probabilities(logits, target, weight, reduction, label_smoothing)
    labels = _class_labels("cross_entropy", target, logits, ignore_index)
    plain = weight is None and not label_smoothing and not (labels == ignore_index).any()
    if plain and reduction == "mean":
        return mean_cross_entropy(_rows_of_classes(logits), labels.ravel())
    log_p = logits.log_softmax(1)
    loss = nll_loss(log_p, target, weight, ignore_index, reduction)
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


def nll_loss(log_probabilities, target, weight=None, ignore_index=-100, reduction="mean"):
    """Negative log-likelihood: minus the logarithm of the probability of the true class; the input are logarithms already.

    Parameters
    ----------
    log_probabilities : Tensor, shape (N, C) or (N, C, d1, ...)
    target : Tensor, shape (N,) or (N, d1, ...)
    """
    if log_probabilities.ndim == 1:
        loss = nll_loss(log_probabilities.unsqueeze(0), target.unsqueeze(0), weight, ignore_index, reduction)
        return loss.squeeze(0) if reduction == "none" else loss
    labels = _class_labels("nll_loss", target, log_probabilities, ignore_index)
    flat, rows = labels.ravel(), _rows_of_classes(log_probabilities)
    kept = flat != ignore_index
    chosen = np.where(kept, flat, 0)
    counts = kept.astype(rows.dtype) if weight is None else np.where(kept, weight.array[chosen], 0).astype(rows.dtype)
    losses = -rows[np.arange(len(flat)), chosen]
    losses = where(Tensor.wrap(kept), losses * Tensor.wrap(counts), Tensor.wrap(np.zeros((), rows.dtype)))
    return reduced(losses.reshape(labels.shape), reduction, float(counts.sum()))


def binary_cross_entropy(probability, target, weight=None, reduction="mean"):
    """Binary cross-entropy: how surprised a yes-or-no classifier is; its probabilities are between 0 and 1.

    The logarithm is kept above -100, as in PyTorch, so that a certain mistake costs much but not infinitely.
    """
    _equal_shapes("binary_cross_entropy", probability, target)
    if probability.array.size and not (probability.array.min() >= 0 and probability.array.max() <= 1):
        raise OutOfRangeError(
            "binary_cross_entropy needs probabilities between 0 and 1. For scores of any size there is "
            "binary_cross_entropy_with_logits"
        )
    losses = _binary(probability, target)
    return reduced(losses if weight is None else losses * weight, reduction)


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


def binary_cross_entropy_with_logits(logits, target, weight=None, reduction="mean", pos_weight=None):
    """Binary cross-entropy of scores: how surprised a yes-or-no classifier is; the sigmoid is part of the loss.

    Parameters
    ----------
    logits, target : Tensor, of one shape
    weight : Tensor, optional
        How much each element counts.
    pos_weight : Tensor, optional
        How much more a yes counts than a no.
    """
    _equal_shapes("binary_cross_entropy_with_logits", logits, target)
    if pos_weight is None:
        losses = (1 - target) * logits + (-logits).softplus()
    else:
        losses = (1 - target) * logits + (1 + (pos_weight - 1) * target) * (-logits).softplus()
    return reduced(losses if weight is None else losses * weight, reduction)


def kl_div(log_probabilities, target, reduction="mean", log_target=False):
    """Kullback-Leibler divergence, Σ t (ln t - x): how much one distribution differs from another."""
    if log_target:
        losses = target.exp() * (target - log_probabilities)
    else:
        losses = _x_log_x(target) - target * log_probabilities
    if reduction == "batchmean":
        return losses.sum() / (log_probabilities.shape[0] if log_probabilities.ndim else 1)
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


def mse_loss(prediction, target, reduction="mean"):
    """Mean squared error: the mean square of the differences.

    Raises
    ------
    ShapeError
        When the shapes differ: broadcasting would compare every prediction with every target.
    """
    _equal_shapes("mse_loss", prediction, target)
    if reduction == "mean":
        return mean_square(prediction, target)
    return reduced((prediction - target).square(), reduction)


def l1_loss(prediction, target, reduction="mean"):
    """Mean absolute error (L1): the mean size of the differences."""
    _equal_shapes("l1_loss", prediction, target)
    return reduced((prediction - target).abs(), reduction)


def smooth_l1_loss(prediction, target, reduction="mean", beta=1.0):
    """Smooth L1 loss: square where the difference is below `beta`, straight beyond (Girshick 2015)."""
    _equal_shapes("smooth_l1_loss", prediction, target)
    if beta == 0:
        return l1_loss(prediction, target, reduction)
    off = prediction - target
    size = off.abs()
    return reduced(where(size.detach() < beta, 0.5 / beta * off.square(), size - 0.5 * beta), reduction)


def huber_loss(prediction, target, reduction="mean", delta=1.0):
    """Huber loss: square where the difference is below `delta`, straight beyond (Huber 1964)."""
    _equal_shapes("huber_loss", prediction, target)
    off = prediction - target
    size = off.abs()
    return reduced(where(size.detach() <= delta, 0.5 * off.square(), delta * (size - 0.5 * delta)), reduction)


# ---------------------------------------------------------------- comparing vectors


def cosine_similarity(a, b, dim=1, eps=1e-8):
    """Cosine similarity: the cosine of the angle between vectors along `dim`, from -1 (opposite) to 1 (alike)."""
    lengths = [(x * x).sum(dim).clamp(eps * eps).sqrt() for x in (a, b)]
    return (a * b).sum(dim) / (lengths[0] * lengths[1])


def cosine_embedding_loss(a, b, target, margin=0.0, reduction="mean"):
    """Cosine embedding loss: brings pairs with target 1 into one direction, and those with -1 apart, to below `margin`."""
    eps = 1e-12
    cosine = (a * b).sum(-1) / (((a * a).sum(-1) + eps) * ((b * b).sum(-1) + eps)).sqrt()
    return reduced(where(target == 1, 1 - cosine, (cosine - margin).clamp(0.0)), reduction)


def pairwise_distance(a, b, p=2.0, eps=1e-6):
    """Pairwise distance: how far each vector of `a` is from its partner in `b`."""
    return vector_norm(a - b + eps, p, -1)


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
    """Triplet margin loss: keeps an anchor nearer to its like than to what is unlike (Schroff et al. 2015)."""
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        other = pairwise_distance(positive, negative, p, eps)
        far = where(far.detach() < other.detach(), far, other)
    return reduced((pairwise_distance(anchor, positive, p, eps) - far + margin).clamp(0.0), reduction)


# ---------------------------------------------------------------- sequences


def ctc_loss(log_probabilities, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    """Connectionist temporal classification: how surprised a model is by a sequence that is not aligned in time.

    Parameters
    ----------
    log_probabilities : Tensor, shape (T, N, C)
        The logarithms of the probabilities of C classes, one of them blank, at T steps.
    targets : Tensor, shape (N, S), or all targets one after another
    input_lengths, target_lengths : Tensor or sequence of N
    reduction : {"mean", "sum", "none"}
        The mean divides each loss by the length of its target first.
    zero_infinity : bool
        Count a target that does not fit into its input as 0 instead of infinity.

    References
    ----------
    Graves et al. (2006), *Connectionist Temporal Classification*.
    """
    single = log_probabilities.ndim == 2
    if single:
        log_probabilities = log_probabilities.unsqueeze(1)
    labels = targets.array if isinstance(targets, Tensor) else np.asarray(targets)
    lengths = [np.atleast_1d(v.array if isinstance(v, Tensor) else np.asarray(v)) for v in (input_lengths, target_lengths)]
    losses, start = [], 0
    for n, (T, S) in enumerate(zip(*lengths, strict=True)):
        if labels.ndim == 1:
            own, start = labels[start : start + S], start + S
        else:
            own = labels[n, :S]
        losses.append(_ctc_of_one(log_probabilities[:T, n], own, blank))
    loss = cat([x.reshape(1) for x in losses])
    if zero_infinity:
        loss = where(Tensor.wrap(np.isinf(loss.array)), Tensor.wrap(np.zeros((), loss.dtype)), loss)
    if reduction == "mean":
        return (loss / Tensor.wrap(np.maximum(lengths[1], 1).astype(loss.dtype))).mean()
    loss = reduced(loss, reduction)
    return loss.squeeze(0) if single and reduction == "none" else loss


@operation(
    name="ctc",
    formula=r"y = -\ln \sum_{\pi \to t} \prod_s p_{s, \pi_s}",
    gradient=r"\bar x_{s,c} = -\bar y\, P(\pi_s = c \mid t)",
    once_differentiable=True,
)
def _ctc_of_one(log_p, labels, blank):
    """The loss of one sequence, by the forward-backward algorithm; log_p has shape (T, C)."""
    T = len(log_p)
    path = np.full(2 * len(labels) + 1, blank)
    path[1::2] = labels
    skip = np.zeros(len(path), bool)  # a step over a blank is allowed between different labels
    skip[2:] = (path[2:] != blank) & (path[2:] != path[:-2])
    emitted = log_p[:, path].astype(np.float64)
    forward = _ctc_sweep(emitted, skip)
    ends = forward[-1, -2:] if len(path) > 1 else forward[-1]
    total = np.logaddexp.reduce(ends) if T else (0.0 if len(path) == 1 else -np.inf)

    def pull(g):
        gx = np.zeros_like(log_p)
        if np.isfinite(total):
            skip_back = np.zeros(len(path), bool)
            skip_back[2:] = (path[::-1][2:] != blank) & (path[::-1][2:] != path[::-1][:-2])
            backward = _ctc_sweep(emitted[::-1, ::-1], skip_back)[::-1, ::-1]
            share = np.exp(forward + backward - emitted - total)
            for place, name in enumerate(path):
                gx[:, name] -= share[:, place]
        return gx * g

    return np.asarray(-total, log_p.dtype), pull


def _ctc_sweep(emitted, skip):
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
