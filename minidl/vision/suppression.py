"""Non-maximum suppression: of many boxes around one thing, the one with the highest score stays."""

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError, aligned
from minidl.vision.boxes import box_iou, checked_boxes


def nms(boxes, scores, iou_threshold):
    """Keep the box with the highest score, drop what overlaps it too much, and go on with the rest.

    Parameters
    ----------
    boxes : Tensor, shape (N, 4)
        Rows x1, y1, x2, y2.
    scores : Tensor, shape (N,)
    iou_threshold : float
        What overlaps a kept box by *more* than this is dropped.

    Returns
    -------
    Tensor of int64
        The numbers of the boxes that stay, the highest score first; of equal scores the first box.

    Raises
    ------
    ShapeError
        When boxes and scores do not fit.

    Examples
    --------
    >>> import minidl as md
    >>> boxes = md.tensor([[0.0, 0.0, 10.0, 10.0], [1.0, 0.0, 11.0, 10.0], [30.0, 30.0, 40.0, 40.0]])
    >>> nms(boxes, md.tensor([0.7, 0.9, 0.8]), iou_threshold=0.5)
    tensor([1, 2])
    """
    return _suppressed(boxes, scores, iou_threshold)


def batched_nms(boxes, scores, idxs, iou_threshold):
    """Non-maximum suppression for several classes (or images) at once: a box suppresses only boxes of its own.

    Parameters
    ----------
    boxes : Tensor, shape (N, 4)
    scores : Tensor, shape (N,)
    idxs : Tensor, shape (N,)
        The class of each box.
    iou_threshold : float

    Returns
    -------
    Tensor of int64
        The numbers of the boxes that stay, the highest score first.

    Raises
    ------
    ShapeError
        When boxes, scores and classes do not fit.
    """
    return _suppressed(boxes, scores, iou_threshold, idxs)


def _suppressed(boxes, scores, iou_threshold, idxs=None):
    boxes = checked_boxes(boxes).detach()
    given = [("boxes", boxes.shape), ("scores", scores.shape)] + ([] if idxs is None else [("idxs", idxs.shape)])
    if any(shape != (len(boxes),) for _, shape in given[1:]):
        raise ShapeError("every box (N, 4) needs one score (N,), and one class where there are some\n" + aligned(given))
    order = np.argsort(-scores.array, kind="stable")
    with np.errstate(invalid="ignore"):  # boxes without area overlap nothing
        rivals = box_iou(boxes, boxes).array > iou_threshold
    if idxs is not None:
        rivals &= idxs.array[:, None] == idxs.array[None, :]
    kept, dropped = [], np.zeros(len(boxes), bool)
    for k in order:
        if not dropped[k]:
            kept.append(k)
            dropped |= rivals[k]
    return Tensor.wrap(np.array(kept, np.int64))
