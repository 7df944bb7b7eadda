"""Attention with several heads, as a function of its weights (Vaswani et al. 2017)."""

import math

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError, aligned
from minidl.ops.activation import softmax
from minidl.ops.attention import scaled_dot_product_attention
from minidl.ops.creation import zeros
from minidl.ops.dropout import dropout
from minidl.ops.padding import pad
from minidl.ops.products import linear
from minidl.ops.shape import cat


def multi_head_attention_forward(
    query,
    key,
    value,
    embed_dim_to_check,
    num_heads,
    in_proj_weight,
    in_proj_bias,
    bias_k,
    bias_v,
    add_zero_attn,
    dropout_p,
    out_proj_weight,
    out_proj_bias,
    training=True,
    key_padding_mask=None,
    need_weights=True,
    attn_mask=None,
    use_separate_proj_weight=False,
    q_proj_weight=None,
    k_proj_weight=None,
    v_proj_weight=None,
    static_k=None,
    static_v=None,
    average_attn_weights=True,
    is_causal=False,
):
    """What `minidl.nn.MultiheadAttention` computes, with the weights given.

    Parameters
    ----------
    query : Tensor, shape (L, N, E), or (L, E)
    key, value : Tensor, shape (S, N, E), or (S, E)
    in_proj_weight : Tensor, shape (3 E, E)
        The matrices for queries, keys and values below one another; with `use_separate_proj_weight`, the three of their own.
    static_k, static_v : Tensor, shape (N * heads, S, E / heads), optional
        Taken in the place of the projected keys and values.

    The others are those of the layer. Returns the mixed values and the weights, as it does.

    Raises
    ------
    ShapeError, DtypeError
        When widths, lengths or masks do not fit, or a mask holds whole numbers.
    """
    if is_causal and attn_mask is None:
        raise ValueError("is_causal=True is a hint about attn_mask: give that too")
    if embed_dim_to_check % num_heads:
        raise ShapeError(f"embed_dim {embed_dim_to_check} cannot be divided among {num_heads} heads")
    if bias_k is not None and not static_k is static_v is None:
        raise ValueError(
            "bias_k and bias_v are added to projected keys and values, and these come from static_k and static_v"
        )
    separate = (q_proj_weight, k_proj_weight, v_proj_weight)
    weights = separate if use_separate_proj_weight else in_proj_weight
    widths = [w.shape[1] for w in separate] if use_separate_proj_weight else [embed_dim_to_check] * 3
    check_widths("multi_head_attention_forward", query, key, value, widths)
    single = query.ndim == 2
    q, k, v = (x.unsqueeze(0) if single else x.transpose(0, 1) for x in projected(query, key, value, weights, in_proj_bias))
    k, v = (x if static is None else _from_heads(static, num_heads) for x, static in ((k, static_k), (v, static_v)))
    mask = joint_mask(attn_mask, key_padding_mask, (len(q), num_heads, q.shape[1], k.shape[1]), single, q.dtype)
    k, v, mask = with_extra_keys(k, v, mask, bias_k, bias_v, add_zero_attn)
    p = dropout_p if training else 0.0
    mixed, shares = mixed_by_heads(q, k, v, num_heads, mask, p, need_weights, average_attn_weights)
    out = linear(mixed, out_proj_weight, out_proj_bias)
    if single:
        return out.squeeze(0), None if shares is None else shares.squeeze(0)
    return out.transpose(0, 1), shares


def check_widths(name, query, key, value, widths, batch_first=False):
    """Refuse inputs whose widths, numbers of dimensions, batches or lengths do not fit."""
    shapes = aligned([("query", query.shape), ("key", key.shape), ("value", value.shape)])
    if query.ndim not in (2, 3) or not query.ndim == key.ndim == value.ndim:
        raise ShapeError(f"{name} expects three inputs of 2 or of 3 dimensions\n{shapes}")
    if (query.shape[-1], key.shape[-1], value.shape[-1]) != tuple(widths):
        raise ShapeError(f"{name} expects widths {widths[0]}, {widths[1]} and {widths[2]}\n{shapes}")
    batch = 0 if batch_first else 1
    if key.shape[:-1] != value.shape[:-1] or (query.ndim == 3 and query.shape[batch] != key.shape[batch]):
        raise ShapeError(f"{name} expects a value for each key, and as many sequences of each\n{shapes}")


def projected(query, key, value, weights, bias):
    """Queries, keys and values multiplied by their matrices: `weights` holds three, or is one of all three together."""
    if isinstance(weights, Tensor):
        if query is key and key is value:
            return linear(query, weights, bias).chunk(3, -1)
        weights = weights.chunk(3)
    biases = (None,) * 3 if bias is None else bias.chunk(3)
    return [linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True)]


def added_mask(name, mask, dtype, *shapes):
    """A mask as numbers to add to scores (of booleans, True forbids), checked.

    Raises
    ------
    DtypeError
        For whole numbers: 1 could mean that a pair is kept as well as that it is left out.
    ShapeError
        For any other shape than one of `shapes`.
    """
    if mask is None:
        return None
    if mask.dtype.kind not in "bf":
        raise DtypeError(
            f"{name} is boolean (True leaves out) or floating (added to the scores), not {mask.dtype}. "
            "Did you mean mask.bool() ?"
        )
    if tuple(mask.shape) not in shapes:
        wanted = " or ".join(map(str, dict.fromkeys(shapes)))
        turned = tuple(mask.shape[::-1]) in shapes
        raise ShapeError(f"{name} must have shape {wanted}, and has {mask.shape}" + "\nDid you mean mask.T ?" * turned)
    if mask.dtype == bool:
        return Tensor.wrap(np.where(mask.array, -np.inf, 0).astype(dtype))
    return mask


def joint_mask(attn_mask, key_padding_mask, shape, single, dtype):
    """Both masks as one, to be added to scores of shape (N, heads, L, S)."""
    N, heads, L, S = shape
    mask = added_mask("attn_mask", attn_mask, dtype, (L, S), (N * heads, L, S))
    if mask is not None and mask.ndim == 3:
        mask = mask.reshape(N, heads, L, S)
    padding = added_mask("key_padding_mask", key_padding_mask, dtype, (S,) if single else (N, S))
    if padding is not None:
        padding = padding.reshape(N, 1, 1, S)
        mask = padding if mask is None else mask + padding
    return mask


def with_extra_keys(k, v, mask, bias_k, bias_v, add_zero):
    """Keys and values (N, S, E) with the learned ones and the zeros, which no mask hides."""
    more = [] if bias_k is None else [(bias_k, bias_v)]
    if add_zero:
        zero = zeros(1, 1, k.shape[-1], dtype=k.dtype)
        more.append((zero, zero))
    for extra_k, extra_v in more:
        k = cat([k, extra_k.expand(len(k), 1, k.shape[-1])], 1)
        v = cat([v, extra_v.expand(len(v), 1, v.shape[-1])], 1)
    return k, v, mask if mask is None or not more else pad(mask, (0, len(more)))


def mixed_by_heads(q, k, v, heads, mask, p, need_weights, average):
    """The values (N, S, E) mixed for each query by every head on its part of the width; and the weights, if needed."""
    N, L, E = q.shape
    q, k, v = (x.reshape(N, x.shape[1], heads, E // heads).transpose(1, 2) for x in (q, k, v))
    weights = None
    if need_weights:
        scores = q * (1 / math.sqrt(E // heads)) @ k.mT
        with np.errstate(invalid="ignore"):  # a query that may see no key: the weights of nothing are no numbers
            weights = softmax(scores if mask is None else scores + mask, -1)
        weights = dropout(weights, p)
        mixed = weights @ v
        weights = weights.mean(1) if average else weights
    else:
        mixed = scaled_dot_product_attention(q, k, v, mask, p)
    return mixed.transpose(1, 2).reshape(N, L, E), weights


def _from_heads(static, heads):
    """Keys or values that came for each head, (N * heads, S, d), as those of all heads, (N, S, heads * d)."""
    rows, S, d = static.shape
    return static.reshape(rows // heads, heads, S, d).transpose(1, 2).reshape(rows // heads, S, heads * d)
