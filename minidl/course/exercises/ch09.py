"""Exercises of chapter 09, preparing data."""

import numpy as np

import minidl as md
from minidl.course.exercise import Exercise, Experiment, Function, Number, Word, plain
from minidl.course.predicting import Prediction
from minidl.data.transforms import Standardize
from minidl.nn.functional import one_hot

PREDICTIONS = {
    "p1": Prediction("What does the loss look like then?", choices=("a round bowl", "a long gorge", "many hills")),
    "p2": Prediction("Without the mask: what is the mean of the second sentence?"),
    "p3": Prediction("What share of the last 50 flowers will it get right?", close=0.3),
    "p4": Prediction("All measurements are divided at random. What share of the answers is right?", close=0.05),
    "p5": Prediction("What share of the 20 is judged correctly?", close=0.1),
}


def sets():
    """Training and test sets, one of them with numbers below 0 and as many rows as columns."""
    train = md.tensor([[-1.5, 0.25, 4.0], [2.5, -7.5, 0.0], [0.5, 1.0, -2.0]])
    test = md.tensor([[1.5, -2.25, 3.0], [0.0, 0.5, -1.0], [-4.0, 2.0, 6.5]])
    return [(md.tensor([[1.0, 10.0], [3.0, 50.0], [8.0, 30.0]]), md.tensor([[2.0, 20.0], [20.0, 0.0]])), (train, test)]


def labels():
    """Class numbers, and how many classes there are."""
    return [(md.tensor([2, 0, 1, 1]), 3), (md.tensor([0, 1]), 4)]


class OfFloats(Function):
    """A function that returns floating-point numbers."""

    def problem(self, answer):
        """Why this is no such function."""
        found = super().problem(answer)
        if not found and np.asarray(plain(answer(*self.cases()[0]))).dtype.kind in "biu":
            return "Zeros and ones are asked for as floating-point numbers: add .float()."
        return found


def padded():
    """Rows, and which places of them are real; what stands in the others is not always 0."""
    return [
        (md.tensor([[1.0, 2.0, 6.0], [4.0, 0.0, 0.0]]), md.tensor([[True, True, True], [True, False, False]])),
        (md.tensor([[1.0, 5.0, 9.0, 9.0]]), md.tensor([[True, True, False, False]])),
    ]


def scaled(x, by):
    """Columns standardised by those of another set."""
    return Standardize().fit(by)(x)


def together(train, test):
    """Both standardised by all there is, which is leakage."""
    everything = md.cat([train, test])
    return scaled(train, everything), scaled(test, everything)


def one_mean(train, test):
    """Both standardised by a single mean and deviation."""
    return tuple((x - train.mean()) / train.std(correction=0) for x in (train, test))


def division_problem(divide):
    """What a division of 40 examples lacks, in which every class has its own size."""
    kinds = [0] * 20 + [1] * 13 + [2] * 7
    parts = [np.asarray(plain(part)) if isinstance(part, md.Tensor) else list(part) for part in divide(md.tensor(kinds))]
    if any(np.asarray(part).dtype == bool for part in parts):
        return "That is a mask, True or False for every example. Places are asked for: md.where(mask)[0]."
    learn, test = (sorted(int(i) for i in part) for part in parts)
    if len(set(learn)) < len(learn) or len(set(test)) < len(test):
        return "Some places are named more than once. Or are these labels? The places of the examples are asked for."
    if set(learn) & set(test):
        return "Some examples are in both parts: the exam would be known beforehand."
    if sorted([*learn, *test]) != list(range(40)):
        return "Every example belongs to one of the two parts, and some are in neither."
    counts = [sum(kinds[i] == kind for i in test) for kind in range(3)]
    if counts == [16, 11, 6]:
        return "The two parts are exchanged: first the examples to learn from, then the fifth to test with."
    if counts != [4, 2, 1]:
        return f"Of 20, 13 and 7 examples 4, 2 and 1 should go to the test; there are {', '.join(map(str, counts))}."
    again = [sorted(int(i) for i in divide(md.tensor(kinds))[1]) for _ in range(5)]
    same = all(other == test for other in again)
    return (
        "It divides in the same way each time: choose at random, with md.randperm, and without a seed inside."
        if same
        else ""
    )


def by_order(kinds):
    """Stratified, but always the first of each class."""
    places = [[i for i, k in enumerate(kinds.tolist()) if k == kind] for kind in sorted(set(kinds.tolist()))]
    return [i for p in places for i in p[len(p) // 5 :]], [i for p in places for i in p[: len(p) // 5]]


EXERCISES = {
    "ex1": Exercise(
        "A number standardised",
        Number(0.01),
        4 / (32 / 3) ** 0.5,
        wrong=[
            (4 / (32 / 3), "That is divided by the variance; the standard deviation is its root."),
            (1.0, "Here the sum of the squares is divided by 3, not by 2."),
            (4.0, "The mean is gone. Now divide by the standard deviation."),
            (9 / (32 / 3) ** 0.5, "First subtract the mean, 5."),
        ],
        hint="Mean 5; the squares of the differences are 16, 0, 16.",
    ),
    "ex2": Exercise(
        "Standardise without leakage",
        Function(sets),
        lambda train, test: (scaled(train, train), scaled(test, train)),
        wrong=[
            (
                lambda a, b: (scaled(a, a), scaled(b, b)),
                "Equal rows become different here: use the mean of the training set for both.",
            ),
            (together, "Mean and deviation of both sets together: the test set has leaked into the preparation."),
            (lambda a, b: (a - a.mean(dim=0), b - a.mean(dim=0)), "The division by the standard deviation is missing."),
            (
                lambda a, b: ((a - a.mean(dim=0)) / a.std(dim=0), (b - a.mean(dim=0)) / a.std(dim=0)),
                "std() divides by n - 1. Here it is std(dim=0, correction=0).",
            ),
            (lambda a, b: scaled(b, a), "That is the test set. Return both: the training set first."),
            (
                lambda a, b: (scaled(a, a), (b - b.mean(dim=0)) / a.std(dim=0, correction=0)),
                "The test set has to be moved by the mean of the training set, not by its own.",
            ),
            (one_mean, "Every column has its own mean: dim=0."),
        ],
        hint="mean, std = train.mean(dim=0), train.std(dim=0, correction=0); use them for both.",
    ),
    "ex3": Exercise(
        "One-hot coding",
        OfFloats(labels),
        lambda y, classes: one_hot(y, classes).float(),
        wrong=[
            (lambda y, classes: one_hot(y, classes).float().T, "Every example is a row, every class a column."),
            (lambda y, classes: one_hot(y).float(), "A column for every class, even if the last do not occur."),
            (
                lambda y, classes: (y.unsqueeze(1) == md.arange(1, classes + 1)).float(),
                "Classes are counted from 0: md.arange(classes).",
            ),
            (lambda y, classes: y.float(), "A row for each example is asked for, with a single 1."),
        ],
        hint="labels.unsqueeze(1) == md.arange(classes) compares every label with every class; then .float().",
    ),
    "ex4": Exercise(
        "A mean over real places",
        Function(padded),
        lambda x, mask: (x * mask.float()).sum(dim=1) / mask.float().sum(dim=1),
        wrong=[
            (lambda x, mask: x.mean(dim=1), "Padding is counted as if it were real."),
            (lambda x, mask: (x * mask.float()).mean(dim=1), "Divide by the number of real places, not by all."),
            (
                lambda x, mask: x.sum(dim=1) / mask.float().sum(dim=1),
                "Something may stand in the padding: multiply by the mask.",
            ),
            (lambda x, mask: x[mask].mean(), "That is one mean over all rows. Each row has its own."),
            (
                lambda x, mask: (x * mask.float()).sum(dim=1) / mask.sum(),
                "Each row is divided by its own number of real places.",
            ),
            (lambda x, mask: (x * mask.float()).sum(dim=1), "That is the sum. Divide by the number of real places."),
        ],
        hint="(x * mask.float()).sum(dim=1), divided by mask.float().sum(dim=1).",
    ),
    "ex5": Exercise(
        "What comes first",
        Word("fill", "divide", "either"),
        "divide",
        wrong=[
            ("fill", "The mean would contain rows of the test set: it is learned from the training set, after dividing."),
            ("either", "It matters: whose rows are in the mean?"),
        ],
    ),
    "ex6": Exercise(
        "A stratified division",
        Experiment(division_problem),
        None,
        wrong=[
            (by_order, "It divides in the same way each time"),
            (lambda kinds: by_order(kinds)[::-1], "The two parts are exchanged"),
            (lambda kinds: tuple(md.isin(md.arange(40), md.tensor(part)) for part in by_order(kinds)), "That is a mask"),
            (
                lambda kinds: tuple(kinds[md.tensor(part)] for part in by_order(kinds)),
                "Some places are named more than once",
            ),
            (lambda kinds: (lambda order: (order[8:], order[:8]))(list(range(40))), "4, 2 and 1 should go to the test"),
            (lambda kinds: (list(range(40)), by_order(kinds)[1]), "Some examples are in both parts"),
            (lambda kinds: ([], by_order(kinds)[1]), "some are in neither"),
        ],
    ),
}
