"""Sums, means and norms keep their digits: over many numbers, along every dimension, in half precision."""

import math

import numpy as np
import pytest

import minidl as md
from minidl.nn import functional as F
from minidl.ops.special import erf_array


@pytest.mark.parametrize("shape", [(3_000_000, 1), (300_000, 10), (30_000, 100), (20_000, 3, 2)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_the_mean_of_many_equal_numbers_is_that_number(shape, order):
    x = md.Tensor.wrap(np.full(shape, 0.1, np.float32, order=order))
    for dim in (0, None):
        np.testing.assert_allclose(x.mean(dim).array, np.float32(0.1), rtol=4e-6)
        np.testing.assert_allclose(x.sum(dim).array / (x.numel() if dim is None else shape[0]), 0.1, rtol=4e-6)


@pytest.mark.parametrize("dim", [(0,), (0, 2), (1, 2), (0, 1, 2), (2,)])
def test_long_sums_over_several_dimensions_are_those_of_float64(dim):
    x = md.randn(2000, 3, 40) + 1
    for view in (x, x.transpose(0, 2), x[::2]):
        expected = view.double().array.sum(dim)
        np.testing.assert_allclose(view.sum(dim).array, expected, rtol=1e-5)
        assert view.sum(dim, keepdim=True).shape == view.array.sum(dim, keepdims=True).shape


def test_half_precision_is_added_in_single():
    x = md.full((5000,), 1.0, dtype=md.float16)
    assert x.mean().item() == 1
    assert x.mean().dtype == md.float16
    assert x.cumsum(0)[4095].item() == 4096  # adding ones in half precision stops at 2048
    assert md.full((4, 4), 300.0, dtype=md.float16).norm().item() == 1200
    assert (md.tensor([-300.0, 300.0], dtype=md.float16)).std(correction=0).item() == 300
    assert md.full((2000,), 100.0, dtype=md.float16).mean().item() == 100  # the sum alone is beyond float16


def test_the_gradient_of_a_mean_in_half_precision_is_one_over_n():
    x = md.ones(64, 3, dtype=md.float16).requires_grad_()
    x.mean().backward()
    assert x.grad.dtype == md.float16
    np.testing.assert_allclose(x.grad.array, 1 / 192, rtol=1e-3)


def test_a_gradient_summed_over_millions_of_rows_keeps_its_digits():
    bias = md.zeros(2, requires_grad=True)
    (md.full((3_000_000, 2), 0.1) * (md.zeros(3_000_000, 2) + bias + 1.0)).sum().backward()
    np.testing.assert_allclose(bias.grad.numpy(), 300_000, rtol=2e-5)
    half = md.zeros(1, dtype=md.float16, requires_grad=True)
    (md.ones(4000, 1, dtype=md.float16) * half).sum().backward()
    assert half.grad.item() == 4000


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_erf_is_right_to_the_last_digits(dtype):
    x = np.linspace(-7, 7, 70_001).astype(dtype)
    exact = np.array([math.erf(v) for v in x])
    errors = np.abs(erf_array(x) - exact) / np.spacing(np.abs(exact).astype(dtype))
    assert errors.max() < 3  # without fused multiplication a little more than with it


def test_erf_at_the_ends():
    x = np.array([0.0, -0.0, np.inf, -np.inf, 1e30, 1e-30, np.nan], np.float32)
    expected = np.array([0.0, -0.0, 1, -1, 1, 2 / math.sqrt(math.pi) * 1e-30, np.nan], np.float32)
    np.testing.assert_allclose(erf_array(x), expected, rtol=2e-7)
    assert np.array_equal(np.signbit(erf_array(x[:2])), [False, True])


def test_a_running_sum_of_many_numbers_keeps_its_digits():
    x = md.full((1_000_000,), 0.1, requires_grad=True)
    y = x.cumsum(0)
    assert y[-1].item() == pytest.approx(100_000, rel=1e-6)
    y.backward(md.full_like(y, 0.1))
    assert x.grad[0].item() == pytest.approx(100_000, rel=1e-6)
    assert md.full((20_000,), 1.0001).cumprod(0)[-1].item() == pytest.approx(float(np.float32(1.0001)) ** 20_000, rel=1e-6)


HALF = {
    "layer_norm": lambda x: F.layer_norm(x, x.shape[1:]),
    "rms_norm": lambda x: F.rms_norm(x, x.shape[-1:], eps=1e-7),
    "batch_norm": lambda x: F.batch_norm(x, None, None, training=True),
    "group_norm": lambda x: F.group_norm(x, 3),
    "instance_norm": F.instance_norm,
    "cosine_similarity": lambda x: F.cosine_similarity(x, x.flip(1)),
    "attention": lambda x: F.scaled_dot_product_attention(x, x, x) / x.detach().abs().max(),
}


def value_and_gradients(function, x):
    """What a function gives, its gradient, and its gradient as it is recorded for a second one."""
    x.requires_grad_()
    y = function(x)
    loss = (y * md.cos(md.arange(y.numel()).double()).reshape(*y.shape).to(y.dtype)).sum()
    return [y, *md.autograd.grad(loss, x, retain_graph=True), *md.autograd.grad(loss, x, create_graph=True)]


@pytest.mark.parametrize("size", [1e-3, 1.0, 3000.0])
@pytest.mark.parametrize("name", HALF)
def test_in_half_precision_no_square_overflows_and_none_vanishes(name, size):
    x = (md.randn(4, 3, 6, generator=md.Generator().manual_seed(0)) * size).half()
    pairs = zip(value_and_gradients(HALF[name], x.double()), value_and_gradients(HALF[name], x), strict=True)
    for expected, found in pairs:
        assert found.dtype == md.float16
        scale = expected.abs().max().item()
        np.testing.assert_allclose(found.detach().numpy() / scale, expected.detach().numpy() / scale, atol=5e-3)
