"""Metrics: how good predictions are, in numbers that people report.

All take tensors or arrays and return plain numbers or tensors; no gradient flows through them.
They agree with those of scikit-learn.
"""

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import OutOfRangeError, ShapeError, aligned


def array_of(values):
    """A tensor, or anything like an array, as an array."""
    return values.array if isinstance(values, Tensor) else np.asarray(values)


def _pair(a, b, names):
    """Two arrays of one length, neither empty."""
    a, b = array_of(a), array_of(b)
    if len(a) != len(b):
        raise ShapeError("every prediction needs its target\n" + aligned([(names[0], a.shape), (names[1], b.shape)]))
    if len(a) == 0:
        raise ShapeError("there is nothing to judge: no prediction was given")
    return a, b


def _labels(predictions, targets):
    """Predicted and true labels; scores (N, C) become the label of the highest."""
    predictions, targets = _pair(predictions, targets, ("predictions", "targets"))
    return (predictions.argmax(1) if predictions.ndim == 2 else predictions), targets


def accuracy(predictions, targets):
    """The share of right labels.

    Parameters
    ----------
    predictions : labels (N,), or scores (N, C)
    targets : labels (N,)

    Examples
    --------
    >>> accuracy([1, 0, 2, 2], [1, 0, 0, 2])
    0.75
    """
    predicted, targets = _labels(predictions, targets)
    return float((predicted == targets).mean())


def top_k_accuracy(scores, targets, k=5):
    """The share of examples whose true label is among the k highest scores (N, C); of equal ones the last comes first."""
    scores, targets = _pair(scores, targets, ("scores", "targets"))
    if not 1 <= k <= scores.shape[1]:
        raise OutOfRangeError(f"k must be between 1 and the {scores.shape[1]} classes, and is {k}")
    best = np.argsort(scores, axis=1, kind="stable")[:, ::-1][:, :k]
    return float((best == targets[:, None]).any(1).mean())


def confusion_matrix(predictions, targets, num_classes=None):
    """How often each true label (row) was taken for each label (column).

    >>> confusion_matrix([1, 0, 1], [1, 1, 1])
    tensor([[0, 0],
            [1, 2]])
    """
    predicted, targets = _labels(predictions, targets)
    n = int(max(predicted.max(), targets.max())) + 1 if num_classes is None else num_classes
    if min(predicted.min(), targets.min()) < 0 or max(predicted.max(), targets.max()) >= n:
        raise OutOfRangeError(f"labels must be between 0 and {n - 1}")
    counts = np.zeros((n, n), np.int64)
    np.add.at(counts, (targets.astype(int), predicted.astype(int)), 1)
    return Tensor.wrap(counts)


def _safe_ratio(a, b):
    return np.divide(a, b, out=np.zeros(np.shape(a)), where=np.asarray(b) != 0)


def _averaged(scores, support, hits, average):
    if average is None:
        return Tensor.wrap(scores)
    if average == "binary":
        if len(scores) != 2:
            raise ShapeError(
                f'average="binary" is for two classes, and there are {len(scores)}: use "macro", "micro" or "weighted"'
            )
        return float(scores[1])
    if average == "macro":
        return float(scores.mean())
    if average == "micro":
        return float(hits.sum() / support.sum())
    if average == "weighted":
        return float((scores * support).sum() / support.sum())
    raise ValueError(f'average must be "binary", "macro", "micro", "weighted" or None, not {average!r}')


def _counts(predictions, targets):
    matrix = confusion_matrix(predictions, targets).array
    return np.diag(matrix).astype(float), matrix.sum(0).astype(float), matrix.sum(1).astype(float)


def precision(predictions, targets, average="binary"):
    """Of those taken for a class, the share that belongs to it; 0 where none was.

    Parameters
    ----------
    average : {"binary", "macro", "micro", "weighted", None}
        Of class 1 alone; the mean over the classes; over all examples; the mean weighted by how
        often each class occurs; or each by itself.
    """
    hits, taken, support = _counts(predictions, targets)
    return _averaged(_safe_ratio(hits, taken), support, hits, average)


def recall(predictions, targets, average="binary"):
    """Of those that belong to a class, the share that was found; see `precision` for `average`."""
    hits, _, support = _counts(predictions, targets)
    return _averaged(_safe_ratio(hits, support), support, hits, average)


def f1(predictions, targets, average="binary"):
    """The harmonic mean of precision and recall; see `precision` for `average`."""
    hits, taken, support = _counts(predictions, targets)
    return _averaged(_safe_ratio(2 * hits, taken + support), support, hits, average)


def _ranked(scores, targets):
    """How many negatives and positives have at least each of the different scores, the highest first."""
    scores, targets = _pair(scores, targets, ("scores", "targets"))
    if not set(np.unique(targets).tolist()) == {0, 1}:
        raise ValueError("the targets must be 0 and 1, and both must occur")
    order = np.argsort(-scores, kind="stable")
    scores, targets = scores[order], targets[order].astype(float)
    last = np.r_[np.nonzero(np.diff(scores))[0], len(scores) - 1]  # of each run of equal scores
    positives = np.cumsum(targets)[last]
    return last + 1 - positives, positives, scores[last]


def roc_curve(scores, targets):
    """For every threshold the share of false alarms and of hits: (false positive rate, true positive rate, thresholds)."""
    negatives, positives, thresholds = _ranked(scores, targets)
    rates = np.r_[0, negatives] / negatives[-1], np.r_[0, positives] / positives[-1], np.r_[np.inf, thresholds]
    return tuple(Tensor.wrap(r) for r in rates)


def roc_auc(scores, targets):
    """The area under the ROC curve: how often a positive has a higher score than a negative."""
    false, true, _ = (r.array for r in roc_curve(scores, targets))
    return float(np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2))


def average_precision(scores, targets):
    """The mean precision over all thresholds, weighted by the gain in recall."""
    negatives, positives, _ = _ranked(scores, targets)
    return float(np.sum(np.diff(np.r_[0, positives]) / positives[-1] * positives / (positives + negatives)))


def calibration_error(probabilities, targets, bins=10):
    """How far confidence is from accuracy, in the mean over bins of confidence (Naeini et al. 2015).

    Parameters
    ----------
    probabilities : (N, C), or (N,) of the class 1
    """
    probabilities, targets = _pair(probabilities, targets, ("probabilities", "targets"))
    if probabilities.min() < 0 or probabilities.max() > 1:
        raise OutOfRangeError("calibration_error needs probabilities between 0 and 1: apply softmax or sigmoid first")
    if probabilities.ndim == 1:
        probabilities = np.stack([1 - probabilities, probabilities], 1)
    confidence, right = probabilities.max(1), probabilities.argmax(1) == targets
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(place, right - confidence.astype(float), bins)
    return float(np.abs(gaps).sum() / len(targets))


def mean_absolute_error(predictions, targets):
    """The mean size of the differences."""
    predictions, targets = _pair(predictions, targets, ("predictions", "targets"))
    if predictions.shape != targets.shape:
        raise ShapeError(
            "the shapes must be equal\n" + aligned([("predictions", predictions.shape), ("targets", targets.shape)])
        )
    return float(np.abs(predictions - targets).mean())


def r2_score(predictions, targets):
    """The share of the variance that the predictions explain: 1 is perfect, 0 no better than the mean."""
    predictions, targets = _pair(predictions, targets, ("predictions", "targets"))
    if predictions.shape != targets.shape:
        raise ShapeError(
            "the shapes must be equal\n" + aligned([("predictions", predictions.shape), ("targets", targets.shape)])
        )
    spread = ((targets - targets.mean()) ** 2).sum()
    if spread == 0:
        raise ValueError("all targets are equal: there is no variance to explain")
    return float(1 - ((targets - predictions) ** 2).sum() / spread)
