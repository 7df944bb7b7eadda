"""The models that chapter 23 loads are what its text and their scores.json say of them."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

import minidl as md

FOLDER = Path(__file__).parents[2] / "assets" / "models" / "syllables_ctc"
SCRIPT = runpy.run_path(str(FOLDER / "train.py"))
SCORES = json.loads((FOLDER / "scores.json").read_text())


@pytest.fixture(scope="module")
def syllables():
    return SCRIPT["spoken"]()


def reader(name, syllables):
    model = SCRIPT["Reader"](len(SCRIPT["alphabet"](syllables)))
    model.load_state_dict(md.load(FOLDER / f"{name.replace(' ', '_')}.safetensors"))
    return model


def test_no_held_out_syllable_is_learned_in_any_tone_by_any_voice_but_every_letter_is(syllables):
    learn, choose, test = SCRIPT["split"](syllables)
    kinds = [{syllables.symbols[n] for n in part} for part in (learn, choose, test)]
    assert [len(some) for some in kinds] == [280, 60, 60]
    assert len(set.union(*kinds)) == 400
    assert sorted(np.concatenate([learn, choose, test])) == list(range(len(syllables)))
    assert {letter for some in kinds for symbols in some for letter in symbols} == set("".join(kinds[0]))


@pytest.mark.parametrize("name", SCRIPT["KEPT"])
def test_a_bundled_reader_scores_what_is_written_down(name, syllables):
    _, choose, _ = SCRIPT["split"](syllables)
    assert SCRIPT["score"](reader(name, syllables), choose, syllables) == pytest.approx(SCORES[name], abs=0.005)
    assert (FOLDER / f"{name.replace(' ', '_')}.safetensors").stat().st_size < 400_000


def test_a_known_voice_has_a_reader_and_unseen_syllables_of_both_are_read_with_less_than_20_errors_in_100(syllables):
    _, choose, test = SCRIPT["split"](syllables)
    for places in (choose, test):
        own = [SCRIPT["score"](reader(name, syllables), places, syllables)[name] for name in SCRIPT["VOICES"]]
        assert sum(own) / 2 < 0.2


def test_an_unknown_voice_is_not_understood():
    assert SCORES["Edward Liu"]["Edward Liu"] < 0.1
    assert SCORES["Edward Liu"]["Luo Zhu"] > 0.8


def test_a_sound_is_cut_for_one_voice_alone(syllables):
    cut, his = SCRIPT["cut"](syllables, 1, 14), syllables.voices.numpy() == 1
    assert cut.lengths.numpy()[his].max() == 14
    assert np.array_equal(cut.lengths.numpy()[~his], syllables.lengths.numpy()[~his])


def test_the_scores_of_every_job_are_there():
    assert set(SCORES) == {name for name, _, _ in SCRIPT["JOBS"]}


def test_an_exchange_gives_a_syllable_the_consonant_of_another_of_the_same_voice(syllables):
    learn, _, _ = SCRIPT["split"](syllables)
    letters, sounds = SCRIPT["alphabet"](syllables), SCRIPT["features"](syllables)
    codes = [[letters.index(letter) for letter in text] for text in SCRIPT["spelled"](syllables)]
    exchange, random = SCRIPT["Exchange"](learn, syllables, codes), np.random.RandomState(0)
    n = next(n for n in learn if syllables.symbols[n] == "ㄆㄢ")
    heard = [exchange.exchanged(n, sounds, random) for _ in range(60)]
    assert {"".join(letters[k] for k in text)[0] for _, text in heard} == set("ㄅㄆㄈ")
    assert {"".join(letters[k] for k in text)[1:] for _, text in heard} == {SCRIPT["spelled"](syllables)[n][1:]}
    assert all(np.array_equal(sound[:, -5:], heard[0][0][:, -5:]) for sound, _ in heard)
