"""Edges where a wrong number would be silent: parts outside a tensor, places named twice, what is not a number."""

import numpy as np
import pytest

import minidl as md
from minidl.ops import activation


def test_a_part_that_ends_outside_is_refused():
    x = md.arange(4)
    assert x.narrow(0, -2, 2).tolist() == [2, 3]
    for start, length in [(2, 3), (-5, 1), (5, 0), (0, -1), (-2, 3)]:
        with pytest.raises(md.errors.OutOfRangeError, match="not within dim 0, which has 4"):
            x.narrow(0, start, length)


def test_where_a_place_is_named_twice_the_last_one_stays():
    x = md.zeros(3).scatter(0, md.tensor([1, 1]), md.tensor([2.0, 5.0]))
    assert x.tolist() == [0, 5, 0]


def test_infinities_become_the_largest_numbers():
    limits = np.finfo(np.float32)
    x = md.tensor([np.nan, np.inf, -np.inf, 2.0])
    assert md.nan_to_num(x).tolist() == [0, limits.max, limits.min, 2]
    assert md.nan_to_num(x, posinf=1.0).tolist() == [0, 1, limits.min, 2]


def test_a_byte_mask_is_a_mask():
    mask = md.tensor([1, 0, 1], dtype=md.uint8)
    assert md.where(mask, md.tensor([1.0, 2.0, 3.0]), 0.0).tolist() == [1, 0, 3]
    assert md.zeros(3).masked_fill(mask, 7).tolist() == [7, 0, 7]
    with pytest.raises(md.errors.DtypeError, match="booleans"):
        md.zeros(3).masked_fill(md.tensor([1, 0, 1]), 7)


def test_a_mask_of_numpy_is_copied():
    mask, x = np.array([True, False]), md.ones(2, requires_grad=True)
    y = md.where(mask, x, 0.0)
    mask[:] = False
    y.sum().backward()
    assert x.grad.tolist() == [1, 0]


def test_the_weights_of_bincount_keep_their_precision():
    counts = md.bincount(md.tensor([0, 2, 2]), weights=md.tensor([0.5, 1.0, 2.0]))
    assert counts.tolist() == [0.5, 0, 3]
    assert counts.dtype == md.float32


def test_pairs_print_as_pytorchs_do():
    assert repr(md.tensor([1.0, 3.0]).max(0)) == "minidl.return_types.max(\nvalues=tensor(3.),\nindices=tensor(1))"


@pytest.mark.parametrize(
    "call",
    [
        lambda t: md.maximum(t, 2),
        lambda t: md.eq(2, t),
        lambda t: md.atan2(2, t),
        lambda t: md.clamp_max(2, t),
    ],
)
def test_plain_numbers_are_refused_where_pytorch_wants_tensors(call):
    with pytest.raises(TypeError, match="takes tensors, and operand"):
        call(md.ones(2))


def test_numpys_functions_still_take_numbers():
    assert np.maximum(md.tensor([1.0, 3.0]), 2).tolist() == [2, 3]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: x.sum(dims=0), "unexpected keyword argument 'dims'.*Did you mean dim"),
        (lambda x: md.add(x, x, out=x), "no out= here"),
        (lambda x: md.var(x, 0, axis=1), "'dim' twice"),
    ],
)
def test_arguments_that_there_are_not_are_named(call, words):
    with pytest.raises(TypeError, match=words):
        call(md.ones(2, 2))


def test_arguments_go_by_the_names_of_pytorch_and_numpy():
    x = md.arange(6.0).reshape(2, 3)
    assert md.sum(input=x, axis=1, keepdims=True).tolist() == x.sum(1, True).tolist()
    assert md.var(input=x, axis=0).tolist() == x.var(0).tolist()
    assert md.add(input=x, other=x).tolist() == (2 * x).tolist()
    assert md.reshape(input=x, shape=(3, 2)).shape == (3, 2)
    assert x.clone(memory_format=None).tolist() == x.tolist()


def test_products_scattered_onto_zeros_have_their_second_derivatives():
    x = md.tensor([0.0, 3.0], dtype=md.float64, requires_grad=True)
    source = md.tensor([2.0, 0.0, 0.0, 5.0], dtype=md.float64, requires_grad=True)
    index = md.tensor([0, 0, 1, 1])
    assert md.gradcheck(lambda x, s: x.scatter_reduce(0, index, s, "prod"), [x, source])
    assert md.gradgradcheck(lambda x, s: x.scatter_reduce(0, index, s, "prod"), [x, source])


@pytest.mark.parametrize("many", [1, 10**6])
def test_nan_does_not_lose_its_gradient_in_relu(many, monkeypatch):
    monkeypatch.setattr(activation, "MANY", many)
    x = md.tensor([[-1.0, 2.0, float("nan"), 0.0, float("inf")]], requires_grad=True)
    md.nn.functional.relu(x).backward(md.tensor([[1.0, 2.0, 3.0, 4.0, 5.0]]))
    assert x.grad.tolist() == [[0, 2, 3, 0, 5]]


def test_the_gradient_of_a_window_with_nan_goes_to_the_last_nan_as_in_pytorch():
    nan = float("nan")
    x = md.tensor([[[[1.0, nan, 5.0, 2.0], [nan, 3.0, 1.0, 5.0]]]], requires_grad=True)
    md.nn.functional.max_pool2d(x, 2).backward(md.tensor([[[[10.0, 20.0]]]]))
    assert x.grad.tolist() == [[[[0, 0, 20, 0], [10, 0, 0, 0]]]]


@pytest.mark.parametrize("truth", [True, md.tensor(True), np.True_, md.tensor(1, dtype=md.uint8)], ids=repr)
def test_a_single_boolean_in_an_index_takes_no_dimension(truth):
    x = md.arange(12.0).reshape(2, 3, 2)
    y = x.clone()
    y[truth, ..., 1] = md.tensor([7.0, 8.0, 9.0])
    assert y[..., 1].tolist() == [[7, 8, 9]] * 2
    assert y[..., 0].tolist() == x[..., 0].tolist()
    assert x[truth, ..., 1].shape == (1, 2, 3)
    y[~md.tensor(True), ..., 0] = 5.0
    assert y[..., 0].tolist() == x[..., 0].tolist()
