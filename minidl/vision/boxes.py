"""Boxes: their areas, forms, and how much they overlap. Names and meaning are those of `torchvision.ops`."""

from minidl.engine.tensor import Tensor
from minidl.errors import OutOfRangeError, ShapeError
from minidl.ops.creation import tensor
from minidl.ops.elementwise import maximum, minimum
from minidl.ops.joining import stack

FORMS = ("xyxy", "xywh", "cxcywh")


def checked_boxes(boxes, name="boxes"):
    """Boxes as a tensor (N, 4) in which areas fit: at least 32 bits a number.

    Raises
    ------
    ShapeError
        When they are not rows of four numbers.
    """
    if not isinstance(boxes, Tensor):
        boxes = tensor(boxes)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        hint = f"\nOne box is a row of its own: {name}.reshape(1, 4)" if boxes.shape == (4,) else ""
        raise ShapeError(f"{name} must be of shape (N, 4), a row x1, y1, x2, y2 for each box, and not {boxes.shape}{hint}")
    if boxes.array.dtype.itemsize < 4:
        return boxes.float() if boxes.is_floating_point() else boxes.int()
    return boxes


def box_area(boxes):
    """The area of each box.

    Parameters
    ----------
    boxes : Tensor, shape (N, 4)
        Rows x1, y1, x2, y2 with x1 ≤ x2 and y1 ≤ y2.

    Returns
    -------
    Tensor, shape (N,)

    Raises
    ------
    ShapeError
        When these are not rows of four numbers.

    Examples
    --------
    >>> import minidl as md
    >>> box_area(md.tensor([[0.0, 0.0, 4.0, 2.0]]))
    tensor([8.])
    """
    boxes = checked_boxes(boxes)
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def box_convert(boxes, in_fmt, out_fmt):
    """Boxes in another form.

    Parameters
    ----------
    boxes : Tensor, shape (..., 4)
    in_fmt, out_fmt : {"xyxy", "xywh", "cxcywh"}
        Two opposite corners; one corner, width and height; the centre, width and height.

    Returns
    -------
    Tensor, shape (..., 4)

    Raises
    ------
    ValueError
        For another form.
    ShapeError
        When the last dimension is not 4.

    Examples
    --------
    >>> import minidl as md
    >>> box_convert(md.tensor([[1.0, 2.0, 5.0, 8.0]]), "xyxy", "cxcywh")
    tensor([[3., 5., 4., 6.]])
    """
    for name, form in (("in_fmt", in_fmt), ("out_fmt", out_fmt)):
        if form not in FORMS:
            raise ValueError(f"{name} must be one of {', '.join(map(repr, FORMS))}, not {form!r}")
    if not boxes.ndim or boxes.shape[-1] != 4:
        raise ShapeError(f"a box has four numbers, and these have shape {boxes.shape}")
    if in_fmt == out_fmt:
        return boxes.clone()
    return _FROM_CORNERS[out_fmt](*_TO_CORNERS[in_fmt](*boxes.unbind(-1)))


_TO_CORNERS = {
    "xyxy": lambda x1, y1, x2, y2: (x1, y1, x2, y2),
    "xywh": lambda x, y, w, h: (x, y, x + w, y + h),
    "cxcywh": lambda cx, cy, w, h: (cx - 0.5 * w, cy - 0.5 * h, cx + 0.5 * w, cy + 0.5 * h),
}
_FROM_CORNERS = {
    "xyxy": lambda *corners: stack(corners, -1),
    "xywh": lambda x1, y1, x2, y2: stack((x1, y1, x2 - x1, y2 - y1), -1),
    "cxcywh": lambda x1, y1, x2, y2: stack(((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1), -1),
}


def _intersection_and_union(boxes1, boxes2):
    corner = maximum(boxes1[:, None, :2], boxes2[None, :, :2])
    opposite = minimum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    sides = (opposite - corner).clamp(min=0)
    shared = sides[:, :, 0] * sides[:, :, 1]
    return shared, box_area(boxes1)[:, None] + box_area(boxes2)[None, :] - shared


def box_iou(boxes1, boxes2):
    """Intersection over union (the Jaccard index) of every box with every other.

    Parameters
    ----------
    boxes1 : Tensor, shape (N, 4)
    boxes2 : Tensor, shape (M, 4)
        Rows x1, y1, x2, y2.

    Returns
    -------
    Tensor, shape (N, M)
        From 0 (apart) to 1 (the same); NaN for two boxes without any area.

    Raises
    ------
    ShapeError
        When these are not rows of four numbers.

    Examples
    --------
    >>> import minidl as md
    >>> box_iou(md.tensor([[0.0, 0.0, 2.0, 2.0]]), md.tensor([[1.0, 0.0, 3.0, 2.0], [5.0, 5.0, 6.0, 6.0]]))
    tensor([[0.3333, 0.0000]])
    """
    shared, union = _intersection_and_union(checked_boxes(boxes1, "boxes1"), checked_boxes(boxes2, "boxes2"))
    return shared / union


def generalized_box_iou(boxes1, boxes2):
    """Intersection over union minus the empty share of the smallest box around both: it has a slope even for boxes apart.

    Parameters
    ----------
    boxes1 : Tensor, shape (N, 4)
    boxes2 : Tensor, shape (M, 4)
        Rows x1, y1, x2, y2.

    Returns
    -------
    Tensor, shape (N, M)
        From -1 (far apart) to 1 (the same).

    Raises
    ------
    ShapeError
        When these are not rows of four numbers.

    References
    ----------
    Rezatofighi et al. (2019), *Generalized Intersection over Union*.

    Examples
    --------
    >>> import minidl as md
    >>> generalized_box_iou(md.tensor([[0.0, 0.0, 1.0, 1.0]]), md.tensor([[3.0, 0.0, 4.0, 1.0]]))
    tensor([[-0.5000]])
    """
    boxes1, boxes2 = checked_boxes(boxes1, "boxes1"), checked_boxes(boxes2, "boxes2")
    shared, union = _intersection_and_union(boxes1, boxes2)
    corner = minimum(boxes1[:, None, :2], boxes2[None, :, :2])
    opposite = maximum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    sides = (opposite - corner).clamp(min=0)
    around = sides[:, :, 0] * sides[:, :, 1]
    return shared / union - (around - union) / around


def clip_boxes_to_image(boxes, size):
    """Boxes (..., 4) cut off at the edges of an image of `size` (height, width)."""
    height, width = size
    x1, y1, x2, y2 = boxes.unbind(-1)
    return stack((x1.clamp(0, width), y1.clamp(0, height), x2.clamp(0, width), y2.clamp(0, height)), -1)


def remove_small_boxes(boxes, min_size):
    """The indices of the boxes (N, 4) whose sides are both at least `min_size` long."""
    boxes = checked_boxes(boxes)
    sides = boxes[:, 2:] - boxes[:, :2]
    return (sides >= min_size).all(dim=1).nonzero().squeeze(1)


def masks_to_boxes(masks):
    """The smallest box around each mask.

    Parameters
    ----------
    masks : Tensor, shape (N, H, W)
        What is not 0 belongs to the mask.

    Returns
    -------
    Tensor of float32, shape (N, 4)
        The numbers of the first and of the last pixel, as in torchvision: a single pixel gives a box without area.

    Raises
    ------
    ShapeError
        When these are not N masks.
    OutOfRangeError
        When a mask is empty: no box is around nothing.
    """
    if masks.ndim != 3:
        raise ShapeError(f"masks must be of shape (N, H, W), and are {masks.shape}")
    rows = []
    for k, mask in enumerate(masks.array != 0):
        across, down = mask.any(axis=0).nonzero()[0], mask.any(axis=1).nonzero()[0]
        if not len(across):
            raise OutOfRangeError(f"mask {k} is empty, and there is no box around nothing")
        rows.append([float(across[0]), float(down[0]), float(across[-1]), float(down[-1])])
    return tensor(rows).reshape(-1, 4)
