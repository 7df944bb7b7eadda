"""IoU, Dice and average precision: by hand, by properties, and by a second implementation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minidl as md
from minidl.errors import ShapeError
from minidl.vision.metrics import box_average_precision, dice, iou, match_boxes, mean_average_precision
from tests.vision.box_cases import some_boxes

few = settings(max_examples=40)
ONE = md.tensor([[0.0, 0.0, 10.0, 10.0]])


def test_iou_and_dice_by_hand():
    said, true = md.tensor([[1, 1, 1, 0]]), md.tensor([[0, 1, 1, 1]])
    assert iou(said, true) == 2 / 4
    assert dice(said, true) == 4 / 6
    assert iou(md.zeros(3), md.zeros(3)) == dice(md.zeros(3), md.zeros(3)) == 1
    assert iou(md.ones(3), md.zeros(3)) == dice(md.ones(3), md.zeros(3)) == 0


@few
@given(st.integers(1, 30), st.integers(0, 10_000))
def test_dice_is_f1_of_the_pixels_and_a_function_of_iou(n, seed):
    random = np.random.RandomState(seed)
    said, true = random.randint(0, 2, n), random.randint(0, 2, n)
    if said.any() or true.any():
        assert dice(said, true) == pytest.approx(md.train.metrics.f1(said, true))
    assert dice(said, true) == pytest.approx(2 * iou(said, true) / (1 + iou(said, true)))


def test_what_is_no_mask_is_refused():
    with pytest.raises(ValueError, match=r"probability > 0\.5"):
        iou([0.2, 0.9], [0, 1])
    with pytest.raises(ShapeError, match="pixel by pixel"):
        dice([0, 1], [[0, 1]])


def test_each_true_box_is_found_once_and_the_second_is_double():
    boxes = md.cat([ONE + 1, ONE, ONE + 40])
    matches = match_boxes(boxes, md.tensor([0.8, 0.9, 0.7]), md.cat([ONE, ONE + 100]))
    assert matches.partner.tolist() == [-1, 0, -1]
    assert matches.doubled.tolist() == [True, False, False]
    assert matches.missed.tolist() == [1]
    nothing = match_boxes(md.zeros(0, 4), md.zeros(0), ONE)
    assert nothing.missed.tolist() == [0]
    assert match_boxes(ONE, md.ones(1), md.zeros(0, 4)).partner.tolist() == [-1]
    with pytest.raises(ShapeError, match="every box needs one score"):
        match_boxes(ONE, md.ones(2), ONE)


def test_average_precision_by_hand():
    """Three true boxes; right, wrong, right: precision 1 up to a recall of 1/3, then 2/3 up to 2/3, then nothing."""
    boxes = md.cat([ONE, ONE + 200, ONE + 100])
    true = md.cat([ONE, ONE + 100, ONE + 300])
    assert box_average_precision([(boxes, md.tensor([0.9, 0.8, 0.7]))], [true]) == pytest.approx((1 + 2 / 3) / 3)
    assert box_average_precision([(true, md.ones(3))], [true]) == 1
    assert box_average_precision([(true[:0], md.zeros(0))], [true]) == 0
    assert np.isnan(box_average_precision([(true, md.ones(3))], [true[:0]]))


def second_way(predictions, targets, threshold):
    """Average precision as the sum over recalls k / M of the best precision of all cuts that reach it."""
    rows, total = [], sum(map(len, targets))
    for (boxes, scores), true in zip(predictions, targets, strict=True):
        taken = set()
        for k in sorted(range(len(scores)), key=lambda i: (-scores[i].item(), i)):
            best, at = -1.0, None
            for j in range(len(true)):
                x = [max(boxes[k, d].item(), true[j, d].item()) for d in (0, 1)]
                y = [min(boxes[k, d].item(), true[j, d].item()) for d in (2, 3)]
                shared = max(0.0, y[0] - x[0]) * max(0.0, y[1] - x[1])
                areas = [(b[2] - b[0]).item() * (b[3] - b[1]).item() for b in (boxes[k], true[j])]
                overlap = shared / (sum(areas) - shared)
                if j not in taken and overlap >= threshold and overlap > best:
                    best, at = overlap, j
            taken |= set() if at is None else {at}
            rows.append((scores[k].item(), at is not None))
    rows.sort(key=lambda row: -row[0])
    cuts = [(sum(hit for _, hit in rows[:n]), n) for n in range(1, len(rows) + 1)]
    return sum(max((hits / n for hits, n in cuts if hits >= k), default=0) for k in range(1, total + 1)) / total


@few
@given(st.integers(0, 10_000), st.sampled_from([0.1, 0.3, 0.5]))
def test_average_precision_agrees_with_a_second_implementation(seed, threshold):
    random = np.random.RandomState(seed)
    targets = [md.tensor(some_boxes(random, random.randint(1, 5))) for _ in range(3)]
    predictions = []
    for true in targets:
        near = np.concatenate([true.numpy() + random.randn(len(true), 4) * 0.3, some_boxes(random, 3)])
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 0.1)
        predictions.append((md.tensor(near), md.tensor(random.permutation(100)[: len(near)] / 100)))
    ours = box_average_precision(predictions, targets, threshold)
    assert ours == pytest.approx(second_way(predictions, targets, threshold), abs=1e-12)


def test_mean_average_precision_asks_each_class_for_itself():
    said = {"boxes": md.cat([ONE, ONE + 100]), "scores": md.tensor([0.9, 0.8]), "labels": md.tensor([3, 3])}
    true = {"boxes": md.cat([ONE, ONE + 100]), "labels": md.tensor([3, 5])}
    assert mean_average_precision([said], [true]) == pytest.approx(1 / 2)  # all of class 3, nothing of class 5
    closer = {**said, "boxes": said["boxes"] + md.tensor([0.0, 0.0, 0.0, 2.0])}  # an IoU of 10 / 12
    assert mean_average_precision([closer], [true], [0.5, 0.9]) == pytest.approx(1 / 4)
    assert np.isnan(mean_average_precision([said], [{"boxes": ONE[:0], "labels": md.tensor([])}]))
    with pytest.raises(ShapeError, match="for 1 images, and targets of 2"):
        mean_average_precision([said], [true, true])
    with pytest.raises(ShapeError, match="one label"):
        mean_average_precision([{**said, "labels": md.tensor([3])}], [true])
