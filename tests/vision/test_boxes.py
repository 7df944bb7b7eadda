"""Operations on boxes: torchvision's numbers, gradients and second derivatives, and a second way to find each."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minidl as md
from minidl.errors import OutOfRangeError, ShapeError
from minidl.vision import ops
from minidl.vision.losses import dice_loss
from minidl.vision.regions import connected_components
from tests.vision.box_cases import cases, some_boxes, whole_numbers

few = settings(max_examples=40)
KNOWN = json.loads((Path(__file__).parents[1] / "fixtures" / "boxes.json").read_text())


def close(ours, theirs):
    np.testing.assert_allclose(ours.detach().numpy(), np.reshape(theirs, ours.shape), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("k", range(len(KNOWN["cases"])))
def test_values_gradients_and_second_derivatives_are_torchvisions(k):
    (name, inputs, settings), known = cases()[k], KNOWN["cases"][k]
    given = [md.tensor(array, requires_grad=True) for array in inputs]
    wanted = given[:1] if name == "sigmoid_focal_loss" else given
    out = getattr(ops, name)(*given, **settings)
    close(out, known["value"])
    weights = md.linspace(1, 2, out.numel(), dtype=out.dtype).reshape(out.shape)
    first = md.autograd.grad((out * weights).sum(), wanted, create_graph=True)
    for ours, theirs in zip(first, known["first"], strict=True):
        close(ours, theirs)
    square = sum((g * g).sum() for g in first)
    if square.requires_grad:
        second = md.autograd.grad(square, wanted, allow_unused=True)
        for ours, theirs, x in zip(second, known["second"], wanted, strict=True):
            close(md.zeros_like(x) if ours is None else ours, theirs)


@pytest.mark.parametrize("k", range(len(KNOWN["whole"])))
def test_whole_numbers_are_widened_as_in_torchvision(k):
    (name, dtype, boxes), known = whole_numbers()[k], KNOWN["whole"][k]
    given = md.tensor(boxes).to(getattr(md, dtype))
    with np.errstate(invalid="ignore"):
        out = getattr(ops, name)(*[given] * (2 if name == "box_iou" else 1))
    assert str(out.dtype).removeprefix("minidl.") == known["dtype"]
    np.testing.assert_allclose(np.nan_to_num(out.numpy().astype(float), nan=-1.0), known["value"], rtol=1e-6)


def test_boxes_around_masks_are_torchvisions():
    masks = md.zeros(2, 5, 6)
    masks[0, 1:4, 2:5], masks[1, 4, 0] = 1, 1
    assert ops.masks_to_boxes(masks).tolist() == KNOWN["masks"]
    assert ops.masks_to_boxes(masks[:0]).shape == (0, 4)
    with pytest.raises(OutOfRangeError, match="mask 1 is empty"):
        ops.masks_to_boxes(md.stack([masks[0], md.zeros(5, 6)]))


def slowly(boxes, scores, threshold, classes):
    """Non-maximum suppression, box by box and pair by pair."""
    kept = []
    for k in sorted(range(len(scores)), key=lambda i: (-scores[i], i)):
        rivals = [j for j in kept if classes[j] == classes[k]]
        if all(ops.box_iou(boxes[k : k + 1], boxes[j : j + 1]).item() <= threshold for j in rivals):
            kept.append(k)
    return kept


@few
@given(st.integers(0, 12), st.integers(0, 10_000), st.sampled_from([0.0, 0.2, 0.5, 1.0]))
def test_suppression_keeps_the_best_of_those_that_overlap(n, seed, threshold):
    random = np.random.RandomState(seed)
    boxes, scores = md.tensor(some_boxes(random, n)), md.tensor(random.randint(0, 5, n) / 4)
    classes = md.tensor(random.randint(0, 3, n))
    same = [0] * n
    assert ops.nms(boxes, scores, threshold).tolist() == slowly(boxes, scores.tolist(), threshold, same)
    apart = ops.batched_nms(boxes, scores, classes, threshold)
    assert apart.tolist() == slowly(boxes, scores.tolist(), threshold, classes.tolist())
    assert apart.dtype == md.int64


def test_equal_overlap_and_boxes_without_area_are_not_suppressed():
    boxes = md.tensor([[0.0, 0.0, 2.0, 1.0], [0.0, 0.0, 1.0, 1.0], [5.0, 5.0, 5.0, 5.0], [5.0, 5.0, 5.0, 5.0]])
    assert ops.nms(boxes, md.ones(4), 0.5).tolist() == [0, 1, 2, 3]  # an IoU of exactly 0.5 stays


def test_what_are_no_boxes_is_refused_in_words():
    with pytest.raises(ShapeError, match=r"reshape\(1, 4\)"):
        ops.box_area(md.zeros(4))
    with pytest.raises(ShapeError, match=r"boxes2 must be of shape \(N, 4\)"):
        ops.box_iou(md.zeros(2, 4), md.zeros(2, 5))
    with pytest.raises(ShapeError, match="one score"):
        ops.nms(md.zeros(2, 4), md.zeros(3), 0.5)
    with pytest.raises(ShapeError, match="one class"):
        ops.batched_nms(md.zeros(2, 4), md.zeros(2), md.zeros(1), 0.5)
    with pytest.raises(ValueError, match="'xyxy', 'xywh', 'cxcywh', not 'yxyx'"):
        ops.box_convert(md.zeros(1, 4), "yxyx", "xyxy")
    with pytest.raises(ShapeError, match="four numbers"):
        ops.box_convert(md.zeros(4, 3), "xyxy", "xywh")
    with pytest.raises(ShapeError, match="as many others"):
        ops.generalized_box_iou_loss(md.zeros(2, 4), md.zeros(3, 4))
    with pytest.raises(OutOfRangeError, match="alpha must be between 0 and 1"):
        ops.sigmoid_focal_loss(md.zeros(2), md.zeros(2), alpha=2)
    with pytest.raises(ShapeError, match=r"\(N, H, W\)"):
        ops.masks_to_boxes(md.zeros(2, 2))


def test_small_boxes_are_left_out():
    boxes = md.tensor([[0.0, 0.0, 1.0, 9.0], [0.0, 0.0, 2.0, 2.0]])
    assert ops.remove_small_boxes(boxes, 2).tolist() == [1]


def test_no_box_is_no_loss():
    none = md.zeros(0, 4, requires_grad=True)
    assert ops.generalized_box_iou_loss(none, none, reduction="mean").item() == 0


def test_dice_loss_is_one_less_the_dice_coefficient_of_sure_masks():
    random = np.random.RandomState(0)
    said, true = (md.tensor((random.rand(3, 1, 6, 6) < 0.4).astype(float)) for _ in range(2))
    losses = dice_loss(said * 80 - 40, true, smooth=0, reduction="none")
    known = [1 - md.vision.metrics.dice(a, b) for a, b in zip(said, true, strict=True)]
    np.testing.assert_allclose(losses.numpy(), known, atol=1e-12)
    assert dice_loss(md.full((1, 4), -50.0), md.zeros(1, 4)).item() == pytest.approx(0)
    assert md.autograd.gradcheck(lambda x: dice_loss(x, true), md.randn(3, 1, 6, 6, dtype=md.float64, requires_grad=True))
    with pytest.raises(ShapeError, match="same shape"):
        dice_loss(md.zeros(4), md.zeros(4))


def filled(mask):
    """Regions by flooding from each pixel that is not numbered yet."""
    labels, number = np.zeros(mask.shape, int), 0
    for start in zip(*mask.nonzero(), strict=True):
        if labels[start]:
            continue
        number, todo = number + 1, [start]
        while todo:
            i, j = todo.pop()
            if 0 <= i < mask.shape[0] and 0 <= j < mask.shape[1] and mask[i, j] and not labels[i, j]:
                labels[i, j] = number
                todo += [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)]
    return labels


@few
@given(st.integers(1, 12), st.integers(1, 12), st.floats(0.1, 0.9), st.integers(0, 10_000))
def test_regions_are_those_that_flooding_finds(height, width, share, seed):
    mask = np.random.RandomState(seed).rand(height, width) < share
    labels = connected_components(mask).numpy()
    assert (labels == filled(mask)).all()
    large = connected_components(mask, least=4).numpy()
    sizes = np.bincount(labels.ravel())[1:]
    assert large.max() == (sizes >= 4).sum()
    assert ((large > 0) == (labels > 0) & (np.r_[0, sizes][labels] >= 4)).all()


def test_a_long_snake_is_one_region():
    snake = np.zeros((101, 101), bool)
    snake[::2], snake[1::4, -1], snake[3::4, 0] = True, True, True
    assert connected_components(snake).max().item() == 1
    with pytest.raises(ShapeError, match="a mask has shape"):
        connected_components(np.zeros((2, 2, 2)))
