"""An embedding that is watched while it is learned: what it keeps, says and refuses; no screen is needed."""

import numpy as np
import pytest

import minidl as md
from minidl import nn
from minidl.errors import MinidlError, ShapeError
from minidl.viz.charts.live_embedding import drawn, same_class_nearest, turned_to_fit
from minidl.viz.colours import rgb, steady_colour
from tests.viz.fuzzing import check_picture

POINTS = md.tensor([[0.0, 0.0], [0.1, 1.0], [5.0, 0.0], [5.2, 1.1]])
CLASSES = md.tensor([0, 0, 1, 1])


class Embedder(nn.Module):
    """Vectors, and something that remembers its mode."""

    def __init__(self):
        super().__init__()
        self.norm, self.last = nn.BatchNorm1d(2), nn.Linear(2, 3)

    def forward(self, x):
        return self.last(self.norm(x))


def test_a_film_of_an_embedding_keeps_moments_and_leaves_the_model_as_it_was():
    model, film = Embedder(), md.viz.LiveEmbedding(POINTS, CLASSES)
    before = model.norm.running_mean.tolist()
    for step in range(40):
        film.add(model, f"step {step}")
    assert model.norm.training
    assert model.norm.running_mean.tolist() == before
    picture = film.close()
    assert picture is film.picture
    assert len(picture.data["frames"]) <= 8
    assert picture.data["frames"][-1] == "step 39"
    check_picture(picture)


def test_a_film_of_an_embedding_is_a_callback_of_fit_and_may_watch_a_part():
    md.manual_seed(0)
    part = nn.Linear(2, 4)
    model, film = nn.Sequential(part, nn.ReLU(), nn.Linear(4, 2)), md.viz.LiveEmbedding(POINTS, CLASSES, part=part)
    loader = md.data.DataLoader(md.data.TensorDataset(POINTS, CLASSES), 4)
    optimizer = md.optim.Adam(model.parameters(), lr=0.1)
    md.train.fit(model, loader, optimizer=optimizer, epochs=3, callbacks=[film], verbose=False)
    assert film.picture.data["frames"] == ["epoch 1", "epoch 2", "epoch 3"]


def test_it_says_for_how_many_the_nearest_other_has_the_same_class():
    film = md.viz.LiveEmbedding(POINTS, CLASSES)
    film.add(lambda x: x * md.tensor([0.0, 1.0]), "mixed")
    film.add(lambda x: x, "apart")
    assert film.close().text.endswith("the nearest other has the same class: 0% in mixed, 100% in apart")
    assert same_class_nearest(np.array([[np.nan], [1.0], [1.1]]), np.array([0, 1, 1])) == pytest.approx(2 / 3)


def test_the_points_have_the_colours_of_the_legend_on_light_and_dark():
    film = md.viz.LiveEmbedding(POINTS, CLASSES)
    film.add(lambda x: x, "once")
    svg = film.close().svg
    for k in (0, 1):
        assert f"fill: {steady_colour(k)}" in svg  # the legend: no variable of the theme, for pixels cannot follow it
        points = drawn(POINTS.array[2 * k : 2 * k + 2], np.array([k, k]), 6.0)
        assert np.allclose(points[points[..., 3] > 0], [*rgb(steady_colour(k)), 1])


def test_a_plane_is_turned_and_mirrored_to_resemble_the_one_before():
    before = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, -2.0]])
    turn = np.array([[0.0, 1.0], [1.0, 0.0]]) @ np.array([[0.6, 0.8], [-0.8, 0.6]])
    assert turned_to_fit(before @ turn, before) == pytest.approx(before)


def test_all_frames_have_one_scale_so_that_a_collapse_is_seen():
    film = md.viz.LiveEmbedding(POINTS, CLASSES)
    film.add(lambda x: x, "wide")
    film.add(lambda x: x * 1e-3, "collapsed")
    frames = film.close().state()["frames"]
    assert len(frames[0]["images"][0]) > len(frames[1]["images"][0])  # points in one heap are a smaller image


def test_vectors_that_are_not_finite_are_left_out_and_said():
    film = md.viz.LiveEmbedding(POINTS, CLASSES)
    film.add(lambda x: x, "before")
    film.add(lambda x: x * md.nan, "diverged")
    picture = film.close()
    assert picture.data["told"][1] == "the vectors are not finite"
    check_picture(picture)


def test_classes_differ_in_colour_and_the_next_five_in_shape():
    shapes = [drawn(np.zeros((1, 2)), np.array([k]), 1.0)[..., 3] for k in (0, 4, 5)]
    assert (shapes[0] == shapes[1]).all()
    assert (shapes[0] != shapes[2]).any()
    assert not drawn(np.full((1, 2), np.nan), None, 1.0).any()


def test_without_classes_it_says_what_the_plane_shows():
    film = md.viz.LiveEmbedding(POINTS)
    film.add(lambda x: x * md.tensor([0.0, 1.0]), "a line")
    assert film.close().text.endswith("100% of the spread is seen in a line")


def test_a_film_of_an_embedding_says_what_is_missing():
    film = md.viz.LiveEmbedding(POINTS, CLASSES)
    with pytest.raises(MinidlError, match="the film has no frame"):
        film.close()
    with pytest.raises(ShapeError, match=r"a vector for each image is needed, \(4, D\), and the model gives \(\)"):
        film.add(lambda x: x.sum(), "step 1")
    with pytest.raises(ShapeError, match="there are 4 and 3 labels"):
        md.viz.LiveEmbedding(POINTS, CLASSES[:3])
    with pytest.raises(ShapeError, match="there are 1"):
        md.viz.LiveEmbedding(POINTS[:1])


def test_vectors_may_be_brought_to_length_one_as_cosines_see_them():
    film = md.viz.LiveEmbedding(POINTS, CLASSES, normalize=True)
    film.add(lambda x: (x + 1) * 100, "long")
    assert np.abs(film.close().data["points"]).max() < 2


def test_up_is_up():
    image = drawn(np.array([[0.0, 0.9]]), None, 1.0)
    assert image[len(image) // 2 :].any()  # the first row is the lowest
    assert not image[: len(image) // 2].any()
    triangle = drawn(np.zeros((1, 2)), np.array([5]), 1.0)[..., 3] > 0
    rows = np.flatnonzero(triangle.any(axis=1))
    assert triangle[rows[0]].sum() > triangle[rows[-1]].sum()  # it stands on its wide side
