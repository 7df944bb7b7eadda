"""Gradients of single rows: their mean is the usual one, none is longer than it may be, and the noise is as wide as said."""

import pytest

import minidl as md
from minidl import nn
from minidl.privacy import clip_per_sample, per_sample_gradients, private_gradients

F = nn.functional


def network():
    md.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)), md.randn(7, 4), md.randint(0, 3, (7,))


def test_the_mean_of_the_rows_is_the_gradient_of_the_batch():
    model, x, y = network()
    F.cross_entropy(model(x), y).backward()
    each = per_sample_gradients(model, F.cross_entropy, x, y)
    for name, p in model.named_parameters():
        assert each[name].shape == (7, *p.shape)
        assert each[name].mean(dim=0).numpy() == pytest.approx(p.grad.numpy(), abs=1e-6)


def test_no_row_is_longer_than_it_may_be_and_short_ones_stay_as_they_are():
    gradients = {"a": md.tensor([[3.0, 0.0], [0.3, 0.0]]), "b": md.tensor([4.0, 0.4])}
    clipped = clip_per_sample(gradients, 1.0)
    assert clipped["a"].numpy() == pytest.approx(md.tensor([[0.6, 0.0], [0.3, 0.0]]).numpy())
    assert clipped["b"].tolist() == pytest.approx([0.8, 0.4])
    zero = clip_per_sample({"a": md.zeros(2, 3)}, 1.0)["a"]
    assert zero.tolist() == [[0.0] * 3] * 2


def test_without_noise_and_with_a_generous_norm_it_is_the_usual_gradient():
    model, x, y = network()
    each = per_sample_gradients(model, F.cross_entropy, x, y)
    usual = private_gradients(each, max_grad_norm=1e6, noise_multiplier=0.0, expected_batch_size=7)
    for name, g in usual.items():
        assert g.numpy() == pytest.approx(each[name].mean(dim=0).numpy(), abs=1e-7)


def test_the_noise_has_the_standard_deviation_of_noise_times_norm_by_batch_also_when_no_row_came():
    md.manual_seed(0)
    noise = private_gradients({"a": md.zeros(0, 40000)}, max_grad_norm=0.5, noise_multiplier=3.0, expected_batch_size=10)
    assert noise["a"].std().item() == pytest.approx(0.15, rel=0.02)
    assert noise["a"].mean().item() == pytest.approx(0, abs=0.003)


def test_a_norm_of_zero_is_refused():
    with pytest.raises(ValueError, match="max_grad_norm is the longest that a gradient may be, above 0, not 0"):
        clip_per_sample({"a": md.ones(2, 2)}, 0)


@pytest.mark.parametrize("settings", [(1.0, -1.0, 5), (1.0, float("nan"), 5), (1.0, float("inf"), 5)])
def test_noise_that_is_none_is_refused(settings):
    with pytest.raises(ValueError, match="the noise is finite and not below 0"):
        private_gradients({"w": md.ones(2, 3)}, *settings)


def test_nothing_to_clip_and_nobody_to_expect_are_refused():
    with pytest.raises(ValueError, match="there are no gradients to clip"):
        clip_per_sample({}, 1.0)
    with pytest.raises(ValueError, match="expected_batch_size is above 0, not 0"):
        private_gradients({"w": md.ones(2, 3)}, 1.0, 1.0, 0)
