"""Boxes and logits for operations of torchvision: (function, inputs, settings)."""

import numpy as np


def some_boxes(random, n):
    """Boxes in the plane, some of which overlap."""
    corners, sides = random.uniform(0, 8, (n, 2)), random.uniform(0.5, 5, (n, 2))
    return np.concatenate([corners, corners + sides], 1).round(3)


def cases():
    """What is asked of torchvision, and of minidl."""
    random = np.random.RandomState(0)
    a, b, many = some_boxes(random, 4), some_boxes(random, 3), some_boxes(random, 4)
    logits, targets = random.randn(3, 5).round(3), (random.rand(3, 5) < 0.4).astype(float)
    soft = random.rand(3, 5).round(2)
    inside = a[:1] + [[0.2, 0.2, -0.1, -0.1]]
    found = [("box_area", [a], {}), ("box_iou", [a, b], {}), ("generalized_box_iou", [a, b], {})]
    found += [("box_iou", [a, a], {}), ("generalized_box_iou", [a[:1], inside], {})]
    found += [("box_iou", [a, b[:0]], {}), ("generalized_box_iou", [a, b + 30], {})]
    found += [("clip_boxes_to_image", [a - 2], {"size": [7, 5]})]
    forms = ("xyxy", "xywh", "cxcywh")
    found += [("box_convert", [a], {"in_fmt": one, "out_fmt": other}) for one in forms for other in forms]
    for reduction in ("none", "mean", "sum"):
        found += [("generalized_box_iou_loss", [a, many], {"reduction": reduction})]
        found += [("sigmoid_focal_loss", [logits, targets], {"reduction": reduction})]
    found += [("generalized_box_iou_loss", [a + 20, many], {}), ("generalized_box_iou_loss", [a, a + 0.001], {})]
    found += [("sigmoid_focal_loss", [logits, targets], {"alpha": -1, "gamma": 0.5})]
    found += [("sigmoid_focal_loss", [logits, soft], {"alpha": 0.7, "gamma": 3})]
    found += [("sigmoid_focal_loss", [logits * 30, targets], {})]
    return found


def whole_numbers():
    """Boxes of whole numbers, in several dtypes, and what is asked of them."""
    boxes = np.array([[0, 0, 200, 200], [100, 50, 250, 255], [3, 3, 3, 3]])
    asked = [(name, dtype, boxes) for name in ("box_area", "box_iou") for dtype in ("int32", "int64", "float16")]
    return [("box_area", "uint8", boxes), *asked]  # torchvision's IoU of bytes overflows
