"""The picture of the next token: what it holds, says and refuses; no screen is needed."""

import numpy as np
import pytest

import minidl as md
from minidl.errors import ShapeError
from minidl.text import filtered
from minidl.viz.charts.next_token import entropy, next_tokens
from tests.fuzzing import fuzz
from tests.viz.fuzzing import check_picture, label, number

LOGITS = md.log(md.tensor([0.1, 0.5, 0.05, 0.3, 0.05]))
NAMES = ["a", "b", "c", "d", "e"]


def test_the_likeliest_token_comes_first_and_equal_ones_in_their_order():
    picture = md.viz.next_token(LOGITS, NAMES)
    assert picture.data["names"] == ["b", "d", "a", "c", "e"]
    assert picture.data["probabilities"] == pytest.approx([0.5, 0.3, 0.1, 0.05, 0.05])
    assert picture.text == "Next token: “b” comes next with a probability of 50.0%; 5 of 5 tokens may come"


@pytest.mark.parametrize(
    "how", [{}, {"temperature": 0.5}, {"top_k": 2}, {"top_p": 0.7}, {"temperature": 2, "top_k": 4, "top_p": 0.9}]
)
def test_the_picture_shows_what_filtered_gives(how):
    expected = np.sort(filtered(LOGITS, **how).array)[::-1]
    picture = md.viz.next_token(LOGITS, NAMES, **how)
    assert picture.data["probabilities"] == pytest.approx(expected.tolist())
    assert picture.data["kept"] == (expected > 0).sum()
    assert picture.data["entropy"] == pytest.approx(
        -(expected[expected > 0] * np.log2(expected[expected > 0])).sum(), rel=1e-5
    )


def test_a_certain_token_leaves_no_choice():
    assert entropy(np.array([1.0, 0.0])) == 0
    assert md.viz.next_token(LOGITS, NAMES, top_k=1).data["entropy"] == 0


def test_names_come_from_a_list_a_function_or_are_the_numbers():
    for names, expected in ((NAMES, "b"), (lambda k: NAMES[k] * 2, "bb"), (None, "1")):
        assert md.viz.next_token(LOGITS, names).data["names"][0] == expected
    assert md.viz.next_token(LOGITS, [" a", "\n", "c", "d", "e"]).state()["names"][:3] == ["↵", "d", "␣a"]


def test_a_large_vocabulary_is_cut_and_the_picture_says_so():
    tokens = next_tokens(np.arange(10_000.0), None)
    assert (len(tokens.logits), tokens.names[0]) == (4096, "9999")
    assert md.viz.next_token(md.arange(5000).float()).text.endswith("of 5,000 tokens the 4,096 likeliest")
    assert md.viz.next_token(md.zeros(5000), top_k=5000).data["kept"] == 4096


def test_an_impossible_token_is_drawn_as_one():
    picture = md.viz.next_token([0.0, -np.inf], ["yes", "no"])
    assert picture.data["probabilities"] == [1.0, 0.0]
    assert picture.state()["logits"] == [0.0, -1e4]


def test_what_is_no_row_of_logits_is_refused():
    with pytest.raises(ShapeError, match=r"logits have shape \(V,\).*not \(2, 5\)"):
        md.viz.next_token(md.zeros(2, 5))
    with pytest.raises(ShapeError, match="there are 5 logits and 2 names"):
        md.viz.next_token(LOGITS, ["a", "b"])
    with pytest.raises(ValueError, match="nothing can be drawn"):
        md.viz.next_token(LOGITS * float("nan"))
    with pytest.raises(ValueError, match="temperature must be greater than 0"):
        md.viz.next_token(LOGITS, temperature=0)


@pytest.mark.fuzz
def test_any_names_make_a_picture():
    def attempt(rng):
        scores = np.array([np.nan_to_num(number(rng), nan=0.0, posinf=9.0, neginf=-np.inf) for _ in range(6)] + [1.0])
        check_picture(md.viz.next_token(scores, [label(rng) for _ in range(7)], title=label(rng)))

    fuzz(attempt)
