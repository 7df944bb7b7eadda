"""Exercises of chapter 27, computing at scale."""

import numpy as np

import minidl as md
from minidl.course.exercise import Exercise, Function, Number
from minidl.course.predicting import Prediction

PREDICTIONS = {
    "p1": Prediction(
        "The last layer: how many FLOPs does its backward pass take, compared with its forward pass?",
        choices=("half as many", "equally many", "twice as many", "ten times as many"),
    ),
    "p2": Prediction(
        "One linear layer, with 1 row instead of 512: does it do more or fewer FLOPs for each byte that it moves?",
        choices=("more", "as many", "fewer"),
    ),
    "p3": Prediction(
        "Of 100 gradients of the scores, how many become 0 when they are kept in float16?", unit="of 100", close=0.2
    ),
    "p4": Prediction(
        "Two processes with 32 examples each, twenty steps. Their loss and that of one process with all 64 are ...",
        choices=("the same, but for rounding", "about as good, but other numbers", "worse: each saw half"),
    ),
    "p5": Prediction("The model with 26,187 weights, trained with three seeds: what is its mean loss?", close=0.03),
    "p6": Prediction(
        "The interval of the blind prediction: where will the loss of the model lie that is trained afterwards?",
        choices=("below it", "in it", "above it"),
    ),
}


def gradients_and_sizes():
    """Gradients of processes with parts of different size."""
    random = np.random.RandomState(27)
    draw = lambda: md.tensor(random.randn(3, 3).astype(np.float32))
    return [([draw(), draw()], [3, 1]), ([draw(), draw(), draw()], [2, 5, 9]), ([draw()], [4])]


def weighted(gradients, sizes):
    """The gradient of the mean over all examples."""
    return sum(g * n for g, n in zip(gradients, sizes, strict=True)) / sum(sizes)


def power(n1, l1, n2, l2, floor, n):
    """The law through two points, above a floor."""
    alpha = np.log((l1 - floor) / (l2 - floor)) / np.log(n2 / n1)
    return floor + (l2 - floor) * (n2 / n) ** alpha


def linear(n1, l1, n2, l2, floor, n):
    """A straight line through the two points."""
    return l2 + (l2 - l1) / (n2 - n1) * (n - n2)


def half_logarithmic(n1, l1, n2, l2, floor, n):
    """A straight line over the logarithm of the size, with the loss itself."""
    return l2 + (l2 - l1) / np.log(n2 / n1) * np.log(n / n2)


RINGS = [(12, 2), (30, 3), (80, 8)]  # small: whatever a chapter defines may be called with them
LAWS = [(1e3, 2.5, 1e4, 1.9, 1.0, 1e5), (2e3, 3.0, 8e3, 2.2, 1.5, 1e6), (1e4, 1.8, 2e4, 1.7, 0.0, 8e4)]

EXERCISES = {
    "ex1": Exercise(
        "Arithmetic of a linear layer",
        Number(1e-6),
        2 * 64 * 512 * 256 + 64 * 256,
        wrong=[
            (2 * 64 * 512 * 256, "The bias is added once for each output: 64 × 256 more."),
            (64 * 512 * 256 + 64 * 256, "Each weight costs a multiplication *and* an addition."),
            (2 * 512 * 256 + 256, "That is one example; the batch has 64."),
            (6 * 64 * 512 * 256, "That is forward and backward together."),
        ],
        hint="2 × rows × inputs × outputs, and one addition for each output.",
    ),
    "ex2": Exercise(
        "What a ring sends",
        Function(lambda: RINGS),
        lambda weights, k: 2 * (k - 1) * 4 * weights / k,
        wrong=[
            (lambda weights, k: 2 * (k - 1) * weights / k, "That is how many numbers; each has 4 bytes."),
            (lambda weights, k: 2 * (k - 1) * 4 * weights, "Each time only one k-th of the gradients is sent."),
            (lambda weights, k: (k - 1) * 4 * weights / k, "Twice around: once to add up, once to tell everybody."),
            (lambda weights, k: 8 * weights, "Nearly, for many processes; but there are 2 (k - 1) turns, not 2 k."),
        ],
        hint="Turns: 2 (k - 1). In each: weights / k numbers of 4 bytes.",
        praise="It hardly depends on how many there are: never more than twice the gradients. That is the charm of a ring.",
    ),
    "ex3": Exercise(
        "Averaging uneven parts",
        Function(gradients_and_sizes),
        weighted,
        wrong=[
            (lambda g, n: sum(g) / len(g), "A process with few examples counts as much as one with many: weight by size."),
            (lambda g, n: sum(a * b for a, b in zip(g, n, strict=True)), "Divide by the number of all examples."),
            (
                lambda g, n: sum(a * b for a, b in zip(g, n, strict=True)) / len(g),
                "Divide by the number of all examples, not by that of the processes.",
            ),
        ],
        hint="Mean times size is the sum over a part. Add the sums, and divide by the number of all examples.",
    ),
    "ex4": Exercise(
        "A small bubble",
        Number(1e-6),
        28,
        wrong=[
            (35, "Divide the steps lost by *all* steps, m + p - 1, not by the m steps of work."),
            (40, "The bubble is 7 steps, not 8; and it is divided by all steps, m + 7."),
            (32, "The bubble is p - 1 = 7 steps, not 8."),
            (27, "Then 7 of 34 steps are lost, a little more than a fifth."),
        ],
        hint="7 / (m + 7) is to be at most 1 / 5.",
    ),
    "ex5": Exercise(
        "Two points and a law",
        Function(lambda: LAWS),
        power,
        wrong=[
            (linear, "A straight line falls below every floor. What is straight is log(L - E) over log N."),
            (half_logarithmic, "Over log N it is log(L - E) that is straight, not L."),
            (
                lambda n1, l1, n2, l2, floor, n: power(n1, l1, n2, l2, 0.0, n),
                "The floor is missing: only what lies above it falls.",
            ),
            (lambda n1, l1, n2, l2, floor, n: power(n1, l1, n2, l2, floor, n) - floor, "Add the floor again at the end."),
        ],
        hint="alpha = log((l1 - E) / (l2 - E)) / log(n2 / n1); then go on from (n2, l2).",
    ),
}
