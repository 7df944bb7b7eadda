"""Metrics agree with those of scikit-learn (fixtures/make_metrics.py), and refuse what cannot be judged."""

import json
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl.errors import OutOfRangeError, ShapeError
from minidl.train import metrics

KEPT = json.loads((Path(__file__).parents[1] / "fixtures" / "metrics.json").read_text())
TARGETS, SCORES, YES, SCORE = (md.tensor(v) for v in KEPT["inputs"])
GUESS = (SCORE > 0).long()


def test_classification_agrees_with_scikit_learn():
    assert metrics.accuracy(SCORES, TARGETS) == pytest.approx(KEPT["accuracy"])
    assert metrics.confusion_matrix(SCORES, TARGETS).tolist() == KEPT["confusion"]
    assert metrics.top_k_accuracy(SCORES, TARGETS, k=2) == pytest.approx(KEPT["top2"])
    assert metrics.top_k_accuracy(SCORES, TARGETS, k=4) == 1.0


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
def test_precision_recall_and_f1_agree_with_scikit_learn(average):
    found = [f(SCORES, TARGETS, average) for f in (metrics.precision, metrics.recall, metrics.f1)]
    np.testing.assert_allclose(found, KEPT[average])


def test_yes_or_no_agrees_with_scikit_learn():
    np.testing.assert_allclose([f(GUESS, YES) for f in (metrics.precision, metrics.recall, metrics.f1)], KEPT["binary"])
    assert metrics.roc_auc(SCORE, YES) == pytest.approx(KEPT["roc_auc"])
    assert metrics.average_precision(SCORE, YES) == pytest.approx(KEPT["average_precision"])
    false, true, _ = metrics.roc_curve(SCORE, YES)
    np.testing.assert_allclose([false.tolist(), true.tolist()], KEPT["roc"])


def test_regression_agrees_with_scikit_learn():
    assert metrics.mean_absolute_error(SCORES[:, 0], TARGETS) == pytest.approx(KEPT["mae"], rel=1e-6)
    assert metrics.r2_score(SCORES[:, 0], TARGETS) == pytest.approx(KEPT["r2"], rel=1e-6)


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
    ],
)
def test_what_cannot_be_judged_is_refused(call, kind, text):
    with pytest.raises(kind, match=text):
        call()
