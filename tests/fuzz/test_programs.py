"""Random programs with changes in place: the same by every way, or refused (`test_inplace.py` compares with PyTorch)."""

import numpy as np
import pytest

import minidl as md
from tests.engine.programs import fingerprint, run
from tests.fuzzing import fuzz

FIRST = 10_000  # those before are in fixtures/programs.json

pytestmark = pytest.mark.fuzz


def same(one, other):
    np.testing.assert_allclose(fingerprint(one), fingerprint(other), rtol=1e-9, atol=1e-9, equal_nan=True)


def test_a_program_has_the_same_gradients_when_they_can_be_differentiated_again():
    def attempt(rng):
        seed = FIRST + rng.randrange(10**9)
        status, values, gradients = run(md, seed)
        again = run(md, seed, create_graph=True)
        if again[0] == "fine":  # where values have changed since, the second derivative is refused
            assert status == "fine", seed
            same(values, again[1])
            same(gradients, again[2])

    fuzz(attempt)


def test_a_program_that_is_run_twice_gives_the_same_twice():
    def attempt(rng):
        seed = FIRST + rng.randrange(10**9)
        assert repr(run(md, seed)) == repr(run(md, seed)), seed

    fuzz(attempt)
