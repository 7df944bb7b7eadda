"""Losses for finding things: few pixels among many, and boxes that should lie on one another."""

from minidl.errors import OutOfRangeError, ShapeError, aligned
from minidl.ops.elementwise import maximum, minimum
from minidl.ops.loss import binary_cross_entropy_with_logits, reduced


def sigmoid_focal_loss(inputs, targets, alpha=0.25, gamma=2.0, reduction="none"):
    r"""Cross-entropy in which what is already right counts little.

    .. math:: -\alpha_t (1 - p_t)^\gamma \ln p_t

    Parameters
    ----------
    inputs : Tensor
        Logits.
    targets : Tensor of the same shape
        0 or 1.
    alpha : float
        The weight of the ones; ``1 - alpha`` is that of the zeros; -1 for no weights.
    gamma : float
        How much less the easy examples count; 0 is cross-entropy.
    reduction : {"none", "mean", "sum"}

    Raises
    ------
    OutOfRangeError
        When alpha is neither -1 nor between 0 and 1.
    ShapeError
        When the shapes differ.

    References
    ----------
    Lin et al. (2017), *Focal Loss for Dense Object Detection*.

    Examples
    --------
    >>> import minidl as md
    >>> sigmoid_focal_loss(md.tensor([4.0, 0.0, -4.0]), md.tensor([1.0, 1.0, 1.0]))
    tensor([1.4679e-06, 4.3322e-02, 9.6873e-01])
    """
    if not (0 <= alpha <= 1 or alpha == -1):
        raise OutOfRangeError(f"alpha must be between 0 and 1, or -1 for no weights, and is {alpha}")
    p = inputs.sigmoid()
    cross_entropy = binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    right = p * targets + (1 - p) * (1 - targets)
    losses = cross_entropy * (1 - right) ** gamma
    if alpha >= 0:
        losses = (alpha * targets + (1 - alpha) * (1 - targets)) * losses
    return reduced(losses, reduction)


def dice_loss(inputs, targets, smooth=1.0, reduction="mean"):
    r"""One minus the soft Dice coefficient: twice what a mask shares with the true one, by the size of both.

    .. math:: 1 - \frac{2 \sum p\,t + s}{\sum p + \sum t + s}

    Parameters
    ----------
    inputs : Tensor, shape (N, ...)
        Logits; the sigmoid is part of the loss.
    targets : Tensor of the same shape
        0 or 1.
    smooth : float
        Added above and below: two empty masks agree.
    reduction : {"mean", "sum", "none"}
        Over the N examples.

    Raises
    ------
    ShapeError
        When the shapes differ, or there are no examples.

    References
    ----------
    Milletari et al. (2016), *V-Net*.

    Examples
    --------
    >>> import minidl as md
    >>> dice_loss(md.tensor([[20.0, 20.0, -20.0]]), md.tensor([[1.0, 0.0, 0.0]]), smooth=0)
    tensor(0.3333)
    """
    if inputs.shape != targets.shape or inputs.ndim < 2:
        raise ShapeError(
            "dice_loss compares masks (N, ...) with masks of the same shape\n"
            + aligned([("inputs", inputs.shape), ("targets", targets.shape)])
        )
    p, t = inputs.sigmoid().flatten(1), targets.flatten(1)
    return reduced(1 - (2 * (p * t).sum(1) + smooth) / (p.sum(1) + t.sum(1) + smooth), reduction)


def generalized_box_iou_loss(boxes1, boxes2, reduction="none", eps=1e-7):
    """One minus the generalized IoU of each box with its partner.

    Parameters
    ----------
    boxes1, boxes2 : Tensor, shape (N, 4) or (4,)
        Rows x1, y1, x2, y2.
    reduction : {"none", "mean", "sum"}
    eps : float
        Added to the areas that are divided by.

    Raises
    ------
    ShapeError
        When the shapes differ, or these are no boxes.

    References
    ----------
    Rezatofighi et al. (2019), *Generalized Intersection over Union*.
    """
    if boxes1.shape != boxes2.shape or not boxes1.ndim or boxes1.shape[-1] != 4:
        raise ShapeError(
            "generalized_box_iou_loss compares boxes (N, 4) with as many others\n"
            + aligned([("boxes1", boxes1.shape), ("boxes2", boxes2.shape)])
        )
    corner, opposite = maximum(boxes1[..., :2], boxes2[..., :2]), minimum(boxes1[..., 2:], boxes2[..., 2:])
    shared = _area((opposite - corner).clamp(min=0))
    union = _area(boxes1[..., 2:] - boxes1[..., :2]) + _area(boxes2[..., 2:] - boxes2[..., :2]) - shared
    around = _area(maximum(boxes1[..., 2:], boxes2[..., 2:]) - minimum(boxes1[..., :2], boxes2[..., :2]))
    losses = 1 - (shared / (union + eps) - (around - union) / (around + eps))
    if reduction == "mean" and not losses.numel():
        return losses.sum()  # no box, no loss
    return reduced(losses, reduction)


def _area(sides):
    return sides[..., 0] * sides[..., 1]
