"""Work in many small pieces gives what it gives in one."""

import numpy as np
import pytest

import minidl as md
from minidl.engine import parallel
from minidl.nn import functional as F
from minidl.ops import activation, attention, blocks

WORKS = {
    "attention": (F.scaled_dot_product_attention, [(5, 2, 3, 4), (5, 2, 6, 4), (5, 2, 6, 3)]),
    "attention, one key for all": (F.scaled_dot_product_attention, [(5, 2, 3, 4), (2, 6, 4), (1, 2, 6, 3)]),
    "attention with a mask": (
        lambda q, k, v, mask: F.scaled_dot_product_attention(q, k, v, attn_mask=mask),
        [(5, 3, 4), (5, 6, 4), (5, 6, 3), (3, 6)],
    ),
    "attention without keys": (F.scaled_dot_product_attention, [(5, 3, 4), (5, 0, 4), (5, 0, 3)]),
    "attention without a batch": (F.scaled_dot_product_attention, [(0, 3, 4), (0, 6, 4), (0, 6, 3)]),
    "convolution": (lambda x, w, b: F.conv2d(x, w, b, padding=1), [(5, 2, 6, 7), (3, 2, 3, 3), (3,)]),
    "convolution with stride": (lambda x, w: F.conv2d(x, w, stride=2, groups=2), [(5, 4, 6, 7), (6, 2, 3, 2)]),
}


@pytest.mark.parametrize("name", WORKS)
def test_small_pieces_change_nothing(name, monkeypatch):
    work, shapes = WORKS[name]

    def value_and_gradients():
        md.manual_seed(1)
        inputs = [md.randn(*shape, dtype=md.float64, requires_grad=True) for shape in shapes]
        y = work(*inputs)
        return [y, *md.autograd.grad(y, inputs, md.randn(*y.shape, dtype=md.float64))]

    assert blocks.blocks(0, 5, 40) == [slice(0, 5)]
    whole = value_and_gradients()
    monkeypatch.setattr(blocks, "BLOCK", 80)
    assert len(blocks.blocks(0, 5, 40)) == 3
    for one, other in zip(whole, value_and_gradients(), strict=True):
        np.testing.assert_allclose(one.array, other.array, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in WORKS if name.startswith("attention")])
def test_weights_that_are_computed_again_for_the_gradient_are_the_same(name, monkeypatch):
    work, shapes = WORKS[name]

    def value_and_gradients():
        md.manual_seed(1)
        inputs = [md.randn(*shape, requires_grad=True) for shape in shapes]
        y = work(*inputs)
        return [y, *md.autograd.grad(y, inputs, md.randn(*y.shape))]

    kept = value_and_gradients()
    monkeypatch.setattr(attention, "KEPT", -1)
    for one, other in zip(kept, value_and_gradients(), strict=True):
        np.testing.assert_array_equal(one.array, other.array)


LAYOUTS = {
    "in order": lambda x: x,
    "channels last": lambda x: x.transpose(0, 3, 1, 2),
    "turned round": lambda x: x[::-1, :, ::-1],
    "with gaps": lambda x: x[:, ::2, :, 1:],
    "repeated": lambda x: np.broadcast_to(x[:, :1], x.shape),
    "empty": lambda x: x[:0],
    "one number": lambda x: x[0, 0, 0, 0],
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_function_by_elements_keeps_places_and_layout(name, monkeypatch):
    monkeypatch.setattr(blocks, "ELEMENTS", 7)
    x = np.asarray(LAYOUTS[name](np.random.default_rng(0).random((3, 4, 5, 6))))
    y = blocks.by_elements(np.sqrt, x, cost=10**9)
    np.testing.assert_array_equal(y, np.sqrt(x))
    assert y.strides == np.empty_like(x).strides


IN_PIECES = {
    "relu": (F.relu, [(5, 3, 4)]),
    "gelu": (F.gelu, [(5, 3, 4)]),
    "largest in windows": (lambda x: F.max_pool2d(x.round(), 2), [(5, 3, 6, 4)]),
    "largest in windows that overlap": (lambda x: F.max_pool2d(x.round(), 3, 1, 1), [(5, 3, 6, 4)]),
    "largest in rows": (lambda x: F.max_pool2d(x, (3, 1)), [(5, 3, 6, 4)]),
    "mean in windows": (lambda x: F.avg_pool2d(x, 2), [(5, 3, 6, 4)]),
    "batch norm": (lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True), [(5, 3, 6, 4), (3,), (3,)]),
    "batch norm of rows": (lambda x: F.batch_norm(x, None, None, training=True), [(5, 3)]),
}


@pytest.mark.parametrize("name", IN_PIECES)
def test_layers_in_pieces_are_what_they_are_whole_on_any_number_of_threads(name, monkeypatch):
    work, shapes = IN_PIECES[name]

    def value_and_gradients():
        md.manual_seed(1)
        inputs = [md.randn(*shape, dtype=md.float64, requires_grad=True) for shape in shapes]
        y = work(*inputs)
        return [t.array for t in (y, *md.autograd.grad(y, inputs, md.randn(*y.shape, dtype=md.float64)))]

    whole, made = value_and_gradients(), []
    monkeypatch.setattr(parallel, "LARGE", 1)
    monkeypatch.setattr(activation, "MANY", 1)
    before = md.get_num_threads()
    for number in (1, 2, 3):
        md.set_num_threads(number)
        made.append(value_and_gradients())
    md.set_num_threads(before)
    for one, *others in zip(whole, *made, strict=True):
        np.testing.assert_allclose(others[0], one, rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(others[1:], [others[0]] * 2)
