"""Exercises of chapter 14, what is where."""

from contextlib import contextmanager
from functools import partial

import minidl as md
from minidl.course.exercise import Exercise, Experiment, Function, Number
from minidl.course.judging import size_problem
from minidl.course.predicting import Prediction
from minidl.errors import MinidlError
from minidl.nn.modes import evaluating
from minidl.vision import metrics, ops, suppression

LEAST, MOST_WEIGHTS, TOO_GOOD = 0.75, 3000, 0.95

PREDICTIONS = {
    "p1": Prediction(
        "A box of 4 by 4 is moved to the right by 1, a quarter of its width. How large is the IoU?", close=0.02
    ),
    "p2": Prediction("How many boxes for each digit will there be, on average?", close=0.5),
    "p3": Prediction(
        "Which loss reaches the higher IoU, over three seeds?", choices=("cross-entropy", "Dice", "no clear difference")
    ),
    "p4": Prediction(
        "Which division gives the better score?", choices=("shuffled pixels", "by region", "no clear difference")
    ),
    "p5": Prediction(
        "By the regions of the mask: are there more things than by the cores, or fewer?",
        choices=("more", "fewer", "as many"),
    ),
    "p6": Prediction(
        "NMS takes corner, width and height for two corners. How many boxes will be left?",
        choices=("too many", "too few", "as many as before"),
    ),
}


def pairs():
    """Boxes with their partners: overlapping, one inside the other, apart, and touching."""
    a = md.tensor([[0.0, 0.0, 4.0, 4.0], [1.0, 1.0, 9.0, 7.0], [0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 3.0, 2.0]])
    b = md.tensor([[2.0, 1.0, 6.0, 5.0], [2.0, 3.0, 4.0, 5.0], [5.0, 6.0, 8.0, 9.0], [3.0, 0.0, 5.0, 2.0]])
    return [(a, b), (b[:3], a[:3]), (a - 2.25, b - 2.5)]  # boxes may begin left of the image, between its pixels


def iou_of_pairs(a, b, clamp=True, whole=False, shared_twice=False):
    """IoU of each box with its partner, and ways to get it wrong."""
    sides = md.minimum(a[:, 2:], b[:, 2:]) - md.maximum(a[:, :2], b[:, :2])
    shared = (sides.clamp(min=0) if clamp else sides).prod(dim=1)
    area = (a[:, 2:] - a[:, :2]).prod(dim=1) + (b[:, 2:] - b[:, :2]).prod(dim=1)
    if whole:
        return shared / area
    return shared / (area if shared_twice else area - shared)


def crowds():
    """Boxes, scores and a threshold: a chain whose ends do not overlap, boxes apart, and an IoU of just the threshold."""
    chain = md.tensor([[0.0, 0.0, 10.0, 10.0], [2.0, 0.0, 12.0, 10.0], [4.0, 0.0, 14.0, 10.0], [40.0, 0.0, 50.0, 10.0]])
    scores = md.tensor([0.9, 0.8, 0.7, 0.95])
    return [
        (chain, scores, 0.5),
        (chain, md.tensor([0.6, 0.8, 0.7, 0.1]), 0.5),
        (chain, scores, 0.3),
        (chain.flip([0]), scores, 0.5),
        (chain - 7.5, scores - 1, 0.5),  # scores may be logits
        (chain / 8, scores, 0.5),
        (chain, scores, 0.7),  # all stay
        (md.tensor([[0.0, 0.0, 2.0, 1.0], [0.0, 0.0, 1.0, 1.0]]), md.tensor([0.4, 0.6]), 0.5),
    ]


def suppress(boxes, scores, threshold, ascending=False, gone_too=False, first=False, also_at=False):
    """Non-maximum suppression, and ways to get it wrong."""
    order = scores.argsort(descending=not ascending).tolist()
    overlap, kept, seen = ops.box_iou(boxes, boxes), [], []
    for k in order:
        rivals = seen if gone_too else kept[-1:] if first else kept
        overlaps = [overlap[k, j].item() for j in rivals]
        if all(share < threshold if also_at else share <= threshold for share in overlaps):
            kept.append(k)
        seen.append(k)
    return kept


def probabilities():
    """Probabilities and true masks."""
    p = md.tensor([[0.9, 0.2, 0.6], [0.1, 0.7, 0.3], [0.5, 0.5, 0.8]])
    t = md.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
    return [(p, t), (1 - p, t.T), (p * 0.01, t * 0)]


def soft_dice(p, t, twice=2, smooth=1.0, loss=True):
    """The Dice loss, and ways to get it wrong."""
    coefficient = (twice * (p * t).sum() + smooth) / (p.sum() + t.sum() + smooth)
    return 1 - coefficient if loss else coefficient


def soft_iou(p, t):
    """The loss that IoU would give."""
    shared = (p * t).sum()
    return 1 - (shared + 1) / (p.sum() + t.sum() - shared + 1)


def painting_problem(model):
    """Why a network does not paint nuclei well enough: a sentence, or "" if it does."""
    if not isinstance(model, md.nn.Module):
        return f"Hand over the trained network itself, a Module; this is a {type(model).__name__}."
    if problem := size_problem(model, MOST_WEIGHTS):
        return problem
    part = md.data.nuclei()[:256, 256:]
    with evaluating(model), md.no_grad():
        logits = model(part.image.sqrt()[None, None])
    if tuple(logits.shape) != (1, 1, 256, 256):
        return f"One logit for each pixel is asked for, (1, 1, 256, 256) for one image; it gives {tuple(logits.shape)}."
    reached = metrics.iou(logits[0, 0] > 0, part.mask)
    if reached < 0.5:
        return f"Its IoU in the upper right is {reached:.2f}: is it trained?"
    if reached < LEAST:
        return f"Its IoU in the upper right is {reached:.4f}, and {LEAST} is asked for."
    if reached > TOO_GOOD:
        return f"Its IoU is {reached:.2f}, which is too good: did it learn from the upper right?"
    with evaluating(model), md.no_grad():
        mirrored = model(part.image.sqrt().flip(1)[None, None])[0, 0].flip(1) > 0
    if metrics.iou(mirrored, part.mask) < reached - 0.15:
        return "On the mirrored image it is much worse: it knows where the nuclei lie, and not what they look like."
    if not sum(p.numel() for p in model.parameters()):
        return (
            "It has no weights, so nothing in it can learn. That is a good rule, a baseline; train a network that beats it."
        )
    return ""


class Remembered(md.nn.Module):
    """The true mask with a few errors, whatever the image."""

    def forward(self, image):
        """Logits, above 0 where a nucleus was drawn, and in some more rows."""
        mask = md.data.nuclei()[:256, 256:].mask.clone()
        mask[:24] = 0
        return (2 * mask - 1).expand(len(image), 1, -1, -1)


@contextmanager
def without_nms():
    """A block in which minidl's own suppression refuses to work."""

    def refused(*given, **named):
        raise MinidlError("write it by hand here, without ops.nms")

    whole, suppression._suppressed = suppression._suppressed, refused
    try:
        yield
    finally:
        suppression._suppressed = whole


class ByHand(Function):
    """A function that must not call `ops.nms`."""

    def problem(self, answer):
        """Why this is no function that can be compared, or that it leaves the work to `ops.nms`."""
        with without_nms():
            return super().problem(answer)


class Smoothed(md.nn.Module):
    """The mean of three by three pixels against a threshold: a rule that is good enough, and learns nothing."""

    def forward(self, image):
        """Logits, above 0 where the image is bright around a pixel."""
        return md.nn.functional.avg_pool2d(image, 3, stride=1, padding=1) - 0.38


class Brightness(md.nn.Module):
    """A threshold, as a network: what is possible without training."""

    def __init__(self, threshold, outputs=1, spare=0):
        super().__init__()
        self.threshold, self.outputs = threshold, outputs
        self.spare = md.nn.Parameter(md.zeros(spare))

    def forward(self, image):
        """Logits, above 0 where the image is brighter than the threshold."""
        return (image - self.threshold).expand(-1, self.outputs, -1, -1)


EXERCISES = {
    "ex1": Exercise(
        "IoU of two boxes",
        Number(0.01),
        6 / 26,
        wrong=[
            (6 / 32, "They share 6, and that is counted twice in 16 + 16: cover together is 16 + 16 - 6."),
            (6 / 16, "That is a share of one box (or Dice): divide by what both cover together."),
        ],
        hint="The shared part reaches from x = 2 to 4, and from y = 1 to 4.",
    ),
    "ex2": Exercise(
        "Dice",
        Number(),
        0.5,
        wrong=[
            (40 / 120, "That is IoU: 40 of 120. Dice is twice 40, by 60 + 100."),
            (40 / 60, "That is precision: of what was said."),
            (40 / 100, "That is recall: of what is true."),
            (0.25, "The 2 is missing: twice what is shared."),
        ],
        hint="Twice what is shared, divided by the sum of both sizes.",
    ),
    "ex3": Exercise(
        "IoU of pairs",
        Function(pairs),
        iou_of_pairs,
        wrong=[
            (partial(iou_of_pairs, clamp=False), "Boxes apart: negative sides can give an area. Clamp the sides at 0."),
            (partial(iou_of_pairs, shared_twice=True), "What is shared is in both areas: take it away once."),
            (ops.box_iou, "That compares every box with every other, (N, M): the diagonal is asked for."),
            (lambda a, b: ops.generalized_box_iou(a, b).diagonal(), "That is generalized IoU, which falls below 0."),
            (lambda a, b: 1 - iou_of_pairs(a, b), "That is the loss, 1 - IoU."),
        ],
        hint="md.minimum(a[:, 2:], b[:, 2:]) - md.maximum(a[:, :2], b[:, :2]), clamped at 0, are the shared sides.",
    ),
    "ex4": Exercise(
        "Non-maximum suppression",
        ByHand(crowds),
        suppress,
        wrong=[
            (partial(suppress, ascending=True), "Begin with the highest score, not with the lowest."),
            (partial(suppress, gone_too=True), "A box that is gone drops nobody: compare with those that stay."),
            (
                partial(suppress, also_at=True),
                "Drop what overlaps by *more* than the threshold; at just the threshold it stays.",
            ),
            (lambda boxes, scores, threshold: scores.argsort(descending=True).tolist(), "That is all boxes in order."),
            (lambda b, s, t: sorted(suppress(b, s, t)), "The right boxes in another order: the highest score comes first."),
        ],
        hint="From the highest score on, keep a box if its IoU with every kept one is at most the threshold.",
    ),
    "ex5": Exercise(
        "Dice loss",
        Function(probabilities, gradient=True),
        soft_dice,
        wrong=[
            (partial(soft_dice, loss=False), "That is the coefficient, which should be large; the loss is one minus it."),
            (partial(soft_dice, twice=1), "The 2 is missing: twice what is shared."),
            (soft_iou, "That is IoU: what is shared is taken away below. Dice divides by the sum of both sizes."),
            (partial(soft_dice, smooth=0.0), "The 1 above and below is missing, which keeps an empty mask in order."),
        ],
        hint="1 - (2 * (p * t).sum() + 1) / (p.sum() + t.sum() + 1)",
    ),
    "ex6": Exercise(
        "A small network that paints",
        Experiment(painting_problem),
        None,
        wrong=[
            (Brightness(0.42), "0.75 is asked for"),
            (Brightness(2.0), "is it trained?"),
            (Smoothed(), "It has no weights, so nothing in it can learn"),
            (Remembered(), "On the mirrored image it is much worse"),
            (Brightness(0.42, outputs=2), "One logit for each pixel is asked for"),
            (Brightness(0.42, spare=5000), "at most 3,000 are allowed"),
            ("the best", "Hand over the trained network itself"),
        ],
        hint="Two or three convolutions with a kernel of 5, or a U-Net of width 2, and cross-entropy.",
    ),
}
