"""Numbers at the edge of what a dtype holds, and NaN: nothing silently wrong. What is expected is what PyTorch says."""

import math
import warnings

import numpy as np
import pytest

import minidl as md
from minidl.errors import DivisionError, DtypeError, ShapeError
from minidl.ops.inverses import SingularError

nan, inf = math.nan, math.inf
F = md.nn.functional


# Whole numbers


@pytest.mark.parametrize("compute", [lambda x: x + 300, lambda x: 300 - x, lambda x: x < 300, lambda x: x * -129])
def test_a_number_that_a_dtype_cannot_hold_is_no_operand(compute):
    with pytest.raises(DtypeError, match=r"-?\d+ does not fit into int8, which holds -128 to 127, .*\n?.*x.long\(\)"):
        compute(md.tensor([1, 2], dtype=md.int8))


CHANGES = {
    "fill_": lambda x: x.fill_(300),
    "x[0] = 300": lambda x: x.__setitem__(0, 300),
    "x[:] = [1, 300]": lambda x: x.__setitem__(slice(None), [1, 300]),
    "masked_fill": lambda x: x.masked_fill(md.tensor([True, False]), 300),
    "masked_fill_": lambda x: x.masked_fill_(md.tensor([True, False]), -129),
    "where": lambda x: md.where(x > 1, x, 300),
    "scatter": lambda x: x.scatter(0, md.tensor([0]), 300),
    "index_fill": lambda x: x.index_fill(0, md.tensor([0]), 300),
    "clamp by name": lambda x: x.clamp(max=300),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_number_that_does_not_fit_is_refused_wherever_it_comes_in(change):
    x = md.tensor([1, 2], dtype=md.int8)
    with pytest.raises(DtypeError, match="does not fit into int8, which holds -128 to 127"):
        change(x)
    assert x.tolist() == [1, 2]


@pytest.mark.parametrize(
    "compute", [lambda x: F.pad(x, (1, 1), value=300), lambda x: F.threshold(x, 0, 300), lambda x: md.add(x, x, alpha=300)]
)
def test_a_number_too_large_for_numpy_gets_a_sentence_too(compute):
    with pytest.raises(DtypeError, match="300 out of bounds for int8"):
        compute(md.tensor([1, 2], dtype=md.int8))


def test_an_operand_given_by_name_is_promoted_like_any_other():
    x = md.tensor([1, 4], dtype=md.int8)
    assert x.clamp(max=2.5).dtype == md.mul(x, other=2.5).dtype == md.clamp(x, None, 2.5).dtype == md.float32
    assert md.mul(x, other=2).dtype == md.int8


BOOLEANS = {
    "tensor - True": lambda x, m: x - True,
    "1 - mask": lambda x, m: 1 - m,
    "mask - mask": lambda x, m: m - m,
    "-mask": lambda x, m: -m,
    "sub_": lambda x, m: x.sub_(m),
    "with a NumPy mask": lambda x, m: x - m.numpy(),
    "mask // True": lambda x, m: m // True,
    "mask % mask": lambda x, m: m % m,
    "fmod": lambda x, m: md.fmod(m, m),
    "trunc": lambda x, m: md.div(m, m, rounding_mode="trunc"),
}


@pytest.mark.parametrize("compute", BOOLEANS.values(), ids=BOOLEANS)
def test_nothing_is_taken_from_booleans_and_they_leave_no_remainder(compute):
    with pytest.raises(DtypeError, match="boolean"):
        compute(md.tensor([1.0, 2.0]), md.tensor([True, False]))


def test_the_second_derivative_of_a_remainder_takes_the_dtype_of_both():
    x = md.tensor([1.5], requires_grad=True)
    for one in (True, md.tensor(True), md.tensor(1)):
        (slope,) = md.autograd.grad((md.fmod(x, one) ** 2).sum(), x, create_graph=True)
        assert md.autograd.grad(slope.sum(), x)[0].item() == 2
    with np.errstate(invalid="ignore"):
        (slope,) = md.autograd.grad(md.fmod(x, md.tensor(0)).sum(), x, create_graph=True)
    assert slope.item() == 1


@pytest.mark.parametrize("make", [lambda: md.tensor(2**63), lambda: md.arange(0, 300, 100, dtype=md.int8)])
def test_no_tensor_is_made_of_numbers_that_do_not_fit(make):
    with pytest.raises(DtypeError, match="does not fit into int"):
        make()


@pytest.mark.parametrize(
    "divide",
    [
        lambda a, b: a // b,
        lambda a, b: a % b,
        lambda a, b: 7 // b,
        md.fmod,
        lambda a, b: md.div(a, b, rounding_mode="trunc"),
    ],
)
def test_a_whole_number_is_not_divided_by_zero(divide):
    a = md.tensor([7, -7])
    with pytest.raises(DivisionError, match="whole numbers are divided by 0"):
        divide(a, md.tensor([2, 0]))
    divide(a, md.tensor([2, -2]))


def test_a_quotient_of_large_whole_numbers_keeps_all_its_digits():
    a, b = md.tensor([2**62 + 1, -(2**62) - 1, 7, -7]), md.tensor([1, 1, 2, 2])
    assert md.div(a, b, rounding_mode="trunc").tolist() == [2**62 + 1, -(2**62) - 1, 3, -3]


# uint8, which is a mask in brackets and a number everywhere else


def test_labels_and_words_may_be_uint8():
    scores, labels = md.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]]), md.tensor([0, 1, 1])
    for loss in (F.nll_loss, F.cross_entropy):
        assert loss(scores, labels.byte()).item() == loss(scores, labels).item()
    table, words = md.arange(8.0).reshape(4, 2), md.tensor([0, 1, 1, 0])
    assert F.embedding(words.byte(), table).tolist() == F.embedding(words, table).tolist()
    bags = words.reshape(2, 2)
    assert F.embedding_bag(bags.byte(), table).tolist() == F.embedding_bag(bags, table).tolist()


# NaN and infinity

ACTIVATIONS = [
    F.relu,
    F.relu6,
    F.elu,
    F.selu,
    F.celu,
    F.leaky_relu,
    F.gelu,
    F.logsigmoid,
    F.hardshrink,
    F.softshrink,
    F.tanhshrink,
    F.softsign,
    F.softplus,
    F.tanh,
    F.sigmoid,
    F.hardsigmoid,
    F.silu,
    F.mish,
    F.hardswish,
    F.hardtanh,
]


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda f: f.__name__)
def test_an_activation_shows_a_nan(activation):
    with np.errstate(all="ignore"):
        assert activation(md.tensor([nan, 2.0])).isnan().tolist() == [True, False]


def test_a_quantile_between_infinities_is_the_nearer_one():
    x = md.tensor([inf, 1.0, -inf])
    with np.errstate(all="ignore"):
        found = [x.quantile(q).item() for q in (0.3, 0.5, 0.7)]
    assert found == [-inf, 1.0, inf]


def test_lerp_is_exact_at_both_ends():
    a, b = md.tensor([0.1, 1e8, -3.0]), md.tensor([0.7, 1.0, 0.3])
    assert md.lerp(a, b, 0.0).tolist() == a.tolist()
    assert md.lerp(a, b, 1.0).tolist() == b.tolist()


def test_what_comes_after_a_nan_has_no_gradient_but_nan():
    x = md.tensor([1.0, nan, 3.0], requires_grad=True)
    with np.errstate(all="ignore"):
        x.logcumsumexp(0).sum().backward()
    assert x.grad.isnan().all()


def test_the_mode_of_nothing_but_nan_is_nan():
    found = md.tensor([nan, nan]).mode()
    assert math.isnan(found.values.item())
    assert found.indices.item() == 0


# Printing


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1e308, 5e-324], "tensor([1.0000e+308, 4.9407e-324])"),
        ([0.0, nan, inf, -inf], "tensor([0., nan, inf, -inf])"),
        ([5e-324, 0.0], "tensor([4.9407e-324,  0.0000e+00])"),
    ],
)
def test_extremes_print_without_a_warning(values, text):
    md.set_default_dtype(md.float64)
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        assert str(md.tensor(values)) == text


def test_zeros_print_as_many_to_a_line_as_in_pytorch():
    lines = str(md.zeros(30)).splitlines()
    assert [line.count("0.") for line in lines] == [24, 6]


# Masks


@pytest.mark.parametrize("shape", [(5, 1, 3, 3), (1, 2, 3, 3), (3, 2)])
def test_an_attention_mask_never_makes_the_result_larger(shape):
    x = md.randn(2, 3, 4)
    with pytest.raises(ShapeError, match="for each pair of a query and a key"):
        F.scaled_dot_product_attention(x, x, x, attn_mask=md.ones(*shape).bool())


def test_a_tensor_is_filled_in_its_own_dtype():
    assert md.zeros(2).fill_(3).dtype == md.float32
    assert md.zeros(2, dtype=md.int64).fill_(2.7).tolist() == [2, 2]


def test_a_word_that_is_nan_is_nan_in_its_own_bag_alone():
    table = md.tensor([[1.0, 2.0], [nan, nan], [5.0, 6.0]])
    for mode, expected in (("sum", [6.0, 8.0]), ("mean", [3.0, 4.0])):
        bags = F.embedding_bag(md.tensor([[0, 2], [0, 1]]), table, mode=mode)
        assert bags[0].tolist() == expected
        assert bags[1].isnan().all()


def test_a_learned_slope_that_is_nan_shows_in_the_gradient():
    x, slope = md.tensor([nan, 1.0], requires_grad=True), md.tensor([nan], requires_grad=True)
    F.prelu(x, slope).sum().backward()
    assert x.grad.isnan().tolist() == [True, False]
    assert slope.grad.isnan().all()


def test_a_sequence_of_no_steps_has_the_target_of_no_labels_for_sure():
    log_probs = md.zeros(3, 2, 4, requires_grad=True)
    loss = F.ctc_loss(log_probs, md.tensor([[1, -1], [2, 3]]), [0, 3], [0, 2], reduction="none")
    loss.sum().backward()
    assert loss[0].item() == 0
    assert log_probs.grad[:, 0].abs().sum() == 0


def test_a_tensor_beside_what_is_no_number_is_not_equal_to_it():
    x = md.ones(2)
    assert (x == None, x == "text", x != None, x != {}) == (False, False, True, True)  # noqa: E711
    assert x not in ["text", None]


LAST = {
    "lgamma": (lambda x: md.lgamma(x), [inf, inf, nan]),
    "angle": (lambda x: md.angle(x), [0.0, math.pi, nan]),
    "matrix_exp": (lambda x: md.linalg.matrix_exp(x.reshape(3, 1, 1)).reshape(3), [nan, nan, nan]),
    "nextafter": (lambda x: md.nextafter(x, md.zeros(3)), [3.4028234663852886e38, -3.4028234663852886e38, nan]),
    "xlogy": (lambda x: md.xlogy(md.zeros(3), x), [0.0, 0.0, nan]),
    "embedding": (lambda x: F.embedding(md.arange(3), x.reshape(3, 1), padding_idx=1).reshape(3), [inf, -inf, nan]),
}


@pytest.mark.parametrize("name", LAST)
def test_infinities_come_out_as_in_pytorch(name):
    function, expected = LAST[name]
    np.testing.assert_array_equal(function(md.tensor([inf, -inf, nan])).numpy(), np.array(expected, np.float32))


def test_far_below_zero_the_derivatives_of_digamma_are_there_at_once():
    x = md.tensor([-1e15 - 0.25, -1000.25, -99.25], dtype=md.float64)  # the first would take as many steps as it is large
    found = md.polygamma(1, x)
    expected = md.polygamma(1, 1 - x[1:])  # by reflection
    slope = math.pi**2 / math.sin(math.pi * 0.25) ** 2
    np.testing.assert_allclose(found[1:].numpy(), slope - expected.numpy(), rtol=1e-10)


def test_of_a_cholesky_factor_one_triangle_is_read():
    factor = md.tensor([[2.0, 7.0], [1.0, 3.0]])
    lower, upper = factor.tril() @ factor.tril().T, factor.triu().T @ factor.triu()
    for matrix, is_upper in ((lower, False), (upper, True)):
        assert md.allclose(md.cholesky_solve(matrix, factor, is_upper), md.eye(2), atol=1e-5)
        assert md.allclose(md.cholesky_inverse(factor, is_upper) @ matrix, md.eye(2), atol=1e-5)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: md.linalg.solve_triangular(md.zeros(2, 2), md.ones(2, 3), upper=True), SingularError, "matrix is singular"),
        (lambda: md.binomial(md.tensor([inf]), md.tensor([0.5])), ValueError, "some are infinite"),
        (lambda: F.interpolate(md.ones(1, 1, 4), scale_factor=inf), ValueError, "a number above 0, not inf"),
        (lambda: md.nn.init.trunc_normal_(md.zeros(3), std=0), ValueError, "std is a number above 0"),
        (lambda: md.nn.init.sparse_(md.zeros(3, 3), 2), ValueError, "a share between 0 and 1, not 2"),
    ],
)
def test_what_has_no_number_has_its_sentence(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


# What is infinite in one place stays out of the others


def windows(function, **settings):
    return lambda x, weight: function(x, weight, **settings)


def resized(mode, **settings):
    return lambda x, _: F.interpolate(x, size=(4, 9), mode=mode, **settings)


SEEN = {  # function of an image and a kernel -> where its result may not be finite if the image is infinite at [3, 3]
    "conv2d": (windows(F.conv2d), slice(1, 4), slice(1, 4)),
    "conv2d with padding": (windows(F.conv2d, padding=2), slice(3, 6), slice(3, 6)),
    "conv2d with stride": (windows(F.conv2d, stride=2), slice(1, 2), slice(1, 2)),
    "conv_transpose2d": (windows(F.conv_transpose2d), slice(3, 6), slice(3, 6)),
    "conv_transpose2d with stride": (windows(F.conv_transpose2d, stride=2), slice(6, 9), slice(6, 9)),
    "max_pool2d": (lambda x, _: F.max_pool2d(x, 2), slice(1, 2), slice(1, 2)),
    "avg_pool2d": (lambda x, _: F.avg_pool2d(x, 2), slice(1, 2), slice(1, 2)),
    "interpolate to its size": (lambda x, _: F.interpolate(x, size=(7, 7), mode="bilinear"), slice(3, 4), slice(3, 4)),
    "bilinear with antialias": (
        lambda x, _: F.interpolate(x, (4, 9), None, "bilinear", antialias=True),
        slice(1, 3),
        slice(3, 6),
    ),
    "bicubic with antialias": (
        lambda x, _: F.interpolate(x, (4, 9), None, "bicubic", antialias=True),
        slice(0, 4),
        slice(2, 7),
    ),
    "interpolate and blur": (resized("bilinear", antialias=True), slice(1, 3), slice(3, 6)),
    "interpolate and blur with cubic curves": (resized("bicubic", antialias=True), slice(0, 4), slice(2, 7)),
    "interpolate to its height": (lambda x, _: F.interpolate(x, size=(7, 3), mode="bilinear"), slice(3, 4), slice(1, 2)),
}


@pytest.mark.parametrize("value", [inf, nan])
@pytest.mark.parametrize("name", SEEN)
def test_one_infinity_reaches_only_the_windows_that_contain_it(name, value):
    function, rows, columns = SEEN[name]
    x = np.random.default_rng(0).normal(size=(2, 1, 7, 7))
    x[0, 0, 3, 3] = value
    y = function(md.tensor(x), md.tensor(np.ones((1, 1, 3, 3)))).numpy()
    expected = np.ones(y.shape, bool)
    expected[0, 0, rows, columns] = False
    np.testing.assert_array_equal(np.isfinite(y), expected)


def test_a_kernel_with_an_infinity_makes_no_nan_where_it_is_not_laid():
    weight = md.tensor([[[inf, 1.0, 1.0]]])
    assert F.conv_transpose1d(md.tensor([[[1.0, 2.0]]]), weight).tolist() == [[[inf, inf, 3.0, 2.0]]]
    x = md.ones(1, 1, 4, requires_grad=True)
    with np.errstate(invalid="ignore"):
        F.conv1d(x, weight).sum().backward()
    assert x.grad.tolist() == [[[inf, inf, 2.0, 1.0]]]


@pytest.mark.parametrize("value", [inf, nan])
def test_an_infinite_gradient_of_a_window_reaches_the_largest_alone(value):
    x = md.tensor([[[1.0, 3.0, 2.0, 0.0, 5.0, 4.0]]], requires_grad=True)
    F.max_pool1d(x, 3).backward(md.tensor([[[value, 1.0]]]))
    np.testing.assert_array_equal(x.grad.numpy(), [[[0, value, 0, 0, 1, 0]]])


@pytest.mark.parametrize("value", [inf, nan])
def test_what_lies_outside_of_an_image_gets_no_gradient(value):
    x = md.ones(1, 1, 2, 2, requires_grad=True)
    y = F.grid_sample(x, md.tensor([[[[-7.0, 0.0]]]]), align_corners=True)
    with np.errstate(invalid="ignore"):
        y.backward(md.full_like(y, value))
    assert x.grad.tolist() == [[[[0, 0], [0, 0]]]]


STOPPED = {  # function -> numbers at which it is flat
    "clamp": (lambda x: x.clamp(-1, 1), [-2.0, 3.0, inf, nan]),
    "clamp_min": (lambda x: x.clamp_min(0.5), [-2.0, 0.0, -inf, nan]),
    "clamp_max": (lambda x: x.clamp_max(0.5), [2.0, 1.0, inf, nan]),
    "relu": (F.relu, [-1.0, 0.0, -0.0, -inf]),
    "relu6": (F.relu6, [-1.0, 0.0, 6.0, inf]),
    "hardtanh": (F.hardtanh, [-1.0, 1.0, 2.0, -inf]),
    "hardsigmoid": (F.hardsigmoid, [-3.0, 3.0, 4.0, -inf]),
    "hardswish": (F.hardswish, [-3.0, -4.0, -5.0, -1e4]),
    "hardshrink": (F.hardshrink, [-0.5, 0.5, 0.0, 0.1]),
    "softshrink": (F.softshrink, [-0.5, 0.5, 0.0, 0.1]),
    "threshold": (lambda x: F.threshold(x, 1.0, 7.0), [1.0, 0.0, -1.0, -inf]),
    "maximum": (lambda x: md.maximum(x, md.full_like(x, 9.0)), [1.0, 8.0, -inf, 0.0]),
    "minimum": (lambda x: md.minimum(x, md.full_like(x, -9.0)), [1.0, 8.0, inf, 0.0]),
    "fmax": (lambda x: md.fmax(x, md.full_like(x, 9.0)), [1.0, 8.0, -inf, nan]),
    "fmin": (lambda x: md.fmin(x, md.full_like(x, -9.0)), [1.0, 8.0, inf, nan]),
    "floor": (lambda x: x.floor(), [1.0, 8.5, inf, nan]),
    "sign": (lambda x: x.sign(), [1.0, -2.0, inf, nan]),
}


@pytest.mark.parametrize("value", [inf, -inf, nan])
@pytest.mark.parametrize("dtype", [md.float16, md.float32, md.float64])
@pytest.mark.parametrize("name", STOPPED)
def test_what_stops_a_gradient_stops_infinity_and_nan_too(name, dtype, value):
    function, flat = STOPPED[name]
    x = md.tensor(flat, dtype=dtype, requires_grad=True)
    y = function(x)
    y.backward(md.full_like(y, value))
    assert x.grad.tolist() == [0] * len(x)


def test_the_root_of_what_relu_made_0_has_the_gradient_0():
    x = md.tensor([-1.0, 4.0], requires_grad=True)
    with np.errstate(divide="ignore"):
        F.relu(x).sqrt().sum().backward()
    assert x.grad.tolist() == [0.0, 0.25]


@pytest.mark.parametrize("larger", [md.maximum, md.minimum])
def test_of_a_nan_and_a_number_both_get_the_gradient(larger):
    a, b = (md.tensor(values, requires_grad=True) for values in ([nan, 1.0, nan, 2.0], [1.0, nan, nan, 2.0]))
    larger(a, b).backward(md.tensor([1.0, 2.0, 3.0, 4.0]))
    assert a.grad.tolist() == b.grad.tolist() == [1, 2, 3, 2]


def test_nan_has_the_sign_0():
    x = md.tensor([nan, -2.0, 0.0, inf], requires_grad=True)
    assert x.sign().tolist() == [0, -1, 0, 1]
    x.abs().sum().backward()
    assert x.grad.tolist() == [0, -1, 0, 1]


@pytest.mark.parametrize("loss", [F.huber_loss, F.smooth_l1_loss])
def test_an_infinite_difference_has_the_slope_of_a_far_one(loss):
    x = md.tensor([inf, -inf, 5.0, 0.5], requires_grad=True)
    loss(x, md.zeros(4), reduction="sum").backward()
    assert x.grad.tolist() == [1, -1, 1, 0.5]
