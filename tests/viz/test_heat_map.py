"""The heat map of a scanned photograph: where the heat lies, and which window a cell frames."""

import numpy as np
import pytest

import minidl as md
from minidl.errors import ShapeError
from minidl.vision.scanning import Scan, scan
from minidl.viz.charts.heat_map import heats_of
from tests.viz.fuzzing import check_picture


def bright_finder():
    """Scores the brightness of windows of 4 pixels, two pixels apart."""
    model = md.nn.Sequential(md.nn.AvgPool2d(4, stride=2), md.nn.Conv2d(1, 1, 1))
    with md.no_grad():
        model[1].weight.fill_(1.0)
        model[1].bias.fill_(-0.5)
    return model


def spot():
    photograph = md.zeros(20, 30)
    photograph[8:12, 16:20] = 1.0
    return photograph


def test_the_heat_lies_where_the_windows_have_their_middle():
    heat = heats_of(scan(bright_finder(), spot(), 4, scales=(1.0,)), strong=0.5)[0]
    row, column = np.unravel_index(heat.warmth.argmax(), heat.warmth.shape)
    assert heat.warmth[row, column] == 1.0
    left, top, right, bottom = heat.box
    middle = (
        left + (column + 0.5) * (right - left) / heat.warmth.shape[1],
        top + (row + 0.5) * (bottom - top) / len(heat.warmth),
    )
    assert middle == pytest.approx((18, 10))
    assert heat.warmth.min() == 0.0  # scores below 0 are cold


def test_a_cell_speaks_for_the_strongest_of_its_windows_and_frames_it():
    found = scan(bright_finder(), md.nn.functional.pad(spot(), (30, 0, 40, 0)), 4, scales=(1.0,))
    heat = heats_of(found, strong=0.5)[0]
    assert (len(heat.texts), len(heat.texts[0])) == (16, 16)
    warm = [
        k
        for k, text in {f"{i},{j}": t for i, row in enumerate(heat.texts) for j, t in enumerate(row)}.items()
        if text.startswith("score 0.5\n")
    ]
    assert len(warm) == 1
    assert heat.regions[warm[0]] == (45.5, 47.5, 49.5, 51.5)
    assert heat.texts[0][0] == "score -0.5\nwindow of 4 × 4 pixels"


def test_the_picture_says_how_many_windows_are_warm_and_shows_what_is_in_a_box():
    found = scan(bright_finder(), spot(), 4, scales=(1.0, 0.5))
    picture = md.viz.heat_map(found, md.tensor([[16.0, 8.0, 20.0, 12.0]]), md.tensor([0.5]))
    check_picture(picture)
    assert picture.text == "Heat map: 1 of 150 windows score above 0; 1 box is left"
    assert picture.data["boxes"] == [[16, 8, 20, 12]]
    assert picture.data["scales"]["0.5"]["window"] == 8
    state = picture.state()
    assert state["points"][0][2] == "box 1: score 0.5"
    assert state["points"][0][3].startswith("data:image/png;base64,")
    assert len(state["grids"]) == 2


def test_scores_that_are_no_numbers_are_cold_and_said():
    found = Scan(np.zeros((8, 8), np.float32), 4, 4, [1.0], [np.array([[np.nan, 1.0], [np.inf, -1.0]], np.float32)])
    picture = md.viz.heat_map(found)
    check_picture(picture)
    assert any("no number" in text for row in picture.state()["grids"][0]["texts"] for text in row)


def test_boxes_that_are_none_are_refused():
    found = scan(bright_finder(), spot(), 4, scales=(1.0,))
    with pytest.raises(ShapeError, match=r"shape \(K, 4\), left, top, right, bottom, not from \(2,\)"):
        md.viz.heat_map(found, md.ones(2))
    with pytest.raises(ShapeError, match=r"there are 1 boxes, and scores of shape \(3,\)"):
        md.viz.heat_map(found, md.ones(1, 4), md.ones(3))


def test_a_hostile_title_stays_text():
    found = scan(bright_finder(), spot(), 4, scales=(1.0,))
    picture = md.viz.heat_map(found, title="<script>alert(1)</script> $x$ \x00")
    check_picture(picture)
    assert "<script>" not in picture.svg
