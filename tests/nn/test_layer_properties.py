"""What must hold for layers, data and checkpoints whatever their sizes, tried on random ones (Hypothesis)."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import minidl as md
from minidl.data import DataLoader, TensorDataset, random_split
from minidl.nn import functional as F
from minidl.ops import convolution
from minidl.train import metrics

few = settings(max_examples=40)
small = st.integers(1, 4)


@few
@given(
    small,
    st.integers(1, 2),
    st.integers(1, 2),
    st.tuples(small, small),
    st.integers(1, 3),
    st.integers(0, 2),
    st.integers(1, 2),
    st.data(),
)
def test_the_fast_convolution_equals_its_definition(N, C, groups, kernel, stride, padding, dilation, data):
    H, W = data.draw(st.integers(3, 6)), data.draw(st.integers(3, 6))
    assume(all(n + 2 * padding >= dilation * (k - 1) + 1 for n, k in zip((H, W), kernel, strict=True)))
    rng = np.random.default_rng(0)
    x, w, bias = (rng.standard_normal(s) for s in ((N, C * groups, H, W), (2 * groups, C, *kernel), 2 * groups))
    y = F.conv2d(md.Tensor(x), md.Tensor(w), md.Tensor(bias), stride, padding, dilation, groups)
    pairs = [(n, n) for n in (stride, padding, dilation)]
    np.testing.assert_allclose(y.array, convolution._reference(x, w, bias, *pairs, groups), atol=1e-10)


@few
@given(st.integers(2, 6), st.integers(2, 6), st.integers(1, 3), st.integers(1, 3))
def test_a_transposed_convolution_is_the_adjoint_of_the_convolution(H, W, k, stride):
    assume(min(H, W) >= k)
    rng = np.random.default_rng(0)
    x, w = md.Tensor(rng.standard_normal((1, 2, H, W))), md.Tensor(rng.standard_normal((3, 2, k, k)))
    y = F.conv2d(x, w, stride=stride)
    g = md.Tensor(rng.standard_normal(y.shape))
    back = F.conv_transpose2d(g, w, stride=stride)
    reach = x[:, :, : back.shape[2], : back.shape[3]]
    np.testing.assert_allclose((y * g).sum().item(), (reach * back).sum().item(), rtol=1e-9)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (md.nn.Linear(3, 2), (0, 4, 3)),
        (md.nn.Conv2d(4, 4, 3, stride=2, groups=2), (0, 4, 5, 5)),
        (md.nn.ConvTranspose2d(3, 4, 3, 2), (0, 3, 5, 5)),
        (md.nn.MaxPool2d(2), (0, 3, 4, 4)),
        (md.nn.GroupNorm(3, 6), (0, 6, 2, 2)),
        (md.nn.LSTM(3, 4), (5, 0, 3)),
        (md.nn.GRU(3, 4, bidirectional=True), (5, 0, 3)),
        (md.nn.RNN(3, 4, bias=False), (5, 0, 3)),
        (md.nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), (0, 5, 4)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_empty_batch_passes_and_leaves_gradients_of_zero(layer, shape):
    x = md.zeros(*shape, requires_grad=True)
    y = layer(x)
    y = y[0] if isinstance(y, tuple) else y
    y.sum().backward()
    assert y.numel() == 0
    assert x.grad.shape == shape
    for p in layer.parameters():
        assert not p.grad.array.any()


@pytest.mark.parametrize(("stride", "dilation", "fits"), [(1, 1, False), (2, 1, True), (1, 2, True), ((2, 1), 1, False)])
def test_output_padding_only_chooses_among_sizes(stride, dilation, fits):
    def run():
        return F.conv_transpose2d(
            md.ones(1, 1, 4, 4), md.ones(1, 1, 2, 2), stride=stride, dilation=dilation, output_padding=1
        )

    if fits:
        assert run().shape[2] == (9 if stride == 2 else 7)
    else:
        with pytest.raises(ValueError, match=r"output_padding .* must be smaller than the stride"):
            run()


@few
@given(st.lists(st.integers(0, 3), min_size=1, max_size=20), st.integers(0, 99))
def test_cross_entropy_is_the_surprise_at_the_true_label(labels, seed):
    logits = md.Tensor(np.random.default_rng(seed).standard_normal((len(labels), 4)) * 5)
    loss = F.cross_entropy(logits, md.tensor(labels)).item()
    assert loss >= 0
    np.testing.assert_allclose(
        loss, np.mean([-np.log(p[k]) for p, k in zip(logits.softmax(1).array, labels, strict=True)]), rtol=1e-9
    )


@few
@given(st.integers(1, 40), st.integers(1, 12), st.booleans(), st.booleans())
def test_a_loader_gives_every_example_once(n, batch, shuffle, drop_last):
    loader = DataLoader(TensorDataset(md.arange(n)), batch, shuffle=shuffle, drop_last=drop_last)
    batches = [b.tolist() for (b,) in loader]
    seen = [i for b in batches for i in b]
    assert len(batches) == len(loader)
    assert len(set(seen)) == len(seen) == (n // batch * batch if drop_last else n)


@few
@given(st.integers(1, 50), st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_a_split_shares_everything_out(extra, lengths):
    lengths = [*lengths, extra]
    parts = random_split(TensorDataset(md.arange(sum(lengths))), lengths)
    assert [len(p) for p in parts] == lengths
    assert sorted(i for p in parts for i in p.indices) == list(range(sum(lengths)))


@few
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_metrics_lie_between_0_and_1_and_micro_averages_are_accuracy(pairs):
    predicted, targets = zip(*pairs, strict=True)
    accuracy = metrics.accuracy(predicted, targets)
    for f in (metrics.precision, metrics.recall, metrics.f1):
        assert 0 <= f(predicted, targets, "macro") <= 1
        assert abs(f(predicted, targets, "micro") - accuracy) < 1e-12
    assert metrics.confusion_matrix(predicted, targets).sum().item() == len(pairs)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4) | st.integers(0, 9), inner, max_size=3)
        | st.tuples(inner, inner)
    ),
    max_leaves=8,
)


@few
@given(plain)
def test_whatever_is_saved_comes_back(tmp_path_factory, thing):
    path = tmp_path_factory.mktemp("saved") / "file"
    md.save(thing, path)
    assert md.load(path) == thing
