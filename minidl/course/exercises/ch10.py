"""Exercises of chapter 10, training well."""

import math
from functools import partial

import minidl as md
from minidl import nn
from minidl.course.exercise import Exercise, Experiment, Function, Number, Word
from minidl.course.judging import reading_problem
from minidl.course.predicting import Prediction

DIAGNOSES = ("overfitting", "too small a step", "too large a step", "healthy")
PREDICTIONS = {
    "p1": Prediction(
        "The loss on the 400 digits falls to almost 0. And that on the validation set?",
        choices=("it falls to 0 too", "it falls, and stays low", "it falls, then rises"),
    ),
    "p2": Prediction(
        "Which helps most on new digits?", choices=("weight decay", "dropout", "moved images", "4 x more data")
    ),
    "p3": Prediction(
        "How does the error on new digits change with more and more features?",
        choices=("it falls", "it falls, then rises", "it falls, rises, and falls again"),
    ),
    "p4": Prediction("Run A: what is it?", choices=DIAGNOSES),
    "p5": Prediction("Run B: what is it?", choices=DIAGNOSES),
    "p6": Prediction("Run C: what is it?", choices=DIAGNOSES),
    "p7": Prediction("Run D: what is it?", choices=DIAGNOSES),
    "p8": Prediction("What does it answer the second time?", choices=("the same", "other answers each time")),
}


def kept():
    """Numbers, which of them stay, and the probability of being dropped."""
    return [
        (md.tensor([2.0, 4.0, 6.0, 8.0]), md.tensor([1, 0, 0, 1]), 0.25),  # more are dropped than on average
        (md.tensor([[1.0, -3.0]]), md.tensor([[0, 1]]), 0.5),
    ]


def moments():
    """A learning rate, the step, and how many there are."""
    return [(0.1, 0, 10), (0.1, 3, 10), (0.5, 10, 10), (2.0, 30, 40)]


def runs():
    """Validation losses and a patience."""
    return [
        ([1.0, 0.8, 0.9, 0.7, 0.75, 0.76, 0.72, 0.5], 3),
        ([1.0, 0.9, 0.8], 2),
        ([0.5, 0.6, 0.55, 0.58], 2),
        ([1.0, 0.9, 0.9, 0.9, 0.8], 2),
    ]


def cosine(lr, t, T):
    """Half a period of the cosine."""
    return lr / 2 * (1 + math.cos(math.pi * t / T))


def stop(losses, patience, forgive=True, best=True, late=0, equal=False):
    """Early stopping, or with something wrong."""
    lowest, waited = losses[0], 0
    for epoch, loss in enumerate(losses[1:], start=2):
        if loss < lowest or (equal and loss == lowest):
            lowest, waited = loss, waited * (not forgive)
        else:
            waited += 1
        if not best:
            lowest = loss
        if waited == patience + late:
            return epoch
    return len(losses)


EXERCISES = {
    "ex1": Exercise(
        "A diagnosis",
        Word("underfitting", "overfitting", "healthy"),
        "overfitting",
        wrong=[
            ("underfitting", "Then the training loss would be high as well."),
            ("healthy", "The curves part: what is learned helps with these examples only."),
        ],
    ),
    "ex2": Exercise(
        "Weight decay by hand",
        Number(0.005),
        4 * 0.98**2,
        wrong=[
            (4 * 0.98, "That is one step; two are asked for."),
            (4 * 0.8**2, "The learning rate belongs to it: each step multiplies by 1 - 0.1 * 0.2."),
            (4 * 0.9**2, "The weight decay belongs to it: each step multiplies by 1 - 0.1 * 0.2."),
            (4 - 2 * 0.02, "Not 0.02 each time, but the 0.02nd part of what is left."),
        ],
        hint="Each step multiplies by 1 - lr * weight_decay.",
    ),
    "ex3": Exercise(
        "Dropout",
        Function(kept, gradient=True),
        lambda x, keep, p: x * keep / (1 - p),
        wrong=[
            (lambda x, keep, p: x * keep, "The mean has become smaller: divide the survivors by 1 - p."),
            (lambda x, keep, p: x * keep / p, "p is the probability of being dropped; 1 - p stay."),
            (lambda x, keep, p: x * keep * (1 - p), "Divide by 1 - p: the survivors stand for the dropped as well."),
            (
                lambda x, keep, p: x * keep / keep.float().mean(),
                "Divide by 1 - p, the share that stays on average, not by the share that happened to stay.",
            ),
            (lambda x, keep, p: x * (1 - keep) / (1 - p), "keep is 1 for what stays."),
        ],
        hint="x times keep, divided by 1 - p.",
    ),
    "ex4": Exercise(
        "The cosine schedule",
        Function(moments),
        cosine,
        wrong=[
            (lambda lr, t, T: lr * (1 + math.cos(math.pi * t / T)), "At step 0 it is twice as much as it should: lr / 2."),
            (lambda lr, t, T: lr / 2 * (1 + math.cos(t / T)), "At the end it should be 0: pi is missing."),
            (lambda lr, t, T: lr * math.cos(math.pi * t / T), "A learning rate is never negative: add 1 to the cosine."),
            (
                lambda lr, t, T: lr / 2 * (1 - math.cos(math.pi * t / T)),
                "That rises from 0: the cosine is added, not subtracted.",
            ),
            (
                lambda lr, t, T: lr / 2 * (1 + math.cos(180 * t / T)),
                "math.cos counts in radians: half a period is pi, not 180.",
            ),
            (
                lambda lr, t, T: lr / 2 * 1 + math.cos(math.pi * t / T),
                "Brackets: lr / 2 multiplies both, the 1 and the cosine.",
            ),
            (lambda lr, t, T: lr * (1 - t / T), "That is a straight line."),
        ],
        hint="lr / 2 * (1 + math.cos(math.pi * t / T)), after import math.",
    ),
    "ex5": Exercise(
        "Early stopping",
        Function(runs),
        stop,
        wrong=[
            (partial(stop, forgive=False), "After each new lowest loss the waiting starts again from 0."),
            (partial(stop, best=False), "Compare with the lowest loss so far, not with that of the epoch before."),
            (
                lambda losses, patience: stop(losses, patience) - (stop(losses, patience) < len(losses)),
                "Epochs are counted from 1: after the first of them one epoch is over.",
            ),
            (partial(stop, equal=True), "Equal to the lowest is no improvement: the loss has to go *below* it."),
            (partial(stop, late=1), "It stops in the epoch in which the waiting reaches the patience, not one later."),
            (
                lambda losses, patience: losses.index(min(losses)) + 1,
                "That is the best of all epochs, and needs to know the future.",
            ),
        ],
        hint="Keep the lowest loss and a counter: 0 at a new lowest, otherwise one more; stop when it reaches the patience.",
    ),
    "ex6": Exercise(
        "95.5 % of unseen digits",
        Experiment(partial(reading_problem, least=0.955)),
        None,
        wrong=[
            (nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), "is it trained?"),
            (0.97, "Hand over the trained network itself"),
            (nn.Linear(3, 10), "That cannot be judged"),
        ],
    ),
}
