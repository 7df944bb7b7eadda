"""Layers, written so that they are built and run on minidl and on PyTorch alike; `n` is the library's nn."""

import numpy as np

from tests.runs.recipes import numbers


class Packed:
    """A recurrent layer on sequences of different lengths: packed, run, padded again."""

    def __init__(self, n, layer, lengths=None):
        self.n, self.layer, self.lengths = n, layer, lengths or [3, 6, 1, 3]
        self.state_dict, self.named_parameters = layer.state_dict, layer.named_parameters

    def __call__(self, x):
        rnn = self.n.utils.rnn
        packed = rnn.pack_padded_sequence(x, self.lengths, enforce_sorted=self.lengths[0] == max(self.lengths))
        out, last = self.layer(packed)
        padded, lengths = rnn.pad_packed_sequence(out, padding_value=0.5, total_length=7)
        return padded, lengths, last


class Unpooling:
    """What max pooling keeps, put back."""

    def __init__(self, n):
        self.pool, self.unpool = n.MaxPool2d(2, return_indices=True), n.MaxUnpool2d(2)
        self.state_dict, self.named_parameters = self.pool.state_dict, self.pool.named_parameters

    def __call__(self, x):
        kept, indices = self.pool(x)
        return self.unpool(kept, indices), indices


class Clusters:
    """A softmax over classes in clusters, with targets in each of them."""

    def __init__(self, n):
        self.layer, self.target = (
            n.AdaptiveLogSoftmaxWithLoss(8, 12, [3, 7], div_value=2.0, head_bias=True),
            [0, 11, 2, 7, 3, 6],
        )
        self.state_dict, self.named_parameters = self.layer.state_dict, self.layer.named_parameters

    def __call__(self, x):
        target = (x[:, 0] * 0).long() + x.new_tensor(self.target).long()
        return (*self.layer(x, target), self.layer.log_prob(x), self.layer.predict(x))


# Name -> how to build it, and the shapes of its inputs
LAYERS = {
    "Linear": (lambda n: n.Linear(4, 3), [(5, 4)]),
    "Bilinear": (lambda n: n.Bilinear(3, 4, 2), [(5, 3), (5, 4)]),
    "Conv1d": (lambda n: n.Conv1d(3, 4, 3, padding=1), [(2, 3, 8)]),
    "Conv2d": (lambda n: n.Conv2d(4, 6, (3, 2), 2, 1, groups=2, bias=False), [(2, 4, 8, 7)]),
    "ConvTranspose2d": (lambda n: n.ConvTranspose2d(4, 6, 3, 2, 1, 1), [(2, 4, 5, 6)]),
    "BatchNorm1d": (lambda n: n.BatchNorm1d(3, momentum=None), [(6, 3, 4)]),
    "BatchNorm2d": (lambda n: n.BatchNorm2d(3), [(6, 3, 4, 2)]),
    "LayerNorm": (lambda n: n.LayerNorm((3, 4)), [(2, 3, 4)]),
    "RMSNorm": (lambda n: n.RMSNorm(4), [(2, 3, 4)]),
    "GroupNorm": (lambda n: n.GroupNorm(2, 4), [(2, 4, 3, 3)]),
    "InstanceNorm2d": (lambda n: n.InstanceNorm2d(3, affine=True), [(2, 3, 4, 5)]),
    "PReLU": (lambda n: n.PReLU(3), [(2, 3, 4)]),
    "RNN": (lambda n: n.RNN(5, 4, nonlinearity="relu", num_layers=2), [(7, 3, 5), (2, 3, 4)]),
    "GRU": (lambda n: n.GRU(5, 4, num_layers=2, bidirectional=True, batch_first=True), [(3, 7, 5)]),
    "LSTM": (lambda n: n.LSTM(5, 4, num_layers=2, bidirectional=True, dropout=0.3), [(7, 3, 5)]),
    "LSTM without batch": (lambda n: n.LSTM(5, 4, bias=False), [(7, 5)]),
    "RNNCell": (lambda n: n.RNNCell(5, 4), [(3, 5)]),
    "GRUCell": (lambda n: n.GRUCell(5, 4), [(3, 5), (3, 4)]),
    "LSTMCell": (lambda n: n.LSTMCell(5, 4), [(3, 5)]),
    "MultiheadAttention": (lambda n: n.MultiheadAttention(8, 2, dropout=0.2), [(5, 3, 8), (6, 3, 8), (6, 3, 8)]),
    "MultiheadAttention of other widths": (
        lambda n: n.MultiheadAttention(8, 2, kdim=5, vdim=6),
        [(5, 3, 8), (6, 3, 5), (6, 3, 6)],
    ),
    "TransformerEncoderLayer": (
        lambda n: n.TransformerEncoderLayer(8, 2, 16, norm_first=True, activation="gelu"),
        [(5, 3, 8)],
    ),
    "TransformerEncoder": (
        lambda n: n.TransformerEncoder(n.TransformerEncoderLayer(8, 2, 16), 2, n.LayerNorm(8)),
        [(5, 3, 8)],
    ),
    "Conv1d same": (lambda n: n.Conv1d(4, 6, 4, padding="same", groups=2), [(2, 4, 8)]),
    "Conv2d reflecting": (lambda n: n.Conv2d(2, 3, (3, 2), padding=1, padding_mode="reflect"), [(2, 2, 5, 6)]),
    "Conv3d circular": (lambda n: n.Conv3d(2, 3, 2, 2, padding="valid", padding_mode="circular"), [(2, 2, 5, 4, 6)]),
    "Conv3d": (lambda n: n.Conv3d(2, 4, (2, 3, 2), stride=(2, 1, 1), padding=1, groups=2), [(2, 2, 4, 5, 4)]),
    "ConvTranspose1d": (lambda n: n.ConvTranspose1d(4, 6, 3, 2, 1, 1, groups=2), [(2, 4, 5)]),
    "ConvTranspose3d": (lambda n: n.ConvTranspose3d(2, 3, 2, 2, bias=False), [(2, 2, 3, 2, 3)]),
    "BatchNorm1d without tracking": (lambda n: n.BatchNorm1d(3, track_running_stats=False, affine=False), [(6, 3)]),
    "BatchNorm3d": (lambda n: n.BatchNorm3d(2, momentum=0.3), [(3, 2, 2, 3, 2)]),
    "BatchNorm1d without bias": (lambda n: n.BatchNorm1d(3, bias=False), [(6, 3)]),
    "InstanceNorm1d with statistics": (lambda n: n.InstanceNorm1d(3, affine=True, track_running_stats=True), [(4, 3, 5)]),
    "InstanceNorm1d in evaluation": (lambda n: n.InstanceNorm1d(3, track_running_stats=True).eval(), [(4, 3, 5)]),
    "InstanceNorm3d of one": (lambda n: n.InstanceNorm3d(3), [(3, 2, 3, 2)]),
    "LocalResponseNorm": (lambda n: n.LocalResponseNorm(3, 0.1), [(2, 5, 3)]),
    "GroupNorm without bias": (lambda n: n.GroupNorm(2, 4, bias=False), [(2, 4, 3)]),
    "LayerNorm without bias": (lambda n: n.LayerNorm(4, bias=False), [(2, 4)]),
    "LSTM with projection": (lambda n: n.LSTM(5, 6, 2, bidirectional=True, proj_size=3), [(7, 3, 5)]),
    "RNN by position": (lambda n: n.RNN(3, 5, 1, "relu", False, True), [(2, 4, 3)]),
    "GRU by position": (lambda n: n.GRU(3, 5, 1, False, True), [(2, 4, 3)]),
    "RNNCell relu": (lambda n: n.RNNCell(5, 4, True, "relu"), [(5,)]),
    "MultiheadAttention with extra keys": (
        lambda n: n.MultiheadAttention(8, 2, add_bias_kv=True, add_zero_attn=True, batch_first=True),
        [(3, 5, 8), (3, 6, 8), (3, 6, 8)],
    ),
    "TransformerEncoderLayer batch first": (lambda n: n.TransformerEncoderLayer(8, 2, 16, batch_first=True), [(3, 5, 8)]),
    "TransformerDecoderLayer": (lambda n: n.TransformerDecoderLayer(8, 2, 16), [(5, 3, 8), (6, 3, 8)]),
    "TransformerDecoderLayer norm first": (
        lambda n: n.TransformerDecoderLayer(8, 2, 16, 0.0, norm_first=True, bias=False, batch_first=True),
        [(3, 5, 8), (3, 6, 8)],
    ),
    "TransformerDecoder": (
        lambda n: n.TransformerDecoder(n.TransformerDecoderLayer(8, 2, 16), 2, n.LayerNorm(8)),
        [(5, 3, 8), (6, 3, 8)],
    ),
    "Transformer": (lambda n: n.Transformer(8, 2, 1, 2, 16, 0.1), [(5, 3, 8), (4, 3, 8)]),
    "LazyLinear": (lambda n: n.Sequential(n.LazyLinear(6), n.ReLU(), n.LazyLinear(2, bias=False)), [(5, 4)]),
    "LazyConv2d": (
        lambda n: n.Sequential(n.LazyConv2d(4, 3, padding=1), n.LazyBatchNorm2d(), n.Flatten(), n.LazyLinear(3)),
        [(3, 2, 5, 4)],
    ),
    "LazyConv1d": (
        lambda n: n.Sequential(n.LazyConv1d(4, 3, 2), n.LazyBatchNorm1d(affine=False), n.LazyInstanceNorm1d()),
        [(3, 2, 7)],
    ),
    "LazyConvTranspose2d": (lambda n: n.LazyConvTranspose2d(4, 3, 2, 1, 1), [(3, 2, 5, 4)]),
    "Dropout1d": (lambda n: n.Dropout1d(0.4), [(3, 4, 5)]),
    "Dropout3d of one": (lambda n: n.Dropout3d(0.4), [(4, 2, 3, 2)]),
    "AlphaDropout": (lambda n: n.AlphaDropout(0.4), [(3, 4, 5)]),
    "FeatureAlphaDropout": (lambda n: n.FeatureAlphaDropout(0.4), [(3, 4, 5)]),
    "RReLU": (lambda n: n.RReLU(), [(3, 4)]),
    "Softmax2d": (lambda n: n.Softmax2d(), [(2, 3, 2, 2)]),
    "MaxPool and MaxUnpool": (lambda n: Unpooling(n), [(2, 2, 4, 6)]),
    "AdaptiveLogSoftmaxWithLoss": (lambda n: Clusters(n), [(6, 8)]),
    "FractionalMaxPool2d": (
        lambda n: n.FractionalMaxPool2d((2, 3), output_size=(3, 4), return_indices=True),
        [(2, 2, 7, 9)],
    ),
    "FractionalMaxPool2d by ratio": (lambda n: n.FractionalMaxPool2d(2, output_ratio=0.6), [(2, 7, 9)]),
    "FractionalMaxPool3d": (lambda n: n.FractionalMaxPool3d(2, output_ratio=(0.5, 0.4, 0.6)), [(1, 2, 6, 5, 7)]),
    "AdaptiveMaxPool2d": (lambda n: n.AdaptiveMaxPool2d((2, 3), return_indices=True), [(2, 2, 5, 4)]),
    "LPPool2d": (lambda n: n.LPPool2d(2, 2), [(2, 2, 4, 6)]),
    "Fold of Unfold": (lambda n: n.Sequential(n.Unfold(2, stride=1), n.Fold((4, 5), 2)), [(2, 3, 4, 5)]),
    "Upsample": (lambda n: n.Upsample(scale_factor=1.5, mode="bicubic"), [(2, 2, 4, 5)]),
    "PixelUnshuffle": (lambda n: n.Sequential(n.PixelUnshuffle(2), n.ChannelShuffle(4), n.PixelShuffle(2)), [(1, 3, 4, 6)]),
    "CircularPad1d": (
        lambda n: n.Sequential(n.CircularPad1d((2, 1)), n.ReplicationPad1d(1), n.ConstantPad1d(1, 3.0)),
        [(1, 3, 4)],
    ),
    "CosineSimilarity": (lambda n: n.CosineSimilarity(), [(3, 4), (3, 4)]),
    "PairwiseDistance": (lambda n: n.PairwiseDistance(1.5, keepdim=True), [(3, 4), (3, 4)]),
    "weight_norm": (lambda n: n.utils.parametrizations.weight_norm(n.Linear(4, 3), dim=0), [(5, 4)]),
    "weight_norm of old": (lambda n: n.utils.weight_norm(n.Conv2d(2, 3, 2), dim=1), [(2, 2, 4, 4)]),
    "weight_norm of the whole": (lambda n: n.utils.weight_norm(n.Linear(4, 3), dim=None), [(5, 4)]),
    "spectral_norm": (lambda n: n.utils.parametrizations.spectral_norm(n.Linear(4, 3)), [(5, 4)]),
    "spectral_norm of a transposed convolution": (
        lambda n: n.utils.parametrizations.spectral_norm(n.ConvTranspose2d(2, 3, 2), n_power_iterations=2),
        [(2, 2, 4, 4)],
    ),
    "spectral_norm of old": (lambda n: n.utils.spectral_norm(n.Conv2d(2, 3, 2)), [(2, 2, 4, 4)]),
    "LSTM of packed sequences": (lambda n: Packed(n, n.LSTM(3, 4, 2, bidirectional=True)), [(6, 4, 3)]),
    "GRU of sorted packed sequences": (lambda n: Packed(n, n.GRU(3, 4), [6, 4, 4, 1]), [(6, 4, 3)]),
}


def fingerprint(array):
    """A number that changes when any element of an array does."""
    array = np.asarray(array, np.float64).ravel()
    return float((array * np.cos(np.arange(array.size) + 0.5)).sum())


def examine(T, name):
    """What a layer draws, computes, passes back and keeps, as fingerprints by name; T is the library."""
    build, shapes = LAYERS[name]
    layer, found = build(T.nn), {}
    if "Lazy" not in name:  # these have nothing before they have seen an input
        found.update({f"start {key}": fingerprint(value.detach().numpy()) for key, value in layer.state_dict().items()})
    inputs = [T.tensor(numbers(*shape, seed=i), requires_grad=True) for i, shape in enumerate(shapes)]
    outputs = list(flat(layer(*inputs)))
    for i, out in enumerate(outputs):
        found[f"output {i} {tuple(out.shape)}"] = fingerprint(out.detach().numpy())
    outputs = [out for out in outputs if out.requires_grad]
    weights = [T.tensor(np.cos(np.arange(o.numel()) + 0.5).astype(np.float32).reshape(tuple(o.shape))) for o in outputs]
    sum((o * w).sum() for o, w in zip(outputs, weights, strict=True)).backward()
    for i, x in enumerate(inputs):
        found[f"gradient of input {i}"] = fingerprint(x.grad.numpy())
    for key, p in layer.named_parameters():
        found[f"gradient of {key}"] = fingerprint(p.grad.numpy())
    found.update({f"after {key}": fingerprint(value.detach().numpy()) for key, value in layer.state_dict().items()})
    return found


def flat(outputs):
    """All tensors of nested tuples, in order."""
    if isinstance(outputs, tuple | list):
        for output in outputs:
            yield from flat(output)
    else:
        yield outputs
