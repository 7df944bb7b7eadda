"""How well masks and boxes are found, in the numbers that people report."""

from dataclasses import dataclass

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError, aligned
from minidl.vision.boxes import box_iou


def iou(prediction, target):
    """Intersection over union (the Jaccard index) of two masks; 1 for two empty ones.

    Parameters
    ----------
    prediction, target : Tensor or array of one shape
        Zeros and ones, or booleans.

    Raises
    ------
    ShapeError
        When the shapes differ.
    ValueError
        For anything but zeros and ones.

    Examples
    --------
    >>> iou([1, 1, 0, 0], [0, 1, 1, 0])
    0.3333333333333333
    """
    a, b = _masks(prediction, target)
    union = (a | b).sum()
    return float((a & b).sum() / union) if union else 1.0


def dice(prediction, target):
    """The Dice coefficient of two masks, twice what they share by the size of both; 1 for two empty ones.

    It is F1 of the pixels, and 2 IoU / (1 + IoU). Parameters and errors are those of `iou`.

    >>> dice([1, 1, 0, 0], [0, 1, 1, 0])
    0.5
    """
    a, b = _masks(prediction, target)
    both = a.sum() + b.sum()
    return float(2 * (a & b).sum() / both) if both else 1.0


def _array(values):
    return values.array if isinstance(values, Tensor) else np.asarray(values)


def _masks(prediction, target):
    masks = []
    for name, mask in (("prediction", _array(prediction)), ("target", _array(target))):
        if not ((mask == 0) | (mask == 1)).all():
            raise ValueError(f"{name} must be a mask of zeros and ones: make it one first, such as probability > 0.5")
        masks.append(mask.astype(bool))
    if masks[0].shape != masks[1].shape:
        raise ShapeError(
            "masks are compared pixel by pixel\n" + aligned([("prediction", masks[0].shape), ("target", masks[1].shape)])
        )
    return masks


@dataclass
class Matches:
    """Which box belongs to which true one.

    Attributes
    ----------
    partner : array of int, shape (N,)
        For each box the number of its true box; -1 where it has none.
    doubled : array of bool, shape (N,)
        Whether a box without partner lies on a true one that another box has found.
    missed : array of int
        The numbers of the true boxes that no box has found.
    """

    partner: np.ndarray
    doubled: np.ndarray
    missed: np.ndarray


def match_boxes(boxes, scores, targets, iou_threshold=0.5):
    """Match each box, the highest score first, with the unmatched true box that it overlaps most, if that is enough.

    Parameters
    ----------
    boxes : Tensor, shape (N, 4)
    scores : Tensor, shape (N,)
    targets : Tensor, shape (M, 4)
        The true boxes.
    iou_threshold : float
        Enough is an IoU of at least this.

    Returns
    -------
    Matches

    Raises
    ------
    ShapeError
        When boxes and scores do not fit.

    Examples
    --------
    >>> import minidl as md
    >>> boxes = md.tensor([[0.0, 0.0, 10.0, 10.0], [1.0, 0.0, 11.0, 10.0], [50.0, 50.0, 60.0, 60.0]])
    >>> found = match_boxes(boxes, md.tensor([0.9, 0.8, 0.7]), boxes[:1])
    >>> found.partner.tolist(), found.doubled.tolist(), found.missed.tolist()
    ([0, -1, -1], [False, True, False], [])
    """
    scores = _array(scores)
    if scores.shape != (len(boxes),):
        raise ShapeError(f"every box needs one score, and there are {len(boxes)} boxes and scores of shape {scores.shape}")
    with np.errstate(invalid="ignore"):
        overlap = np.nan_to_num(_array(box_iou(boxes, targets)))
    enough = overlap >= iou_threshold
    partner, free = np.full(len(scores), -1), np.ones(len(targets), bool)
    for k in np.argsort(-scores, kind="stable"):
        if (enough[k] & free).any():
            partner[k] = np.where(enough[k] & free, overlap[k], -1).argmax()
            free[partner[k]] = False
    return Matches(partner, (partner < 0) & enough.any(axis=1), free.nonzero()[0])


def box_average_precision(predictions, targets, iou_threshold=0.5):
    """The area under the precision-recall curve of the boxes of one class in many images.

    The precision at a recall is the highest that is reached at this recall or above, as in the PASCAL VOC challenge
    since 2010.

    Parameters
    ----------
    predictions : list of (boxes (N, 4), scores (N,)), one for each image
    targets : list of boxes (M, 4), one for each image
    iou_threshold : float
        The IoU from which a box has found its target.

    Returns
    -------
    float
        0 where nothing was found; NaN where there is nothing to find.

    Raises
    ------
    ShapeError
        When predictions and targets differ in the number of images.

    References
    ----------
    Everingham et al. (2010), *The PASCAL Visual Object Classes (VOC) Challenge*.
    """
    if len(predictions) != len(targets):
        raise ShapeError(f"there are predictions for {len(predictions)} images, and targets of {len(targets)}")
    total = sum(len(boxes) for boxes in targets)
    if not total:
        return float("nan")
    matched = [
        (_array(scores), match_boxes(boxes, scores, true, iou_threshold).partner >= 0)
        for (boxes, scores), true in zip(predictions, targets, strict=True)
    ]
    scores, hits = (np.concatenate(column) for column in zip(*matched, strict=True))
    hits = hits[np.argsort(-scores, kind="stable")].cumsum()
    precision = hits / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(hits, prepend=0) / total * envelope).sum())


def mean_average_precision(predictions, targets, iou_threshold=0.5):
    """The mean over the classes of the average precision of their boxes (mAP).

    Parameters
    ----------
    predictions : list of dict, one for each image
        "boxes" (N, 4), "scores" (N,) and "labels" (N,).
    targets : list of dict, one for each image
        "boxes" (M, 4) and "labels" (M,).
    iou_threshold : float, or sequence of float
        The IoU from which a box has found its target; of several thresholds the mean, as COCO takes it from 0.5 to 0.95.

    Returns
    -------
    float
        Over the classes that occur among the targets; NaN if there are none.

    Raises
    ------
    ShapeError
        When predictions and targets differ in the number of images, or boxes, scores and labels do not fit.
    """
    if len(predictions) != len(targets):
        raise ShapeError(f"there are predictions for {len(predictions)} images, and targets of {len(targets)}")
    classes = sorted({label for image in targets for label in _array(image["labels"]).tolist()})
    found = [
        box_average_precision(
            [_of_class(image, label, "boxes", "scores") for image in predictions],
            [_of_class(image, label, "boxes")[0] for image in targets],
            threshold,
        )
        for threshold in np.atleast_1d(iou_threshold).tolist()
        for label in classes
    ]
    return float(np.mean(found)) if found else float("nan")


def _of_class(image, label, *names):
    """What an image holds of one class."""
    labels = _array(image["labels"])
    for name in names:
        if len(image[name]) != len(labels):
            raise ShapeError(f"every box has one label, and there are {len(image[name])} {name} and {len(labels)} labels")
    return [_array(image[name])[labels == label] for name in names]
