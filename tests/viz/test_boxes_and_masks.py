"""Pictures of boxes and masks: what they hold, say and refuse; no screen is needed."""

import numpy as np
import pytest

import minidl as md
from minidl import nn
from minidl.errors import MinidlError, ShapeError
from minidl.viz.charts.boxes import boxes_of
from minidl.viz.charts.masks import instances_of, masks_of
from minidl.viz.charts.masks_picture import shades
from tests.fuzzing import fuzz
from tests.viz.fuzzing import check_picture, label, number

TRUE = md.tensor([[2.0, 2.0, 8.0, 8.0], [20.0, 20.0, 28.0, 28.0]])
SAID = md.cat([TRUE[:1], TRUE[:1] + 1, TRUE[:1] + 12, TRUE[1:]])
SCORES = md.tensor([0.9, 0.8, 0.7, 0.3])
IMAGE = md.zeros(32, 32)


def square(size=8):
    mask = md.zeros(size, size)
    mask[2:6, 2:6] = 1
    return mask


# Boxes


def test_each_box_is_found_doubled_or_wrong_and_a_target_is_missed_above_the_score_that_found_it():
    picture = md.viz.boxes(IMAGE, SAID, SCORES, targets=TRUE)
    assert picture.data["fates"] == ["found", "doubled", "wrong", "found"]
    assert picture.data["finders"] == pytest.approx([0.9, 0.3])
    assert picture.data["counts"] == {"found": 1, "doubled": 1, "wrong": 1, "missed": 1}
    assert md.viz.boxes(IMAGE, SAID, SCORES, targets=TRUE, threshold=0.1).data["counts"]["missed"] == 0
    assert md.viz.boxes(IMAGE, SAID, SCORES, targets=TRUE, threshold=0.95).data["counts"]["missed"] == 2


def test_a_threshold_changes_no_fate_of_the_boxes_above_it():
    for threshold in (0.0, 0.5, 0.75):
        keep = threshold <= SCORES
        alone = boxes_of(IMAGE, SAID[keep], SCORES[keep], TRUE, None, 0.5)
        whole = boxes_of(IMAGE, SAID, SCORES, TRUE, None, 0.5)
        assert alone.fates == [fate for fate, kept in zip(whole.fates, keep.tolist(), strict=True) if kept]
        assert alone.counts(0) == whole.counts(threshold)


def test_boxes_say_their_label_score_and_overlap():
    told = md.viz.boxes(IMAGE, SAID, SCORES, labels=["a", "b", "c", "d"], targets=TRUE).state()["told"]
    assert told[0] == "a\nscore 0.9\nfound: IoU 1 with the nearest true box"
    assert told[2].endswith("wrong: IoU 0 with the nearest true box")
    bare = md.viz.boxes(IMAGE, SAID, SCORES)
    assert bare.text == "Boxes: 3 boxes with a score of at least 0.5"
    assert bare.state()["targets"] == []


def test_the_title_that_was_given_stays_and_colours_are_explained_where_there_are_true_boxes():
    ground = lambda **options: md.viz.boxes(IMAGE, SAID, title="Where?", **options).state()["svg"]
    assert "Where?" in ground(scores=SCORES, targets=TRUE)
    assert "ochre doubled" in ground(scores=SCORES, targets=TRUE)
    assert "Where?" in ground()
    assert "doubled" not in ground()


def test_boxes_without_scores_have_none_to_choose_by():
    bare = md.viz.boxes(IMAGE, SAID, labels=["a", "b", "c", "d"])
    assert bare.text == "Boxes: 4 boxes"
    assert bare.state()["told"] == ["a", "b", "c", "d"]
    assert md.viz.boxes(IMAGE, SAID[:2]).state()["told"] == ["box 0", "box 1"]
    assert not bare.state()["scored"]
    assert md.viz.boxes(IMAGE, SAID, SCORES).state()["scored"]


def test_boxes_that_cannot_be_drawn_are_refused():
    with pytest.raises(ShapeError, match="boxes and scores of shape"):
        md.viz.boxes(IMAGE, SAID, SCORES[:2])
    with pytest.raises(ShapeError, match="4 boxes and 1 labels"):
        md.viz.boxes(IMAGE, SAID, SCORES, labels=["a"])
    with pytest.raises(ValueError, match="no place on the slider"):
        md.viz.boxes(IMAGE, SAID, SCORES * float("nan"))
    with pytest.raises(ValueError, match="too large to draw"):
        md.viz.boxes(IMAGE, SAID * float("inf"), SCORES)
    with pytest.raises(ShapeError, match="a single grey image"):
        md.viz.boxes(md.zeros(3, 8, 8), SAID, SCORES)
    check_picture(md.viz.boxes(IMAGE, SAID[:0], SCORES[:0], targets=TRUE[:0]))


@pytest.mark.fuzz
def test_any_labels_and_pixels_make_a_picture():
    def attempt(rng):
        pixels = np.array([[number(rng) for _ in range(6)] for _ in range(6)])
        labels = [label(rng) for _ in range(4)]
        check_picture(md.viz.boxes(pixels, SAID, SCORES, labels=labels, targets=TRUE, title=label(rng)))
        check_picture(md.viz.masks(pixels, pixels, pixels, title=label(rng)))

    fuzz(attempt)


# Masks


def test_a_mask_says_how_good_it_is_at_every_threshold():
    truth = square()
    found = masks_of(truth, 0.6 * truth + 0.2, truth)
    assert found.told(0.5) == "IoU 1.00, Dice 1.00"
    assert found.told(0.1) == "IoU 0.25, Dice 0.40"
    assert found.told(0.9) == "IoU 0.00, Dice 0.00"
    assert {tuple(colour) for colour in found.overlay(0.5).reshape(-1, 4)[:, 3:].tolist()} == {(0.0,), (0.55,)}
    picture = md.viz.masks(truth, 0.6 * truth + 0.2, truth)
    assert [frame["name"] for frame in picture.frames] == [f"0.{k}" for k in range(9, 0, -1)] + ["0.5"]
    assert picture.frames[-1]["text"] == picture.data["told"] == "IoU 1.00, Dice 1.00"
    assert md.viz.masks(truth, truth).text == "Mask: 25.0% of the pixels"


def test_right_missed_and_too_much_have_colours_of_their_own():
    truth, said = md.tensor([[1, 1, 0, 0]]), md.tensor([[1, 0, 1, 0]])
    colours = masks_of(truth, said, truth).overlay(0.5)[0]
    assert len({tuple(colour) for colour in colours.tolist()}) == 4
    assert colours[3, 3] == 0


def test_things_get_their_own_colours_and_say_their_size():
    labels = md.tensor([[1, 1, 0], [0, 0, 0], [0, 2, 2], [0, 2, 0]])
    assert instances_of(labels, labels).places() == [(1, 0.5, 0.0, 2), (2, 4 / 3, 7 / 3, 3)]
    picture = md.viz.masks(labels, labels)
    assert picture.text == "Instances: 2 things, each in its own colour"
    assert [point[2] for point in picture.state()["points"]] == ["number 1\n2 pixels", "number 2\n3 pixels"]


def test_what_does_not_fit_the_image_is_refused():
    with pytest.raises(ShapeError, match=r"prediction has shape \(4, 4\), and the image \(8, 8\)"):
        md.viz.masks(square(), square()[:4, :4])
    with pytest.raises(ShapeError, match="truth has shape"):
        md.viz.masks(square(), square(), square()[:4])
    with pytest.raises(ShapeError, match="a single grey image"):
        md.viz.masks(md.zeros(2, 8, 8), square())


def test_few_shades_from_white_to_the_brightest():
    assert shades(np.array([[0.0, 5.0, 10.0]])).tolist() == [[0, 4 / 7, 1]]
    assert shades(np.zeros((2, 2))).tolist() == [[0, 0], [0, 0]]


# A mask that is painted


class Painter(nn.Module):
    """One number, and batch normalisation to be left as it was."""

    def __init__(self):
        super().__init__()
        self.norm, self.bias = nn.BatchNorm2d(1), nn.Parameter(md.tensor(-3.0))

    def forward(self, x):
        return 10 * self.norm(x) + self.bias


def test_a_live_mask_keeps_epochs_and_leaves_the_model_as_it_was():
    truth, model = square(), Painter()
    film = md.viz.LiveMask(truth, truth)
    before = model.norm.running_mean.tolist()
    for step in range(40):
        film.add(model, f"step {step}")
    assert model.norm.training
    assert model.norm.running_mean.tolist() == before
    picture = film.close()
    assert picture is film.picture
    assert len(picture.data["frames"]) <= 12
    assert picture.data["frames"][-1] == "step 39"
    assert picture.data["told"][-1] == "IoU 1.00, Dice 1.00"


def test_a_live_mask_is_a_callback_of_fit():
    truth = square()
    film = md.viz.LiveMask(truth, truth)
    loader = md.data.DataLoader(md.data.TensorDataset(truth[None, None], truth[None, None]), 1)
    model = Painter()
    optimizer = md.optim.Adam(model.parameters(), lr=0.1)
    loss = nn.BCEWithLogitsLoss()
    md.train.fit(model, loader, loss=loss, optimizer=optimizer, epochs=3, callbacks=[film], verbose=False)
    assert film.picture.data["frames"] == ["epoch 1", "epoch 2", "epoch 3"]


def test_a_live_mask_says_what_is_missing():
    film = md.viz.LiveMask(square())
    with pytest.raises(MinidlError, match="the film has no frame"):
        film.close()
    with pytest.raises(ShapeError, match=r"a logit for each pixel is needed, \(1, 1, 8, 8\)"):
        film.add(lambda x: x.sum(), "step 1")
    with pytest.raises(ShapeError, match="truth has shape"):
        md.viz.LiveMask(square(), square()[:3])
