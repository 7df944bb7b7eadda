"""The sketchpad without a screen: strokes become ink, drawings are kept, saved and read again."""

import io
import zipfile

import numpy as np
import pytest

import minidl as md
from minidl.errors import DataFileError, ShapeError
from minidl.viz.charts.sketchpad import MOST_POINTS, ink

LINE = [[[4.0, 4.0], [4.0, 20.0]]]


def keep(pad, label, strokes=LINE):
    return pad.answer({"do": "keep", "strokes": strokes, "pen": 2.0, "label": label})


def test_a_pen_leaves_as_much_ink_as_its_way_is_long_and_it_is_wide():
    assert ink([[(5, 14), (23, 14)]], pen=2.0).sum() == pytest.approx(18 * 2 + np.pi, rel=0.05)


def test_a_point_is_a_dot_and_crossing_strokes_are_not_blacker_than_black():
    assert ink([[(14.5, 14.5)]], pen=1.0)[14, 14] == 1.0
    assert ink([[(0, 14), (28, 14)], [(14, 0), (14, 28)]]).max() == 1.0


def test_no_stroke_leaves_no_ink():
    assert ink([]).sum() == 0


@pytest.mark.parametrize("strokes", [[[(1, 2, 3)]], [[1, 2]], [[(np.nan, 1)]], [["a"]], [[(0, 0)] * (MOST_POINTS + 1)]])
def test_what_is_no_drawing_is_refused(strokes):
    with pytest.raises(ValueError, match=r"stroke|drawing|could not convert"):
        ink(strokes)


def test_drawings_are_kept_counted_and_taken_back():
    pad = md.viz.sketchpad()
    assert keep(pad, 3) == {"counts": [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]}
    keep(pad, 7)
    assert pad.images.shape == (2, 1, 28, 28)
    assert pad.labels.tolist() == [3, 7]
    assert repr(pad) == "Sketchpad: 2 drawings kept"
    assert pad.answer({"do": "forget"})["counts"][7] == 0
    with pytest.raises(ValueError, match="numbered 0 to 9"):
        keep(pad, 10)


def test_the_still_view_shows_what_is_kept():
    pad = md.viz.sketchpad(classes=["a", "<b>"])
    assert "nothing is kept yet" in pad.svg
    keep(pad, 1)
    assert "1 drawing kept" in pad.svg
    assert "&lt;b&gt;" in pad.svg


def test_a_model_reads_the_drawing_in_evaluation_mode_and_is_left_as_it_was():
    md.manual_seed(0)
    model = md.nn.Sequential(md.nn.Flatten(), md.nn.BatchNorm1d(784), md.nn.Dropout(0.5), md.nn.Linear(784, 10))
    mean = model[1].running_mean.numpy().copy()
    pad = md.viz.sketchpad(model)
    ask = {"do": "read", "strokes": LINE, "pen": 2.0}
    first, second = pad.answer(ask), pad.answer(ask)
    assert first == second
    assert sum(first["shares"]) == pytest.approx(1, abs=1e-5)
    assert model.training
    assert np.array_equal(model[1].running_mean.numpy(), mean)


def test_a_model_that_gives_another_number_of_scores_is_told():
    pad = md.viz.sketchpad(lambda x: x.flatten(1))
    with pytest.raises(ValueError, match=r"shape \(1, 784\), not \(1, 10\)"):
        pad.answer({"do": "read", "strokes": LINE, "pen": 2.0})


def test_what_is_saved_is_read_again(tmp_path):
    pad = md.viz.sketchpad()
    keep(pad, 3)
    pad.save(tmp_path / "mine.npz")
    mine = md.data.sketches(tmp_path / "mine.npz")
    assert mine.images.tolist() == pad.images.tolist()
    assert mine.labels.tolist() == [3]
    more = md.viz.sketchpad(kept=mine)
    keep(more, 4)
    assert more.labels.tolist() == [3, 4]


def packed(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


IMAGES, LABELS = np.zeros((2, 1, 28, 28), np.float32), np.zeros(2, np.int64)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no drawings",
        packed(images=IMAGES, labels=LABELS)[:300],
        packed(images=IMAGES),
        packed(images=IMAGES, labels=LABELS + 0.5),
        packed(images=IMAGES + np.nan, labels=LABELS),
        packed(images=np.array([{}]), labels=LABELS),
    ],
    ids=["empty", "text", "cut off", "no labels", "labels of half a class", "nan", "objects"],
)
def test_a_file_without_drawings_is_refused_in_a_sentence(tmp_path, content):
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(DataFileError, match=r"bad\.npz holds no drawings"):
        md.data.sketches(tmp_path / "bad.npz")


def test_a_file_that_would_fill_the_memory_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("images.npy", bytes(300 * 2**20))
    with pytest.raises(DataFileError, match="larger than 256 MB"):
        md.data.sketches(tmp_path / "bomb.npz")


def test_drawings_of_another_size_are_told(tmp_path):
    md.viz.sketchpad(side=14).save(tmp_path / "small.npz")
    with pytest.raises(ShapeError, match=r"\(0, 1, 28, 28\).*\(0, 1, 14, 14\)"):
        md.data.sketches(tmp_path / "small.npz")
