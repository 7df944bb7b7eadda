"""Exercises of chapter 06, losses."""

import math

import minidl as md
from minidl.course.exercise import Exercise, Function, Number, Word
from minidl.course.predicting import Prediction

PREDICTIONS = {
    "p1": Prediction("What is the slope of the number of right answers along this weight?"),
    "p2": Prediction("Which loss has the steeper slope there?", choices=("cross-entropy", "the squared error", "both")),
    "p3": Prediction("What comes out?", choices=("0 and 1", "0.27 and 0.73", "0.5 and 0.5", "nan and nan")),
}


def scores():
    """Scores, some of them so large that e to their power is no number any more."""
    return [
        (md.tensor([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]),),
        (md.tensor([[1000.0, 1001.0, 999.0]]),),
        (md.tensor([[1000.0, 1001.0, 999.0], [-1000.0, -1001.0, -999.0], [500.0, -500.0, -500.0]]),),
    ]


def ordinary():
    """Scores and true classes."""
    generator = md.random.Generator()
    generator.manual_seed(8)
    some = md.randn(4, 3, generator=generator)
    return [(some, md.tensor([0, 2, 1, 1])), (md.tensor([[50.0, 0.0, 0.0]]), md.tensor([1]))]


def pairs():
    """Predictions and targets."""
    return [(md.tensor([1.0, 2.0, 4.0]), md.tensor([1.5, 0.0, 4.0])), (md.tensor([0.5]), md.tensor([-0.5]))]


def naive(s):
    """A softmax as the formula has it."""
    return s.exp() / s.exp().sum(dim=1, keepdim=True)


def truth_of(s, labels):
    """The logarithm of the probability of each true class."""
    return s.log_softmax(dim=1).gather(1, labels.unsqueeze(1)).squeeze(1)


def batches():
    """Scores and the true classes."""
    generator = md.random.Generator()
    generator.manual_seed(6)
    return [
        (md.randn(4, 3, generator=generator), md.tensor([0, 2, 1, 1])),
        (md.randn(2, 5, generator=generator), md.tensor([4, 0])),
    ]


def score_slope(scores, labels, dim=1):
    """Softmax minus the truth, divided by the number of examples."""
    return (scores.softmax(dim=dim) - md.nn.functional.one_hot(labels, scores.shape[1])) / len(labels)


EXERCISES = {
    "ex1": Exercise(
        "Surprise in nats",
        Number(0.01),
        math.log(4),
        wrong=[
            (-math.log(4), "The sign: surprise is never below 0, it is -ln p."),
            (0.25, "That is the probability. The loss is its negative logarithm."),
            (0.60206, "That is the logarithm of base 10. Here it is the natural one."),
            (0.28768, "That is how surprising it would be if it had *not* happened: take 0.25, not 0.75."),
            (2.0, "That is in bits, with the logarithm of base 2. Here it is the natural one."),
        ],
        hint="-ln of 0.25.",
    ),
    "ex2": Exercise(
        "Mean squared error",
        Function(pairs, gradient=True),
        lambda p, y: ((p - y) ** 2).mean(),
        wrong=[
            (lambda p, y: ((p - y) ** 2).sum(), "That is the sum. The mean is divided by the number of examples."),
            (lambda p, y: (p - y).abs().mean(), "That is the mean absolute error: square instead."),
            (lambda p, y: ((p - y) ** 2).mean().sqrt(), "That is its root, back in the units of y. Leave the root out."),
            (lambda p, y: ((p - y) ** 2).mean() / 2, "That is half of it."),
            (lambda p, y: (p - y) ** 2, "Those are the squares. Now their mean: one number."),
            (lambda p, y: (p - y).mean() ** 2, "First square every error, then take the mean; else errors cancel."),
        ],
        hint="Difference, square, mean.",
    ),
    "ex3": Exercise(
        "A softmax that does not overflow",
        Function(scores, gradient=True),
        lambda s: s.softmax(dim=1),
        wrong=[
            (naive, "e to the 1000 is infinite. Subtract the largest score of each row first."),
            (
                lambda s: naive(s - s.max()),
                "Each row needs its own largest score: a row far below the largest of all becomes 0 / 0.",
            ),
            (
                lambda s: naive(s - s.mean(dim=1, keepdim=True)),
                "The largest score may be far above the mean, too: subtract the largest of each row.",
            ),
            (lambda s: s.log_softmax(dim=1), "Those are the logarithms of the probabilities."),
            (lambda s: s.sigmoid(), "That takes each score by itself. The probabilities of a row add up to 1."),
            (lambda s: s.softmax(dim=0), "The probabilities of one example are a row: dim=1."),
            (lambda s: s / s.sum(dim=1, keepdim=True), "The exponential is missing: probabilities are never negative."),
        ],
        hint="Subtract s.max(dim=1, keepdim=True).values, take exp, divide by the sum of the row (keepdim=True).",
    ),
    "ex4": Exercise(
        "Cross-entropy",
        Function(ordinary, gradient=True),
        lambda s, labels: -truth_of(s, labels).mean(),
        wrong=[
            (lambda s, labels: truth_of(s, labels).mean(), "The sign: a probability near 0 must give a large loss."),
            (lambda s, labels: -truth_of(s, labels).sum(), "The mean over the examples is asked for."),
            (
                lambda s, labels: -s.log_softmax(dim=1)[:, labels].mean(),
                "logs[:, labels] takes whole columns. logs[md.arange(n), labels] takes one element of each row.",
            ),
            (
                lambda s, labels: -truth_of(s.softmax(dim=1), labels).mean(),
                "There is a softmax too many: log_softmax and cross_entropy want the scores themselves.",
            ),
            (lambda s, labels: -s.log_softmax(dim=1).mean(), "Only the right class of each row counts, not all of them."),
            (lambda s, labels: (1 - truth_of(s, labels).exp()).mean(), "The logarithm is missing: -ln p of the right one."),
        ],
        hint="s.log_softmax(dim=1), pick the right class of each row, take the mean, change the sign.",
    ),
    "ex5": Exercise(
        "Which loss for house prices",
        Word("mse", "cross-entropy", "accuracy"),
        "mse",
        wrong=[
            ("cross-entropy", "A price is no choice among classes: it is a number, and can be a little off."),
            ("accuracy", "Accuracy counts exact hits, and its slope is 0 everywhere: nothing can be learned from it."),
        ],
        hint="Is the answer a class or a number?",
    ),
    "ex6": Exercise(
        "Softmax minus the truth",
        Function(batches),
        score_slope,
        wrong=[
            (lambda s, labels: score_slope(s, labels) * len(labels), "The loss is a mean: divide by how many there are."),
            (lambda s, labels: -score_slope(s, labels), "The sign: the probability of a wrong class must be pushed down."),
            (lambda s, labels: score_slope(s, labels, dim=0), "The probabilities of one example are a row: dim=1."),
            (lambda s, labels: s.softmax(dim=1) / len(labels), "The truth is missing: subtract 1 at the right class."),
        ],
        hint="scores.softmax(dim=1), minus md.nn.functional.one_hot(labels, classes), divided by the number of examples.",
        praise="The most used gradient in all of deep learning.",
    ),
}
