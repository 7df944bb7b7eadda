"""Packed sequences: packing leaves the padding out, and recurrent layers read every sequence as far as it goes."""

import numpy as np
import pytest

import minidl as md
from minidl import nn
from minidl.nn.utils import rnn


def sequences():
    return [md.arange(float(n)).reshape(n, 1) + 10 * i for i, n in enumerate((2, 4, 1), 1)]


def test_packing_orders_by_step_and_unpacking_undoes_it():
    packed = rnn.pack_sequence(sequences(), enforce_sorted=False)
    assert packed.data.squeeze(1).tolist() == [20.0, 10.0, 30.0, 21.0, 11.0, 22.0, 23.0]
    assert packed.batch_sizes.tolist() == [3, 2, 1, 1]
    assert packed.sorted_indices.tolist() == [1, 0, 2]
    for there, back in zip(sequences(), rnn.unpack_sequence(packed), strict=True):
        assert md.equal(there, back)


def test_padding_comes_back_with_its_value_and_length():
    padded, lengths = rnn.pad_packed_sequence(rnn.pack_sequence(sequences(), False), True, -1.0, total_length=5)
    assert padded[2].squeeze(1).tolist() == [30.0, -1.0, -1.0, -1.0, -1.0]
    assert lengths.tolist() == [2, 4, 1]
    assert rnn.pad_sequence(sequences(), True, padding_side="left")[0].squeeze(1).tolist() == [0.0, 0.0, 10.0, 11.0]


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_packed_batch_gives_what_each_sequence_gives_alone(kind, bidirectional):
    layer = kind(3, 4, num_layers=2, bidirectional=bidirectional)
    alone = [md.randn(n, 3) for n in (5, 2, 5, 1, 3)]
    out, last = layer(rnn.pack_sequence(alone, enforce_sorted=False))
    for i, (x, y) in enumerate(zip(alone, rnn.unpack_sequence(out), strict=True)):
        expected, end = layer(x)
        np.testing.assert_allclose(y.detach().array, expected.detach().array, atol=1e-6)
        pairs = zip(last, end, strict=True) if kind is nn.LSTM else [(last, end)]
        for together, own in pairs:
            np.testing.assert_allclose(together[:, i].detach().array, own.detach().array, atol=1e-6)


def test_initial_states_belong_to_the_sequences_as_they_were_given():
    layer, h = nn.GRU(1, 2), md.randn(1, 3, 2)
    _, last = layer(rnn.pack_sequence(sequences(), enforce_sorted=False), h)
    _, alone = layer(sequences()[2], h[:, 2])
    np.testing.assert_allclose(last[:, 2].detach().array, alone.detach().array, atol=1e-6)


@pytest.mark.parametrize(
    ("lengths", "text"),
    [
        ([2, 3], "needs the longest sequence first. Did you mean enforce_sorted=False"),
        ([3, 0], "lengths of at least 1"),
        ([4, 1], "a length, of at most 3, for each of 2 sequences"),
        ([3], "for each of 2 sequences"),
    ],
)
def test_lengths_that_cannot_be_meant_are_refused(lengths, text):
    with pytest.raises(ValueError, match=text):
        rnn.pack_padded_sequence(md.zeros(3, 2, 1), lengths)
