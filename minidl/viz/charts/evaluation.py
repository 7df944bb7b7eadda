"""What a classifier got right and wrong, as plain data: confusions, curves over thresholds, calibration."""

from dataclasses import dataclass

import numpy as np

from minidl.errors import ShapeError
from minidl.train.metrics import array_of, average_precision, calibration_error, roc_auc, roc_curve
from minidl.viz.summary import shortened

MOST_CLASSES = 30  # of more, those that are confused most often are shown
OTHER = "other"


@dataclass
class Confusions:
    """How often each class was taken for each other.

    Attributes
    ----------
    matrix : array, shape (C, C)
        Rows for the true classes. Of very many classes the last row and column stand for all that are not shown.
    names : list of str
    right, total : int
    found, truth : array, shape (N,)
        The row and column of each example.
    left_out : int
        How many classes the last row stands for.
    """

    matrix: np.ndarray
    names: list
    right: int
    total: int
    found: np.ndarray
    truth: np.ndarray
    left_out: int = 0

    @property
    def shares(self):
        """The matrix divided by the sums of its rows."""
        return self.matrix / np.maximum(self.matrix.sum(axis=1, keepdims=True), 1)

    def title(self):
        """What a reader should see."""
        if self.right == self.total:
            return f"all {self.total} are right"
        wrong = self.matrix - np.diag(np.diag(self.matrix))
        if self.left_out:
            wrong[-1] = wrong[:, -1] = 0
        i, j = np.unravel_index(wrong.argmax(), wrong.shape)
        this, that = shortened(self.names[i]), shortened(self.names[j])
        said = f"{self.right / self.total:.1%} are right; most often {this} is taken for {that}, {wrong[i, j]} times"
        if self.left_out:
            said += f"; of {len(self.names) - 1 + self.left_out} classes those with the most mistakes are shown"
        return said


def confusions(predictions, targets, classes=None):
    """Count the confusions.

    Parameters
    ----------
    predictions : Tensor, shape (N,) of class numbers or (N, C) of scores
    targets : Tensor, shape (N,)
    classes : list of str, optional

    Raises
    ------
    ShapeError
        When predictions and targets differ in number, or there are none.
    ValueError
        For class numbers below 0, or without a name.
    """
    found, truth = _class_numbers(predictions), array_of(targets).reshape(-1).astype(int)
    if len(found) != len(truth):
        raise ShapeError(f"there are {len(found)} predictions and {len(truth)} targets")
    if not len(found):
        raise ShapeError("there is nothing to judge: no prediction was given")
    n = int(max(found.max(), truth.max())) + 1 if classes is None else len(classes)
    if min(found.min(), truth.min()) < 0 or max(found.max(), truth.max()) >= n:
        raise ValueError(f"class numbers must be between 0 and {n - 1}")
    right, name = int((found == truth).sum()), (lambda k: str(k if classes is None else classes[k]))
    if n <= MOST_CLASSES:
        shown, left_out = list(range(n)), 0
    else:
        shown = _most_confused(found, truth)
        left_out = n - len(shown)
        place = {k: row for row, k in enumerate(shown)}
        found, truth = (np.array([place.get(int(k), len(shown)) for k in numbers]) for numbers in (found, truth))
    names = [name(k) for k in shown] + [OTHER] * bool(left_out)
    matrix = np.bincount(truth * len(names) + found, minlength=len(names) ** 2).reshape(len(names), -1)
    return Confusions(matrix, names, right, len(found), found, truth, left_out)


def _class_numbers(predictions):
    values = array_of(predictions)
    return (values.argmax(axis=1) if values.ndim == 2 else values.reshape(-1)).astype(int)


def _most_confused(found, truth):
    """The classes that take part in the most frequent confusions, in their order."""
    wrong = found != truth
    pairs, counts = np.unique(np.stack([truth[wrong], found[wrong]], axis=1), axis=0, return_counts=True)
    chosen: dict = {}
    for pair in pairs[np.argsort(-counts, kind="stable")].tolist():
        chosen.update(dict.fromkeys(pair))
        if len(chosen) >= MOST_CLASSES - 1:
            break
    if not chosen:  # nothing is wrong: the most frequent classes
        numbers, counts = np.unique(truth, return_counts=True)
        chosen = dict.fromkeys(numbers[np.argsort(-counts, kind="stable")].tolist())
    return sorted(list(chosen)[: MOST_CLASSES - 1])


def named(scores):
    """Scores of several models by name; those of one alone are called "model"."""
    if isinstance(scores, dict) and not scores:
        raise ShapeError("there is nothing to judge: the dict of scores is empty")
    return {str(k): v for k, v in scores.items()} if isinstance(scores, dict) else {"model": scores}


def roc_curves(scores, targets):
    """For each model the area under its ROC curve, and the curve: false alarms, hits, thresholds."""
    curves = {}
    for name, s in named(scores).items():
        false, true, thresholds = (r.array for r in roc_curve(s, targets))
        curves[name] = {"auc": roc_auc(s, targets), "false": false, "true": true, "threshold": thresholds}
    return curves


def precision_recall_curves(scores, targets):
    """For each model its average precision, and for every threshold precision and recall, the highest threshold first."""
    curves = {}
    for name, s in named(scores).items():
        score, truth = array_of(s).reshape(-1), array_of(targets).reshape(-1)
        average = average_precision(score, truth)  # refuses what cannot be judged
        score = score.astype(np.float64)  # booleans have no negative
        order = np.argsort(-score, kind="stable")
        score, truth = score[order], truth[order].astype(float)
        last = np.r_[np.flatnonzero(np.diff(score)), len(score) - 1]  # of each run of equal scores
        hits = np.cumsum(truth)[last]
        curves[name] = {
            "average": average,
            "precision": hits / (last + 1),
            "recall": hits / hits[-1],
            "threshold": score[last],
        }
    return curves


@dataclass
class Calibration:
    """How often a model is right at each level of confidence, bin by bin, and overall; `left_out` probabilities were NaN."""

    error: float
    confidence: np.ndarray
    accuracy: np.ndarray
    count: np.ndarray
    bins: np.ndarray
    sure: float
    right: float
    left_out: int

    def title(self):
        """What a reader should see."""
        gap = self.sure - self.right
        verdict = (
            "is about as sure as it should be"
            if abs(gap) < 0.02
            else "is too sure of itself"
            if gap > 0
            else "is too modest"
        )
        said = f"the model {verdict}: it says {self.sure:.1%} and is right in {self.right:.1%}"
        return said + (f"; {self.left_out} probabilities are NaN and left out" if self.left_out else "")


def calibrated(probabilities, targets, bins):
    """Confidence and accuracy in bins of confidence.

    Raises
    ------
    OutOfRangeError
        When these are not probabilities.
    """
    p, truth = array_of(probabilities).astype(float), array_of(targets).reshape(-1)
    fine = np.isfinite(p.reshape(len(p), -1)).all(axis=1) if len(p) == len(truth) else np.ones(len(p), bool)
    left_out = int((~fine).sum())
    if left_out:
        p, truth = p[fine], truth[fine]
    error = calibration_error(p, truth, bins)
    p = np.stack([1 - p, p], axis=1) if p.ndim == 1 else p
    sure, right = p.max(axis=1), p.argmax(axis=1) == truth
    place = np.minimum((sure * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    seen = np.flatnonzero(count)
    confidence = np.bincount(place, sure, bins)[seen] / count[seen]
    accuracy = np.bincount(place, right, bins)[seen] / count[seen]
    return Calibration(error, confidence, accuracy, count[seen], seen, float(sure.mean()), float(right.mean()), left_out)
