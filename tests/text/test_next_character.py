"""The networks that chapter 17 loads say the next character as well as their README tells."""

import runpy
from pathlib import Path

import pytest

import minidl as md

FOLDER = Path(__file__).parents[2] / "assets" / "models" / "next_character"
SCRIPT = runpy.run_path(str(FOLDER / "train.py"))


@pytest.mark.parametrize(("name", "embedding_dim", "score"), [("novel", 32, 1.755), ("poems", 64, 8.313)])
def test_a_bundled_writer_needs_few_bits_for_text_that_it_has_never_read(name, embedding_dim, score):
    vocabulary = SCRIPT[name]()[0]
    model = SCRIPT["Writer"](len(vocabulary), embedding_dim)
    model.load_state_dict(md.load(FOLDER / f"{name}.safetensors"))
    assert SCRIPT["score"](name, model) == pytest.approx(score, abs=0.005)
    assert (FOLDER / f"{name}.safetensors").stat().st_size < 2_000_000
