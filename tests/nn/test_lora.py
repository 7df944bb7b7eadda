"""LoRA: few weights learn, the model begins as it was, and what was learned can be merged."""

import pytest

import minidl as md
from minidl import nn
from minidl.errors import ShapeError
from minidl.nn.utils import add_lora, merge_lora


@pytest.fixture
def model():
    md.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3))


def learned(model, x, steps=5):
    """The model after some steps towards another output."""
    optimizer = md.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        ((model(x) - 1) ** 2).mean().backward()
        optimizer.step()
    return model


def test_the_model_begins_as_it_was(model):
    x = md.randn(4, 6)
    before = model(x)
    assert add_lora(model, rank=2)(x).equal(before)


def test_only_the_thin_matrices_learn(model):
    before = [p.detach().clone() for p in model.parameters()]
    add_lora(model, rank=2)
    names = [name for name, p in model.named_parameters() if p.requires_grad]
    assert [name.rpartition(".")[2] for name in names] == ["lora_A", "lora_B"] * 2
    learned(model, md.randn(4, 6))
    kept = [p for name, p in model.named_parameters() if "lora" not in name]
    assert sorted(tuple(p.shape) for p in kept) == sorted(tuple(p.shape) for p in before)
    assert all(any(p.shape == b.shape and p.detach().equal(b) for b in before) for p in kept)


def test_the_output_is_that_of_the_weight_plus_the_product(model):
    x = md.randn(4, 6)
    weight = model[0].weight.detach().clone()
    learned(add_lora(model, rank=2, alpha=6), x)
    added = model[0].parametrizations.weight[0]
    assert md.allclose(model[0].weight, weight + 3 * added.lora_B @ added.lora_A)
    assert added.lora_B.abs().max() > 0


def test_merging_keeps_the_outputs_and_gives_back_the_old_names(model):
    x, names = md.randn(4, 6), list(model.state_dict())
    learned(add_lora(model, rank=2), x)
    before = model(x)
    merge_lora(model)
    assert md.allclose(model(x), before, atol=1e-6)
    assert sorted(model.state_dict()) == sorted(names)
    assert all(p.requires_grad for p in model.parameters())
    assert add_lora(model, rank=1)(x).allclose(before, atol=1e-6)  # and again


def test_the_matrices_of_attention_can_have_it():
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    x = md.randn(2, 5, 8)
    before = attention(x, x, x)[0]
    add_lora(attention, rank=2, layers=(nn.MultiheadAttention,), names=("in_proj_weight",))
    assert md.allclose(attention(x, x, x)[0], before)
    attention(x, x, x)[0].sum().backward()
    assert attention.parametrizations.in_proj_weight[0].lora_B.grad.abs().sum() > 0
    assert attention.out_proj.weight.grad is None


def test_what_cannot_have_it_is_refused_and_nothing_is_changed(model):
    with pytest.raises(ValueError, match="at least 1"):
        add_lora(model, rank=0)
    with pytest.raises(ValueError, match="found no weight in a Conv2d of this Sequential"):
        add_lora(model, layers=(nn.Conv2d,))
    with pytest.raises(ShapeError, match=r"LoRA is for matrices, and bias of Linear has shape \(8,\)"):
        add_lora(model, names=("bias",))
    assert all(p.requires_grad for p in model.parameters())
    with pytest.raises(ValueError, match="parametrized already: merge_lora"):
        add_lora(add_lora(model))
