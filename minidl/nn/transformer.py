"""The transformer: encoders and decoders made of attention and small networks (Vaswani et al. 2017)."""

from copy import deepcopy

import numpy as np

from minidl.engine import dtypes
from minidl.engine.devices import check_device
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError, aligned
from minidl.nn import init
from minidl.nn.attention import MultiheadAttention
from minidl.nn.container import ModuleList
from minidl.nn.dropout import Dropout
from minidl.nn.linear import Linear
from minidl.nn.module import Module
from minidl.nn.normalization import LayerNorm
from minidl.ops.activation import gelu, relu

ACTIVATIONS = {"relu": relu, "gelu": gelu}


class _Layer(Module):
    """What encoder and decoder layers have in common: attention to itself, and a small network at each place."""

    attentions: tuple[str, ...]

    def __init__(
        self,
        d_model,
        nhead,
        dim_feedforward=2048,
        dropout=0.1,
        activation=relu,
        layer_norm_eps=1e-5,
        batch_first=False,
        norm_first=False,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        made = {"bias": bias, "device": device, "dtype": dtype}
        for name in self.attentions:
            setattr(self, name, MultiheadAttention(d_model, nhead, dropout, batch_first=batch_first, **made))
        self.linear1 = Linear(d_model, dim_feedforward, **made)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **made)
        self.norm_first = norm_first
        parts = range(1, len(self.attentions) + 2)
        for i in parts:
            setattr(self, f"norm{i}", LayerNorm(d_model, eps=layer_norm_eps, **made))
        for i in parts:
            setattr(self, f"dropout{i}", Dropout(dropout))
        if isinstance(activation, str) and activation not in ACTIVATIONS:
            raise ValueError(f'activation must be "relu", "gelu" or a function, not {activation!r}')
        self.activation = ACTIVATIONS[activation] if isinstance(activation, str) else activation

    def _attend(self, attention, drop, x, memory, mask, padding):
        out = attention(x, memory, memory, padding, False, mask)[0]
        if attention.batch_first and out.ndim == 3:
            # PyTorch draws in the order of memory, and its attention leaves (T, N, E) there behind (N, T, E).
            return drop(out.transpose(0, 1)).transpose(0, 1)
        return drop(out)

    def _think(self, drop, x):
        return drop(self.linear2(self.dropout(self.activation(self.linear1(x)))))

    def _through(self, x, parts):
        """Through parts, pairs of a normalisation and a function, each with a residual connection around it."""
        for norm, part in parts:
            x = x + part(norm(x)) if self.norm_first else norm(x + part(x))
        return x


class TransformerEncoderLayer(_Layer):
    """Attention to itself, then a small network at each place; each with a residual connection and a normalisation.

    Parameters
    ----------
    d_model, nhead, dim_feedforward : int
        The width, the heads, the width of the inner layer.
    dropout : float
    activation : {"relu", "gelu"} or callable
    layer_norm_eps : float
    batch_first : bool
        Sequences have shape (N, T, E) instead of (T, N, E).
    norm_first : bool
        Normalise before each part instead of after it.
    bias : bool
    """

    attentions = ("self_attn",)

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        """(T, N, E) to the same shape."""

        def attend(x):
            return self._attend(self.self_attn, self.dropout1, x, x, src_mask, src_key_padding_mask)

        return self._through(src, [(self.norm1, attend), (self.norm2, lambda x: self._think(self.dropout2, x))])


class TransformerDecoderLayer(_Layer):
    """Attention to itself, then to the memory of an encoder, then a small network at each place.

    Parameters
    ----------
    As those of `TransformerEncoderLayer`.
    """

    attentions = ("self_attn", "multihead_attn")

    def forward(
        self,
        tgt,
        memory,
        tgt_mask=None,
        memory_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        tgt_is_causal=False,
        memory_is_causal=False,
    ):
        """(T, N, E), with a memory (S, N, E), to (T, N, E)."""

        def attend(x):
            return self._attend(self.self_attn, self.dropout1, x, x, tgt_mask, tgt_key_padding_mask)

        def look_up(x):
            return self._attend(self.multihead_attn, self.dropout2, x, memory, memory_mask, memory_key_padding_mask)

        parts = [(self.norm1, attend), (self.norm2, look_up), (self.norm3, lambda x: self._think(self.dropout3, x))]
        return self._through(tgt, parts)


class TransformerEncoder(Module):
    """A stack of encoder layers that start as copies of one.

    Parameters
    ----------
    encoder_layer : TransformerEncoderLayer
    num_layers : int
    norm : Module, optional
        Applied at the end.
    enable_nested_tensor, mask_check : bool
        Accepted; they concern how PyTorch computes.
    """

    def __init__(self, encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True):
        super().__init__()
        self.layers = ModuleList(deepcopy(encoder_layer) for _ in range(num_layers))
        self.num_layers, self.norm = num_layers, norm

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        """(T, N, E) to the same shape."""
        for layer in self.layers:
            src = layer(src, src_mask=mask, src_key_padding_mask=src_key_padding_mask)
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(Module):
    """A stack of decoder layers that start as copies of one.

    Parameters
    ----------
    decoder_layer : TransformerDecoderLayer
    num_layers : int
    norm : Module, optional
        Applied at the end.
    """

    def __init__(self, decoder_layer, num_layers, norm=None):
        super().__init__()
        self.layers = ModuleList(deepcopy(decoder_layer) for _ in range(num_layers))
        self.num_layers, self.norm = num_layers, norm

    def forward(
        self,
        tgt,
        memory,
        tgt_mask=None,
        memory_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        tgt_is_causal=None,
        memory_is_causal=False,
    ):
        """(T, N, E), with a memory (S, N, E), to (T, N, E)."""
        for layer in self.layers:
            tgt = layer(
                tgt,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
            )
        return tgt if self.norm is None else self.norm(tgt)


class Transformer(Module):
    """An encoder that reads a sequence, and a decoder that writes another.

    Parameters
    ----------
    d_model, nhead : int
        The width and the heads.
    num_encoder_layers, num_decoder_layers, dim_feedforward : int
    dropout : float
    activation : {"relu", "gelu"} or callable
    custom_encoder, custom_decoder : Module, optional
        Instead of the usual ones.
    layer_norm_eps : float
    batch_first : bool
        Sequences have shape (N, T, E) instead of (T, N, E).
    norm_first : bool
        Normalise before each part instead of after it.
    bias : bool

    Examples
    --------
    >>> import minidl as md
    >>> net = md.nn.Transformer(8, 2, 1, 1, 16)
    >>> net(md.zeros(5, 3, 8), md.zeros(4, 3, 8)).shape
    (4, 3, 8)
    """

    def __init__(
        self,
        d_model=512,
        nhead=8,
        num_encoder_layers=6,
        num_decoder_layers=6,
        dim_feedforward=2048,
        dropout=0.1,
        activation=relu,
        custom_encoder=None,
        custom_decoder=None,
        layer_norm_eps=1e-5,
        batch_first=False,
        norm_first=False,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        made = {"bias": bias, "device": device, "dtype": dtype}
        layer = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first)
        self.encoder, self.decoder = custom_encoder, custom_decoder
        if custom_encoder is None:
            norm = LayerNorm(d_model, eps=layer_norm_eps, **made)
            self.encoder = TransformerEncoder(TransformerEncoderLayer(*layer, **made), num_encoder_layers, norm)
        if custom_decoder is None:
            norm = LayerNorm(d_model, eps=layer_norm_eps, **made)
            self.decoder = TransformerDecoder(TransformerDecoderLayer(*layer, **made), num_decoder_layers, norm)
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first
        self._reset_parameters()

    def _reset_parameters(self):
        """Draw new initial values for all matrices."""
        for p in self.parameters():
            if p.ndim > 1:
                init.xavier_uniform_(p)

    def forward(
        self,
        src,
        tgt,
        src_mask=None,
        tgt_mask=None,
        memory_mask=None,
        src_key_padding_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        src_is_causal=None,
        tgt_is_causal=None,
        memory_is_causal=False,
    ):
        """(S, N, E) and (T, N, E) to (T, N, E).

        Raises
        ------
        ShapeError
            When the two sequences differ in their batches, or are not of width `d_model`.
        """
        batch = 0 if self.batch_first else 1
        alike = src.ndim == tgt.ndim and (src.ndim < 3 or src.shape[batch] == tgt.shape[batch])
        if not alike or src.shape[-1] != self.d_model or tgt.shape[-1] != self.d_model:
            shapes = aligned([("src", src.shape), ("tgt", tgt.shape)])
            raise ShapeError(f"Transformer expects two batches of as many sequences, of width {self.d_model}\n{shapes}")
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask)
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
        )

    @staticmethod
    def generate_square_subsequent_mask(sz, device=None, dtype=None):
        """A mask (sz, sz) that hides from each place what comes after it: 0 there and before, minus infinity beyond.

        >>> import minidl as md
        >>> md.nn.Transformer.generate_square_subsequent_mask(2)
        tensor([[0., -inf],
                [0., 0.]])
        """
        check_device(device)
        return Tensor.wrap(np.triu(np.full((sz, sz), -np.inf, dtype or dtypes.default.dtype), 1))
