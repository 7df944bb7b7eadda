"""The same seed, the same layer: what layers draw, compute, pass back and keep is PyTorch's, number for number."""

import json
from pathlib import Path

import pytest

import minidl as md
from tests.fixtures import of_pytorch
from tests.runs.layers import LAYERS, examine

KEPT = json.loads((Path(__file__).parents[1] / "fixtures" / "layers.json").read_text())


@pytest.mark.parametrize("name", LAYERS)
def test_layers_start_compute_and_pass_back_as_those_of_pytorch(name):
    md.manual_seed(3)
    found, expected = examine(md, name), of_pytorch(KEPT, name, "make_layers")
    assert list(found) == list(expected)
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=2e-4, abs=2e-4), key
