"""The recorded runs of chapter 27: what is kept is what was told."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

import minidl as md

FOLDER = Path(__file__).parents[2] / "assets" / "models" / "scaling"
SCRIPT = runpy.run_path(str(FOLDER / "train.py"))
RUNS = json.loads((FOLDER / "runs.json").read_text())
BLIND, FOUND = (json.loads((FOLDER / name).read_text()) for name in ("blind.json", "blind_found.json"))


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


def test_the_blind_prediction_is_that_of_the_law_and_its_interval_that_of_the_seeds():
    sizes, losses = (np.array([run[name] for run in BLIND["small"]]) for name in ("weights", "loss"))
    said = BLIND["predicted"]
    assert SCRIPT["law"](sizes, losses)(said["weights"]) == pytest.approx(said["loss"], abs=1e-3)
    assert SCRIPT["interval"](sizes, losses, said["weights"], draws=20) == pytest.approx(said["interval"], abs=0.1)
    assert said["weights"] == SCRIPT["size"](SCRIPT["UNSEEN"])
    assert 9.9 < said["weights"] / max(sizes) < 10.1


def test_what_was_found_was_trained_as_it_was_predicted():
    said, found = BLIND["predicted"], FOUND["found"]
    assert [run["rate"] for run in found] == said["rates"]
    assert {(run["width"], run["weights"], run["steps"]) for run in found} == {
        tuple(said[k] for k in ("width", "weights", "steps"))
    }
    assert FOUND["chosen"] == min(found, key=lambda run: run["validation"])
    for width in SCRIPT["GROWING"]:
        tried = {run["rate"]: run["validation"] for run in BLIND["rates"] if run["width"] == width}
        rates = {run["rate"] for run in BLIND["small"] if run["width"] == width}
        assert rates == {min(tried, key=tried.get)}
