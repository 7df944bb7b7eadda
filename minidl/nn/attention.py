"""Attention with several heads (Vaswani et al. 2017)."""

import math

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError, aligned
from minidl.nn import init
from minidl.nn.linear import Linear
from minidl.nn.module import Module
from minidl.nn.parameter import Parameter
from minidl.ops.activation import softmax
from minidl.ops.attention import scaled_dot_product_attention
from minidl.ops.creation import empty, zeros
from minidl.ops.dropout import dropout
from minidl.ops.padding import pad
from minidl.ops.products import linear
from minidl.ops.shape import cat


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


class MultiheadAttention(Module):
    """Several attentions side by side, each on its own projection.

    Parameters
    ----------
    embed_dim, num_heads : int
        The width, which is divided among the heads.
    dropout : float
        The share of attention weights left out while training.
    bias : bool
    add_bias_kv : bool
        A learned key and value are added to every sequence.
    add_zero_attn : bool
        A key and value of zeros is added to every sequence.
    kdim, vdim : int, optional
        The widths of keys and values, if they differ.
    batch_first : bool
        Sequences have shape (N, T, E) instead of (T, N, E).

    Raises
    ------
    ValueError
        When the heads do not divide the width.
    """

    def __init__(
        self, embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None,
        batch_first=False, device=None, dtype=None,
    ):  # fmt: skip
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0 or embed_dim % num_heads:
            raise ValueError(f"embed_dim {embed_dim} cannot be divided among {num_heads} heads")
        made = {"dtype": dtype, "device": device}
        self.embed_dim, self.num_heads, self.dropout, self.batch_first = embed_dim, num_heads, dropout, batch_first
        self.head_dim, self.add_zero_attn = embed_dim // num_heads, add_zero_attn
        self.kdim, self.vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim
        shapes = {
            "in_proj_weight": (3 * embed_dim, embed_dim),
            "q_proj_weight": (embed_dim, embed_dim),
            "k_proj_weight": (embed_dim, self.kdim),
            "v_proj_weight": (embed_dim, self.vdim),
        }
        for name, shape in shapes.items():
            used = (name == "in_proj_weight") == self._qkv_same_embed_dim
            self.register_parameter(name, Parameter(empty(*shape, **made)) if used else None)
        self.register_parameter("in_proj_bias", Parameter(empty(3 * embed_dim, **made)) if bias else None)
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, **made)
        for name in ("bias_k", "bias_v"):
            self.register_parameter(name, Parameter(empty(1, 1, embed_dim, **made)) if add_bias_kv else None)
        self._reset_parameters()

    def _reset_parameters(self):
        """Draw the initial values anew, but for those of `out_proj`."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra)

    def _projected(self, query, key, value):
        E = self.embed_dim
        biases = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.split(E)
        if not self._qkv_same_embed_dim:
            weights = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        elif query is key and key is value:
            return linear(query, self.in_proj_weight, self.in_proj_bias).split(E, -1)
        else:
            weights = self.in_proj_weight.split(E)
        return [linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True)]

    def _mask(self, attn_mask, key_padding_mask, shape, single, dtype):
        """Both masks as one, to be added to scores of shape (N, heads, L, S)."""
        N, L, S = shape
        mask = added_mask("attn_mask", attn_mask, dtype, (L, S), (N * self.num_heads, L, S))
        if mask is not None and mask.ndim == 3:
            mask = mask.reshape(N, self.num_heads, L, S)
        padding = added_mask("key_padding_mask", key_padding_mask, dtype, (S,) if single else (N, S))
        if padding is not None:
            padding = padding.reshape(N, 1, 1, S)
            mask = padding if mask is None else mask + padding
        return mask

    def _with_extra_keys(self, k, v, mask):
        """Keys and values (N, S, E) with the learned ones and the zeros, which no mask hides."""
        more = []
        if self.bias_k is not None:
            more.append((self.bias_k, self.bias_v))
        if self.add_zero_attn:
            zero = zeros(1, 1, self.embed_dim, dtype=k.dtype)
            more.append((zero, zero))
        for extra_k, extra_v in more:
            k = cat([k, extra_k.expand(len(k), 1, self.embed_dim)], 1)
            v = cat([v, extra_v.expand(len(v), 1, self.embed_dim)], 1)
        return k, v, mask if mask is None or not more else pad(mask, (0, len(more)))

    def forward(
        self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True,
        is_causal=False,
    ):  # fmt: skip
        """Mix the values for each query.

        Parameters
        ----------
        query : Tensor, shape (L, N, E), or (L, E)
        key, value : Tensor, shape (S, N, E), or (S, E)
        key_padding_mask : Tensor, shape (N, S), or (S,), optional
            True (or -inf) for keys to leave out.
        need_weights : bool
            Whether to return the attention weights too.
        attn_mask : Tensor, shape (L, S) or (N * heads, L, S), optional
            True for pairs to leave out, or numbers added to the scores.
        average_attn_weights : bool
            The mean over the heads, instead of the weights of each.
        is_causal : bool
            A hint that `attn_mask` is causal; needs `attn_mask`, as in PyTorch.

        Returns
        -------
        (Tensor, Tensor or None)
            The mixed values in the shape of the query, and the weights (N, L, S).

        Raises
        ------
        ShapeError, DtypeError
            When widths, lengths or masks do not fit, or a mask holds whole numbers.
        """
        if is_causal and attn_mask is None:
            raise ValueError("is_causal=True is a hint about attn_mask: give that too")
        self._check(query, key, value)
        single = query.ndim == 2
        q, k, v = self._projected(query, key, value)
        if single:
            q, k, v = (x.unsqueeze(0) for x in (q, k, v))
        elif not self.batch_first:
            q, k, v = (x.transpose(0, 1) for x in (q, k, v))
        N, L, E = q.shape
        mask = self._mask(attn_mask, key_padding_mask, (N, L, k.shape[1]), single, q.dtype)
        k, v, mask = self._with_extra_keys(k, v, mask)
        q, k, v = (x.reshape(N, x.shape[1], self.num_heads, self.head_dim).transpose(1, 2) for x in (q, k, v))
        p, weights = self.dropout if self.training else 0.0, None
        if need_weights:
            scores = q * (1 / math.sqrt(self.head_dim)) @ k.mT
            with np.errstate(invalid="ignore"):  # a query that may see no key: the weights of nothing are no numbers
                weights = softmax(scores if mask is None else scores + mask, -1)
            weights = dropout(weights, p)
            mixed = weights @ v
            weights = weights.mean(1) if average_attn_weights else weights
        else:
            mixed = scaled_dot_product_attention(q, k, v, mask, p)
        out = self.out_proj(mixed.transpose(1, 2).reshape(N, L, E))
        if single:
            return out.squeeze(0), None if weights is None else weights.squeeze(0)
        return (out if self.batch_first else out.transpose(0, 1)), weights

    def _check(self, query, key, value):
        """Refuse inputs whose widths, numbers of dimensions, batches or lengths do not fit."""
        shapes = aligned([("query", query.shape), ("key", key.shape), ("value", value.shape)])
        if query.ndim not in (2, 3) or not query.ndim == key.ndim == value.ndim:
            raise ShapeError(f"MultiheadAttention expects three inputs of 2 or of 3 dimensions\n{shapes}")
        if query.shape[-1] != self.embed_dim or key.shape[-1] != self.kdim or value.shape[-1] != self.vdim:
            raise ShapeError(f"MultiheadAttention expects widths {self.embed_dim}, {self.kdim} and {self.vdim}\n{shapes}")
        batch = 0 if self.batch_first else 1
        if key.shape[:-1] != value.shape[:-1] or (query.ndim == 3 and query.shape[batch] != key.shape[batch]):
            raise ShapeError(f"MultiheadAttention expects a value for each key, and as many sequences of each\n{shapes}")
