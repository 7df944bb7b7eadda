r"""Losses: how far predictions are from what they should be."""

import numpy as np

from minidl.autograd import operation
from minidl.errors import DtypeError, OutOfRangeError, ShapeError, aligned
from minidl.tensor import Tensor


def reduced(losses, reduction, count=None):
    """The losses of single examples as they are ("none"), added up ("sum"), or averaged ("mean")."""
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    if reduction == "mean":
        return losses.mean() if count is None else losses.sum() / count
    raise ValueError(f'reduction must be "none", "mean" or "sum", not {reduction!r}')


def _cross_entropy_in_small_operations(logits, target):
    rows = np.arange(logits.shape[0])
    return -logits.log_softmax(1)[rows, target].mean()


@operation(
    name="cross_entropy",
    formula=r"y = -\frac1N \sum_n \ln \operatorname{softmax}(x_n)_{t_n}",
    gradient=r"\bar x_n = \tfrac{\bar y}{N} (\operatorname{softmax}(x_n) - e_{t_n})",
    composed=_cross_entropy_in_small_operations,
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


def class_labels(target, classes, shape):
    """Labels as an array of whole numbers, checked against the logits they belong to."""
    labels = target.array if isinstance(target, Tensor) else np.asarray(target)
    if labels.dtype.kind not in "iu":
        raise DtypeError(
            f"cross_entropy needs class labels as whole numbers, not {labels.dtype}. "
            "Did you mean target.long() ? (For class probabilities, the target has the shape of the logits.)"
        )
    if labels.shape != shape:
        raise ShapeError(
            "cross_entropy needs one label for each prediction\n" + aligned([("logits", shape), ("target", labels.shape)])
        )
    return labels


def cross_entropy(logits, target, reduction="mean"):
    """How surprised a classifier is by the true labels.

    .. math:: -\\frac1N \\sum_n \\ln \\operatorname{softmax}(x_n)_{t_n}

    Parameters
    ----------
    logits : Tensor, shape (N, C) or (C,)
        A score for each class; softmax is part of the loss.
    target : Tensor, shape (N,) or ()
        The number of the right class, 0 to C - 1.
    reduction : {"mean", "sum", "none"}

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
    if logits.ndim not in (1, 2):
        raise ShapeError(f"cross_entropy needs logits of shape (N, C), and these have {logits.shape}")
    if logits.ndim == 1:
        logits, target = logits.unsqueeze(0), target.reshape(1)
    N, C = logits.shape
    labels = class_labels(target, C, (N,))
    if N == 0:
        raise ShapeError("cross_entropy of an empty batch: there is no example whose loss could be averaged")
    if labels.min() < 0 or labels.max() >= C:
        bad = labels[(labels < 0) | (labels >= C)][0]
        raise OutOfRangeError(f"label {bad} is out of range: logits of shape {logits.shape} have classes 0 to {C - 1}")
    if reduction == "mean":
        return mean_cross_entropy(logits, labels)
    return reduced(-logits.log_softmax(1)[np.arange(N), labels], reduction)


def mse_loss(prediction, target, reduction="mean"):
    """The mean square of the differences.

    Raises
    ------
    ShapeError
        When the shapes differ: broadcasting would compare every prediction with every target.
    """
    if prediction.shape != target.shape:
        raise ShapeError(
            "mse_loss compares each prediction with its own target, so the shapes must be equal\n"
            + aligned([("prediction", prediction.shape), ("target", target.shape)])
            + _why_not_broadcast(prediction.shape, target.shape)
        )
    return reduced((prediction - target).square(), reduction)


def _why_not_broadcast(a, b):
    try:
        wide = np.broadcast_shapes(a, b)
    except ValueError:
        return ""
    hint = ""
    if int(np.prod(a)) == int(np.prod(b)):
        hint = f"\nDid you mean prediction.reshape{b} ?"
    return f"\nBroadcasting would silently compare {int(np.prod(wide))} pairs, of shape {wide}.{hint}"
