"""Small functions that every lesson uses. The expected values are those PyTorch gives."""

import numpy as np
import pytest

import minidl as md


def test_comparing_whole_tensors():
    a = md.tensor([1.0, 2.0])
    assert md.allclose(a, a + 1e-7)
    assert not md.allclose(a, a + 1e-2)
    assert md.equal(a, a.clone())
    assert not md.equal(a, md.tensor([1.0]))
    assert a.allclose(a)
    nan = md.tensor([float("nan")])
    assert not md.allclose(nan, nan)
    assert md.allclose(nan, nan, equal_nan=True)


def test_counting():
    assert md.bincount(md.tensor([0, 2, 2, 1])).tolist() == [1, 1, 2]
    assert md.bincount(md.tensor([0, 2]), minlength=5).tolist() == [1, 0, 1, 0, 0]
    assert md.bincount(md.tensor([0, 1, 1]), md.tensor([0.5, 1.0, 2.0])).tolist() == [0.5, 3.0]
    assert md.histc(md.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3).tolist() == [0.0, 2.0, 1.0, 0.0]
    counts, edges = md.histogram(md.tensor([1.0, 2.0, 1.0]), 2, range=(0.0, 3.0))
    assert counts.tolist() == [2.0, 1.0]
    assert edges.tolist() == [0.0, 1.5, 3.0]
    values, inverse, repeats = md.unique(md.tensor([[3, 1], [1, 2]]), return_inverse=True, return_counts=True)
    assert values.tolist() == [1, 2, 3]
    assert inverse.tolist() == [[2, 0], [0, 1]]
    assert repeats.tolist() == [2, 1, 1]


def test_searching_in_order():
    edges = md.tensor([1, 3, 5])
    assert md.searchsorted(edges, md.tensor([0, 3, 6])).tolist() == [0, 1, 3]
    assert md.searchsorted(edges, md.tensor([3]), right=True).tolist() == [2]
    rows = md.tensor([[1, 3], [2, 4]])
    assert md.searchsorted(rows, md.tensor([[3], [3]])).tolist() == [[1], [1]]


def test_grids():
    x, y = md.meshgrid(md.tensor([1, 2]), md.tensor([3, 4, 5]))
    assert x.tolist() == [[1, 1, 1], [2, 2, 2]]
    assert y.tolist() == [[3, 4, 5], [3, 4, 5]]
    x, _ = md.meshgrid(md.tensor([1, 2]), md.tensor([3, 4, 5]), indexing="xy")
    assert x.tolist() == [[1, 2], [1, 2], [1, 2]]
    with pytest.raises(ValueError, match='indexing must be "ij" or "xy"'):
        md.meshgrid(md.ones(1), indexing="ik")


def test_limits_and_modes():
    assert md.finfo(md.float32).eps == np.finfo(np.float32).eps
    assert md.finfo().max == np.finfo(np.float32).max
    assert md.iinfo(md.int64).max == 2**63 - 1
    x = md.ones(1, requires_grad=True)
    with md.inference_mode():
        assert not md.is_grad_enabled()
        assert not (x * 2).requires_grad
    assert md.is_grad_enabled()
    assert md.is_tensor(x)
    assert md.numel(x) == 1


def test_making_tensors():
    assert md.arange(1, 2, 0.25).tolist() == [1.0, 1.25, 1.5, 1.75]
    assert md.linspace(0, 1, 5).tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert md.eye(2, 3).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert md.full((2,), 7).dtype == np.int64
    assert md.full_like(md.ones(2), 7).dtype == np.float32
    x = md.ones(2, dtype=md.float64)
    assert x.new_zeros(3).dtype == x.new_tensor([1, 2]).dtype == x.new_full((1,), 2).dtype == np.float64
    assert md.as_tensor(x) is x
    assert md.zeros((2, 3)).shape == md.zeros(2, 3).shape == (2, 3)
    assert md.ones(1, requires_grad=True).requires_grad


def test_numpy_names_of_arguments_are_understood():
    x = md.arange(6).reshape(2, 3).float()
    assert md.equal(x.sum(axis=1, keepdims=True), x.sum(dim=1, keepdim=True))
    assert md.equal(md.mean(x, axis=0), md.mean(x, dim=0))
    assert md.equal(md.logsumexp(x, axis=1), md.logsumexp(x, dim=1))


def test_ranges_and_tuples_pick_elements_as_lists_do():
    x = md.arange(9.0).reshape(3, 3)
    assert x[range(3), md.tensor([0, 2, 1])].tolist() == x[[0, 1, 2], [0, 2, 1]].tolist() == [0, 5, 7]
    assert x[(0, 1), (1, 2)].tolist() == [1, 5]
    assert x[:, range(2)].tolist() == [[0, 1], [3, 4], [6, 7]]


@pytest.mark.parametrize("images", [1, 8])  # few elements, and so many that they go in pieces
@pytest.mark.parametrize("after", [lambda y: y.sum(), lambda y: y.mean((2, 3)).sum(), lambda y: (y.flatten(1) ** 2).sum()])
def test_the_gradient_of_relu_lies_in_memory_as_its_input_does(images, after):
    values = np.random.default_rng(0).standard_normal((images, 32, 32, 32), np.float32)
    x = md.tensor(values).permute(0, 3, 1, 2).detach().requires_grad_()  # as convolutions give it: channels last
    after(x.relu()).backward()
    plain = md.tensor(np.ascontiguousarray(x.numpy(force=True)), requires_grad=True)
    after(plain.relu()).backward()
    assert np.array_equal(x.grad.numpy(), plain.grad.numpy())
    assert x.grad.numpy().transpose(0, 2, 3, 1).flags.c_contiguous


@pytest.mark.parametrize("name", ["zeros", "ones", "empty", "rand", "randn", "arange"])
def test_a_new_tensor_needs_a_size(name):
    with pytest.raises(TypeError, match=f"{name} needs a"):
        getattr(md, name)()
    if name != "arange":
        assert getattr(md, name)(()).shape == ()
    else:
        assert md.arange(end=3).tolist() == md.arange(3).tolist() == [0, 1, 2]
