"""Boundaries, landscapes, races and the playground: the pictures show what the engine computes."""

import base64
import io
import xml.etree.ElementTree as ET
from functools import partial

import numpy as np
import pytest
from PIL import Image

import minidl as md
from minidl.errors import MinidlError, ShapeError
from minidl.viz.planes.boundary import extent, predict, region
from minidl.viz.planes.landscape import WeightPath, flat, measure
from minidl.viz.planes.play import Experiment, Settings
from minidl.viz.planes.race import SURFACES, run


def pixels(uri):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))).convert("RGBA"))


def vertical(x):
    """Class 1 right of 0, and very sure of it."""
    return md.stack([-50 * x[:, 0], 50 * x[:, 0]], 1)


POINTS = md.tensor([[-1.0, 0.0], [1.0, 0.0], [-1.0, 1.0], [1.0, 1.0]])


def test_a_boundary_has_the_colours_of_the_classes_on_their_sides():
    image = region(vertical, POINTS.array)
    left, right = image[:, 5], image[:, -5]
    assert (left[:, 2] > left[:, 0]).all()  # blue
    assert (right[:, 0] > right[:, 2]).all()  # orange
    assert (image[:, [5, -5], 3] > 0.5).all()  # and sure


def test_a_boundary_says_how_many_points_are_right():
    picture = md.viz.boundary(vertical, POINTS, md.tensor([0, 1, 1, 1]))
    assert picture.text == "Decision boundary: 3 of 4 points lie on the right side of the boundary"
    assert picture.data["predictions"] == [0, 1, 0, 1]
    assert any("class 1, seen as 0 with 100%" in p[2] for p in picture.state()["points"])


def test_one_logit_is_a_probability_of_class_1():
    p = predict(lambda x: x[:, :1] * 3, POINTS.array)
    np.testing.assert_allclose(p[:, 1], 1 / (1 + np.exp([3, -3, 3, -3])), rtol=1e-6)


def test_points_of_the_picture_lie_where_the_svg_has_them():
    picture = md.viz.boundary(vertical, POINTS, md.tensor([0, 1, 0, 1]))
    xs = sorted({p[0] for p in picture.state()["points"]})
    left, right, _, _ = extent(POINTS.array)
    assert 0 < xs[0] < xs[1] < 432
    assert (xs[1] - xs[0]) / 432 == pytest.approx(2 / (right - left), rel=0.25)  # nearly the whole width


def test_a_live_boundary_ends_as_a_film_over_the_epochs():
    X, y = md.data.moons(60)[:]
    model = md.nn.Sequential(md.nn.Linear(2, 8), md.nn.Tanh(), md.nn.Linear(8, 2))
    live = md.viz.LiveBoundary(X, y, every=2)
    loader = md.data.DataLoader(md.data.TensorDataset(X, y), 30)
    md.train.fit(
        model, loader, optimizer=md.optim.Adam(model.parameters(), lr=0.05), epochs=8, callbacks=[live], verbose=False
    )
    frames = live.picture.state()["frames"]
    assert [f["name"] for f in frames] == ["epoch 2", "epoch 4", "epoch 6", "epoch 8"]
    expected = np.round(region(model, X.array) * 255).astype(np.uint8)
    np.testing.assert_array_equal(pixels(frames[-1]["images"][0]), expected)
    assert model.training


def test_a_long_film_keeps_at_most_forty_frames():
    live = md.viz.LiveBoundary(POINTS, md.tensor([0, 1, 0, 1]))
    for k in range(150):
        live.add(vertical, f"step {k}")
    names = live.close().data["frames"]
    assert len(names) <= 40
    assert names[-1] == "step 148" or names[-1] == "step 149"


def test_the_film_ends_with_the_last_boundary_that_was_added():
    live = md.viz.LiveBoundary(POINTS, md.tensor([0, 1, 0, 1]))
    live.add(vertical, "first")
    live.add(lambda x: -vertical(x), "last")
    assert "100% on the right side in first, 0% on the right side in last" in live.close().text


def test_what_is_not_in_the_plane_is_refused():
    with pytest.raises(ShapeError, match=r"X needs shape \(N, 2\), not \(4, 3\)"):
        md.viz.boundary(vertical, md.ones(4, 3), md.ones(4))
    with pytest.raises(ShapeError, match="there are 4 points and 3 labels"):
        md.viz.boundary(vertical, POINTS, md.ones(3))
    with pytest.raises(MinidlError, match="the film has no frame"):
        md.viz.LiveBoundary(POINTS, md.ones(4)).close()


def test_nan_outputs_are_drawn_as_no_region():
    assert np.isfinite(region(lambda x: x * float("nan"), POINTS.array)).all()


# Landscapes


def bowl_model():
    model = md.nn.Linear(2, 1, bias=False)
    with md.no_grad():
        model.weight.copy_(md.tensor([[1.0, 2.0]]))
    return model


X, Y = md.tensor([[1.0, 0.0], [0.0, 1.0]]), md.tensor([[1.0], [2.0]])


def test_the_landscape_is_the_loss_at_moved_weights():
    model = bowl_model()
    land = measure(model, md.nn.functional.mse_loss, (X, Y), points=5)
    assert land.here == 0
    assert land.height[2, 2] == pytest.approx(0, abs=1e-12)
    # both directions are as long as the one filter, sqrt(5); the loss is half the squared distance
    assert land.height[2, 4] == pytest.approx(5 / 2, rel=1e-5)
    assert land.height[0, 2] == pytest.approx(5 / 2, rel=1e-5)
    assert model.weight.tolist() == [[1.0, 2.0]]


def test_a_landscape_leaves_the_model_as_it_was_even_after_an_error():
    model = md.nn.Sequential(md.nn.Linear(2, 3), md.nn.BatchNorm1d(3), md.nn.Linear(3, 1))
    before = flat(model), np.array(model[1].running_mean.array)

    def broken(output, target):
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        md.viz.landscape(model, broken, (X, Y), points=3)
    md.viz.landscape(model, md.nn.functional.mse_loss, (X, Y), points=3)
    assert np.array_equal(flat(model), before[0])
    assert np.array_equal(model[1].running_mean.array, before[1])
    assert model.training


def test_the_path_of_an_optimiser_spans_the_landscape():
    model = bowl_model()
    with md.no_grad():
        model.weight.copy_(md.tensor([[-1.0, 0.5]]))
    path, optimizer = WeightPath(model), md.optim.SGD(model.parameters(), lr=0.3)
    for _ in range(20):
        loss = md.nn.functional.mse_loss(model(X), Y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        path.add()
    land = measure(model, md.nn.functional.mse_loss, (X, Y), path=path, points=7)
    assert land.share == pytest.approx(1.0)  # two weights: the plane shows everything
    lengths = np.linalg.norm(land.path, axis=1)
    np.testing.assert_allclose(
        lengths, np.linalg.norm(np.stack(path.points) - path.points[-1], axis=1), rtol=1e-6, atol=1e-12
    )
    assert land.x[0] < land.path[:, 0].min()
    assert land.x[-1] > land.path[:, 0].max()
    assert land.here == pytest.approx(loss.item(), abs=1e-3)


def test_both_sides_of_the_valley_are_seen_where_a_path_ends():
    model = bowl_model()
    land = measure(model, md.nn.functional.mse_loss, (X, Y), path=[np.array([-1.0, 0.5]), np.array([1.0, 2.0])], points=9)
    assert land.x[0] == -land.x[-1] < -2.5  # the path is 2.5 long, and ends at 0
    np.testing.assert_allclose(land.height, land.height[::-1, ::-1], atol=1e-6)  # a bowl, whole


def test_a_landscape_of_one_dimension_is_a_curve():
    picture = md.viz.landscape(bowl_model(), md.nn.functional.mse_loss, (X, Y), dims=1, points=9)
    assert len(picture.data["height"]) == 9
    assert picture.data["y"] is None
    assert picture.text.startswith("Loss landscape: the loss is 0 here, and rises to 2.5 around")


def test_the_widget_of_a_surface_gets_its_heights():
    picture = md.viz.landscape(bowl_model(), md.nn.functional.mse_loss, (X, Y), points=5)
    assert picture.script == "surface"
    np.testing.assert_allclose(picture.state()["height"], picture.data["height"], rtol=1e-3, atol=1e-6)


def test_landscapes_that_make_no_sense_are_refused():
    args = bowl_model(), md.nn.functional.mse_loss, (X, Y)
    with pytest.raises(ValueError, match="1 or 2 dimensions, not 3"):
        md.viz.landscape(*args, dims=3)
    with pytest.raises(ValueError, match="take 3 or more"):
        md.viz.landscape(*args, points=2)
    with pytest.raises(ShapeError, match="two or more rows of the 2 weights"):
        md.viz.landscape(*args, path=[np.zeros(5), np.zeros(5)])
    with pytest.raises(MinidlError, match="the weights did not move"):
        md.viz.landscape(*args, path=[np.ones(2), np.ones(2)])


# Races


def test_a_run_is_the_optimisers_own_path():
    rows = run(SURFACES["bowl"][0], md.optim.SGD, (1.0, 1.0), 0.05, 3)
    x = y = 1.0
    for row in rows:
        assert row == pytest.approx([x, y, 0.5 * x**2 + 10 * y**2], rel=1e-5, abs=1e-7)
        x, y = x - 0.05 * x, y - 0.05 * 20 * y


def test_a_run_ends_where_the_numbers_fly_away():
    assert 1 < len(run(SURFACES["bowl"][0], md.optim.SGD, (1.0, 1.0), 5.0, 200)) < 20


@pytest.mark.parametrize(("name", "lowest"), [("banana", (1, 1)), ("bowl", (0, 0)), ("himmelblau", (3, 2))])
def test_the_surfaces_are_lowest_where_they_say(name, lowest):
    function = SURFACES[name][0]
    point = md.tensor([float(v) for v in lowest], requires_grad=True)
    value = function(point)
    value.backward()
    assert value.item() == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(point.grad.array, 0, atol=1e-5)


def test_a_race_answers_with_new_paths_for_a_new_start():
    race = md.viz.race("bowl", {"SGD": md.optim.SGD, "heavy": partial(md.optim.SGD, momentum=0.9)}, lr=0.02, steps=10)
    reply = race.answer({"start": [2.0, 1.0], "rates": {"SGD": 0.05, "heavy": 0.01}})
    expected = run(SURFACES["bowl"][0], md.optim.SGD, (2.0, 1.0), 0.05, 10)
    np.testing.assert_allclose(reply["paths"]["SGD"], expected, rtol=1e-4, atol=1e-4)
    assert set(reply["paths"]) == {"SGD", "heavy"}


def test_the_corners_of_the_plane_are_where_the_svg_has_them():
    state = md.viz.race("bowl", steps=5).state()
    (left, bottom), (right, top) = state["corners"]
    assert 0 < left < right < 504
    assert 0 < top < bottom < 360


def test_races_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="there is no surface 'hill'; there are banana"):
        md.viz.race("hill")
    with pytest.raises(ValueError, match="at least one optimiser"):
        md.viz.race("bowl", {})
    with pytest.raises(ShapeError, match="returns one number, as a tensor"):
        md.viz.race(lambda p: p.sum() * md.ones(3))


# Playground


def test_the_playground_trains_on_the_real_engine():
    experiment = Experiment(Settings(units=8))
    before = experiment.train(0)
    for _ in range(20):
        after = experiment.train(20)
    assert experiment.losses[-1] < 0.2 < experiment.losses[0]
    assert after["test"] > max(0.95, before["test"])
    assert list(experiment.gradients) == ["0.weight", "2.weight", "4.weight"]


def test_the_playground_repeats_itself_and_leaves_the_random_numbers_alone():
    md.manual_seed(3)
    losses = []
    for _ in range(2):
        experiment = Experiment(Settings(data="spirals"))
        experiment.train(5)
        losses.append(experiment.losses)
    assert losses[0] == losses[1]
    drawn = md.rand(2).tolist()
    md.manual_seed(3)
    assert md.rand(2).tolist() == drawn


def test_the_playground_answers_settings_and_steps():
    picture = md.viz.playground(units=4)
    report = picture.answer({"settings": {**vars(Settings()), "layers": 3, "units": 5, "data": "circles"}, "steps": 7})
    assert len(report["losses"]) == 7
    assert [name for name, _ in report["gradients"]] == ["0.weight", "2.weight", "4.weight", "6.weight"]
    assert pixels(report["field"]).shape == (48, 48, 4)
    assert len(report["points"]) == 180
    report = picture.answer({"steps": 3, "lr": 0.5})
    assert len(report["losses"]) == 10
    assert picture.experiment.optimizer.param_groups[0]["lr"] == 0.5


def test_settings_stay_in_their_limits_and_unknown_names_are_refused():
    settings = Settings(layers=99, units=10_000, noise=7, lr=1e9).checked()
    assert (settings.layers, settings.units, settings.noise, settings.lr) == (6, 32, 1.0, 100.0)
    with pytest.raises(ValueError, match="'flowers' is not one of moons, circles, spirals"):
        md.viz.playground(data="flowers")


def test_an_exploding_playground_is_reported_without_nan():
    picture = md.viz.playground(activation="ReLU", optimizer="SGD", lr=100.0, layers=6)
    assert all(v is None or np.isfinite(v) for v in picture.state()["losses"])
    ET.fromstring(picture.svg)


# Tangents


def test_a_tangent_has_the_engines_slope():
    picture = md.viz.tangent(lambda x: x**3, low=-1, high=2, at=1.5)
    x, slope = np.array(picture.data["x"]), np.array(picture.data["slope"])
    np.testing.assert_allclose(slope, 3 * x**2, rtol=1e-6)
    assert picture.text == "Tangent: at 1.5 the slope is 6.75"
    assert picture.state()["x"][picture.state()["here"]] == 1.5


def test_a_tangent_with_a_title_shows_it_while_the_mouse_moves():
    assert "its steepness is the slope" in md.viz.tangent(md.tanh).state()["svg"]
    state = md.viz.tangent(md.tanh, title="An S").state()
    assert ">An S<" in state["svg"]
    assert "steepness" not in state["svg"]


def test_a_constant_has_slope_0_and_nonsense_is_refused():
    assert set(md.viz.tangent(lambda x: x.detach() * 0 + 2).data["slope"]) == {0.0}
    with pytest.raises(ShapeError, match="one number for each number"):
        md.viz.tangent(lambda x: x.sum())
    with pytest.raises(ValueError, match="low must be below high"):
        md.viz.tangent(md.tanh, low=1, high=1)


def test_a_tangent_where_there_is_no_number_is_left_out():
    state = md.viz.tangent(md.log, low=-1, high=1, at=0.5).state()
    assert state["y"][0] is None
    assert state["y"][-1] == pytest.approx(0, abs=1e-6)
