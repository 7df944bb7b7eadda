"""The same seed, the same run: losses, descents and schedules are PyTorch's, number for number."""

import json
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from tests.runs.recipes import LBFGS, OPTIMIZERS, RUNS, SCHEDULES, descend, quasi_newton

KEPT = json.loads((Path(__file__).parents[1] / "fixtures" / "runs.json").read_text())


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", RUNS)
def test_fifty_steps_of_training_print_the_losses_of_pytorch(name, seed):
    md.manual_seed(seed)
    losses, expected = RUNS[name](md), KEPT["runs"][f"{name} {seed}"]
    assert expected[-1] < expected[0]
    np.testing.assert_allclose(losses, expected, rtol=2e-4)


CASES = [(name, i) for name, settings in OPTIMIZERS.items() for i in range(len(settings))]


@pytest.mark.parametrize(("name", "i"), CASES)
def test_optimisers_descend_as_those_of_pytorch(name, i):
    make = getattr(md.optim, name)
    losses, _ = descend(md, lambda T, p: make(p, **OPTIMIZERS[name][i]))
    # Muon computes in bfloat16, whose last bit depends on the order of sums
    np.testing.assert_allclose(losses, KEPT["optimizers"][name][i], rtol=1e-2 if name == "Muon" else 1e-5)


@pytest.mark.parametrize("i", range(len(LBFGS)))
def test_lbfgs_descends_as_that_of_pytorch(i):
    losses = quasi_newton(md, **LBFGS[i])
    np.testing.assert_allclose(losses, KEPT["optimizers"]["LBFGS"][i], rtol=1e-6)


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_change_the_learning_rate_as_those_of_pytorch(name):
    losses, rates = descend(
        md, lambda T, p: T.optim.SGD(p, lr=0.01, momentum=0.9), lambda T, o: SCHEDULES[name](T.optim.lr_scheduler, o)
    )
    np.testing.assert_allclose(rates, KEPT["schedules"][name][1], rtol=1e-6)
    np.testing.assert_allclose(losses, KEPT["schedules"][name][0], rtol=1e-5)
