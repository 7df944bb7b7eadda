"""The model that chapter 20 loads is what its text says of it, and takes the weights of models that are made alike."""

import json
import math
import runpy
from pathlib import Path

import pytest

import minidl as md
from minidl.nn import functional as F

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "assets" / "models" / "gpt_novel"
SCRIPT = runpy.run_path(str(FOLDER / "train.py"))
PYTORCH = json.loads((ROOT / "tests" / "fixtures" / "gpt.json").read_text())


def bundled():
    model = SCRIPT["GPT"]()
    model.load_state_dict(md.load(FOLDER / "weights.safetensors"), strict=False)
    return model.eval(), md.text.BytePairs.load(FOLDER / "byte_pairs.json")


def test_the_bundled_model_needs_less_than_1_9_bits_for_a_byte_of_unseen_text():
    model, tokenizer = bundled()
    _, choose, _ = SCRIPT["divided"](md.data.novel())
    assert 1.7 < SCRIPT["bits_per_byte"](model, tokenizer, choose) < 1.9
    assert (FOLDER / "weights.safetensors").stat().st_size < 2_000_000


def test_the_bundled_tokens_are_those_of_the_part_to_learn_from():
    _, tokenizer = bundled()
    learn, _, _ = SCRIPT["divided"](md.data.novel())
    assert len(tokenizer) == SCRIPT["TOKENS"]
    assert md.text.BytePairs.learn(learn, 300).merges == tokenizer.merges[:44]


def test_reading_and_writing_share_one_matrix():
    model, _ = bundled()
    assert model.lm_head.weight is model.transformer["wte"].weight
    assert sum(p.numel() for p in model.parameters()) == 446_304


@pytest.mark.parametrize(("kind", "options"), [("nanoGPT", {}), ("minGPT", {"tied": False, "approximate": "tanh"})])
def test_weights_under_the_names_of_public_gpts_give_pytorchs_logits_and_loss(kind, options):
    there = PYTORCH[kind]
    weights = {name: md.tensor(values).reshape(there["shapes"][name]) for name, values in there["weights"].items()}
    model = SCRIPT["GPT"](**PYTORCH["sizes"], **options).eval()
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert list(missing) == []
    assert all(name.endswith(".attn.bias") for name in unexpected)  # minGPT's masks, which are no weights
    assert len(unexpected) == (2 if kind == "minGPT" else 0)
    text = md.tensor(there["text"])
    logits = model(text[:, :-1])
    assert md.allclose(logits, md.tensor(there["logits"]), rtol=1e-4, atol=1e-5)
    loss = F.cross_entropy(logits.flatten(0, 1), text[:, 1:].flatten())
    assert math.isclose(loss.item(), there["loss"], rel_tol=1e-5)
