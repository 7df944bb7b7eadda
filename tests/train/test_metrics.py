"""Metrics agree with those of scikit-learn (fixtures/make_metrics.py), and refuse what cannot be judged."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl.errors import OutOfRangeError, ShapeError
from minidl.train import metrics
from tests.train.odd_inputs import LABELS, NUMBERS, SCORES

KEPT = json.loads((Path(__file__).parents[1] / "fixtures" / "metrics.json").read_text())
TARGETS, CLASS_SCORES, YES, SCORE = (md.tensor(v) for v in KEPT["inputs"])
GUESS = (SCORE > 0).long()


def test_classification_agrees_with_scikit_learn():
    assert metrics.accuracy(CLASS_SCORES, TARGETS) == pytest.approx(KEPT["accuracy"])
    assert metrics.confusion_matrix(CLASS_SCORES, TARGETS).tolist() == KEPT["confusion"]
    assert metrics.top_k_accuracy(CLASS_SCORES, TARGETS, k=2) == pytest.approx(KEPT["top2"])
    assert metrics.top_k_accuracy(CLASS_SCORES, TARGETS, k=4) == 1.0


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
def test_precision_recall_and_f1_agree_with_scikit_learn(average):
    found = [f(CLASS_SCORES, TARGETS, average) for f in (metrics.precision, metrics.recall, metrics.f1)]
    np.testing.assert_allclose(found, KEPT[average])


def test_yes_or_no_agrees_with_scikit_learn():
    np.testing.assert_allclose([f(GUESS, YES) for f in (metrics.precision, metrics.recall, metrics.f1)], KEPT["binary"])
    assert metrics.roc_auc(SCORE, YES) == pytest.approx(KEPT["roc_auc"])
    assert metrics.average_precision(SCORE, YES) == pytest.approx(KEPT["average_precision"])
    false, true, _ = metrics.roc_curve(SCORE, YES)
    np.testing.assert_allclose([false.tolist(), true.tolist()], KEPT["roc"])


def test_regression_agrees_with_scikit_learn():
    assert metrics.mean_absolute_error(CLASS_SCORES[:, 0], TARGETS) == pytest.approx(KEPT["mae"], rel=1e-6)
    assert metrics.r2_score(CLASS_SCORES[:, 0], TARGETS) == pytest.approx(KEPT["r2"], rel=1e-6)


INPUTS = {"roc_auc": SCORES, "average_precision": SCORES, "mean_absolute_error": NUMBERS, "r2_score": NUMBERS}


@pytest.mark.parametrize("case", KEPT["cases"], ids=lambda case: f"{case[0]} {case[1]} {case[2].get('average', '')}")
def test_what_is_seldom_given_agrees_with_scikit_learn(case):
    name, given, options, expected = case
    predictions, targets = INPUTS.get(name, LABELS)[given]
    f = getattr(metrics, name)
    for form in (np.asarray, lambda x: md.tensor(np.asarray(x)), lambda x: np.asarray(x)[:, None]):
        if np.ndim(predictions) == 1 or form is np.asarray:
            found = f(form(predictions), form(targets), **options)
            np.testing.assert_allclose(found.tolist() if isinstance(found, md.Tensor) else found, expected)


def test_targets_may_be_one_hot_or_a_column():
    labels = TARGETS.array
    expected = metrics.accuracy(CLASS_SCORES, labels)
    assert metrics.accuracy(CLASS_SCORES, np.eye(4)[labels]) == expected
    assert metrics.accuracy(CLASS_SCORES, labels[:, None]) == expected
    assert metrics.top_k_accuracy(CLASS_SCORES, labels[:, None], 2) == metrics.top_k_accuracy(CLASS_SCORES, labels, 2)


def test_calibration_of_a_model_that_is_always_sure_and_right_half_the_time():
    sure = md.tensor([[1.0, 0.0]] * 10)
    assert metrics.calibration_error(sure, [0, 1] * 5) == 0.5
    assert metrics.calibration_error(md.tensor([0.75] * 4), [1, 1, 1, 0]) == 0.0


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: metrics.accuracy([1], [1, 2]), ShapeError, "every prediction needs its target"),
        (lambda: metrics.accuracy([], []), ShapeError, "there is nothing to judge"),
        (
            lambda: metrics.precision([0, 1, 2], [0, 1, 2]),
            ShapeError,
            'average="binary" is for two classes, and there are 3',
        ),
        (lambda: metrics.roc_auc([0.1, 0.2], [1, 1]), ValueError, "must be 0 and 1, and both must occur"),
        (lambda: metrics.top_k_accuracy(md.ones(1, 3), [0], k=4), OutOfRangeError, "between 1 and the 3 classes"),
        (lambda: metrics.confusion_matrix([3], [0], 2), OutOfRangeError, "labels must be between 0 and 1"),
        (lambda: metrics.calibration_error([2.0], [1]), OutOfRangeError, "apply softmax or sigmoid first"),
        (lambda: metrics.r2_score([1.0, 2.0], [1.0, 1.0]), ValueError, "no variance to explain"),
        (lambda: metrics.accuracy([0.9, 0.2], [1, 0]), ValueError, "predictions are numbers between labels, such as 0.9"),
        (lambda: metrics.f1([[0.9], [0.2]], [1, 0]), ValueError, r"turn probabilities or scores into labels first"),
        (lambda: metrics.accuracy(md.ones(2, 3), [[1, 1, 0], [0, 0, 1]]), ShapeError, "nor one-hot rows with a single 1"),
        (lambda: metrics.accuracy(md.ones(2, 3), [[1, 0], [0, 1]]), ShapeError, "have a column for each class"),
        (lambda: metrics.accuracy(md.ones(2, 3, 4), md.ones(2, 4)), ShapeError, "one row of scores"),
        (lambda: metrics.accuracy(md.tensor([[1.0, math.nan]]), [0]), ValueError, "predictions hold NaN"),
        (lambda: metrics.roc_auc([math.nan, 1.0], [0, 1]), ValueError, "scores hold NaN"),
        (lambda: metrics.roc_auc(md.ones(2, 2), [0, 1]), ShapeError, "each example needs one score"),
        (lambda: metrics.top_k_accuracy([0.1, 0.2], [0, 1], 1), ShapeError, r"needs scores \(N, C\) and labels"),
        (lambda: metrics.calibration_error([math.nan], [1]), ValueError, "probabilities hold NaN"),
        (lambda: metrics.mean_absolute_error([math.inf], [1.0]), ValueError, "are infinite"),
        (lambda: metrics.mean_absolute_error([1.0, 2.0], [[1.0], [2.0]]), ShapeError, "shapes must be equal"),
        (lambda: metrics.precision([0, 2], [2, 0]), ValueError, r"is about class 1, and the labels are \[0, 2\]"),
        (lambda: metrics.accuracy(1, 1), ShapeError, "here is a single number"),
    ],
)
def test_what_cannot_be_judged_is_refused(call, kind, text):
    with pytest.raises(kind, match=text):
        call()
