"""The picture of a search: what it holds, says and refuses; no screen is needed."""

import math

import pytest

import minidl as md
from minidl.train import Float, Int, Trial, search
from minidl.viz.charts.trials import axes_and_lines

HOSTILE = '<script>alert("x")</script>'


def tried(values, **configs):
    """Trials with these values, and one list for each setting."""
    rows = [dict(zip(configs, row, strict=True)) for row in zip(*configs.values(), strict=True)]
    return [Trial(k, config, 0, value=value) for k, (config, value) in enumerate(zip(rows, values, strict=True))]


def heights(picture):
    return [line["heights"] for line in picture.data["lines"]]


def test_there_is_an_axis_for_each_setting_and_one_for_the_value_and_the_best_line_comes_first():
    picture = md.viz.trials(tried([0.4, 0.2, 0.3], x=[0.0, 1.0, 0.5], act=["a", "b", "a"]), measure="error")
    assert picture.data["axes"] == ["x", "act", "error"]
    assert heights(picture) == [
        pytest.approx([5 / 6, 0.75, 0.0]),
        pytest.approx([0.5, 0.25, 0.5]),
        pytest.approx([1 / 6, 0.25, 1.0]),
    ]
    assert picture.text == "Trials: 3 settings; the lowest error, 0.2, has x 1, act b"
    assert picture.data["lines"][0]["text"] == "trial 1\nx 1\nact b\nerror 0.2"


def test_many_numbers_that_are_far_apart_stand_on_a_logarithmic_axis_and_near_ones_on_an_even_one():
    far, near = [10.0**-k for k in range(8)], [10.0 + k for k in range(8)]
    picture = md.viz.trials(tried(list(range(8)), far=far, near=near))
    assert [line[0] for line in heights(picture)] == pytest.approx([1 - k / 7 for k in range(8)])
    assert [line[1] for line in heights(picture)] == pytest.approx([k / 7 for k in range(8)])


def test_whole_numbers_are_marked_by_whole_numbers_where_they_lie():
    widths, layers = [8, 11, 16, 23, 32, 64, 128], [1, 2, 3, 4, 5, 6, 7]
    axes, _ = axes_and_lines(tried(list(range(7)), width=widths, layers=layers), "error")
    assert [text for _, text in axes[0].ticks] == ["8", "16", "32", "64", "128"]  # each twice the one before
    assert [height for height, _ in axes[0].ticks] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert [text for _, text in axes[1].ticks] == ["1", "2", "4", "6", "7"]
    assert [height for height, _ in axes[1].ticks] == pytest.approx([0, 1 / 6, 0.5, 5 / 6, 1])


def test_zero_has_one_place_whatever_its_sign():
    picture = md.viz.trials(tried([1.0, 2.0, 3.0], lr=[0.0, -0.0, 1.0]))
    assert [line[0] for line in heights(picture)] == [0.25, 0.25, 0.75]


def test_a_line_of_successive_halving_ends_where_its_setting_was_dropped():
    found = search(
        {"width": Int(1, 40)}, lambda config, budget: config["width"] / budget, method="halving", trials=9, budgets=(1, 3, 9)
    )
    picture = md.viz.trials(found, measure="loss")
    assert picture.data["axes"] == ["width", "loss\nbudget 1", "loss\nbudget 3", "loss\nbudget 9"]
    assert [sum(h is not None for h in line) for line in heights(picture)] == [4, 3, 3, 2, 2, 2, 2, 2, 2]
    assert [line["chosen"] for line in picture.data["lines"]] == [True] + [False] * 8
    assert picture.data["lines"][0]["text"].splitlines()[-1] == f"loss {found.best.value:.4g}, budget 9"
    assert "9 settings, 1 with the largest budget; the lowest loss" in picture.text


def test_a_setting_that_was_drawn_twice_is_one_line():
    found = search({"x": [1, 2]}, lambda config, budget: config["x"] / budget, method="halving", trials=9, budgets=(1, 3))
    picture = md.viz.trials(found)
    assert len(picture.data["lines"]) == 2
    assert picture.data["lines"][0]["text"].count("budget 1") == 1


def test_with_one_budget_the_best_fifth_is_chosen():
    picture = md.viz.trials(search({"x": Float(0, 1)}, lambda config: config["x"], trials=20))
    assert [line["chosen"] for line in picture.data["lines"]] == [True] * 4 + [False] * 16


def test_trials_that_failed_are_drawn_as_far_as_they_came_and_told():
    def stubborn(config):
        if config["x"] == 2:
            raise ValueError(HOSTILE)
        return config["x"]

    picture = md.viz.trials(search({"x": [1, 2, 3]}, stubborn, method="grid"), measure=HOSTILE)
    assert heights(picture)[-1] == pytest.approx([0.5, None])
    assert "failed: " in picture.data["lines"][-1]["text"]
    assert picture.text.endswith("; 1 failed")
    assert "<script" not in picture.svg
    alone = md.viz.trials(search({"x": [2]}, stubborn, method="grid"))
    assert alone.text == "Trials: all 1 trials failed"
    assert not alone.data["lines"][0]["chosen"]


def test_the_widget_is_given_a_line_for_each_setting_in_the_units_of_the_drawing():
    picture = md.viz.trials(tried([0.4, 0.2], x=[0.0, 1.0]))
    first, second = picture.state()["lines"]
    assert len(first["points"]) == len(second["points"]) == 2
    assert first["text"].startswith("trial 1")
    (x0, y0), (x1, y1) = first["points"]
    assert x0 < x1
    assert y0 < y1  # from the high setting down to the low value: an SVG counts from the top
    assert not math.isnan(y1)


def test_hostile_and_odd_settings_are_drawn():
    odd = tried([0.1, 0.2], **{HOSTILE: [None, (1, 2)], "$x$": [float("inf"), HOSTILE], "flag": [True, False]})
    picture = md.viz.trials(odd)
    assert "<script" not in picture.svg
    assert HOSTILE not in picture.html()


@pytest.mark.parametrize("values", [[-1e308, 1e308], [5e-324, 1e308], [0.0, 0.0], [-1e-320, 0.0]])
def test_every_finite_value_has_its_height(values):
    drawn = [line[-1] for line in heights(md.viz.trials(tried(values, x=[1, 2])))]
    assert drawn == pytest.approx([0.0, 1.0] if values[0] < values[1] else [0.0, 0.0])


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="there is nothing to draw"):
        md.viz.trials([])
    with pytest.raises(ValueError, match="do not all have the same settings"):
        md.viz.trials([Trial(0, {"a": 1}, 0, value=1.0), Trial(1, {"b": 1}, 0, value=1.0)])
