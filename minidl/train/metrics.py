"""Metrics: how good predictions are, in numbers that people report.

All take tensors or arrays and return plain numbers or tensors; no gradient flows through them. Columns (N, 1) count
as (N,). They agree with those of scikit-learn, or refuse what it would answer differently.
"""

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, OutOfRangeError, ShapeError, aligned, what_came


def array_of(values):
    """A tensor, or anything like an array of numbers or names, as an array."""
    if isinstance(values, Tensor):
        return values.array
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ShapeError("rows of different lengths make no array: each needs as many numbers as the first") from error
    if array.dtype.kind in "cmMOV":  # complex numbers, times, and what NumPy knows nothing of
        what = f"an array of {array.dtype}" if array.ndim and array.dtype.kind != "O" else what_came(values)
        raise DtypeError(f"numbers are needed here (a tensor, an array or a list of them), and got {what}")
    return array


def _pair(a, b, names):
    """Two arrays of one length, neither empty, without NaN; a column (N, 1) counts as (N,)."""
    a, b = (_column_as_row(_wide(array_of(x))) for x in (a, b))
    for name, values in zip(names, (a, b), strict=True):
        if values.ndim == 0:
            raise ShapeError(f"{name} must be many, one for each example, and here is a single number")
        if values.dtype.kind == "f" and np.isnan(values).any():
            raise ValueError(f"{name} hold NaN, and nothing can be said about them")
    if len(a) != len(b):
        raise ShapeError("every prediction needs its target\n" + aligned([(names[0], a.shape), (names[1], b.shape)]))
    if len(a) == 0:
        raise ShapeError("there is nothing to judge: no prediction was given")
    return a, b


def _wide(values):
    """Numbers in 64 bits, where differences and negatives of them fit."""
    if values.dtype.kind in "bui":
        return values.astype(np.int64)
    return values.astype(np.float64) if values.dtype.kind == "f" else values


def _column_as_row(values):
    return values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values


def _labels(predictions, targets):
    """Predicted and true labels, (N,) each; of scores (N, C) the label of the highest, of one-hot rows that of the one."""
    predictions, targets = _pair(predictions, targets, ("predictions", "targets"))
    for name, values in (("predictions", predictions), ("targets", targets)):
        if values.ndim > 2:
            raise ShapeError(
                f"{name} of shape {values.shape}: bring them to one label (N,), or one row of scores (N, C), for each "
                "example first, x.movedim(1, -1).reshape(-1, C)"
            )
    if targets.ndim == 2:
        if not (((targets == 0) | (targets == 1)).all() and (targets.sum(1) == 1).all()):
            raise ShapeError(
                f"targets of shape {targets.shape} are neither labels (N,) nor one-hot rows with a single 1: each example "
                "must have one class"
            )
        if predictions.ndim == 2 and predictions.shape != targets.shape:
            raise ShapeError(
                "scores and one-hot targets have a column for each class\n"
                + aligned([("predictions", predictions.shape), ("targets", targets.shape)])
            )
        targets = targets.argmax(1)
    predicted = predictions.argmax(1) if predictions.ndim == 2 else predictions
    for name, values in (("predictions", predicted), ("targets", targets)):
        if values.dtype.kind == "f" and (values != np.floor(values)).any():
            raise ValueError(
                f"{name} are numbers between labels, such as {values[values != np.floor(values)][0]:g}: turn probabilities "
                "or scores into labels first, (p > 0.5).long() or scores.argmax(1)"
            )
    return predicted, targets


def accuracy(predictions, targets):
    """The share of correct labels.

    Parameters
    ----------
    predictions : labels (N,), or scores (N, C)
    targets : labels (N,), or one-hot rows (N, C)

    Raises
    ------
    ValueError
        For probabilities where labels are needed, and for NaN.

    Examples
    --------
    >>> accuracy([1, 0, 2, 2], [1, 0, 0, 2])
    0.75
    """
    predicted, targets = _labels(predictions, targets)
    return float((predicted == targets).mean())


def top_k_accuracy(scores, targets, k=5):
    """The share of examples whose true label is among the k highest scores (N, C); of equal ones the later counts first."""
    scores, targets = _pair(scores, targets, ("scores", "targets"))
    if scores.ndim != 2 or targets.ndim != 1:
        raise ShapeError(
            "top_k_accuracy needs scores (N, C) and labels (N,)\n"
            + aligned([("scores", scores.shape), ("targets", targets.shape)])
        )
    if not 1 <= k <= scores.shape[1]:
        raise OutOfRangeError(f"k must be between 1 and the {scores.shape[1]} classes, and is {k}")
    best = np.argsort(scores, axis=1, kind="stable")[:, ::-1][:, :k]
    return float((best == targets[:, None]).any(1).mean())


def confusion_matrix(predictions, targets, num_classes=None):
    """How often each true label (row) was taken for each label (column), from label 0 to the highest or to `num_classes`.

    >>> confusion_matrix([1, 0, 1], [1, 1, 1])
    tensor([[0, 0],
            [1, 2]])
    """
    predicted, targets = _labels(predictions, targets)
    if predicted.dtype.kind not in "if" or targets.dtype.kind not in "if":
        raise ValueError("the rows and columns of a confusion matrix are counted from 0: give labels as whole numbers")
    n = int(max(predicted.max(), targets.max())) + 1 if num_classes is None else num_classes
    if min(predicted.min(), targets.min()) < 0 or max(predicted.max(), targets.max()) >= n:
        raise OutOfRangeError(f"labels must be between 0 and {n - 1}")
    counts = np.zeros((n, n), np.int64)
    np.add.at(counts, (targets.astype(int), predicted.astype(int)), 1)
    return Tensor.wrap(counts)


def _safe_ratio(a, b):
    return np.divide(a, b, out=np.zeros(np.shape(a)), where=np.asarray(b) != 0)


def _counts(predictions, targets):
    """For every label that occurs: the label, how often it was right, predicted, and true."""
    predicted, targets = _labels(predictions, targets)
    labels = np.union1d(predicted, targets)
    hits = predicted[predicted == targets]
    return labels, *(np.array([(values == label).sum() for label in labels], float) for values in (hits, predicted, targets))


def _averaged(ratio, predictions, targets, average):
    """A ratio of hits, predicted and true, for each label, averaged in one of four ways."""
    labels, hits, taken, support = _counts(predictions, targets)
    scores = ratio(hits, taken, support)
    if average is None:
        return Tensor.wrap(scores)
    if average == "binary":
        if len(labels) > 2:
            raise ShapeError(
                f'average="binary" is for two classes, and there are {len(labels)}: use "macro", "micro" or "weighted"'
            )
        if 1 not in labels.tolist() and len(labels) == 2:
            raise ValueError(f'average="binary" is about class 1, and the labels are {labels.tolist()}')
        return float(scores[labels.tolist().index(1)]) if 1 in labels.tolist() else 0.0
    if average == "macro":
        return float(scores.mean())
    if average == "micro":
        return float(hits.sum() / support.sum())
    if average == "weighted":
        return float((scores * support).sum() / support.sum())
    raise ValueError(f'average must be "binary", "macro", "micro", "weighted" or None, not {average!r}')


def precision(predictions, targets, average="binary"):
    """Of the examples predicted as a class, the share that belongs to it; 0 where there are none.

    Parameters
    ----------
    average : {"binary", "macro", "micro", "weighted", None}
        Of class 1 alone; the mean over the classes that occur, among targets or predictions; over all examples; the mean
        weighted by how often each class occurs; or each that occurs by itself, in rising order.
    """
    return _averaged(lambda hits, taken, support: _safe_ratio(hits, taken), predictions, targets, average)


def recall(predictions, targets, average="binary"):
    """Of those that belong to a class, the share that was found; see `precision` for `average`."""
    return _averaged(lambda hits, taken, support: _safe_ratio(hits, support), predictions, targets, average)


def f1(predictions, targets, average="binary"):
    """The harmonic mean of precision and recall; see `precision` for `average`."""
    return _averaged(lambda hits, taken, support: _safe_ratio(2 * hits, taken + support), predictions, targets, average)


def _ranked(scores, targets):
    """How many negatives and positives have at least each of the different scores, the highest first."""
    scores, targets = _pair(scores, targets, ("scores", "targets"))
    if scores.ndim != 1 or targets.ndim != 1:
        raise ShapeError(
            "each example needs one score, that of class 1, and one target\n"
            + aligned([("scores", scores.shape), ("targets", targets.shape)])
        )
    if not set(np.unique(targets).tolist()) == {0, 1}:
        raise ValueError("the targets must be 0 and 1, and both must occur")
    order = np.argsort(-scores, kind="stable")
    scores, targets = scores[order], targets[order].astype(float)
    last = np.r_[np.nonzero(scores[1:] != scores[:-1])[0], len(scores) - 1]  # of each run of equal scores
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


def equal_error_rate(scores, targets):
    """The error rate at the threshold where the shares wrongly accepted and wrongly rejected are equal; 0 is perfect.

    It is where the ROC curve, with straight lines between its points, meets the diagonal from the top left.

    Examples
    --------
    >>> equal_error_rate([0.9, 0.7, 0.4, 0.2], [1, 0, 1, 0])
    0.5
    """
    false, true, _ = (r.array for r in roc_curve(scores, targets))
    gap = false + true - 1  # the share let in wrongly, less the share turned away wrongly: it only rises
    k = int(np.argmax(gap >= 0))
    part = -gap[k - 1] / (gap[k] - gap[k - 1])
    return float(false[k - 1] + part * (false[k] - false[k - 1]))


def verification_rate(scores, targets, false_accept_rate=0.01):
    """The share of same pairs accepted at a threshold that accepts at most `false_accept_rate` of the different ones.

    Parameters
    ----------
    scores : (N,)
        How alike each pair is.
    targets : (N,)
        1 where the two are the same, 0 where they are not.

    Raises
    ------
    OutOfRangeError
        For a rate outside of [0, 1].
    """
    if not 0 <= false_accept_rate <= 1:
        raise OutOfRangeError(f"false_accept_rate is a share from 0 to 1, and is {false_accept_rate:g}")
    false, true, _ = (r.array for r in roc_curve(scores, targets))
    return float(true[false <= false_accept_rate].max())


def average_precision(scores, targets):
    """The mean precision over all thresholds, weighted by the gain in recall."""
    negatives, positives, _ = _ranked(scores, targets)
    return float(np.sum(np.diff(np.r_[0, positives]) / positives[-1] * positives / (positives + negatives)))


def calibration_error(probabilities, targets, bins=10):
    """How far confidence is from accuracy, averaged over bins of confidence (Naeini et al. 2015).

    Parameters
    ----------
    probabilities : (N, C), or (N,) of the class 1
    """
    probabilities, targets = _pair(probabilities, targets, ("probabilities", "targets"))
    if probabilities.min() < 0 or probabilities.max() > 1:
        raise OutOfRangeError("calibration_error needs probabilities between 0 and 1: apply softmax or sigmoid first")
    if probabilities.ndim == 1:
        probabilities = np.stack([1 - probabilities, probabilities], 1)
    if probabilities.ndim != 2 or targets.ndim != 1:
        raise ShapeError(
            "calibration_error needs probabilities (N, C), or (N,) of class 1, and labels (N,)\n"
            + aligned([("probabilities", probabilities.shape), ("targets", targets.shape)])
        )
    confidence, right = probabilities.max(1), probabilities.argmax(1) == targets
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(place, right - confidence.astype(float), bins)
    return float(np.abs(gaps).sum() / len(targets))


def _numbers(predictions, targets):
    """Predicted and true numbers of one shape, all finite."""
    if np.shape(array_of(predictions)) != np.shape(array_of(targets)):
        shapes = [("predictions", np.shape(array_of(predictions))), ("targets", np.shape(array_of(targets)))]
        if shapes[0][1][:1] == shapes[1][1][:1]:
            raise ShapeError("the shapes must be equal\n" + aligned(shapes))
    predictions, targets = _pair(predictions, targets, ("predictions", "targets"))
    if not (np.isfinite(predictions).all() and np.isfinite(targets).all()):
        raise ValueError("predictions or targets are infinite, and the mean of their differences is no number")
    return predictions.astype(float), targets.astype(float)


def mean_absolute_error(predictions, targets):
    """The mean size of the differences."""
    predictions, targets = _numbers(predictions, targets)
    return float(np.abs(predictions - targets).mean())


def r2_score(predictions, targets):
    """The share of the variance that the predictions explain: 1 is perfect, 0 no better than the mean.

    Several numbers for each example, (N, K), give the mean over the columns.
    """
    predictions, targets = _numbers(predictions, targets)
    if targets.ndim > 2:
        raise ShapeError(f"r2_score takes numbers (N,) or rows (N, K), not {targets.shape}")
    spread = ((targets - targets.mean(0)) ** 2).sum(0)
    if (spread == 0).any():
        raise ValueError("all targets are equal: there is no variance to explain")
    return float((1 - ((targets - predictions) ** 2).sum(0) / spread).mean())
