"""Exercises of chapter 13, faces."""

from functools import partial

import minidl as md
from minidl.course.exercise import Exercise, Function, Number
from minidl.course.predicting import Prediction

PREDICTIONS = {
    "p1": Prediction("Of the faces and backgrounds for choosing: which share does one threshold get right?", close=0.05),
    "p2": Prediction("Which share of the hard negatives does the same threshold take for faces?", close=0.1),
    "p3": Prediction(
        "The network learned from the easy backgrounds. How many windows of a photograph of a cat does it take for a face?",
        choices=("none", "about one in a hundred", "more than one in five"),
    ),
    "p4": Prediction(
        "One face is in the portrait. Of boxes that overlap, only the strongest is kept: how many are left?",
        choices=("one", "two to five", "more than five"),
    ),
    "p5": Prediction("Which equal error rate does the distance between the pixels reach?", close=0.08),
    "p6": Prediction(
        "The loss only pulls the same together. Compared with the whole loss, it gets...",
        choices=(
            "larger loss, worse at telling people apart",
            "smaller loss, worse at telling people apart",
            "smaller loss, better at telling people apart",
        ),
    ),
}


def places():
    """Rows, columns, and how much the photograph was shrunk."""
    return [(0, 0, 1.0), (3, 5, 1.0), (2, 7, 0.5), (10, 4, 0.25), (2, 3, 0.8)]


def box_of(row, column, scale, side=25, stride=4):
    """Where a window is in the photograph."""
    left, top = stride * column, stride * row
    return left / scale, top / scale, (left + side) / scale, (top + side) / scale


def scored():
    """Scores, whether it is a face, and how many are asked for."""
    return [
        (md.tensor([0.5, 3.0, -1.0, 2.0, 1.0, 4.0]), md.tensor([0, 1, 0, 0, 0, 1]), 3),
        (md.tensor([-2.0, -0.5, -1.0, 7.0, 0.1]), md.tensor([0, 0, 0, 1, 0]), 2),
    ]


def hardest(scores, is_face, count):
    """The indices of the highest scores among those that are no face."""
    return scores.where(is_face == 0, -md.inf).argsort(descending=True)[:count]


def triplets():
    """An anchor, a positive, a negative, a margin: some still to learn from, some not."""
    md.manual_seed(3)
    a, b, c = md.randn(3, 4)
    return [(a, b, c, 0.2), (a, c, b, 0.2), (a, b, a + 0.3 * b, 1.0), (a, a + 0.1, b, 0.5)]


def length(x):
    """The length of a vector."""
    return (x * x).sum().sqrt()


def triplet_loss(anchor, positive, negative, margin):
    """How much the negative is too near."""
    return (length(anchor - positive) - length(anchor - negative) + margin).clamp(min=0)


def without_end(anchor, positive, negative, margin):
    """A loss that never has enough."""
    return length(anchor - positive) - length(anchor - negative) + margin


def minus_margin(anchor, positive, negative, margin):
    """The margin with the wrong sign."""
    return (length(anchor - positive) - length(anchor - negative) - margin).clamp(min=0)


def squared(anchor, positive, negative, margin):
    """Squares of the distances."""
    return (((anchor - positive) ** 2).sum() - ((anchor - negative) ** 2).sum() + margin).clamp(min=0)


def distances():
    """Distances, whether the two are the same, and a threshold."""
    return [
        (md.tensor([0.1, 0.4, 0.6, 0.5, 0.9, 0.2, 1.3]), md.tensor([1, 1, 1, 0, 0, 0, 0]), 0.55),
        (md.tensor([0.3, 0.8, 0.9, 0.7]), md.tensor([1, 0, 1, 1]), 0.85),
        (md.tensor([0.5, 0.25, 0.5, 1.0]), md.tensor([1, 1, 0, 0]), 0.5),  # just at the threshold: not below it
    ]


def both_errors(distances, same, threshold, also_at=False):
    """The share of the different that is accepted, and of the same that is rejected."""
    accepted = (distances <= threshold if also_at else distances < threshold).float()
    return accepted[same == 0].mean(), 1 - accepted[same == 1].mean()


def of_all(distances, same, threshold):
    """Both errors as shares of all pairs."""
    accepted = distances < threshold
    return (accepted & (same == 0)).float().mean(), (~accepted & (same == 1)).float().mean()


def the_other_way(distances, same, threshold):
    """Accepts what is far apart."""
    return both_errors(-distances, same, -threshold)


EXERCISES = {
    "ex1": Exercise(
        "Windows",
        Number(),
        361,
        wrong=[
            (324, "Almost: the first window stands at 0. In each direction (100 - 25) // 4 + 1 of them."),
            (625, "The last windows would stick out: only 100 - 25 pixels are left to move in."),
            (16, "Those are windows side by side; here they overlap, four pixels apart."),
            (19, "That is one row of them."),
        ],
        hint="How often does a step of four pixels fit into 100 - 25 pixels? The window at 0 counts as well.",
    ),
    "ex2": Exercise(
        "The base rate",
        Number(0.01),
        2 / (2 + 0.005 * 7998),
        wrong=[
            (1.0, "That is recall: both are found. Precision asks how many of the alarms are justified."),
            (0.005, "That is the rate of false alarms among the windows without a face."),
            (40 / 42, "That is the share of the false alarms."),
        ],
        hint="Count the false alarms first: 0.5 % of 7,998. Then the faces found, divided by all alarms.",
    ),
    "ex3": Exercise(
        "A window in the photograph",
        Function(places),
        box_of,
        wrong=[
            (lambda row, column, scale: box_of(column, row, scale), "The column goes to the right, the row goes down."),
            (lambda row, column, scale: box_of(row, column, 1.0), "The photograph was shrunk: in it the window is larger."),
            (lambda row, column, scale: box_of(row, column, 1 / scale), "At scale 0.5 a window is twice as large: divide."),
            (partial(box_of, stride=25), "The windows stand four pixels apart and overlap."),
            (
                lambda row, column, scale: tuple(int(side) for side in box_of(row, column, scale)),
                "Do not round: in the photograph a window may end between two pixels.",
            ),
            (
                lambda row, column, scale: (*box_of(row, column, scale)[:2], 25 / scale, 25 / scale),
                "Right and bottom are asked for, not width and height.",
            ),
        ],
        hint="In the shrunk photograph it begins at 4 * column and 4 * row and is 25 wide; then divide all four by scale.",
    ),
    "ex4": Exercise(
        "Hard negatives",
        Function(scored),
        hardest,
        wrong=[
            (lambda s, y, k: s.argsort(descending=True)[:k], "Faces are among them: a high score of a face is no mistake."),
            (lambda s, y, k: s.where(y == 0, md.inf).argsort()[:k], "Those are the easiest ones: the lowest scores."),
            (lambda s, y, k: hardest(s, 1 - y, k), "Those are faces. Negatives are what is no face."),
            (lambda s, y, k: s[hardest(s, y, k)], "Those are their scores; their indices are asked for."),
            (
                lambda s, y, k: s[y == 0].argsort(descending=True)[:k],
                "Those count only the negatives. Give their indices among all the scores.",
            ),
        ],
        hint="Give faces a score of minus infinity, then argsort(descending=True), and take the first.",
    ),
    "ex5": Exercise(
        "Triplet loss",
        Function(triplets, gradient=True),
        triplet_loss,
        wrong=[
            (without_end, "It goes below 0 where the order is right, and would push apart for ever: max(0, ...)."),
            (minus_margin, "The margin is added: the negative must be farther away by that much."),
            (squared, "Those are squares of the distances; the formula has the distances."),
            (lambda a, p, n, m: triplet_loss(a, n, p, m), "The other way round: the positive shall be near."),
            (lambda a, p, n, m: triplet_loss(p, a, n, m), "The negative's distance is that from the anchor."),
        ],
        hint="length(anchor - positive) - length(anchor - negative) + margin, and not below 0: .clamp(min=0).",
    ),
    "ex6": Exercise(
        "Both errors",
        Function(distances),
        both_errors,
        wrong=[
            (of_all, "Each error is a share of its own kind: of the different pairs, and of the same."),
            (
                lambda d, s, t: both_errors(d, s, t)[::-1],
                "First the different ones that are accepted, then the same that are rejected.",
            ),
            (partial(both_errors, also_at=True), "*Below* the threshold: at just the threshold a pair is not accepted."),
            (the_other_way, "A small distance is accepted, a large one is not; count the errors."),
        ],
        hint="accepted = distances < threshold; then its mean over same == 0, and one minus its mean over same == 1.",
    ),
}
