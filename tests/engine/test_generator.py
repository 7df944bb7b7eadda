"""The same seed gives PyTorch's numbers. The fixtures were drawn by PyTorch itself (fixtures/make_random.py)."""

import json
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl.data import DataLoader, TensorDataset, random_split

DRAWN = json.loads((Path(__file__).parents[1] / "fixtures" / "random.json").read_text())
SEEDS = [int(seed) for seed in DRAWN["rand(7)"]]

EXACT = {
    "rand(7)": lambda: md.rand(7),
    "rand(3, 5)": lambda: md.rand(3, 5),
    "rand(9) float64": lambda: md.rand(9, dtype=md.float64),
    "randint(0, 10, (11,))": lambda: md.randint(0, 10, (11,)),
    "randint(-5, 268435451, (5,))": lambda: md.randint(-5, 268435451, (5,)),
    "randint(0, 1099511627776, (5,))": lambda: md.randint(0, 1099511627776, (5,)),
    "randperm(13)": lambda: md.randperm(13),
    "bernoulli(0.3)": lambda: md.bernoulli(md.full((20,), 0.3)),
    "multinomial": lambda: md.multinomial(md.tensor([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]]), 2),
    "multinomial replacement": lambda: md.multinomial(md.tensor([0.1, 0.2, 0.7]), 8, replacement=True),
    "uniform_(-2, 3)": lambda: md.empty(9).uniform_(-2, 3),
    "bernoulli_(0.6)": lambda: md.empty(12).bernoulli_(0.6),
    "bernoulli_(tensor)": lambda: md.empty(12).bernoulli_(md.full((12,), 0.4)),
    "dropout": lambda: md.nn.functional.dropout(md.ones(20), 0.25),
    "dropout2d": lambda: md.nn.functional.dropout2d(md.ones(3, 4, 2, 1), 0.25),
    "xavier_uniform_": lambda: md.nn.init.xavier_uniform_(md.empty(4, 5)),
    "kaiming_uniform_": lambda: md.nn.init.kaiming_uniform_(md.empty(4, 3, 2, 2)),
    "rand_like float64": lambda: md.rand_like(md.empty(7, dtype=md.float64)),
    "randint_like": lambda: md.randint_like(md.zeros(7, dtype=md.int64), 3, 9),
    "generator": lambda: md.randperm(9, generator=md.Generator().manual_seed(3)),
    "RandomSampler": lambda: md.tensor(list(md.data.RandomSampler(range(11)))),
    "RandomSampler replacement": lambda: md.tensor(list(md.data.RandomSampler(range(11), True, 40))),
    "SubsetRandomSampler": lambda: md.tensor(list(md.data.SubsetRandomSampler(range(5, 16)))),
    "WeightedRandomSampler": lambda: md.tensor(list(md.data.WeightedRandomSampler([0.1, 0.7, 0.2], 12))),
    "loader with a sampler": lambda: md.cat(list(DataLoader(range(9), 4, sampler=md.data.RandomSampler(range(9))))),
    "Linear(6, 4)": lambda: md.cat([p.detach().ravel() for p in md.nn.Linear(6, 4).parameters()]),
    "DataLoader": lambda: md.cat([b for (b,) in DataLoader(TensorDataset(md.arange(23)), 5, shuffle=True)]),
    "DataLoader drop_last, 2 epochs": lambda: epochs(2),
    "random_split": lambda: md.tensor(
        [i for part in random_split(TensorDataset(md.arange(17)), [10, 7]) for i in part.indices]
    ),
}
TO_THE_LAST_DIGITS = {
    "randn(1)": lambda: md.randn(1),
    "randn(15)": lambda: md.randn(15),
    "randn(16)": lambda: md.randn(16),
    "randn(37)": lambda: md.randn(37),
    "randn(37) float64": lambda: md.randn(37, dtype=md.float64),
    "randn(5), rand(3), randn(4), randn(20), randn(2)": lambda: md.cat(
        [md.randn(5), md.rand(3), md.randn(4), md.randn(20), md.randn(2)]
    ),
    "normal(2, 3, (20,))": lambda: md.normal(2.0, 3.0, (20,)),
    "normal_(1, 2)": lambda: md.empty(9).normal_(1, 2),
    "orthogonal_": lambda: md.nn.init.orthogonal_(md.empty(3, 2, 2), gain=2.0),
    "orthogonal_ tall": lambda: md.nn.init.orthogonal_(md.empty(6, 4)),
    "kaiming_normal_": lambda: md.nn.init.kaiming_normal_(md.empty(5, 7)),
    "randn_like": lambda: md.randn_like(md.empty(17)),
    "normal of tensors": lambda: md.normal(md.arange(20.0), md.ones(20) * 2),
    "exponential_(1.5)": lambda: md.empty(9).exponential_(1.5),
    "cauchy_(1, 2)": lambda: md.empty(9).cauchy_(1, 2),
    "geometric_(0.3)": lambda: md.empty(9).geometric_(0.3),
    "log_normal_(0, 0.5)": lambda: md.empty(9).log_normal_(0, 0.5),
    "poisson": lambda: md.poisson(md.tensor([0.5, 3.0, 20.0, 100.0])),
    "binomial": lambda: md.binomial(md.tensor([10.0, 100.0, 5.0]), md.tensor([0.5, 0.3, 0.9])),
}


def epochs(n):
    loader = DataLoader(TensorDataset(md.arange(23)), 5, shuffle=True, drop_last=True)
    return md.cat([b for _ in range(n) for (b,) in loader])


def test_every_fixture_is_compared():
    assert set(DRAWN) - {"torch"} == set(EXACT) | set(TO_THE_LAST_DIGITS)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", EXACT)
def test_numbers_are_exactly_those_of_pytorch(name, seed):
    md.manual_seed(seed)
    ours = EXACT[name]()
    assert np.array_equal(ours.array, np.array(DRAWN[name][str(seed)], ours.dtype))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", TO_THE_LAST_DIGITS)
def test_normal_numbers_are_those_of_pytorch_to_the_last_digits(name, seed):
    md.manual_seed(seed)
    ours = TO_THE_LAST_DIGITS[name]()
    spacing = np.finfo(ours.dtype).eps
    np.testing.assert_allclose(ours.array, DRAWN[name][str(seed)], rtol=8 * spacing, atol=8 * spacing)


def test_a_generator_of_its_own_does_not_touch_the_default_stream():
    md.manual_seed(0)
    md.rand(5, generator=md.Generator().manual_seed(9))
    assert md.equal(md.rand(3), md.tensor(DRAWN["rand(7)"]["0"][:3]))


def test_a_stream_goes_on_from_a_saved_state():
    generator = md.Generator().manual_seed(3)
    md.randn(3, generator=generator)
    state = generator.get_state()
    first = md.randn(40, generator=generator)
    assert md.equal(first, md.randn(40, generator=md.Generator().set_state(state)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: md.randint(5, 5, (2,)), "randint needs low < high, and got 5 and 5"),
        (lambda: md.multinomial(md.ones(2), 3), "cannot draw 3 different samples from 2"),
        (lambda: md.multinomial(md.zeros(2), 1), "must be finite, not negative, and not all 0"),
    ],
)
def test_impossible_draws_are_refused(call, message):
    with pytest.raises((ValueError, RuntimeError), match=message):
        call()
