"""Weights go to PyTorch and come back. PyTorch itself is not needed: a stand-in keeps state dicts as it does."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

import minidl as md
from minidl.errors import MinidlError
from minidl.interop import from_torch, to_torch


class TorchLike:
    """A tensor of PyTorch, as far as interop uses it."""

    def __init__(self, array):
        self.array = array

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self.array


class Elsewhere:
    """A module of PyTorch, as far as interop uses it."""

    def __init__(self, weights):
        self.weights = weights

    def state_dict(self):
        return {key: TorchLike(value) for key, value in self.weights.items()}

    def load_state_dict(self, state, strict=True):
        self.weights = {key: tensor.array for key, tensor in state.items()}


def test_weights_go_there_and_come_back(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(from_numpy=TorchLike))
    layer, there = md.nn.Linear(2, 3), Elsewhere({})
    to_torch(layer, there)
    assert list(there.weights) == ["weight", "bias"]
    there.weights["weight"][0] = 7.0  # their own memory
    assert not (layer.weight.array == 7.0).any()
    from_torch(layer, there)
    assert layer.weight[0].tolist() == [7.0, 7.0]


def test_weights_that_do_not_fit_are_refused():
    with pytest.raises(MinidlError, match="missing: bias"):
        from_torch(md.nn.Linear(2, 3), Elsewhere({"weight": np.ones((3, 2), np.float32)}))


def test_without_pytorch_it_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MinidlError, match="PyTorch is not installed"):
        to_torch(md.nn.Linear(1, 1), Elsewhere({}))
