"""Tensor: how it is made, prints, leaves for NumPy and Python, changes in place, and refuses."""

import json
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl.errors import DeviceError, DimensionError, DtypeError, GraphError, OutOfRangeError, ShapeError

PRINTED = json.loads((Path(__file__).parents[1] / "fixtures" / "printing.json").read_text())


@pytest.mark.parametrize(("data", "text"), list(zip(*PRINTED, strict=True)))
def test_tensors_print_as_in_pytorch(data, text):
    assert repr(md.tensor(data)) == text


def test_printing_says_where_a_tensor_comes_from():
    x = md.tensor([1.0], requires_grad=True)
    assert repr(x) == "tensor([1.], requires_grad=True)"
    assert repr(x * 2) == "tensor([2.], grad_fn=<mul>)"
    assert repr(md.ones(2, dtype=md.float64)) == "tensor([1., 1.], dtype=float64)"
    assert f"{md.tensor(0.12345):.2f}" == "0.12"


def test_printing_follows_its_options():
    try:
        md.set_printoptions(precision=2, threshold=5, edgeitems=1)
        assert repr(md.arange(10) / 7) == "tensor([0.00,  ..., 1.29])"
    finally:
        md.set_printoptions(precision=4, threshold=1000, edgeitems=3)


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (1.5, "float32"),
        (1, "int64"),
        (True, "bool"),
        ([1, 2.5], "float32"),
        ([[1], [2]], "int64"),
        (np.ones(2), "float64"),
        (np.float32(1), "float32"),
        ([np.float64(1)], "float64"),
        (np.arange(2, dtype=np.int32), "int32"),
        ([], "float32"),
    ],
)
def test_dtypes_of_new_tensors(data, dtype):
    assert md.tensor(data).dtype == dtype


PROMOTION = [
    (md.ones(2), md.ones(2, dtype=md.float64), "float64"),
    (md.ones(2), md.tensor(1.0, dtype=md.float64), "float32"),
    (md.ones(2), 2.5, "float32"),
    (md.ones(2), np.float64(2.5), "float32"),
    (md.ones(2), md.arange(2), "float32"),
    (md.arange(2), 2.5, "float32"),
    (md.arange(2), 2, "int64"),
    (md.arange(2, dtype=md.int32), md.tensor(3), "int32"),
    (md.arange(2, dtype=md.int32), md.arange(2), "int64"),
    (md.tensor([True]), 2, "int64"),
    (md.tensor([True]), 2.0, "float32"),
    (md.tensor([True]), md.tensor([True]), "bool"),
    (md.arange(2, dtype=md.uint8), md.arange(2, dtype=md.int8), "int16"),
    (md.tensor(2), md.tensor(1.5), "float32"),
]


@pytest.mark.parametrize(("a", "b", "dtype"), PROMOTION)
def test_dtypes_meet_as_in_pytorch(a, b, dtype):
    assert (a + b).dtype == dtype
    assert (b + a).dtype == dtype


def test_division_of_integers_and_functions_of_integers_give_floats():
    assert (md.arange(3) / 2).dtype == "float32"
    assert md.arange(3).exp().dtype == "float32"
    assert md.arange(3).sum().dtype == "int64"
    assert md.tensor([True, True]).sum().item() == 2


def test_the_default_dtype_can_be_chosen():
    md.set_default_dtype(md.float64)
    assert md.tensor(1.0).dtype == md.zeros(1).dtype == md.randn(1).dtype == "float64"
    with pytest.raises(DtypeError, match="must be a floating one"):
        md.set_default_dtype(md.int64)


def test_numpy_functions_on_tensors_are_operations():
    x = md.tensor([0.5, 1.5], requires_grad=True)
    y = np.sum(np.where(np.exp(x) > 2, np.tanh(x) * np.float32(2), np.zeros_like(x)))
    assert isinstance(y, md.Tensor)
    y.backward()
    np.testing.assert_allclose(x.grad.array, [0, 2 * (1 - np.tanh(1.5) ** 2)], rtol=1e-6)
    assert np.var(md.tensor([1.0, 3.0])).item() == 1.0  # NumPy's own default, not PyTorch's


def test_a_numpy_function_that_is_no_operation_is_refused():
    with pytest.raises(TypeError, match=r"np.fft is not an operation of minidl.*x.detach\(\).numpy\(\)"):
        np.fft.fft(md.ones(4))
    with pytest.raises(TypeError, match=r"np.add.reduce is not an operation"):
        np.add.reduce(md.ones(4))


def test_numpy_refuses_what_would_lose_a_gradient():
    with pytest.raises(GraphError, match=r"x.detach\(\).numpy\(\)"):
        md.ones(1, requires_grad=True).numpy()
    assert np.asarray(md.ones(2)).tolist() == [1.0, 1.0]


def test_out_to_python():
    assert md.tensor([[1, 2]]).tolist() == [[1, 2]]
    assert float(md.tensor(2.5)) == 2.5
    assert [10, 20, 30][md.tensor(1)] == 20
    assert len(md.zeros(3, 2)) == 3
    assert [row.tolist() for row in md.arange(4).reshape(2, 2)] == [[0, 1], [2, 3]]
    assert bool(md.tensor([0.0])) is False
    with pytest.raises(ShapeError, match=r"item\(\) gives one number, and this tensor of shape \(2,\) has 2"):
        md.ones(2).item()
    with pytest.raises(ShapeError, match=r"the truth of a tensor of shape \(2,\) is not one answer"):
        bool(md.ones(2))
    with pytest.raises(TypeError, match="has no length"):
        len(md.tensor(1.0))


def test_only_the_cpu_is_to_be_had():
    assert md.zeros(1, device="cpu").to("cpu").device == "cpu"
    for wrong in (
        lambda: md.zeros(1, device="cuda"),
        lambda: md.zeros(1).to("cuda:0"),
        lambda: md.nn.Linear(1, 1).to("mps"),
    ):
        with pytest.raises(DeviceError, match="minidl computes on the CPU alone"):
            wrong()


def test_rows_of_different_length_and_text_are_refused():
    with pytest.raises(ShapeError, match="the rows of a tensor must have equal lengths"):
        md.tensor([[1, 2], [3]])
    with pytest.raises(DtypeError, match="a tensor holds booleans, integers or floats"):
        md.tensor(["a"])


def test_changes_in_place():
    x = md.zeros(3)
    x += 1
    x.mul_(3).sub_(1)
    x[0] = 9
    x[1:] = md.tensor([5.0, 6.0])
    assert x.tolist() == [9, 5, 6]
    assert x.fill_(2).tolist() == [2, 2, 2]
    assert x.copy_(md.arange(3)).tolist() == [0, 1, 2]
    assert x.clamp_(max=1).tolist() == [0, 1, 1]
    y = x.reshape(3, 1)
    y.zero_()  # a view shares the memory
    assert x.tolist() == [0, 0, 0]


def test_a_change_in_place_keeps_the_dtype_or_is_refused():
    n = md.arange(3)
    with pytest.raises(DtypeError, match="does not fit into a tensor of int64"):
        n += md.tensor([0.5, 0.5, 0.5])
    with pytest.raises(DtypeError, match="does not fit into a tensor of int64"):
        n[0] = md.tensor(0.5)
    with pytest.raises(ShapeError, match=r"values of shape \(2,\) do not fit into shape \(3,\)"):
        md.zeros(3).copy_(md.ones(2))
    with pytest.raises(GraphError, match="read-only or shared by expand"):
        md.zeros(1).expand(3).add_(1)


def test_data_is_the_tensor_without_its_graph():
    w = md.tensor([1.0], requires_grad=True)
    w.data -= 0.5
    assert w.tolist() == [0.5]
    assert not w.data.requires_grad
    w.data = md.tensor([7.0])
    assert w.item() == 7.0


def test_a_deep_copy_shares_nothing():
    w = md.tensor([1.0], requires_grad=True)
    (w * 2).sum().backward()
    copy = deepcopy(w)
    w.data.zero_()
    w.grad.zero_()
    assert (copy.item(), copy.grad.item(), copy.requires_grad) == (1.0, 2.0, True)
    with pytest.raises(GraphError, match="only a leaf can be copied deeply"):
        deepcopy(w * 2)


# Errors that teach: their texts


def text_of(call, kind):
    with pytest.raises(kind) as error:
        call()
    return str(error.value)


def test_shapes_that_do_not_broadcast_are_shown_under_one_another():
    assert text_of(lambda: md.ones(32, 10) + md.ones(32), ShapeError) == (
        "add needs shapes that broadcast together\n"
        "    a (32, 10)\n"
        "    b     (32)\n"
        "From the right, dimension -1 differs: 10 ≠ 32. Sizes must be equal, or one of them 1.\n"
        "Did you mean b.unsqueeze(-1) ?  (32, 1) with (32, 10) -> (32, 10)"
    )


def test_matmul_shows_the_transpose_that_would_fit():
    assert text_of(lambda: md.ones(32, 784) @ md.ones(256, 784), ShapeError) == (
        "matmul needs the inner sizes to agree\n"
        "    x  (32, 784)\n"
        "    W (256, 784)     784 ≠ 256\n"
        "Did you mean x @ W.T ?  (32, 784) @ (784, 256) -> (32, 256)"
    )


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: md.nn.Linear(784, 10)(md.ones(4, 1, 28, 28)), ShapeError, "Did you mean x.flatten(1) ?  1 * 28 * 28 = 784"),
        (lambda: md.ones(2, 3).sum(5), DimensionError, "dim 5 is out of range: a tensor with 2 dimensions has dims -2 to 1"),
        (lambda: md.ones(2, 3).sum((0, -2)), DimensionError, "names a dimension twice"),
        (lambda: md.ones(2, 3)[2], OutOfRangeError, "index 2 is out of bounds for axis 0 with size 2"),
        (
            lambda: md.ones(2, 3)[0, 0, 0],
            OutOfRangeError,
            "too many indices for a tensor of shape (2, 3): it has 2 dimensions",
        ),
        (lambda: md.ones(3)[md.tensor([0.5])], DtypeError, "Did you mean index.long() ?"),
        (
            lambda: md.ones(2, 3).reshape(4),
            ShapeError,
            "reshape of (2, 3) to (4,): (2, 3) has 6 elements, (4,) would hold 4",
        ),
        (lambda: md.ones(2, 3).reshape(4, -1), ShapeError, "6 elements cannot be divided into pieces of 4"),
        (lambda: md.arange(3).mean(), DtypeError, "Did you mean x.float().mean() ?"),
        (lambda: md.cat([md.ones(2, 3), md.ones(3, 2)]), ShapeError, "cat along dim 0 needs all other sizes to agree"),
        (lambda: md.stack([md.ones(2), md.ones(3)]), ShapeError, "stack needs tensors of one shape"),
        (lambda: md.zeros(0).max(), ShapeError, "max of an empty tensor"),
        (lambda: md.ones(3).gather(0, md.tensor([3])), OutOfRangeError, "index 3 is out of range for a dimension of size 3"),
        (lambda: md.einsum("ij,jk", md.ones(2, 3), md.ones(4, 2)), ShapeError, "index 'j' has size 3 and, in operand 1, 4"),
        (lambda: md.linalg.inv(md.zeros(2, 2)), md.linalg.SingularError, "inv: the matrix is singular"),
        (lambda: md.one_hot(md.tensor([3]), 3), OutOfRangeError, "label 3 is out of range for 3 classes (0 to 2)"),
        (lambda: md.tensor([1.0, 2.0]) + "a", TypeError, "minidl cannot compute with a str"),
        (lambda: md.ones(2, 2).expand(3, 2), ShapeError, "expand repeats only dimensions of size 1"),
    ],
)
def test_errors_say_what_was_asked_and_what_would_work(call, kind, text):
    assert text in text_of(call, kind)


LOGITS, LABELS = md.zeros(3, 4), md.tensor([0, 1, 3])
F = md.nn.functional


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: F.cross_entropy(LOGITS, LABELS.float()), DtypeError, "needs class labels as whole numbers, not float32"),
        (
            lambda: F.cross_entropy(LOGITS, md.tensor([0, 1, 4])),
            OutOfRangeError,
            "label 4 is out of range: scores of shape (3, 4) have",
        ),
        (lambda: F.cross_entropy(LOGITS, md.tensor([0])), ShapeError, "needs one label for each prediction"),
        (
            lambda: F.cross_entropy(md.zeros(0, 4), md.zeros(0, dtype=md.int64)),
            ShapeError,
            "cross_entropy of an empty batch",
        ),
        (
            lambda: F.mse_loss(md.ones(5, 1), md.ones(5)),
            ShapeError,
            "Broadcasting would silently compare 25 pairs, of shape (5, 5)",
        ),
        (lambda: F.mse_loss(md.ones(5, 1), md.ones(5)), ShapeError, "Did you mean prediction.reshape(5,) ?"),
        (
            lambda: F.conv2d(md.ones(1, 3, 5, 5), md.ones(2, 4, 3, 3)),
            ShapeError,
            "the weight expects 4 channels, and the input has 3",
        ),
        (
            lambda: F.conv2d(md.ones(1, 1, 2, 2), md.ones(1, 1, 3, 3)),
            ShapeError,
            "the kernel (3, 3) is larger than the padded input",
        ),
        (
            lambda: F.embedding(md.tensor([5]), md.ones(5, 2)),
            OutOfRangeError,
            "index 5 is out of range for an embedding of 5 vectors",
        ),
        (lambda: F.binary_cross_entropy(md.tensor([2.0]), md.ones(1)), OutOfRangeError, "binary_cross_entropy_with_logits"),
        (lambda: F.dropout(md.ones(1), 1.5), ValueError, "must lie between 0 and 1, and is 1.5"),
        (lambda: F.batch_norm(md.ones(1, 3), None, None, training=True), ShapeError, "it has no spread. Use a larger batch"),
        (
            lambda: F.scaled_dot_product_attention(*map(md.ones, ((2, 3), (2, 4), (2, 3)))),
            ShapeError,
            "queries and keys of one width",
        ),
    ],
)
def test_losses_and_layers_refuse_what_cannot_be_meant(call, kind, text):
    assert text in text_of(call, kind)


@pytest.mark.parametrize("index", ["a", 1.5, {"a": 1}, (0, "a"), ["a"], [[0], [1, 2]]])
def test_what_is_no_index_is_called_so(index):
    x = md.ones(2, 3)
    for ask in (lambda: x[index], lambda: x.__setitem__(index, 1.0)):
        with pytest.raises(IndexError, match="is no index"):
            ask()


@pytest.mark.parametrize("loss", [F.cross_entropy, F.nll_loss, F.multi_margin_loss])
def test_the_losses_of_no_examples_add_up_to_nothing(loss):
    """As in PyTorch 2.13, where the mean is NaN; here it is refused."""
    scores, none = md.zeros(0, 4, requires_grad=True), md.zeros(0, dtype=md.int64)
    total = loss(scores, none, reduction="sum")
    total.backward()
    assert total.item() == 0
    assert scores.grad.shape == (0, 4)
    assert loss(scores, none, reduction="none").shape == (0,)


def test_a_list_of_tensors_and_numbers_has_the_widest_of_their_floating_dtypes():
    half, double = md.tensor(1.0, dtype=md.float16), md.tensor(1.0, dtype=md.float64)
    assert md.tensor([half, half]).dtype == md.tensor([1, half]).dtype == md.float16
    assert md.tensor([half, 2.0]).dtype == md.tensor([[1.0], [md.tensor(2)]]).dtype == md.float32
    assert md.tensor([1.0, double]).dtype == md.float64
