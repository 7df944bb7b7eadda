"""The models that chapter 12 loads are what its text says of them."""

import runpy
from pathlib import Path

import pytest

import minidl as md

FOLDER = Path(__file__).parents[2] / "assets" / "models" / "digits_cnn"
SCRIPT = runpy.run_path(str(FOLDER / "train.py"))


@pytest.mark.parametrize("seed", SCRIPT["SEEDS"])
def test_a_bundled_reader_reads_more_than_98_of_100_digits_that_it_has_never_seen(seed):
    digits, _ = md.data.digits()
    model = SCRIPT["reader"]()
    model.load_state_dict(md.load(FOLDER / f"seed{seed}.safetensors"))
    with md.no_grad():
        scores = model.eval()(digits.images[SCRIPT["LEARN"] :])
    assert md.train.metrics.accuracy(scores, digits.labels[SCRIPT["LEARN"] :]) >= 0.985
    assert (FOLDER / f"seed{seed}.safetensors").stat().st_size < 200_000
