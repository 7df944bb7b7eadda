"""Attention with several heads, and the encoder made of it (Vaswani et al. 2017)."""

import math
from copy import deepcopy

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError, aligned
from minidl.nn import init
from minidl.nn.container import ModuleList
from minidl.nn.dropout import Dropout
from minidl.nn.linear import Linear
from minidl.nn.module import Module, Parameter
from minidl.nn.normalization import LayerNorm
from minidl.ops.activation import gelu, relu, softmax
from minidl.ops.attention import scaled_dot_product_attention
from minidl.ops.creation import empty, zeros
from minidl.ops.dropout import dropout
from minidl.ops.products import linear


def added(mask, dtype):
    """A mask as numbers to add to scores: of booleans, True forbids."""
    if mask is None:
        return None
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
    kdim, vdim : int, optional
        The widths of keys and values, if they differ.
    batch_first : bool
        Sequences have shape (N, T, E) instead of (T, N, E).

    Raises
    ------
    ValueError
        When the heads do not divide the width.
    """

    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, kdim=None, vdim=None, batch_first=False, dtype=None):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError(f"embed_dim {embed_dim} cannot be divided among {num_heads} heads")
        self.embed_dim, self.num_heads, self.dropout, self.batch_first = embed_dim, num_heads, dropout, batch_first
        self.kdim, self.vdim = kdim or embed_dim, vdim or embed_dim
        self._same_width = self.kdim == self.vdim == embed_dim
        if self._same_width:
            self.in_proj_weight = Parameter(empty(3 * embed_dim, embed_dim, dtype=dtype))
        else:
            self.q_proj_weight = Parameter(empty(embed_dim, embed_dim, dtype=dtype))
            self.k_proj_weight = Parameter(empty(embed_dim, self.kdim, dtype=dtype))
            self.v_proj_weight = Parameter(empty(embed_dim, self.vdim, dtype=dtype))
        self.register_parameter("in_proj_bias", Parameter(zeros(3 * embed_dim, dtype=dtype)) if bias else None)
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, dtype=dtype)
        for name in ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"):
            if hasattr(self, name):
                init.xavier_uniform_(getattr(self, name))
        if bias:
            init.zeros_(self.out_proj.bias)

    def _projected(self, query, key, value):
        E = self.embed_dim
        biases = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.split(E)
        if not self._same_width:
            weights = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        elif query is key and key is value:
            return linear(query, self.in_proj_weight, self.in_proj_bias).split(E, -1)
        else:
            weights = self.in_proj_weight.split(E)
        return [linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True)]

    def _mask(self, attn_mask, key_padding_mask, N, dtype):
        """Both masks as one, to be added to scores of shape (N, heads, L, S)."""
        mask = added(attn_mask, dtype)
        if mask is not None and mask.ndim == 3:
            mask = mask.reshape(N, self.num_heads, *mask.shape[1:])
        if key_padding_mask is not None:
            if key_padding_mask.ndim == 1:
                key_padding_mask = key_padding_mask.unsqueeze(0)
            padding = added(key_padding_mask, dtype).reshape(N, 1, 1, -1)
            mask = padding if mask is None else mask + padding
        return mask

    def forward(
        self,
        query,
        key,
        value,
        key_padding_mask=None,
        need_weights=True,
        attn_mask=None,
        average_attn_weights=True,
        is_causal=False,
    ):
        """Mix the values for each query.

        Parameters
        ----------
        query : Tensor, shape (L, N, E), or (L, E)
        key, value : Tensor, shape (S, N, E), or (S, E)
        key_padding_mask : Tensor, shape (N, S), optional
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
        """
        if is_causal and attn_mask is None:
            raise ValueError("is_causal=True is a hint about attn_mask: give that too")
        if query.shape[-1] != self.embed_dim or key.shape[-1] != self.kdim or value.shape[-1] != self.vdim:
            shapes = aligned([("query", query.shape), ("key", key.shape), ("value", value.shape)])
            raise ShapeError(f"MultiheadAttention expects widths {self.embed_dim}, {self.kdim} and {self.vdim}\n{shapes}")
        single = query.ndim == 2
        q, k, v = self._projected(query, key, value)
        if single:
            q, k, v = (x.unsqueeze(0) for x in (q, k, v))
        elif not self.batch_first:
            q, k, v = (x.transpose(0, 1) for x in (q, k, v))
        N, L, E = q.shape
        q, k, v = (x.reshape(N, x.shape[1], self.num_heads, E // self.num_heads).transpose(1, 2) for x in (q, k, v))
        mask = self._mask(attn_mask, key_padding_mask, N, q.dtype)
        p = self.dropout if self.training else 0.0
        weights = None
        if need_weights:
            scores = q * (1 / math.sqrt(E // self.num_heads)) @ k.mT
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


class TransformerEncoderLayer(Module):
    """Attention to itself, then a small network at each place; each with a residual way and a normalisation.

    Parameters
    ----------
    d_model, nhead, dim_feedforward : int
        The width, the heads, the width of the inner layer.
    dropout : float
    activation : {"relu", "gelu"} or callable
    norm_first : bool
        Normalise before each part instead of after it.
    """

    def __init__(
        self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation="relu", layer_norm_eps=1e-5, batch_first=False,
        norm_first=False, bias=True, dtype=None,
    ):  # fmt: skip
        super().__init__()
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias=bias, batch_first=batch_first, dtype=dtype)
        self.linear1 = Linear(d_model, dim_feedforward, bias=bias, dtype=dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias, dtype=dtype)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, eps=layer_norm_eps, bias=bias, dtype=dtype)
        self.norm2 = LayerNorm(d_model, eps=layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)
        if isinstance(activation, str) and activation not in ("relu", "gelu"):
            raise ValueError(f'activation must be "relu", "gelu" or a function, not {activation!r}')
        self.activation = (
            {"relu": relu, "gelu": gelu}.get(activation, activation) if isinstance(activation, str) else activation
        )

    def _attend(self, x, mask, padding):
        out = self.self_attn(x, x, x, padding, False, mask)[0]
        if self.self_attn.batch_first:
            # PyTorch draws in the order of memory, and its attention leaves (T, N, E) there behind (N, T, E).
            return self.dropout1(out.transpose(0, 1)).transpose(0, 1)
        return self.dropout1(out)

    def _think(self, x):
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        """(T, N, E) to the same shape."""
        x = src
        if self.norm_first:
            x = x + self._attend(self.norm1(x), src_mask, src_key_padding_mask)
            return x + self._think(self.norm2(x))
        x = self.norm1(x + self._attend(x, src_mask, src_key_padding_mask))
        return self.norm2(x + self._think(x))


class TransformerEncoder(Module):
    """A stack of encoder layers that start as copies of one."""

    def __init__(self, encoder_layer, num_layers, norm=None):
        super().__init__()
        self.layers = ModuleList(deepcopy(encoder_layer) for _ in range(num_layers))
        self.num_layers, self.norm = num_layers, norm

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        """(T, N, E) to the same shape."""
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask)
        return src if self.norm is None else self.norm(src)
