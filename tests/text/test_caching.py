"""The cache of keys and values: the same attention, token by token."""

import numpy as np
import pytest

import minidl as md
from minidl.errors import DtypeError, ShapeError
from minidl.nn import functional as F
from minidl.text import KeyValueCache


@pytest.mark.parametrize("pieces", [[1] * 7, [3, 1, 1, 2], [7], [4, 3]])
def test_attention_with_a_cache_is_attention_to_the_whole_text(pieces):
    md.manual_seed(0)
    q, k, v = md.randn(3, 2, 4, 7, 5)
    whole = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    cache, found, start = KeyValueCache(), [], 0
    for length in pieces:
        part = slice(start, start := start + length)
        keys, values = cache.extend(k[..., part, :], v[..., part, :])
        mask = md.ones(length, len(cache)).tril(len(cache) - length).bool()
        found.append(F.scaled_dot_product_attention(q[..., part, :], keys, values, attn_mask=mask))
    assert md.allclose(md.cat(found, -2), whole, atol=1e-6)
    assert len(cache) == 7
    assert repr(cache) == "KeyValueCache(7 tokens)"


def test_gradients_flow_into_new_tokens_and_not_into_what_was_read():
    old, new = md.ones(1, 2, 3, requires_grad=True), md.ones(1, 1, 3, requires_grad=True)
    cache = KeyValueCache()
    cache.extend(old, old)
    keys, _ = cache.extend(new, new)
    keys.sum().backward()
    assert old.grad is None
    assert new.grad.tolist() == [[[1.0, 1.0, 1.0]]]


def test_another_text_needs_another_cache():
    cache = KeyValueCache()
    assert len(cache) == 0
    with pytest.raises(ShapeError, match="a value for each key"):
        cache.extend(md.ones(1, 2, 3), md.ones(1, 3, 3))
    cache.extend(md.ones(1, 2, 3), md.ones(1, 2, 3))
    for wrong in (md.ones(2, 1, 3), md.ones(1, 1, 4)):
        with pytest.raises(ShapeError, match="another text needs a new cache"):
            cache.extend(wrong, wrong)
    assert len(cache) == 2


@pytest.mark.parametrize("wrong", [None, [[1.0]], np.ones((2, 3))])
def test_keys_and_values_are_tensors_with_a_row_for_each_token(wrong):
    for keys, values in ((wrong, md.ones(1, 2)), (md.ones(1, 2), wrong)):
        with pytest.raises(DtypeError, match=r"are a tensor \(..., T, d\), and this is of type"):
            KeyValueCache().extend(keys, values)
    with pytest.raises(ShapeError, match="a row for each token"):
        KeyValueCache().extend(md.ones(3), md.ones(3))
