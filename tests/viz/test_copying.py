"""The picture of copied and written words: what it holds, says and refuses; no screen is needed."""

import numpy as np
import pytest

import minidl as md
from minidl.errors import ShapeError
from minidl.viz.charts.copying import copied_words
from tests.fuzzing import fuzz
from tests.viz.fuzzing import check_picture, label, number

TEXT = "{http://www.w3.org/2000/svg}text"
READ, WRITTEN = ["the", "old", "ridgepole"], ["a", "ridgepole"]
LOOKS = md.tensor([[0.5, 0.5, 0.0], [0.0, 0.1, 0.9]])


def test_every_word_is_drawn_and_the_copied_ones_are_named():
    picture = md.viz.copying(READ, WRITTEN, LOOKS, md.tensor([0.1, 1.0]))
    assert {*READ, *WRITTEN} <= {text.text for text in check_picture(picture).iter(TEXT)}
    assert picture.text == "Copying: 1 of 2 words were copied: “ridgepole”"
    assert picture.data["copied"] == pytest.approx([0.1, 1.0])


def test_a_written_word_says_how_it_came_about():
    found = copied_words(READ, WRITTEN, LOOKS, [0.1, 1.0])
    first, second = found.tell(0), found.tell(1)
    assert first == "a\n10% copied, 90% written\nlooks most at “the” (50%)"
    assert second == "ridgepole\n100% copied, 0% written\nlooks most at “ridgepole” (90%)"


def test_what_is_not_finite_is_called_not_known():
    picture = md.viz.copying(READ, WRITTEN, [[np.nan] * 3, [np.inf, 0, 0]], [np.nan, 0.0])
    assert picture.text == "Copying: 0 of 2 words were copied; of 1 it is not known"
    assert picture.state()["copied"] == [None, 0.0]


def test_a_title_takes_the_place_of_what_it_would_say():
    picture = md.viz.copying(READ, WRITTEN, LOOKS, [0.1, 1.0], title="<b>watch</b>")
    assert picture.text == "Copying: <b>watch</b>"
    assert picture.state()["title"] == "<b>watch</b>"


def test_long_texts_are_cut():
    picture = md.viz.copying(["w"] * 300, ["v"] * 80, np.zeros((80, 300)), np.zeros(80))
    assert (len(picture.data["read"]), len(picture.data["written"])) == (200, 60)


@pytest.mark.fuzz
def test_any_words_and_numbers_are_drawn():
    def attempt(rng):
        s, n = rng.randrange(1, 12), rng.randrange(1, 8)
        looks = [[number(rng) for _ in range(s)] for _ in range(n)]
        words = [label(rng) for _ in range(s + n)]
        check_picture(md.viz.copying(words[:s], words[s:], looks, [number(rng) for _ in range(n)]))

    fuzz(attempt, seconds=1)


@pytest.mark.parametrize(
    ("read", "written", "looks", "copied", "message"),
    [
        ([], ["a"], np.zeros((1, 0)), [0.0], "0 words were read and 1 written"),
        (READ, WRITTEN, np.zeros((3, 2)), [0.0, 0.0], r"a row for each of the 2 written words .* not the shape \(3, 2\)"),
        (READ, WRITTEN, LOOKS, [0.0], r"one share for each of the 2 written words, and has shape \(1,\)"),
    ],
)
def test_words_and_numbers_that_do_not_fit_are_refused(read, written, looks, copied, message):
    with pytest.raises(ShapeError, match=message):
        md.viz.copying(read, written, looks, copied)
