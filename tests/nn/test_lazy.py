"""Lazy layers: what they are before, at and after their first input."""

from copy import deepcopy

import pytest

import minidl as md
from minidl import nn
from minidl.errors import MinidlError


def test_a_lazy_network_takes_its_shapes_from_the_first_input():
    net = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))
    assert repr(net[4].weight) == "<UninitializedParameter>"
    assert net(md.zeros(2, 3, 5, 5)).shape == (2, 2)
    assert [type(layer).__name__ for layer in net] == ["Conv2d", "BatchNorm2d", "ReLU", "Flatten", "Linear"]
    assert net[4].in_features == 36
    assert net[1].running_mean.shape == (4,)


def test_an_optimiser_made_before_the_first_input_learns():
    layer = nn.LazyLinear(1)
    optimizer = md.optim.SGD(layer.parameters(), lr=1.0)
    layer(md.ones(1, 3)).sum().backward()
    before = layer.weight.detach().clone()
    optimizer.step()
    assert (before - layer.weight).tolist() == [[1.0, 1.0, 1.0]]


def test_what_has_no_shape_yet_says_so():
    layer = nn.LazyLinear(1)
    with pytest.raises(MinidlError, match=r"has no shape before the layer has seen an input.*\n.*net\(example\)"):
        _ = layer.weight.shape
    with pytest.raises(MinidlError, match="has no shape"):
        sum(p.numel() for p in layer.parameters())
    assert "LazyLinear(in_features=0, out_features=1, bias=True)" in repr(layer.summary())


def test_a_state_dict_gives_a_lazy_layer_its_shapes():
    layer = nn.LazyLinear(2)
    layer.load_state_dict(nn.Linear(3, 2).state_dict())
    assert layer(md.ones(1, 3)).shape == (1, 2)
    assert layer.weight.shape == (2, 3)


def test_lazy_layers_are_copied_before_they_have_seen_an_input():
    first, second = (deepcopy(layer) for layer in [nn.LazyLinear(2)] * 2)
    first(md.ones(1, 3))
    second(md.ones(1, 5))
    assert (first.weight.shape, second.weight.shape) == ((2, 3), (2, 5))


def test_initial_values_can_be_chosen_after_the_first_input():
    net = nn.Sequential(nn.LazyLinear(2))
    net(md.ones(1, 3))
    net.apply(lambda m: nn.init.ones_(m.weight) if type(m) is nn.Linear else None)
    assert net[0].weight.tolist() == [[1.0] * 3] * 2
