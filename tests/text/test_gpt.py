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


def weights_of(kind):
    there = PYTORCH[kind]
    return {name: md.tensor(values).reshape(there["shapes"][name]) for name, values in there["weights"].items()}


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
    there, weights = PYTORCH[kind], weights_of(kind)
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


def logits_of(weights):
    """What a fresh model says of the text with these weights, and which of its own they do not name."""
    model = SCRIPT["GPT"](**PYTORCH["sizes"]).eval()
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert all(name.endswith(".attn.bias") for name in unexpected)
    return model(md.tensor(PYTORCH["nanoGPT"]["text"])[:, :-1]), list(missing)


def test_a_nanogpt_without_biases_is_one_whose_biases_are_0():
    weights = weights_of("nanoGPT")
    without, missing = logits_of({name: w for name, w in weights.items() if not name.endswith("bias")})
    zeros, _ = logits_of({name: w * 0 if name.endswith("bias") else w for name, w in weights.items()})
    assert md.equal(without, zeros)
    assert all(name.endswith("bias") for name in missing)


def test_the_names_of_gpt_2s_published_files_lead_to_the_same_logits():
    layers = ("c_attn.weight", "c_proj.weight", "c_fc.weight")
    turned = lambda name, w: w.T if name.endswith(layers) else w
    ours = weights_of("nanoGPT")
    published = {name.removeprefix("transformer."): turned(name, w) for name, w in ours.items() if name != "lm_head.weight"}
    published |= {f"h.{k}.attn.bias": md.ones(1, 1, 6, 6).tril() for k in range(2)}  # causal masks
    assert published["h.0.attn.c_attn.weight"].shape == (8, 24)  # as GPT-2's is (768, 2304)
    loaded = {f"transformer.{name}": turned(name, w) for name, w in published.items()}
    logits, missing = logits_of(loaded)
    assert md.allclose(logits, md.tensor(PYTORCH["nanoGPT"]["logits"]), rtol=1e-4, atol=1e-5)
    assert missing == ["lm_head.weight"]  # it is the matrix that reads
