"""What a model costs: counted as PyTorch counts, shared out to the modules it belongs to."""

import numpy as np
import pytest

import minidl as md
from minidl import nn
from minidl.errors import MinidlError
from minidl.profile import Machine, measure_machine, profile


@pytest.mark.parametrize(
    ("model", "shape", "forward", "backward"),
    [  # torch.utils.flop_counter.FlopCounterMode of PyTorch 2.13, which counts products alone
        (lambda: nn.Sequential(nn.Linear(20, 30, bias=False), nn.Linear(30, 10, bias=False)), (7, 20), 12600, 16800),
        (
            lambda: nn.Sequential(nn.Conv2d(2, 6, 3, bias=False), nn.Conv2d(6, 4, 3, stride=2, bias=False)),
            (5, 2, 12, 12),
            142560,
            177120,
        ),
        (lambda: nn.ConvTranspose2d(3, 4, 2, stride=2, bias=False), (5, 3, 6, 6), 17280, 17280),
    ],
)
def test_products_are_counted_as_pytorch_counts_them(model, shape, forward, backward):
    found = profile(model(), md.ones(*shape), repeat=1)
    assert (found.flops("forward"), found.flops("backward")) == (forward, backward)


def test_attention_and_recurrent_layers_are_counted_from_their_products():
    q = md.ones(2, 4, 5, 3)
    attention = profile(lambda q: nn.functional.scaled_dot_product_attention(q, q, q), q)
    assert attention.flops("forward") == 2 * 4 * 5 * 5 * (2 * 3 * 2 + 4)
    lstm = profile(lambda x: LSTM(x)[0], md.ones(6, 2, 3))
    assert lstm.flops("forward") == 2 * 6 * 2 * (16 * 3 + 16 * 4)
    same = profile(lambda x: nn.RNN(3, 4)(x)[0], md.ones(6, 4, 3))  # as many rows as states: those are no weights
    assert same.flops("forward") == 2 * 6 * 4 * (4 * 3 + 4 * 4)
    assert profile(lambda a: md.einsum("ij,kj->ik", a, a), md.ones(3, 4)).flops("forward") == 2 * 3 * 3 * 4


LSTM = nn.LSTM(3, 4)


def test_every_module_has_its_own_row_and_the_model_is_as_it_was():
    model = nn.Sequential(nn.Linear(8, 16), nn.Sequential(nn.Tanh(), nn.Linear(16, 4)))
    x = md.ones(5, 8)
    model(x).sum().backward()
    before = [np.array(p.grad) for p in model.parameters()]
    found = profile(model, x)
    assert [(row["module"], row["kind"]) for row in found.layers()] == [
        ("0", "Linear"),
        ("1.0", "Tanh"),
        ("1.1", "Linear"),
    ]
    assert sum(row["forward"] + row["backward"] for row in found.layers()) == found.flops()
    assert all(np.array_equal(b, p.grad.array) for b, p in zip(before, model.parameters(), strict=True))
    assert all(e.seconds < 1 for e in found.entries)
    assert {e.direction for e in found.entries} == {"forward", "backward"}
    assert "together" in repr(found)


def test_a_relu_has_little_arithmetic_for_each_byte_and_a_large_product_much():
    rows = profile(nn.Sequential(nn.Linear(256, 256), nn.ReLU()), md.ones(512, 256)).layers()
    assert rows[0]["intensity"] > 40
    assert rows[1]["intensity"] < 0.2


def test_what_is_kept_is_counted_once():
    x = md.ones(1000, requires_grad=True)
    found = profile(lambda x: (x * x) * x, x)
    assert found.kept() == 2 * 4000  # x, and its square


def test_a_model_that_returns_no_tensor_is_refused():
    with pytest.raises(MinidlError, match="returns a tensor, and this one returned a tuple"):
        profile(LSTM, md.ones(6, 2, 3))


def test_a_machine_reaches_the_lower_of_its_two_roofs():
    machine = Machine(flops_per_second=1e11, bytes_per_second=1e10)
    assert machine.ridge == 10
    assert machine.attainable(5) == 5e10
    assert machine.attainable(50) == 1e11
    assert repr(machine) == "100 GFLOP/s, 10.0 GB/s, ridge at 10.0 FLOP/byte"
    measured = measure_machine(seconds=0.01, side=64, megabytes=1)
    assert measured.flops_per_second > 0
    assert measured.bytes_per_second > 0


# ---------------------------------------------------------------- pictures


def test_the_blocks_of_a_flame_fill_what_they_stand_on():
    blocks = md.viz.flame(profile(nn.Sequential(nn.Linear(8, 16), nn.ReLU()), md.ones(5, 8))).data
    for direction in ("forward", "backward"):
        own = [b for b in blocks if b["direction"] == direction]
        below = next(b["width"] for b in own if b["kind"] == "direction")
        assert sum(b["width"] for b in own if b["depth"] == 1) == pytest.approx(below)
    assert sum(b["width"] for b in blocks if b["depth"] == 0) == pytest.approx(1)


def test_the_title_of_a_flame_names_what_costs_most_and_hostile_names_are_text():
    model = nn.Module()
    model.add_module("<script>", nn.Linear(40, 40))
    model.forward = lambda x: getattr(model, "<script>")(x)
    picture = md.viz.flame(profile(model, md.ones(4, 40)))
    assert picture.text == "Flame: 100% of all FLOPs are in linear; the backward pass has 50%"
    assert "<script>" not in picture.svg
    assert "&lt;script&gt;" in picture.svg


def test_flames_that_cannot_be_drawn_are_refused():
    found = profile(lambda x: x.reshape(-1), md.ones(2, 2))
    with pytest.raises(MinidlError, match="no operation of this profile has any flops"):
        md.viz.flame(found)
    with pytest.raises(ValueError, match="by is one of 'flops', 'bytes', 'seconds', 'kept', not 'time'"):
        md.viz.flame(found, by="time")
    with pytest.raises(MinidlError, match="no layer of this profile computes anything"):
        md.viz.roofline(found, Machine(1e11, 1e10))


def test_layers_left_of_the_ridge_are_limited_by_memory():
    found = profile(nn.Sequential(nn.Linear(256, 256), nn.ReLU()), md.ones(512, 256))
    picture = md.viz.roofline(found, Machine(1e11, 1e10))
    assert {name: row["bound"] for name, row in picture.data.items()} == {"0": "arithmetic", "1": "memory"}
    assert picture.text == "Roofline: memory is the limit of 1 of 2 layers: 1"


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf"), 1e308, 5e-324])
def test_a_machine_has_a_speed_that_there_is(speed):
    with pytest.raises(ValueError, match="bytes_per_second is a number from 1 to"):
        Machine(1e9, speed)
