"""Parametrizations: a weight that is computed whenever it is read, and becomes an ordinary one again."""

from copy import deepcopy

import numpy as np
import pytest

import minidl as md
from minidl import nn
from minidl.errors import ShapeError
from minidl.nn.utils import parametrizations, parametrize


class Doubled(nn.Module):
    def forward(self, x):
        return 2 * x

    def right_inverse(self, value):
        return value / 2


class Squared(nn.Module):
    def forward(self, x):
        return x * x


def test_the_original_learns_and_the_weight_follows():
    layer = parametrize.register_parametrization(nn.Linear(2, 1), "weight", Squared())
    original = layer.parametrizations.weight.original
    layer(md.ones(1, 2)).sum().backward()
    np.testing.assert_allclose(original.grad.array, 2 * original.array)
    assert [name for name, _ in layer.named_parameters()] == ["bias", "parametrizations.weight.original"]
    assert parametrize.is_parametrized(layer, "weight")
    assert isinstance(layer, nn.Linear)


def test_several_parametrizations_follow_one_another_and_take_assigned_values_back():
    layer = parametrize.register_parametrization(nn.Linear(2, 1), "weight", Doubled())
    before = layer.weight.detach().clone()
    parametrize.register_parametrization(layer, "weight", Doubled())
    np.testing.assert_allclose(layer.weight.detach().array, 2 * before.array)
    layer.weight = md.tensor([[4.0, 8.0]])
    assert layer.parametrizations.weight.original.tolist() == [[1.0, 2.0]]
    assert layer.weight.tolist() == [[4.0, 8.0]]


@pytest.mark.parametrize("leave", [True, False])
def test_removing_gives_an_ordinary_parameter_back(leave):
    layer = parametrize.register_parametrization(nn.Linear(2, 1), "weight", Squared())
    computed, original = layer.weight.detach().clone(), layer.parametrizations.weight.original
    kept = original.detach().clone()
    parametrize.remove_parametrizations(layer, "weight", leave_parametrized=leave)
    assert type(layer) is nn.Linear
    assert layer.weight is original
    assert md.equal(layer.weight, computed if leave else kept)


def test_copies_and_state_dicts_of_parametrized_layers():
    layer = parametrizations.weight_norm(nn.Linear(2, 3))
    other = parametrizations.weight_norm(nn.Linear(2, 3))
    other.load_state_dict(layer.state_dict())
    copied = deepcopy(layer)
    x = md.randn(4, 2)
    assert md.equal(layer(x), other(x))
    assert md.equal(layer(x), copied(x))
    with md.no_grad():
        layer.parametrizations.weight.original0.mul_(2)
    assert not md.equal(layer(x), copied(x))


def test_cached_computes_once():
    layer, calls = nn.Linear(2, 2), []

    class Counted(nn.Module):
        def forward(self, x):
            calls.append(1)
            return x

    parametrize.register_parametrization(layer, "weight", Counted())
    calls.clear()
    with parametrize.cached():
        assert layer.weight is layer.weight
    assert len(calls) == 1


def test_spectral_norm_keeps_the_largest_singular_value_at_one():
    layer = parametrizations.spectral_norm(nn.Linear(6, 4), n_power_iterations=30)
    layer(md.ones(1, 6))
    assert np.linalg.svd(layer.weight.detach().array, compute_uv=False)[0] == pytest.approx(1, rel=1e-4)


@pytest.mark.parametrize(("out", "inside"), [(4, 4), (3, 5), (5, 3)])
def test_orthogonal_weights_keep_angles(out, inside):
    layer = parametrizations.orthogonal(nn.Linear(inside, out))
    w = layer.weight.detach().array
    small = w @ w.T if out <= inside else w.T @ w
    np.testing.assert_allclose(small, np.eye(min(out, inside)), atol=1e-5)


def test_weight_norm_by_its_older_name_is_undone():
    layer = nn.Linear(2, 3)
    before = layer.weight.detach().clone()
    nn.utils.weight_norm(layer)
    assert {name for name, _ in layer.named_parameters()} == {"bias", "weight_g", "weight_v"}
    nn.utils.remove_weight_norm(layer)
    np.testing.assert_allclose(layer.weight.detach().array, before.array, rtol=1e-6)


def test_a_parametrization_that_changes_the_shape_is_refused():
    class Wider(nn.Module):
        def forward(self, x):
            return x.reshape(-1)

    with pytest.raises(ShapeError, match=r"makes float32 of shape \(2,\) of float32 of shape \(1, 2\)"):
        parametrize.register_parametrization(nn.Linear(2, 1), "weight", Wider())
    with pytest.raises(ValueError, match="Linear has no parameter or buffer 'wieght'"):
        parametrize.register_parametrization(nn.Linear(2, 1), "wieght", Doubled())
