"""Boxes on an image, and what became of each: found, doubled, or wrong; and which true ones were missed."""

from dataclasses import dataclass

import numpy as np

from minidl.errors import ShapeError
from minidl.vision.boxes import box_iou, checked_boxes
from minidl.vision.metrics import match_boxes
from minidl.viz.charts.masks import checked_picture
from minidl.viz.summary import drawable, number_text

FATES = ("found", "doubled", "wrong", "missed")


@dataclass
class Boxes:
    """Boxes on an image.

    Attributes
    ----------
    pixels : array, shape (H, W)
    boxes, targets : array, shape (N, 4) and (M, 4)
    scores : array, shape (N,)
    fates : list of N str
        "found", "doubled" or "wrong", whatever the threshold: of two boxes the one with the higher score comes first.
    finders : list of M float or None
        The score of the box that found each target; it is missed where the threshold is above.
    told : list of N str
        The tooltip of each box.
    scored : bool
        Whether scores were given; without them there is nothing to choose by.
    """

    pixels: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray
    targets: np.ndarray
    fates: list
    finders: list
    told: list
    scored: bool

    def counts(self, threshold):
        """How many boxes from this score on are found, doubled and wrong, and how many targets are missed."""
        shown = [fate for fate, score in zip(self.fates, self.scores, strict=True) if score >= threshold]
        counts = {fate: shown.count(fate) for fate in FATES[:3]}
        return {**counts, "missed": sum(self.missed(threshold))}

    def missed(self, threshold):
        """For each target, whether no box from this score on has found it."""
        return [score is None or score < threshold for score in self.finders]

    def title(self, threshold):
        """What a reader should see."""
        counts = self.counts(threshold)
        if not self.scored and not len(self.targets):
            return f"{len(self.boxes)} boxes"
        if not len(self.targets):
            return f"{sum(counts.values())} boxes with a score of at least {number_text(threshold)}"
        said = ", ".join(f"{counts[fate]} {fate}" for fate in FATES)
        return f"from a score of {number_text(threshold)} on: {said}"


def checked_scores(scores, boxes):
    """A score for each box, and none that is NaN.

    Raises
    ------
    ShapeError
        When boxes and scores differ in number.
    ValueError
        For a score that is not a finite number.
    """
    scores = np.ones(len(boxes)) if scores is None else np.asarray(scores, dtype=float)
    if scores.shape != (len(boxes),):
        raise ShapeError(f"every box needs one score, and there are {len(boxes)} boxes and scores of shape {scores.shape}")
    if not np.isfinite(scores).all():
        raise ValueError("a score that is NaN or infinite has no place on the slider")
    return scores


def boxes_of(image, boxes, scores, targets, labels, iou_threshold):
    """Boxes, each with its fate.

    Raises
    ------
    ShapeError
        When this is not an image, or boxes are not (N, 4), or boxes, scores and labels differ in number.
    ValueError
        For a score or a side that is not a finite number.
    """
    pixels = checked_picture(image)
    scored, boxes = scores is not None, _corners(boxes, "boxes")
    scores = checked_scores(scores, boxes)
    true = _corners(np.zeros((0, 4)) if targets is None else targets, "targets")
    labels = [None] * len(boxes) if labels is None else np.asarray(labels).tolist()
    if len(labels) != len(boxes):
        raise ShapeError(f"every box has one label, and there are {len(boxes)} boxes and {len(labels)} labels")
    matches = match_boxes(boxes, scores, true, iou_threshold)
    fates = [
        "found" if p >= 0 else "doubled" if d else "wrong" for p, d in zip(matches.partner, matches.doubled, strict=True)
    ]
    if targets is None:
        fates = ["found"] * len(boxes)
    finders: list[float | None] = [None] * len(true)
    for k, partner in enumerate(matches.partner):
        if partner >= 0:
            finders[partner] = float(scores[k])
    with np.errstate(invalid="ignore", divide="ignore"):
        overlap = np.nan_to_num(box_iou(boxes, true).array).max(axis=1, initial=0.0)
    told = [
        "\n".join(
            ([] if label is None else [str(label)])
            + ([f"score {number_text(score)}"] if scored else [])
            + ([] if targets is None else [f"{fate}: IoU {number_text(best)} with the nearest true box"])
        )
        or f"box {k}"
        for k, (label, score, fate, best) in enumerate(zip(labels, scores, fates, overlap, strict=True))
    ]
    return Boxes(pixels, boxes, scores, true, fates, finders, told, scored)


def _corners(boxes, name):
    """Boxes as an array of numbers that can be drawn."""
    corners = checked_boxes(boxes, name).detach().array.astype(float)
    if not np.isfinite(drawable(corners)).all():
        raise ValueError(f"{name} hold NaN, infinity or numbers too large to draw")
    return corners
