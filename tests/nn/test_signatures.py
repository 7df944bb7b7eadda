"""Every layer and function takes PyTorch's arguments, by their names, in their places, with their defaults."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from tests.nn.signatures import signatures

TORCH = json.loads((Path(__file__).parents[1] / "fixtures" / "layer_signatures.json").read_text())
OURS = signatures("minidl", lambda place: import_module(f"minidl.{place}"))

# Name -> why it takes something else.
DIFFERENCES = {
    "nn.Hardtanh": "its old arguments min_value and max_value are gone",
    "nn.PoissonNLLLoss.forward": "PyTorch calls the prediction log_input there, whether it is a logarithm or not",
    "nn.RNNCellBase": "PyTorch's base is told the number of gates; ours knows it",
    "nn.functional.normalize": "out= is refused",
    "nn.functional.tanh": "an operation of Tensor, which takes input= all the same",
    "nn.functional.sigmoid": "an operation of Tensor, which takes input= all the same",
    "nn.functional.softsign": "an operation of Tensor, which takes input= all the same",
    "nn.Module.load_state_dict": "a function of its own: its first argument is the module",
}


@pytest.mark.parametrize("name", sorted(TORCH.keys() & OURS.keys() - DIFFERENCES.keys()))
def test_arguments_are_those_of_pytorch(name):
    expected, taken = TORCH[name], OURS[name]
    assert taken[: len(expected)] == expected
    assert all(default is not None for _, default in taken[len(expected) :])


def test_differences_are_still_there():
    assert all(OURS[name] != TORCH[name] for name in DIFFERENCES)
