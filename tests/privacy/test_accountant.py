"""The accountant: the numbers of dp-accounting, what follows from the definition, and what it refuses."""

import json
import math
from pathlib import Path

import pytest

from minidl.privacy import compute_rdp, get_noise_multiplier, get_privacy_spent

KNOWN = json.loads((Path(__file__).parents[1] / "fixtures" / "privacy.json").read_text())


@pytest.mark.parametrize("run", KNOWN["runs"], ids=lambda run: f"q {run['q']}, noise {run['noise_multiplier']}")
def test_it_agrees_with_dp_accounting(run):
    orders = KNOWN["orders"]
    rdp = compute_rdp(q=run["q"], noise_multiplier=run["noise_multiplier"], steps=run["steps"], orders=orders)
    assert rdp == pytest.approx(run["rdp"], rel=1e-8, abs=1e-12)
    epsilon, order = get_privacy_spent(orders=orders, rdp=rdp, delta=run["delta"])
    assert epsilon == pytest.approx(run["epsilon"], rel=1e-8)
    assert order == run["order"]


def test_two_runs_cost_the_sum_of_their_divergences():
    one, three = (compute_rdp(q=0.02, noise_multiplier=1.5, steps=steps) for steps in (100, 300))
    assert three == pytest.approx([3 * rho for rho in one])


def test_the_sum_of_order_two_by_hand():
    # (1 - q)^2 + 2 q (1 - q) + q^2 e^(1 / sigma^2) = 1 + q^2 (e^(1 / sigma^2) - 1)
    (rho,) = compute_rdp(q=0.3, noise_multiplier=2.0, steps=1, orders=[2])
    assert rho == pytest.approx(math.log(1 + 0.09 * (math.exp(0.25) - 1)))


def test_more_noise_fewer_steps_and_smaller_samples_cost_less():
    cost = lambda q, noise, steps: get_privacy_spent(rdp=compute_rdp(q=q, noise_multiplier=noise, steps=steps), delta=1e-5)[
        0
    ]
    usual = cost(0.05, 1.0, 100)
    assert cost(0.05, 2.0, 100) < usual
    assert cost(0.05, 1.0, 50) < usual
    assert cost(0.01, 1.0, 100) < usual


def test_without_noise_there_is_no_promise_and_who_takes_part_never_is_safe():
    assert compute_rdp(q=0.1, noise_multiplier=0, steps=1, orders=[2]) == [math.inf]
    assert get_privacy_spent(rdp=compute_rdp(q=0.1, noise_multiplier=0, steps=1), delta=1e-5)[0] == math.inf
    assert set(compute_rdp(q=0, noise_multiplier=1, steps=9)) == {0.0}
    assert set(compute_rdp(q=0.5, noise_multiplier=0, steps=0)) == {0.0}


@pytest.mark.parametrize("target", [0.5, 2.0, 8.0])
def test_the_noise_is_the_least_that_keeps_the_promise(target):
    run = {"target_epsilon": target, "target_delta": 1e-5, "sample_rate": 0.05, "steps": 200}
    noise = get_noise_multiplier(**run)
    spent = lambda noise: get_privacy_spent(rdp=compute_rdp(q=0.05, noise_multiplier=noise, steps=200), delta=1e-5)[0]
    assert spent(noise) <= target < spent(noise - 2e-3)


def test_what_cannot_be_promised_is_refused():
    with pytest.raises(ValueError, match="from 0 to 1, not 1\\.5"):
        compute_rdp(q=1.5, noise_multiplier=1, steps=1)
    with pytest.raises(ValueError, match="are not below 0, not -1 and 1"):
        compute_rdp(q=0.5, noise_multiplier=-1, steps=1)
    with pytest.raises(ValueError, match="whole numbers from 2 on, not 2\\.5"):
        compute_rdp(q=0.5, noise_multiplier=1, steps=1, orders=[2, 2.5])
    with pytest.raises(ValueError, match="delta is a probability between 0 and 1, not 0"):
        get_privacy_spent(rdp=compute_rdp(q=0.5, noise_multiplier=1, steps=1), delta=0)
    with pytest.raises(ValueError, match="1 orders and 2 divergences"):
        get_privacy_spent(orders=[2], rdp=[0.1, 0.2], delta=1e-5)
    with pytest.raises(ValueError, match="no noise up to 1,000 keeps epsilon at 1e-06"):
        get_noise_multiplier(target_epsilon=1e-6, target_delta=1e-5, sample_rate=1.0, steps=10)


def test_noise_of_any_size_has_a_divergence():
    assert compute_rdp(q=0.1, noise_multiplier=1e-300, steps=3, orders=[2]) == [math.inf]
    assert compute_rdp(q=0.1, noise_multiplier=1e300, steps=3, orders=[2]) == [0.0]
    assert compute_rdp(q=1e-300, noise_multiplier=1, steps=10**9, orders=[2]) == [0.0]


@pytest.mark.parametrize(
    ("target", "tolerance", "said"),
    [
        (math.nan, 1e-3, "target_epsilon is above 0, not nan"),
        (0, 1e-3, "target_epsilon is above 0, not 0"),
        (1.0, 0, "tolerance is above 0, not 0"),
        (1.0, math.nan, "tolerance is above 0, not nan"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(target, tolerance, said):
    """A target of NaN once got a noise of 1."""
    with pytest.raises(ValueError, match=said):
        get_noise_multiplier(target_epsilon=target, target_delta=1e-5, sample_rate=0.1, steps=10, tolerance=tolerance)


def test_the_search_for_a_noise_ends_where_floats_do():
    settings = {"target_epsilon": 1.0, "target_delta": 1e-5, "sample_rate": 0.1, "steps": 10}
    least = get_noise_multiplier(**settings, tolerance=1e-300)
    assert least == pytest.approx(get_noise_multiplier(**settings), abs=1e-3)
