"""Distributions draw PyTorch's numbers and agree with it in what they say (fixtures/make_distributions.py)."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl import distributions as D
from minidl.distributions.special import gamma_slope
from minidl.errors import ShapeError
from tests.distributions.recipes import PAIRS, answers

KEPT = json.loads((Path(__file__).parents[1] / "fixtures" / "distributions.json").read_text())
NOT_HERE = {"Gamma": {"cdf"}, "Chi2": {"cdf"}, "Uniform": {"mode"}, "Beta": {"mode"}, "Dirichlet": {"mode"}}


@pytest.mark.parametrize("name", PAIRS)
def test_a_distribution_says_what_pytorch_says(name):
    expected = KEPT[name]
    found = answers(md, D, name, expected["values"])
    for question, value in expected.items():
        if value is None or question.removeprefix("gradient of ") in NOT_HERE.get(name, ()):
            continue
        if name == "Categorical" and question.removeprefix("gradient of ") in ("mean", "variance", "stddev"):
            continue  # PyTorch says NaN
        assert found[question] is not None, question
        for ours, theirs in (
            zip(found[question], value, strict=True) if "gradient" in question else [(found[question], value)]
        ):
            np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-4, err_msg=question)


@pytest.mark.parametrize("make", [lambda a: D.Dirichlet(a), lambda a: D.Beta(a[0], a[1])])
def test_the_gradient_of_shares_is_that_of_their_mean(make):
    md.manual_seed(0)
    a = md.tensor([1.5, 0.8], requires_grad=True)
    draws = make(a).rsample((4000,))
    (draws[..., 0] if draws.ndim == 2 else draws).mean().backward()
    b = md.tensor([1.5, 0.8], requires_grad=True)
    (b[0] / b.sum()).backward()
    np.testing.assert_allclose(a.grad.array, b.grad.array, atol=0.02)


@pytest.mark.parametrize("concentration", [0.05, 0.5, 1.0, 3.0, 40.0])
def test_gamma_numbers_move_with_their_concentration_as_their_distribution_does(concentration):
    x = np.array([0.1, 0.5, 1.0, 2.0]) * concentration
    step = 1e-4
    moved = []
    for a in (concentration - step, concentration + step):  # where the CDF is the same
        low, high = np.zeros(4), np.full(4, 400.0)
        goal = _cdf(concentration, x)
        for _ in range(80):
            middle = (low + high) / 2
            low, high = np.where(_cdf(a, middle) < goal, middle, low), np.where(_cdf(a, middle) < goal, high, middle)
        moved.append(low)
    np.testing.assert_allclose(gamma_slope(concentration, x), (moved[1] - moved[0]) / (2 * step), rtol=1e-4, atol=1e-9)


def _cdf(a, x):
    term = total = np.full(np.shape(x), 1 / math.gamma(a + 1))
    for k in range(2000):
        term = term * x / (a + k + 1)
        total = total + term
    return total * x**a * np.exp(-x)


def test_a_policy_gradient():
    md.manual_seed(0)
    logits = md.zeros(3, requires_grad=True)
    optimizer = md.optim.Adam([logits], lr=0.1)
    rewards = md.tensor([0.0, 1.0, 0.2])
    for _ in range(60):
        policy = D.Categorical(logits=logits)
        action = policy.sample((16,))
        loss = -(policy.log_prob(action) * rewards[action]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert D.Categorical(logits=logits).mode.item() == 1


def test_a_distribution_shows_its_parameters():
    assert repr(D.Normal(0.0, 2.0)) == "Normal(loc: tensor(0.), scale: tensor(2.))"
    assert repr(D.Bernoulli(md.tensor([0.1, 0.2]))) == "Bernoulli(probs: (2,))"


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: D.Normal(0.0, -1.0), ValueError, "Normal needs scale to be positive, and it is -1.0"),
        (lambda: D.Normal(md.ones(2), md.ones(3)), ShapeError, "a distribution needs shapes that broadcast together"),
        (lambda: D.Bernoulli(1.5), ValueError, "Bernoulli needs probs to be between 0 and 1"),
        (lambda: D.Bernoulli(), ValueError, "takes either probs or logits"),
        (lambda: D.Categorical(md.tensor(0.5)), ShapeError, "a probability for each class"),
        (lambda: D.Uniform(1.0, 1.0), ValueError, "low to be below high"),
        (lambda: D.Bernoulli(0.5).log_prob(md.tensor(2.0)), ValueError, "Bernoulli never gives 2.0"),
        (lambda: D.Poisson(1.0).log_prob(md.tensor(-1.0)), ValueError, "Poisson never gives -1.0"),
        (lambda: D.Normal(0.0, 1.0).log_prob(1.0), ValueError, "takes a tensor, not a float"),
        (lambda: D.Poisson(1.0).rsample(), NotImplementedError, "use sample"),
        (
            lambda: D.kl_divergence(D.Normal(0.0, 1.0), D.Poisson(1.0)),
            NotImplementedError,
            "divergence of Normal from Poisson",
        ),
        (lambda: D.MultivariateNormal(md.ones(2), md.eye(3)), ShapeError, r"need a covariance_matrix of \(2, 2\)"),
        (lambda: D.MultivariateNormal(md.ones(2)), ValueError, "exactly one of covariance_matrix"),
        (lambda: D.Multinomial(md.tensor(2), md.ones(2)), NotImplementedError, "one whole number for all"),
    ],
)
def test_what_cannot_be_meant_is_refused(call, kind, text):
    with pytest.raises(kind, match=text):
        call()
