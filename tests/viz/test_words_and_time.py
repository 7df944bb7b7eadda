"""Words that push a verdict, gradients on their way through time, precision and recall."""

import numpy as np
import pytest

import minidl as md
from minidl.errors import ShapeError
from tests.fuzzing import fuzz
from tests.viz.fuzzing import check_picture, label, number

TEXT = "{http://www.w3.org/2000/svg}text"


def test_every_word_is_drawn_and_the_strongest_are_named():
    picture = md.viz.words(["a", "truly", "bad", "film"], md.tensor([0.0, 0.5, -2.0, 0.1]))
    texts = [t.text for t in check_picture(picture).iter(TEXT)]
    assert {"a", "truly", "bad", "film"} <= set(texts)
    assert picture.text == "Words: “truly” (0.5) speaks most for the verdict, “bad” (-2) most against it"


def test_a_long_text_is_broken_into_lines():
    picture = md.viz.words(["word"] * 100, np.ones(100))
    assert len({round(y) for _, y, _ in picture.state()["points"]}) > 5


@pytest.mark.fuzz
def test_any_words_and_weights_are_drawn():
    def attempt(rng):
        n = rng.randrange(1, 20)
        check_picture(md.viz.words([label(rng) for _ in range(n)], [number(rng) for _ in range(n)]))

    fuzz(attempt, seconds=1)


def test_words_without_weights_are_refused():
    with pytest.raises(ShapeError, match="there are 2 words and 1 weights"):
        md.viz.words(["a", "b"], [1.0])
    with pytest.raises(ShapeError, match="there is no word to draw"):
        md.viz.words([], [])


@pytest.mark.parametrize(
    ("norms", "title"),
    [
        ([1e-6, 1e-3, 1.0], "over 3 time steps the gradient shrinks 1,000,000-fold"),
        ([100.0, 1.0], "over 2 time steps the gradient grows 100-fold"),
        ([1.0, 2.0], "over 2 time steps the gradient keeps its size"),
        ([0.0, 1.0], "over 2 time steps the gradient vanishes: nothing reaches the first one"),
        (
            [float("inf"), 1.0],
            "over 2 time steps the gradient stops being a number (1 of 2 norms is NaN or infinite)",
        ),
    ],
)
def test_the_title_says_how_a_gradient_changes_on_its_way(norms, title):
    picture = md.viz.through_time(norms)
    check_picture(picture)
    assert picture.text == f"Gradient through time: {title}"


def test_gradients_of_several_models_are_compared():
    picture = md.viz.through_time({"RNN": [1e-8, 1.0], "LSTM": [0.5, 1.0]})
    assert "RNN: over 2 time steps the gradient shrinks 100,000,000-fold; LSTM: over 2 time steps" in picture.text


def test_sizes_below_0_are_refused():
    with pytest.raises(ValueError, match="never below 0"):
        md.viz.through_time([-1.0, 1.0])
    with pytest.raises(ValueError, match="there is no gradient to draw"):
        md.viz.through_time([])


def test_precision_and_recall_at_every_threshold():
    data = md.viz.precision_recall(md.tensor([0.9, 0.8, 0.7, 0.7, 0.1]), md.tensor([1, 0, 1, 1, 0])).data["model"]
    assert data["precision"] == pytest.approx([1.0, 1 / 2, 3 / 4, 3 / 5])
    assert data["recall"] == pytest.approx([1 / 3, 1 / 3, 1.0, 1.0])
    assert data["average"] == pytest.approx(1 / 3 * 1 + 2 / 3 * 3 / 4)


def test_targets_that_are_not_0_and_1_are_refused():
    with pytest.raises(ValueError, match="0 and 1"):
        md.viz.precision_recall([0.1, 0.9], [0, 2])
