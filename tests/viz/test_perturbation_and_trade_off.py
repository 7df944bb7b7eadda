"""Pictures of a perturbed image and of a trade-off: what they hold, say and refuse; no screen is needed."""

import numpy as np
import pytest

import minidl as md
from minidl import nn
from minidl.errors import ShapeError
from minidl.viz.charts.perturbation import perturbed

HOSTILE = '<script>alert("x")</script>'


def darkness():
    """Class 1 when the mean of the image is above 0.106."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    model.load_state_dict({"1.weight": md.tensor([[0.0] * 16, [1.0] * 16]), "1.bias": md.tensor([1.7, 0.0])})
    return model


# A perturbed image


def test_the_model_is_asked_about_the_image_plus_epsilon_times_the_direction_cut_to_its_range():
    found = perturbed(darkness(), md.full((4, 4), 0.9), md.ones(4, 4), [0.0, 0.05, 0.5])
    assert found.images.reshape(3, -1).max(axis=1) == pytest.approx([0.9, 0.95, 1.0])
    assert found.images.shape == (3, 1, 4, 4)
    x = md.full((1, 1, 4, 4), 0.95)
    assert found.probabilities[1] == pytest.approx(darkness()(x).softmax(dim=1)[0].detach().numpy(), rel=1e-4)


def test_the_title_says_when_the_verdict_turns_or_that_it_does_not():
    assert md.viz.perturbation(darkness(), md.zeros(4, 4), md.ones(4, 4)).text == "Perturbation: 0 becomes 1 at ε = 0.12"
    calm = md.viz.perturbation(darkness(), md.zeros(4, 4), -md.ones(4, 4), [0.0, 0.1], classes=["paper", "ink"])
    assert calm.text == "Perturbation: up to ε = 0.10 it stays paper"
    assert calm.data["read"] == [0, 0]


def test_the_film_has_a_frame_for_each_epsilon_with_a_verdict_and_three_pictures():
    frames = md.viz.perturbation(darkness(), md.zeros(4, 4), md.ones(4, 4), [0.0, 0.2]).state()["frames"]
    assert [frame["name"] for frame in frames] == ["0.00", "0.20"]
    assert [frame["text"] for frame in frames] == ["ε = 0.00: read as 0 (85%)", "ε = 0.20: read as 1 (82%)"]
    assert all(len(frame["images"]) == 3 for frame in frames)
    assert frames[0]["images"] != frames[1]["images"]


def test_the_model_is_left_in_the_mode_and_with_the_numbers_it_had():
    model = nn.Sequential(nn.Flatten(), nn.Dropout(), nn.Linear(4, 3)).train()
    before = md.get_rng_state()
    md.viz.perturbation(model, md.rand(2, 2), md.ones(2, 2))
    assert model.training
    md.set_rng_state(before)
    assert all(p.grad is None for p in model.parameters())


def test_an_image_in_colour_and_one_without_a_direction_can_be_drawn():
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 3))
    assert md.viz.perturbation(model, md.rand(3, 2, 2), md.zeros(3, 2, 2)).text.startswith("Perturbation: up to")
    assert md.viz.perturbation(model, md.full((3, 2, 2), float("nan")), md.ones(3, 2, 2)).text


def test_what_cannot_be_perturbed_is_refused():
    with pytest.raises(ShapeError, match=r"shape \(1, 4, 4\) and the direction \(1, 2, 2\)"):
        md.viz.perturbation(darkness(), md.zeros(4, 4), md.zeros(2, 2))
    with pytest.raises(ShapeError, match=r"logits of shape \(13, classes\); the model gives \(13, 1, 4, 4\)"):
        md.viz.perturbation(nn.ReLU(), md.zeros(4, 4), md.zeros(4, 4))
    with pytest.raises(ValueError, match="2 classes and 1 names"):
        md.viz.perturbation(darkness(), md.zeros(4, 4), md.zeros(4, 4), classes=["one"])
    with pytest.raises(ValueError, match="epsilons is empty"):
        md.viz.perturbation(darkness(), md.zeros(4, 4), md.zeros(4, 4), epsilons=[])


# A trade-off


def test_a_curve_goes_through_the_means_in_the_order_of_the_settings():
    picture = md.viz.trade_off({"a": {8.0: [0.9, 0.8], 0.5: [0.5]}, "b": {1: md.tensor([0.6, 0.7])}}, {"majority": 0.75})
    assert picture.data["means"] == {"a": pytest.approx([0.5, 0.85]), "b": pytest.approx([0.65])}
    assert picture.data["levels"] == {"majority": 0.75}
    asked = [text for *_, text in picture.state()["points"]]
    assert asked[0] == "a\nsetting 0.5\nvalue 0.5\nruns 0.5"
    assert asked[1].endswith("runs 0.9  0.8")


def test_nothing_and_numbers_that_are_none_are_refused():
    for empty in ({}, {"a": {}}, {"a": {1.0: []}}):
        with pytest.raises(ValueError, match="there is nothing to draw"):
            md.viz.trade_off(empty)
    with pytest.raises(ValueError, match="finite numbers"):
        md.viz.trade_off({"a": {1.0: [np.nan]}})
    with pytest.raises(ValueError, match="begins above 0"):
        md.viz.trade_off({"a": {0.0: [1.0]}})
    assert md.viz.trade_off({"a": {0.0: [1.0]}}, log=False).text


def test_hostile_names_are_only_words():
    pictures = [
        md.viz.trade_off({HOSTILE: {1.0: [1.0]}}, {HOSTILE: 0.5}, xlabel=HOSTILE, ylabel=HOSTILE),
        md.viz.perturbation(darkness(), md.zeros(4, 4), md.zeros(4, 4), classes=[HOSTILE, "b"], title=HOSTILE),
    ]
    assert not any("<script" in picture.svg for picture in pictures)
