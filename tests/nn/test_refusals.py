"""What would be silently wrong is refused, with what came, what was wanted, and what would work."""

import numpy as np
import pytest

import minidl as md
from minidl import nn
from minidl.errors import DtypeError, OutOfRangeError, ShapeError
from minidl.nn import functional as F

x4, y4 = md.ones(4, 3), md.zeros(4, 3)
whole = md.ones(2, 2, dtype=md.int64)


def attention(**masks):
    return nn.MultiheadAttention(4, 2, batch_first=True)(*[md.ones(1, 2, 4)] * 3, **masks)


def ctc(targets, blank=0):
    return F.ctc_loss(md.zeros(4, 1, 4).log_softmax(2), md.tensor(targets), [4], [2], blank=blank)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        # masks
        (
            lambda: F.scaled_dot_product_attention(*[md.ones(1, 2, 4)] * 3, attn_mask=whole),
            DtypeError,
            "Did you mean mask.bool()",
        ),
        (lambda: attention(attn_mask=whole), DtypeError, "attn_mask is boolean (True leaves out) or floating"),
        (lambda: attention(key_padding_mask=md.ones(1, 2).long()), DtypeError, "key_padding_mask is boolean"),
        (
            lambda: attention(key_padding_mask=md.zeros(2, 1).bool()),
            ShapeError,
            "must have shape (1, 2), and has (2, 1)\nDid you mean mask.T",
        ),
        (
            lambda: F.scaled_dot_product_attention(*[md.ones(2, 5, 4)] * 3, attn_mask=md.ones(2, 4)),
            ShapeError,
            "for each pair of a query and a key",
        ),
        # losses
        (lambda: F.cosine_embedding_loss(x4, y4, md.ones(4, 1)), ShapeError, "Did you mean target.squeeze(1) ?"),
        (
            lambda: F.binary_cross_entropy(md.ones(4), md.ones(4), md.ones(4, 1)),
            ShapeError,
            "cannot be repeated to the shape (4,)",
        ),
        (
            lambda: F.binary_cross_entropy_with_logits(x4, y4, pos_weight=md.ones(2, 4, 3)),
            ShapeError,
            "the pos_weight of shape (2, 4, 3)",
        ),
        (lambda: F.kl_div(md.zeros(4, 1), md.ones(4)), ShapeError, "kl_div compares each prediction with its own target"),
        (
            lambda: F.cross_entropy(x4, md.zeros(4).long(), weight=md.ones(5)),
            ShapeError,
            "one number for each of the 3 classes, and has shape (5,)",
        ),
        (lambda: F.nll_loss(x4, md.zeros(4).long(), weight=md.ones(2)), ShapeError, "one number for each of the 3 classes"),
        (
            lambda: F.cross_entropy(x4, F.softmax(y4, 1), weight=md.ones(1)),
            ShapeError,
            "one number for each of the 3 classes",
        ),
        (
            lambda: F.gaussian_nll_loss(md.ones(4), md.ones(4, 1), md.ones(4)),
            ShapeError,
            "Broadcasting would silently compare 16 pairs",
        ),
        (lambda: F.poisson_nll_loss(md.ones(4), md.ones(4, 1)), ShapeError, "Broadcasting would silently compare 16 pairs"),
        (lambda: F.soft_margin_loss(md.ones(4), md.ones(4, 1)), ShapeError, "the shapes must be equal"),
        (lambda: F.huber_loss(x4, y4, delta=0.0), ValueError, "delta must be above 0"),
        (lambda: F.triplet_margin_loss(x4, x4, x4, margin=-1.0), ValueError, "the margin must be above 0"),
        (lambda: F.mse_loss(x4, y4, reduction="avg"), ValueError, "reduction must be one of 'none', 'mean', 'sum'"),
        # normalisation
        (
            lambda: F.layer_norm(x4, (3,), md.ones(1)),
            ShapeError,
            "layer_norm: the weight must have shape (3,), and has (1,)",
        ),
        (lambda: F.rms_norm(x4, (3,), md.ones(1)), ShapeError, "rms_norm: the weight must have shape (3,)"),
        (
            lambda: F.batch_norm(x4, None, None, md.ones(1), None, True),
            ShapeError,
            "batch_norm: the weight must have shape (3,)",
        ),
        (
            lambda: F.batch_norm(x4, None, None, None, md.ones(1), True),
            ShapeError,
            "batch_norm: the bias must have shape (3,)",
        ),
        (lambda: F.batch_norm(x4, md.ones(1), md.ones(1)), ShapeError, "the running_mean must have shape (3,)"),
        (lambda: F.group_norm(md.ones(2, 4, 3), 2, md.ones(1)), ShapeError, "group_norm: the weight must have shape (4,)"),
        (
            lambda: F.instance_norm(md.ones(2, 4, 3), bias=md.ones(1)),
            ShapeError,
            "instance_norm: the bias must have shape (4,)",
        ),
        # convolution and pooling
        (
            lambda: F.conv2d(md.ones(1, 1, 4, 4), md.ones(2, 1, 3, 3), md.ones(1)),
            ShapeError,
            "the bias holds one number for each of the 2 output channels",
        ),
        (
            lambda: F.conv_transpose2d(md.ones(1, 2, 4, 4), md.ones(2, 3, 3, 3), md.ones(2)),
            ShapeError,
            "each of the 3 output channels",
        ),
        (lambda: F.conv1d(md.ones(1, 1, 4), md.ones(1, 1, 2).double()), DtypeError, "Did you mean input.to(weight.dtype) ?"),
        (lambda: F.conv1d(md.ones(1, 1, 4), md.ones(1, 1, 2), stride=0), ValueError, "stride must be at least 1, and is 0"),
        (lambda: F.max_pool2d(md.ones(1, 1, 4, 4), 2, padding=-1), ValueError, "padding must be at least 0"),
        (lambda: F.avg_pool2d(md.ones(1, 1, 4, 4), 2, divisor_override=0), ValueError, "the divisor must not be 0"),
        (
            lambda: F.max_unpool2d(md.ones(1, 1, 1, 1), md.full((1, 1, 1, 1), 9), 2),
            ShapeError,
            "an index 9 lies outside of the output",
        ),
        (lambda: F.fold(md.ones(1, 8, 11), (4, 5), 2), ShapeError, "fold needs columns of shape (N, C * 4, 12)"),
        # activations and embeddings
        (lambda: F.prelu(md.ones(2, 3), md.ones(2)), ShapeError, "the weight has 2 slopes, one for each channel"),
        (lambda: F.hardtanh(x4, 1.0, -1.0), ValueError, "min_val 1.0 must not be greater than max_val -1.0"),
        (lambda: F.embedding(md.tensor([0]), md.ones(3)), ShapeError, "embedding needs a table"),
        (
            lambda: F.interpolate(x4[None, None], size=2, antialias=True),
            ValueError,
            "antialias is for the modes 'bilinear' and 'bicubic', not 'nearest'",
        ),
        # sequences
        (lambda: ctc([[1, 0]]), md.errors.OutOfRangeError, "the target [1, 0] holds class 0, which is the blank"),
        (lambda: ctc([[1, 3]], blank=3), md.errors.OutOfRangeError, "holds class 3, which is the blank"),
        (lambda: ctc([1, 7]), md.errors.OutOfRangeError, "label 7 is out of range: there are classes 0 to 3"),
        (lambda: ctc([[1, -1]]), md.errors.OutOfRangeError, "label -1 is out of range"),
        # recurrent layers
        (lambda: nn.RNN(3, 5, 1, True), ValueError, 'nonlinearity must be "tanh" or "relu", not True'),
        (lambda: nn.LSTM(3, 5, dropout=2), ValueError, "dropout is a probability between 0 and 1"),
        (
            lambda: nn.LSTM(3, 5)(md.ones(2, 1, 3), md.ones(1, 1, 5)),
            TypeError,
            "an LSTM has two states: give hx as a pair (h, c)",
        ),
        (lambda: nn.LSTM(3, 5, 1, "relu"), TypeError, "bias is True or False, not 'relu'"),
        (lambda: nn.GRU(3.0, 5), TypeError, "input_size is a whole number, not 3.0"),
        (
            lambda: nn.Sequential(nn.LSTM(3, 5), nn.Linear(5, 2))(md.ones(2, 1, 3)),
            TypeError,
            "LSTM returns its outputs and its last state, and Linear, which comes next",
        ),
        (
            lambda: F.ctc_loss(md.zeros(4, 1, 3), md.tensor([[1, 2]]), [5], [2]),
            OutOfRangeError,
            "input_lengths reach to 5, and there are 4 steps",
        ),
        (lambda: F.ctc_loss(md.zeros(4, 1, 3), md.tensor([[1, 2]]), [4], [3]), OutOfRangeError, "target_lengths reach to 3"),
        (lambda: F.ctc_loss(md.zeros(4, 1, 3), md.tensor([1, 2]), [4], [3]), OutOfRangeError, "target_lengths reach to 3"),
        (lambda: F.ctc_loss(md.zeros(4, 1, 3), md.tensor([[1, 2]]), [-1], [2]), OutOfRangeError, "a length is below 0"),
        (
            lambda: F.ctc_loss(md.zeros(4, 1, 3), md.tensor([[1, 3]]), [4], [2]),
            OutOfRangeError,
            "label 3 is out of range: there are classes 0 to 2",
        ),
        (
            lambda: F.ctc_loss(md.zeros(4, 2, 3), md.tensor([[1, 2]]), [4], [2]),
            ShapeError,
            "two lengths for each of the 2 sequences, and got 1 and 1",
        ),
        # fractions where whole numbers are meant
        (lambda: md.zeros(2, 2.5), TypeError, "a size is a whole number, not 2.5. For a division: a // b"),
        (lambda: md.ones(4).reshape(4 / 2, 2), TypeError, "a size is a whole number, not 2.0"),
        (lambda: md.ones(3).repeat(2.5), TypeError, "a whole number, not 2.5"),
        (lambda: md.ones(3).roll(1.5), TypeError, "a shift is a whole number, not 1.5"),
        (lambda: md.ones(3).narrow(0, 0, 2.5), TypeError, "length is a whole number, not 2.5"),
        (lambda: md.ones(3).sum(0.5), TypeError, "dim is a whole number, not 0.5"),
        (lambda: nn.Linear(2.5, 2), TypeError, "a size is a whole number, not 2.5"),
        (lambda: nn.Conv1d(1, 1, 2.5), TypeError, "each size is a whole number, not 2.5"),
        (lambda: F.max_pool2d(md.ones(1, 1, 4, 4), 2.5), TypeError, "each size is a whole number, not 2.5"),
        (lambda: F.adaptive_avg_pool1d(md.ones(1, 4), 2.5), TypeError, "the output size is a whole number, not 2.5"),
        (lambda: F.pad(md.ones(3), (1.5, 1)), TypeError, "each width is a whole number, not 1.5"),
        (lambda: F.interpolate(md.ones(1, 1, 4), size=2.5), TypeError, "size is a whole number, not 2.5"),
        (lambda: F.one_hot(md.tensor([1]), 2.5), TypeError, "num_classes is a whole number, not 2.5"),
        (lambda: nn.Conv2d(3, 4, 0), ValueError, "kernel_size, stride and dilation are at least 1, not 0, 1 and 1"),
        # modules
        (lambda: nn.ModuleList([md.relu]), TypeError, "must be a Module or None, not a function"),
        (lambda: nn.ModuleDict({"a": md.ones(1)}), TypeError, "must be a Module or None, not a Tensor"),
        (lambda: nn.Module().register_parameter("w", md.ones(1)), TypeError, "Did you mean nn.Parameter(tensor) ?"),
        (lambda: nn.Module().register_buffer("w", [1]), TypeError, "must be a Tensor or None, not a list"),
        (lambda: nn.Module().register_buffer("a.b", md.ones(1)), KeyError, "a text without dots"),
        (lambda: nn.Linear(1, 1).wieght, AttributeError, "Did you mean weight ?"),
        (lambda: nn.Linear(1, 1).cuda(), md.errors.DeviceError, "a module cannot move to cuda"),
        (lambda: nn.Linear(1, 1).to("cuda:0"), md.errors.DeviceError, "CPU alone"),
        (lambda: nn.Linear(1, 1).to(md.int64), TypeError, "cannot become int64"),
        (lambda: nn.Linear(1, 1).train("yes"), ValueError, "train() takes True or False"),
    ],
)
def test_what_would_be_silently_wrong_is_refused(call, kind, text):
    with pytest.raises(kind) as error:
        call()
    assert text in str(error.value)


def test_a_query_that_may_see_no_key_gets_zero_and_passes_no_gradient():
    q = md.randn(1, 2, 4, requires_grad=True)
    mask = md.tensor([[True, False], [False, False]])
    y = F.scaled_dot_product_attention(q, q, q, attn_mask=mask)
    assert y[0, 1].tolist() == [0.0] * 4
    y.sum().backward()
    assert np.isfinite(q.grad.array).all()
    net = nn.MultiheadAttention(4, 2, batch_first=True)
    out, _ = net(q, q, q, key_padding_mask=md.tensor([[True, True]]), need_weights=False)
    assert out.tolist() == net.out_proj.bias.expand(1, 2, 4).tolist()
    with_weights, _ = net(q, q, q, key_padding_mask=md.tensor([[True, True]]))
    assert with_weights.isnan().all()  # as in PyTorch, whose weights of nothing are no numbers


def test_arguments_by_position_are_those_of_pytorch():
    assert nn.RNN(3, 5, 1, "relu").nonlinearity == "relu"
    assert nn.RNN(3, 5, 2, "tanh", False, True).batch_first
    assert nn.CrossEntropyLoss(None, None, 7).ignore_index == 7
    assert F.mse_loss(md.ones(2), md.zeros(2), False).item() == 2.0
    assert F.l1_loss(md.ones(2), md.zeros(2), None, False).tolist() == [1.0, 1.0]


def test_initial_values_can_be_written_into_a_part_of_a_weight():
    w = nn.Linear(3, 2).weight
    nn.init.constant_(w[0, 1], 7)
    nn.init.zeros_(w[1])
    assert w[0, 1].item() == 7.0
    assert w[1].tolist() == [0.0, 0.0, 0.0]


def test_resizing_keeps_infinities_where_they_are():
    x = md.tensor([[[[1.0, float("inf")], [2.0, 3.0]]]])
    assert F.interpolate(x, size=(2, 4))[0, 0].tolist() == [[1.0, 1.0, float("inf"), float("inf")], [2.0, 2.0, 3.0, 3.0]]
    assert F.adaptive_avg_pool2d(x, (2, 1))[0, 0].tolist() == [[float("inf")], [2.5]]


def test_an_activation_in_place_is_recorded():
    x = md.tensor([-1.0, 2.0], requires_grad=True)
    h = x * 3
    out = nn.ReLU(inplace=True)(h)
    assert out is h
    (out * out).sum().backward()
    assert x.grad.tolist() == [0.0, 36.0]
    with pytest.raises(md.errors.GraphError, match="a leaf that requires a gradient"):
        F.elu_(x)


def test_batch_norm_in_evaluation_does_not_take_the_statistics_of_the_batch():
    with pytest.raises(ValueError, match="needs running_mean and running_var"):
        md.nn.functional.batch_norm(md.ones(3, 4), None, None)


def test_a_part_does_not_take_the_place_of_a_parameter():
    layer = md.nn.Linear(1, 1)
    with pytest.raises(KeyError, match="'weight' exists already, and is no module"):
        layer.add_module("weight", md.nn.ReLU())
    assert isinstance(layer.weight, md.nn.Parameter)
