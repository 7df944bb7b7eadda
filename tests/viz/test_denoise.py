"""The picture of a walk from noise to data: what it holds, says and refuses; no screen is needed."""

import numpy as np
import pytest

import minidl as md
from minidl.errors import ShapeError
from minidl.viz.charts.denoise import denoising_of, mosaic
from minidl.viz.colours import rgb, steady_colour
from tests.fuzzing import fuzz
from tests.viz.fuzzing import check_picture, label, number


def walk(*shape, steps=20):
    """From 1 to 0 in equal steps."""
    return [md.full(shape, 1 - k / steps) for k in range(steps + 1)]


@pytest.mark.parametrize("shape", [(3, 1, 4, 4), (3, 3, 4, 4), (3, 2)])
def test_images_and_points_walk_with_a_film_and_with_moments_side_by_side(shape):
    picture = md.viz.denoise(walk(*shape))
    what = "points" if len(shape) == 2 else "images"
    assert picture.text == f"Denoising: 3 {what} on their way from noise, in 20 steps"
    assert [frame["name"] for frame in picture.frames][::10] == ["step 0 of 20", "step 20 of 20"]
    assert len(check_picture(picture).findall(".//{*}image")) == 1 + 5
    assert len({frame["images"][0] for frame in picture.frames}) > 1


def test_a_film_of_guesses_stands_beside_what_is_seen():
    picture = md.viz.denoise(walk(2, 1, 4, 4), [md.zeros(2, 1, 4, 4)] * 21)
    assert {len(frame["images"]) for frame in picture.frames} == {2}
    assert len({frame["images"][1] for frame in picture.frames}) == 1
    assert "where it thinks this leads" in picture.svg


@pytest.mark.parametrize("labels", [None, [0, 1, 0]])
def test_points_are_drawn_in_colours_that_stand_out_on_light_and_on_dark(labels):
    """They are pixels, which cannot follow the theme of the page."""
    apart = md.tensor([[0.0, 0.0], [0.5, 0.5], [-0.5, 0.5]])
    sheet = md.viz.denoise([apart, apart], labels=labels).figure().subfigs[0].axes[0].images[0].get_array()
    drawn = {tuple(colour) for colour in sheet[sheet[..., 3] > 0][:, :3].round(3).tolist()}
    assert drawn == {tuple(rgb(steady_colour(k)).round(3).tolist()) for k in set(labels or [0])}


def test_pixels_go_from_minus_one_to_one_and_in_grey_minus_one_is_paper():
    found = denoising_of([md.tensor([-2.0, -1.0, 0.0, 1.0]).reshape(1, 1, 2, 2)] * 2)
    assert found.walks["seen"][0, 0].tolist() == [[0, 0], [0.5, 1]]
    assert denoising_of(walk(1, 3, 4, 5)).walks["seen"].shape == (11, 1, 4, 5, 3)


def test_images_lie_in_rows_with_paper_between_them():
    assert mosaic(np.ones((3, 1, 1)), columns=2).tolist() == [[1, 0, 1], [0, 0, 0], [1, 0, 0]]
    assert mosaic(np.zeros((2, 1, 1, 3)), columns=2)[0, 1].tolist() == [1, 1, 1]


def test_each_image_says_its_label():
    picture = md.viz.denoise(walk(3, 1, 4, 4), labels=["<one>", "two", 3], columns=2)
    assert [text for _, _, text in picture.state()["points"]] == ["<one>", "two", "3"]
    assert picture.data == {"steps": denoising_of(walk(3, 2)).steps, "labels": ["<one>", "two", 3]}


def test_of_a_long_walk_a_few_steps_are_kept_with_the_first_and_the_last():
    found = denoising_of(walk(2, 2, steps=500))
    assert len(found.steps) == 11
    assert (found.steps[0], found.steps[-1]) == (0, 500)
    assert denoising_of(walk(2, 2, steps=500), most=3).steps == [0, 250, 500]
    assert denoising_of(walk(100, 1, 4, 4), labels=range(100)).walks["seen"].shape[1] == 40


def test_a_point_that_is_no_number_is_left_out_and_said():
    frames = walk(3, 2, steps=2)
    frames[1][0, 0] = float("nan")
    assert md.viz.denoise(frames).text.endswith("; 1 of 18 numbers is NaN or infinite")


def test_what_is_no_walk_is_refused():
    with pytest.raises(ShapeError, match="two frames or more"):
        md.viz.denoise(walk(2, 2)[:1])
    with pytest.raises(ShapeError, match=r"2 of \(2, 1, 4, 4\) and \(2, 2\)"):
        md.viz.denoise([md.zeros(2, 2), md.zeros(2, 1, 4, 4)])
    with pytest.raises(ShapeError, match="21 frames and 2 guesses"):
        md.viz.denoise(walk(2, 2), walk(2, 2)[:2])
    with pytest.raises(ShapeError, match="2 in each frame and 3 labels"):
        md.viz.denoise(walk(2, 2), labels=[1, 2, 3])
    with pytest.raises(ShapeError, match="all of one shape"):
        md.viz.denoise([])
    with pytest.raises(ValueError, match="2 to 11 steps are kept, with the first and the last, and not 1"):
        md.viz.denoise(walk(2, 2), most=1)


@pytest.mark.filterwarnings("error")
def test_a_title_of_many_lines_leaves_room_for_the_walk():
    check_picture(
        md.viz.denoise(walk(4, 1, 1, 2), labels=["one\ntwo", "", "3", "4"], title="\n".join(["a long line " * 6] * 9))
    )


@pytest.mark.fuzz
def test_any_labels_and_numbers_make_a_picture():
    def attempt(rng):
        points = [[[number(rng), number(rng)] for _ in range(4)] for _ in range(3)]
        pixels = [[[[[number(rng)] * 3] * 2] for _ in range(4)] for _ in range(3)]
        labels = [label(rng) for _ in range(4)]
        for frames in (points, pixels):
            check_picture(md.viz.denoise([np.array(one) for one in frames], labels=labels, title=label(rng)))

    fuzz(attempt)
