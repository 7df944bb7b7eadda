"""The models that chapter 19 loads are what its text and their scores.json say of them."""

import json
import runpy
from pathlib import Path

import pytest

import minidl as md

FOLDER = Path(__file__).parents[2] / "assets" / "models" / "menus_zh"
SCRIPT = runpy.run_path(str(FOLDER / "train.py"))
ROWS = json.loads((FOLDER / "scores.json").read_text(encoding="utf-8"))
TEST, CHOOSE, CLEAN, LEAKY = SCRIPT["split"](SCRIPT["usable"]("zh"))


def test_what_is_learned_from_has_no_near_duplicate_of_what_judges():
    alike = SCRIPT["similarity"]([english for english, _ in CLEAN], [english for english, _ in TEST + CHOOSE])
    assert alike.max().item() < SCRIPT["LEAST_ALIKE"]
    assert len(CLEAN) == len(LEAKY)


@pytest.mark.parametrize(
    ("name", "make", "pairs"),
    [
        ("gru", SCRIPT["Translator"], CLEAN),
        ("gru, leaky", SCRIPT["Translator"], LEAKY),
        ("transformer", SCRIPT["TransformerTranslator"], CLEAN),
    ],
)
def test_a_bundled_translator_scores_what_is_written_down(name, make, pairs):
    words, characters = SCRIPT["tokenizers"](pairs)
    model = make(len(words.vocabulary), len(characters.vocabulary))
    file = FOLDER / f"{name.replace(', ', '_')}.safetensors"
    model.load_state_dict({key: value.float() for key, value in md.load(file).items()})
    found = SCRIPT["score"](SCRIPT["translate"](model.eval(), [english for english, _ in CHOOSE], words, characters), CHOOSE)
    (row,) = [row for row in ROWS if row["model"] == name and row["seed"] == 0]
    assert found == pytest.approx(row["choose"], abs=0.015)  # weights are kept in half precision
    assert file.stat().st_size < 1_000_000


def test_the_scores_of_every_seed_are_there():
    assert sorted((row["model"], row["seed"]) for row in ROWS) == sorted(
        (name, seed) for name in ("gru", "gru, leaky", "transformer") for seed in SCRIPT["SEEDS"]
    )


def test_the_bundled_translator_of_french_scores_what_is_written_down():
    folder = FOLDER.parent / "menus_fr"
    french = runpy.run_path(str(folder / "train.py"))
    rows = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    choose, learn = french["divided"]()
    words, target = SCRIPT["tokenizers"](learn)
    model = SCRIPT["Translator"](len(words.vocabulary), len(target.vocabulary))
    model.load_state_dict(md.load(folder / "gru.safetensors"))
    assert french["scores"](model.eval(), choose, words, target) == pytest.approx(rows[0]["choose"], abs=0.015)
    assert [row["seed"] for row in rows] == list(SCRIPT["SEEDS"])
    assert all(row["choose"]["exact"] > row["nearest"]["exact"] + 0.05 for row in rows)
