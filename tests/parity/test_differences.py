"""The differences from PyTorch that are there on purpose, each shown by an example."""

from pathlib import Path

import numpy as np
import pytest

import minidl as md
from tests.parity.differences import IN_SHORT

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_says_in_short_what_stands_in_the_list():
    _, _, after = README.read_text(encoding="utf-8").partition(
        "Different from PyTorch on purpose:\n\n| | |\n| --- | --- |\n"
    )
    assert after.partition("\n\n")[0].splitlines() == [f"| {what} | {how} |" for what, how in IN_SHORT.items()]


def test_eigenvalues_that_are_complex_are_refused():
    with pytest.raises(md.errors.DtypeError, match="complex"):
        md.linalg.eig(md.tensor([[0.0, -1.0], [1.0, 0.0]]))


def test_the_second_derivative_of_a_norm_at_zero_is_zero():
    x = md.zeros(3, requires_grad=True)
    (slope,) = md.autograd.grad(x.norm(), x, create_graph=True)
    assert md.autograd.grad(slope.sum(), x)[0].tolist() == [0, 0, 0]


def test_the_slope_of_the_determinant_of_a_singular_matrix_is_true():
    x = md.tensor([[1.0, 2.0], [2.0, 4.0]], requires_grad=True)
    md.linalg.det(x).backward()
    np.testing.assert_allclose(x.grad.array, [[4, -2], [-2, 1]], atol=1e-6)


def test_attention_sees_what_was_added_with_and_without_its_weights():
    md.manual_seed(0)
    x, mask = md.randn(2, 5, 8), md.nn.Transformer.generate_square_subsequent_mask(5)
    for extra in ({"add_bias_kv": True}, {"add_zero_attn": True}):
        attention = md.nn.MultiheadAttention(8, 2, batch_first=True, **extra)
        shown, without = (
            attention(x, x, x, attn_mask=mask, is_causal=True, need_weights=need)[0].detach().numpy()
            for need in (True, False)
        )
        np.testing.assert_allclose(shown, without, atol=1e-6)


def test_a_blank_among_the_labels_is_refused():
    with pytest.raises(md.errors.OutOfRangeError, match="the blank"):
        md.nn.functional.ctc_loss(md.zeros(4, 1, 3).log_softmax(2), md.tensor([[1, 0]]), [4], [2])


@pytest.mark.parametrize("size", [{"size": (3, 1)}, {"scale_factor": (1.5, 1.04)}], ids=["one column", "as many columns"])
def test_a_blurred_image_is_the_sum_that_its_gradient_says(size):
    x = md.randn(1, 1, 2, 10, dtype=md.float64, requires_grad=True)
    y = md.nn.functional.interpolate(x, **size, mode="bilinear", antialias=True)
    (slope,) = md.autograd.grad(y.sum(), x)
    assert y.sum().item() == pytest.approx((slope * x).sum().item())


def test_empty_memory_is_zero():
    assert md.empty(1000).abs().sum() == md.empty_like(md.ones(3)).sum() == md.ones(2).new_empty(3).sum() == 0


def test_from_numpy_copies_and_numpy_is_read_only():
    array = np.ones(2)
    x = md.from_numpy(array)
    array[:] = 5
    assert x.tolist() == [1, 1]
    with pytest.raises(ValueError, match="read-only"):
        x.numpy()[0] = 3


def test_the_signs_of_singular_vectors_may_differ_and_their_product_may_not():
    x = md.randn(3, 5, dtype=md.float64)
    u, s, vh = md.linalg.svd(x, full_matrices=False)
    np.testing.assert_allclose((u * s @ vh).array, x.array, atol=1e-12)


def test_arguments_that_are_known_by_their_kind():
    x = md.arange(6.0).reshape(2, 3)
    assert md.arange(3).tolist() == md.arange(end=3).tolist() == [0, 1, 2]
    assert md.randint(1, (2,)).tolist() == md.randint(high=1, size=(2,)).tolist() == [0, 0]
    assert md.randint_like(x, 1).sum() == md.randint_like(x, high=1).sum() == 0
    assert (
        md.repeat_interleave(md.tensor([1, 2])).tolist()
        == md.repeat_interleave(repeats=md.tensor([1, 2])).tolist()
        == [0, 1, 1]
    )
    assert md.zeros(3).random_(1).sum() == md.zeros(3).random_(to=1).sum() == 0
    assert x.to("cpu", md.float64, True, True).dtype == x.to(md.float64, False).dtype == x.to(x.double()).dtype == md.float64
    assert x.view(md.int32).tolist() == x.view(dtype=md.int32).tolist()
    assert x.std(False) == x.std(unbiased=False) == md.std(x, False) == x.std(correction=0)
    assert x.var((0, 1), False) == x.var(False) == md.var(x, None, unbiased=False)
    for both in (md.std_mean, md.var_mean):
        assert both(x, False)[0] == both(x, unbiased=False)[0] != both(x)[0]


def test_matrices_without_an_inverse_or_with_infinities_are_refused_where_pytorch_gives_a_number():
    singular = md.zeros(2, 2, requires_grad=True)
    with pytest.raises(md.linalg.LinAlgError, match="solve: the matrix is singular"):
        md.linalg.solve_triangular(singular, md.ones(2, 1), upper=True)
    with pytest.raises(md.linalg.LinAlgError, match="the gradient of slogdet: the matrix is singular"):
        md.linalg.slogdet(singular).logabsdet.backward()
    with pytest.raises(md.linalg.LinAlgError, match="NaN or infinity"):
        md.linalg.svdvals(md.full((2, 2), float("inf")))
    assert md.linalg.cond(md.full((2, 2), float("nan")), 1).isnan()


def test_what_is_refused_or_nan_in_pytorch_and_has_a_number_here():
    a, b = (md.zeros(1, requires_grad=True) for _ in range(2))
    (slope,) = md.autograd.grad(md.atan2(a, b).sum(), a, create_graph=True)
    assert [g.item() for g in md.autograd.grad(slope.sum(), [a, b])] == [0, 0]
    (slope,) = md.autograd.grad(md.pow(a, md.tensor([2.0])).sum(), a, create_graph=True)
    assert md.autograd.grad(slope.sum(), a)[0].item() == 2
    assert md.autograd.grad((a // 2).sum(), a)[0].item() == 0
    x = md.ones(2, 2, 4)
    assert (x + 1).prod(dim=(0, 1)).tolist() == [16] * 4
    assert x.norm(dim=(0, 1, 2)).item() == 4
    assert x.logsumexp().item() == pytest.approx(1 + np.log(16))


@pytest.mark.parametrize("pad", [(-1, 3), (3, -1)])
def test_a_circular_border_repeats_what_cropping_has_left(pad):
    x = md.arange(3.0).double().reshape(1, 3).requires_grad_()
    left = [1, 2] if pad[0] < 0 else [0, 1]
    expected = [*left, *left, left[0]] if pad[0] < 0 else [left[1], *left, *left]
    assert md.nn.functional.pad(x, pad, mode="circular").tolist() == [expected]
    assert md.autograd.gradgradcheck(lambda x: md.nn.functional.pad(x, pad, mode="circular").sin(), x)


def test_an_index_is_checked_also_where_the_result_is_empty():
    with pytest.raises(md.errors.OutOfRangeError, match="index 2 is out of bounds"):
        md.ones(2, 0)[[0, 2]]
    with pytest.raises(md.errors.OutOfRangeError, match="no index"):
        md.ones(2, 3)[..., 0, ...]
    x = md.arange(6).reshape(3, 2)
    assert x[np.True_].tolist() == x[None].tolist()
    assert x[[[0, 1], [1, 0]]].shape == (2, 2, 2)
