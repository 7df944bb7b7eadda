"""Exercises of chapter 11, evaluation."""

from functools import partial

import minidl as md
from minidl.course.exercise import Exercise, Function, Number
from minidl.course.predicting import Prediction
from minidl.train import metrics

PREDICTIONS = {
    "p1": Prediction('Which digit is taken most often for which other? Write it as "7 and 2".', words=True),
    "p2": Prediction(
        "The threshold is lowered. What happens?",
        choices=("recall rises, precision rises", "recall rises, precision falls", "recall falls, precision rises"),
    ),
    "p3": Prediction(
        "The same scores, and the illness becomes rare. What happens to AUC, and to precision?",
        choices=(
            "AUC falls, precision falls",
            "AUC stays, precision falls",
            "AUC falls, precision stays",
            "AUC stays, precision stays",
        ),
    ),
    "p4": Prediction("What probability does the one that learned by heart give to its answers, on average?", close=0.03),
    "p5": Prediction("Can one say which of the two is better?", choices=("yes", "no")),
    "p6": Prediction("What share of the 20 does the best of a hundred coins get right?", close=0.1),
}


def answers():
    """Zeros and ones: what was said, what is true."""
    return [
        (md.tensor([1, 1, 0, 0, 1, 0]), md.tensor([1, 0, 1, 0, 1, 0])),
        (md.tensor([1, 1, 1, 1, 0]), md.tensor([0, 0, 1, 0, 1])),
    ]


def scored():
    """Scores, some of them equal, and what is true."""
    return [
        (md.tensor([0.9, 0.8, 0.8, 0.3, 0.1]), md.tensor([1, 1, 0, 1, 0])),
        (md.tensor([3.0, -1.0, 0.5, 2.0]), md.tensor([0, 0, 1, 1])),
        (md.tensor([0.2, 0.2]), md.tensor([1, 0])),
    ]


def wanted():
    """Scores, what is true, and a recall."""
    scores, truth = md.tensor([0.9, 0.8, 0.7, 0.4, 0.3, 0.1]), md.tensor([1, 0, 1, 1, 0, 1])
    others = md.tensor([-1.2, 0.4, 2.5, -0.3, -2.0]), md.tensor([0, 1, 1, 0, 1])  # scores may be logits
    return [*[(scores, truth, recall) for recall in (0.5, 0.6, 0.75, 1.0)], (*others, 0.6)]


def ordinary_mean(said, truth):
    """The mean of precision and recall that F1 is not."""
    return (metrics.precision(said, truth) + metrics.recall(said, truth)) / 2


def pairs(scores, truth, equal=0.5):
    """The share of pairs in the right order."""
    difference = scores[truth == 1].unsqueeze(1) - scores[truth == 0].unsqueeze(0)
    return ((difference > 0).float() + equal * (difference == 0).float()).mean()


def threshold_for(scores, truth, recall, highest=True, strict=False):
    """The highest threshold that reaches a recall."""

    def reached(t):
        found = metrics.recall((scores >= t).long(), truth)
        return found > recall if strict else found >= recall - 1e-9

    good = [t for t in scores.tolist() if reached(t)]
    return (max if highest else min)(good, default=float("nan"))


def precise_enough(scores, truth, level):
    """The highest threshold at which the *precision* is reached."""
    return max(t for t in scores.tolist() if metrics.precision((scores >= t).long(), truth) >= level)


EXERCISES = {
    "ex1": Exercise(
        "Precision",
        Number(),
        0.8,
        wrong=[
            (8 / 12, "That is recall. Precision asks of the alarms: 8 hits and 2 false ones."),
            (0.94, "That is accuracy: what share of all is right."),
            (80.0, "That is in per cent. As a share it lies between 0 and 1."),
            (0.2, "That is the share of false alarms; precision is that of the justified ones."),
        ],
        hint="Hits divided by all alarms.",
    ),
    "ex2": Exercise(
        "Recall",
        Number(0.01),
        8 / 12,
        wrong=[
            (0.8, "That is precision. Recall asks of the ill: 8 found and 4 missed."),
            (800 / 12, "That is in per cent. As a share it lies between 0 and 1."),
            (4 / 12, "That is the share that was missed."),
            (0.08, "Of the ill, not of all the people."),
        ],
        hint="Hits divided by all that are ill.",
    ),
    "ex3": Exercise(
        "F1",
        Function(answers),
        metrics.f1,
        wrong=[
            (ordinary_mean, "That is the ordinary mean; F1 is 2PR / (P + R)."),
            (metrics.precision, "That is precision alone."),
            (metrics.recall, "That is recall alone."),
            (lambda said, truth: metrics.f1(said, truth) / 2, "The 2 is missing: 2PR / (P + R)."),
            (metrics.accuracy, "That is accuracy."),
            (
                lambda said, truth: 3 * metrics.recall(said, truth),
                "Brackets: 2 * P * R / (P + R). Without them it is divided by P alone.",
            ),
            (
                lambda said, truth: (metrics.precision(said, truth) * metrics.recall(said, truth)) ** 0.5,
                "That is the geometric mean; F1 is the harmonic one, 2PR / (P + R).",
            ),
        ],
        hint="hits = (answers * truth).sum(); precision, recall, then 2PR / (P + R).",
    ),
    "ex4": Exercise(
        "AUC by pairs",
        Function(scored),
        pairs,
        wrong=[
            (lambda scores, truth: pairs(scores, truth, equal=0), "Equal scores count half."),
            (lambda scores, truth: pairs(scores, truth, equal=1), "Equal scores count half, not whole."),
            (lambda scores, truth: pairs(scores, 1 - truth), "The other way round: the one of class 1 should be higher."),
            (lambda s, t: pairs(s, t) * t.sum() * (1 - t).sum(), "That is the number of pairs; their share is asked for."),
        ],
        hint="scores[truth == 1].unsqueeze(1) and scores[truth == 0].unsqueeze(0) compare every pair.",
    ),
    "ex5": Exercise(
        "Standard error",
        Number(),
        0.015,
        wrong=[
            (0.09 / 400, "The root is missing."),
            (0.3, "That is how single answers scatter; the mean of 400 scatters 20 times less."),
            (1.5, "That is in per cent. As a share it is a hundredth of it."),
            (0.03, "Those are two standard errors; one is asked for."),
        ],
        hint="The root of p (1 - p) / n.",
    ),
    "ex6": Exercise(
        "A threshold for a recall",
        Function(wanted),
        threshold_for,
        wrong=[
            (partial(threshold_for, highest=False), "The lowest has the most false alarms: take the highest that will do."),
            (partial(threshold_for, strict=True), "At least the recall that is asked for: equal is enough."),
            (
                lambda s, t, recall: s.tolist().index(threshold_for(s, t, recall)),
                "That is its place in the list. The score itself is asked for.",
            ),
            (
                lambda s, t, recall: s[t == 1].sort(descending=True).values[int(recall * t.sum().item()) - 1],
                "The number of the ill to be found is rounded up: with 2 of 4 a recall of 0.6 is not reached.",
            ),
            (precise_enough, "That is precision: recall divides by all that are ill, not by the alarms."),
        ],
        hint="For each score t from the highest on: recall of (scores >= t); return the first that reaches it.",
    ),
}
