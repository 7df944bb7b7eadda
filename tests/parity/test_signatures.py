"""Every argument of PyTorch's is understood: by its name, in its place, with its default (fixtures/signatures.json)."""

import json
from pathlib import Path

import pytest

from tests.parity.differences import ARGUMENTS
from tests.parity.signatures import differences, ours

PYTORCH = json.loads((Path(__file__).parents[1] / "fixtures" / "signatures.json").read_text())
OURS = ours()


def different(name):
    """Argument -> how it differs, over all overloads of a function of PyTorch."""
    function, is_method = OURS[name]
    return {
        argument: how for overload in PYTORCH[name] for argument, how in differences(overload, function, is_method).items()
    }


@pytest.mark.parametrize("name", PYTORCH)
def test_arguments_are_those_of_pytorch(name):
    listed = ARGUMENTS.get(name, {})
    assert {argument: how for argument, how in different(name).items() if argument not in listed} == {}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_what_is_listed_as_different_is_different(name):
    assert different(name).keys() == ARGUMENTS[name].keys()


def test_the_fixture_knows_all_rooms():
    rooms = {name.rpartition(".")[0] for name in PYTORCH}
    assert rooms >= {"", "Tensor", "nn", "nn.functional", "optim", "optim.lr_scheduler", "linalg", "fft", "distributions"}
    assert len(PYTORCH) > 1200
