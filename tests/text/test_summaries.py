"""The model that chapter 21 loads is what its text and its scores.json say of it."""

import json
import runpy
from pathlib import Path

import pytest

import minidl as md

FOLDER = Path(__file__).parents[2] / "assets" / "models" / "summaries"
SCRIPT = runpy.run_path(str(FOLDER / "train.py"))
ROWS = json.loads((FOLDER / "scores.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pairs():
    learn, choose, test, new = SCRIPT["split"]()
    return {"learn": learn, "choose": choose, "test": test, "new": new}


@pytest.fixture(scope="module")
def vocabulary(pairs):
    return SCRIPT["vocabulary_of"](pairs["learn"])


@pytest.fixture(scope="module")
def model(vocabulary):
    found = SCRIPT["Summariser"](len(vocabulary))
    found.load_state_dict({key: value.float() for key, value in md.load(FOLDER / "pointer.safetensors").items()})
    return found.eval()


def test_no_module_and_no_line_is_on_both_sides(pairs):
    modules = {name: {".".join(pair[2].split(".")[:3]) for pair in part} for name, part in pairs.items()}
    assert len(modules["learn"] & modules["test"]) <= 1  # the module in which the cut falls
    lines = {name: {pair[1] for pair in part} for name, part in pairs.items()}
    assert not lines["learn"] & (lines["choose"] | lines["test"] | lines["new"])


def test_the_bundled_summariser_scores_what_is_written_down(model, vocabulary, pairs):
    found = SCRIPT["score"](SCRIPT["write_all"](model, pairs["choose"], vocabulary), pairs["choose"])
    (row,) = [row for row in ROWS if row["model"] == "pointer" and row["seed"] == 0]
    assert found == pytest.approx(row["choose"], abs=0.005)  # weights are kept in half precision
    assert (FOLDER / "pointer.safetensors").stat().st_size < 1_000_000


def test_the_scores_of_every_seed_are_there():
    assert sorted((row["model"], row["seed"]) for row in ROWS) == sorted(
        (name, seed) for name in ("pointer", "plain") for seed in SCRIPT["SEEDS"]
    )


def test_a_word_that_only_the_paragraph_knows_can_be_copied_and_nothing_else(model, vocabulary):
    (row,) = SCRIPT["coded"]([("qux adds zorp to zorp", "Adds zorp and blib.", "")], vocabulary)
    source, target, own = row
    assert own == ["qux", "zorp"]
    assert source[2] == source[4] == len(vocabulary) + 1 == target[2]
    assert target[4] == SCRIPT["UNKNOWN"]  # it stands in neither
    x, y = md.tensor([source]), md.tensor([target])
    with md.no_grad():
        read = model.encode(x)
        chances, looks, copy, _ = model.decode(y[:, :-1], *read)
        everything = SCRIPT["mixed"](model, x, 2, chances, looks, copy)
        right = model.chance(x, y)
    assert right[0, 1].item() == pytest.approx((copy * looks)[0, 1, [2, 4]].sum().item(), rel=1e-5)
    assert everything.sum(dim=-1).numpy() == pytest.approx(1 - ((1 - copy[..., 0]) * chances[..., 1]).numpy(), rel=1e-5)
