"""Scanning a photograph says of every window what the network says of it alone."""

import pytest

import minidl as md
from minidl.errors import ShapeError
from minidl.vision.scanning import scan, stride_of


def network():
    md.manual_seed(0)
    return md.nn.Sequential(
        md.nn.Conv2d(1, 4, 3, stride=2), md.nn.ReLU(), md.nn.Dropout(0.5), md.nn.MaxPool2d(2), md.nn.Conv2d(4, 1, 3)
    )


def test_every_score_is_that_of_the_window_by_itself():
    model, photograph = network(), md.rand(31, 40)
    found = scan(model, photograph, window=13, scales=(1.0,))
    model.eval()
    for box, score in zip(found.boxes.tolist(), found.scores.tolist(), strict=True):
        left, top, right, bottom = map(int, box)
        assert (right - left, bottom - top) == (13, 13)
        assert model(photograph[None, None, top:bottom, left:right]).item() == pytest.approx(score, abs=1e-5)


def test_windows_of_a_shrunk_photograph_are_larger_in_it():
    found = scan(network(), md.rand(60, 80), window=13, scales=(1.0, 0.5, 0.1))
    assert found.scales == [1.0, 0.5]  # at 0.1 no window has room
    assert found.windows(1)[0, 0].tolist() == [0, 0, 26, 26]
    assert found.windows(1)[1, 0].tolist() == [0, 8, 26, 34]
    assert len(found.scores) == len(found.boxes)


def test_the_network_is_left_as_it_was():
    model = network().train()
    scan(model, md.rand(20, 20), window=13, scales=(1.0,))
    assert all(module.training for module in model.modules())
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_stride_is_found(stride):
    assert stride_of(md.nn.Conv2d(1, 1, 5, stride=stride), 5) == stride


@pytest.mark.parametrize(
    ("model", "photograph", "window", "said"),
    [
        (md.nn.Conv2d(1, 1, 5), md.ones(3, 9, 9), 5, r"one grey photograph \(H, W\), not \(3, 9, 9\)"),
        (md.nn.Conv2d(1, 1, 5), md.ones(4, 9), 5, r"a photograph \(4, 9\) has no window of 5 x 5 pixels"),
        (md.nn.Sequential(md.nn.Flatten(), md.nn.Linear(25, 1)), md.ones(9, 9), 5, "needs a fully convolutional network"),
        (md.nn.Conv2d(1, 2, 5), md.ones(9, 9), 5, r"this one gives \(1, 2, 1, 1\)"),
        (md.nn.Conv2d(1, 1, (5, 3)), md.ones(9, 9), 5, "3 scores for a window of 5 pixels: is it smaller"),
        (md.nn.AdaptiveAvgPool2d(1), md.ones(9, 9), 5, "is the window larger"),
    ],
)
def test_what_cannot_be_scanned_is_refused(model, photograph, window, said):
    with pytest.raises(ShapeError, match=said):
        scan(model, photograph, window)


def test_a_frozen_part_stays_in_evaluation():
    model = md.nn.Sequential(md.nn.Conv2d(1, 1, 4), md.nn.Dropout(0.5))
    model[1].eval()
    scan(model, md.rand(6, 6), window=4, scales=(1.0,))
    assert [part.training for part in model.modules()] == [True, True, False]
