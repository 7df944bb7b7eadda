"""The recorded runs of chapter 27: what is kept is what was told."""

import json
import runpy
from pathlib import Path

import pytest

import minidl as md

FOLDER = Path(__file__).parents[2] / "assets" / "models" / "scaling"
SCRIPT = runpy.run_path(str(FOLDER / "train.py"))
RUNS = json.loads((FOLDER / "runs.json").read_text())


def test_the_bundled_model_has_the_loss_that_was_recorded():
    model = SCRIPT["NextCharacter"](SCRIPT["LARGE"])
    model.load_state_dict(md.load(FOLDER / "large.safetensors"))
    _, _, judge = SCRIPT["parts"]()
    assert SCRIPT["loss_on"](model, judge) == pytest.approx(RUNS["large"][0]["loss"], abs=1e-4)


def test_the_prediction_is_that_of_the_law_through_the_small_models():
    small = RUNS["small"]
    floor, scale, alpha = SCRIPT["fitted"]([run["weights"] for run in small], [run["loss"] for run in small])
    for width, predicted in RUNS["predicted"].items():
        assert floor + scale / SCRIPT["size"](int(width)) ** alpha == pytest.approx(predicted, abs=1e-3)


def test_sizes_seeds_and_rates_are_those_of_the_script():
    small = [(run["width"], run["seed"]) for run in RUNS["small"]]
    assert small == [(width, seed) for width in SCRIPT["WIDTHS"] for seed in SCRIPT["SEEDS"]]
    assert all(run["weights"] == SCRIPT["size"](run["width"]) for run in RUNS["small"] + RUNS["large"] + RUNS["huge"])
    totals = {r: sum(run["validation"] for run in RUNS["rates"] if run["rate"] == r) for r in SCRIPT["RATES"]}
    assert {run["rate"] for run in RUNS["small"]} == {min(totals, key=totals.get)}
