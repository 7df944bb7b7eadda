"""Attention with several heads (Vaswani et al. 2017)."""

from minidl.nn import init
from minidl.nn.linear import Linear
from minidl.nn.module import Module
from minidl.nn.parameter import Parameter
from minidl.ops.creation import empty
from minidl.ops.multihead import check_widths, joint_mask, mixed_by_heads, projected, with_extra_keys


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
        self,
        embed_dim,
        num_heads,
        dropout=0.0,
        bias=True,
        add_bias_kv=False,
        add_zero_attn=False,
        kdim=None,
        vdim=None,
        batch_first=False,
        device=None,
        dtype=None,
    ):
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
        """Draw new initial values, except those of `out_proj`."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra)

    def _projections(self):
        """The three matrices that queries, keys and values are multiplied by, and their biases."""
        separate = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        return (self.in_proj_weight if self._qkv_same_embed_dim else separate), self.in_proj_bias

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
        check_widths("MultiheadAttention", query, key, value, (self.embed_dim, self.kdim, self.vdim), self.batch_first)
        single = query.ndim == 2
        q, k, v = projected(query, key, value, *self._projections())
        if single:
            q, k, v = (x.unsqueeze(0) for x in (q, k, v))
        elif not self.batch_first:
            q, k, v = (x.transpose(0, 1) for x in (q, k, v))
        masks = (attn_mask, key_padding_mask)
        mask = joint_mask(*masks, (len(q), self.num_heads, q.shape[1], k.shape[1]), single, q.dtype)
        k, v, mask = with_extra_keys(k, v, mask, self.bias_k, self.bias_v, self.add_zero_attn)
        p = self.dropout if self.training else 0.0
        mixed, weights = mixed_by_heads(q, k, v, self.num_heads, mask, p, need_weights, average_attn_weights)
        out = self.out_proj(mixed)
        if single:
            return out.squeeze(0), None if weights is None else weights.squeeze(0)
        return (out if self.batch_first else out.transpose(0, 1)), weights
