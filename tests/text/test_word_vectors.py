"""The rows for words that chapter 16 loads are what their README says of them."""

import runpy
from pathlib import Path

import pytest

import minidl as md

FOLDER = Path(__file__).parents[2] / "assets" / "models" / "word_vectors"
SCRIPT = runpy.run_path(str(FOLDER / "train.py"))


@pytest.mark.parametrize(("name", "tokens", "score"), [("novel", "novel_tokens", 0.56), ("poems", "poem_tokens", 0.54)])
def test_a_true_neighbour_gets_more_points_than_a_drawn_word_more_often_than_by_chance(name, tokens, score):
    vectors, tokens = md.load(FOLDER / f"{name}.safetensors"), SCRIPT[tokens]()
    assert vectors["centre"].shape == (len(SCRIPT["vocabulary_of"](tokens)), SCRIPT["SIZE"])
    assert SCRIPT["score"](tokens, vectors) == pytest.approx(score, abs=0.006)


def test_words_of_one_kind_are_neighbours():
    rows = md.nn.functional.normalize(md.load(FOLDER / "novel.safetensors")["centre"], dim=1)
    vocabulary = SCRIPT["vocabulary_of"](SCRIPT["novel_tokens"]())
    for word, kin in (("mother", "father"), ("two", "three"), ("he", "him")):
        order = (rows @ rows[vocabulary[word]]).argsort(descending=True).tolist()
        assert vocabulary[kin] in order[1:4]
