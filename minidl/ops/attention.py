r"""Attention: mix values by how well their keys match a query."""

import math

import numpy as np

from minidl.engine.broadcasting import sum_of_columns, unbroadcast
from minidl.engine.dtypes import float16
from minidl.engine.operation import operation
from minidl.engine.parallel import in_pieces
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError, aligned
from minidl.ops.activation import softmax
from minidl.ops.blocks import blocks_of_matrices
from minidl.ops.dropout import dropout
from minidl.ops.elementwise import where

KEPT = 2**22  # at most this many weights are kept for the gradient


def _weights(query, key, mask, scale):
    """How much each query attends to each key; a query that may see no key attends to none."""
    scores = query @ key.mT * scale
    if mask is None:
        return softmax(scores, -1)
    sees = Tensor.wrap((mask.array > -np.inf).any(axis=-1, keepdims=True))
    weights = softmax(scores + where(sees, mask, 0.0), -1)
    return where(sees, weights, Tensor.wrap(np.zeros((), weights.dtype)))


def _reference(query, key, value, mask, scale):
    return _weights(query, key, mask, scale) @ value


@operation(
    name="scaled_dot_product_attention",
    formula=r"Y = P V,\quad P = \operatorname{softmax}(Q K^\top / \sqrt d + M)",
    gradient=r"\bar V = P^\top \bar Y,\quad \bar S = P \odot (\bar P - \operatorname{rowsum}(\bar Y \odot Y)),\quad"
    r"\bar Q = \bar S K / \sqrt d,\quad \bar K = \bar S^\top Q / \sqrt d",
    joint=True,
    composed=_reference,
)
def _attention(query, key, value, mask, scale):
    """Attention as one operation, a few examples at a time; `mask` is added to the scores.

    The weights of many long sequences are not kept for the gradient, which computes them again from their scores.
    """
    batch = np.broadcast_shapes(*(a.shape[:-2] for a in (query, key, value, mask) if a is not None))
    lead = batch or (1,)
    q, k, v = (np.broadcast_to(a, (*lead, *a.shape[-2:])) for a in (query, key, value))
    q = q * scale
    pairs = (*lead, q.shape[-2], k.shape[-2])
    kept = np.empty(pairs, q.dtype) if math.prod(pairs) <= KEPT else None
    most, total = (np.empty((*pairs[:-1], 1), q.dtype) for _ in range(2))  # of the scores of each query, and of their e^x
    y = np.empty((*lead, q.shape[-2], v.shape[-1]), q.dtype)
    masks = None if mask is None else np.broadcast_to(mask, pairs)
    size = 2 * math.prod(pairs) * q.shape[-1]

    def scores(part):
        s = np.matmul(q[part], np.swapaxes(k[part], -1, -2), out=None if kept is None else kept[part])
        if masks is not None:
            s += masks[part]
        return s

    def weights(part):
        if kept is not None:
            return kept[part]
        s = scores(part)
        s -= most[part]
        np.exp(s, out=s)
        s /= total[part]
        return s

    def forward(start, stop):
        for part in blocks_of_matrices(start, stop, pairs):
            s = scores(part)
            np.max(s, axis=-1, keepdims=True, initial=np.finfo(s.dtype).min, out=most[part])
            s -= most[part]
            np.exp(s, out=s)
            sums = total[part] = sum_of_columns(s)
            total[part][sums == 0] = 1  # a query that may see no key attends to none
            s /= total[part]
            np.matmul(s, v[part], out=y[part])

    in_pieces(lead[0], forward, size)
    shapes = [None if a is None else a.shape for a in (query, key, value, mask)]
    few_keys = pairs[-1] <= y.shape[-1]

    def pull(g, wanted):
        g = g.reshape(y.shape)
        gq, gk, gv, gm = (
            np.empty(shape, q.dtype) if want else None
            for shape, want in zip((q.shape, k.shape, v.shape, pairs), wanted, strict=False)
        )

        def backward(start, stop):
            for part in blocks_of_matrices(start, stop, pairs):
                p = weights(part)
                gs = np.matmul(g[part], np.swapaxes(v[part], -1, -2))
                gs -= sum_of_columns(gs * p if few_keys else g[part] * y[part])  # equal sums: those of fewer terms
                gs *= p
                if gq is not None:
                    np.matmul(gs, k[part] * scale, out=gq[part])
                if gk is not None:
                    np.matmul(np.swapaxes(gs, -1, -2), q[part], out=gk[part])
                if gv is not None:
                    np.matmul(np.swapaxes(p, -1, -2), g[part], out=gv[part])
                if gm is not None:
                    gm[part] = gs

        in_pieces(lead[0], backward, 2 * size)
        given = zip((gq, gk, gv, gm), shapes, strict=True)
        return [None if full is None else unbroadcast(full, shape) for full, shape in given]

    return y.reshape(*batch, *y.shape[-2:]), pull


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False
):
    r"""Mix the values by how well each query matches each key.

    .. math:: \operatorname{softmax}(Q K^\top / \sqrt{d} + M) V

    A query that may see no key at all gets 0.

    Parameters
    ----------
    query : Tensor, shape (..., L, d)
    key, value : Tensor, shape (..., S, d)
    attn_mask : Tensor, shape (..., L, S), optional
        Boolean: True keeps a pair. Float: added to the scores.
    dropout_p : float
        The share of pairs that are left out at random.
    is_causal : bool
        No query sees a key after its own place.
    scale : float, optional
        What the scores are multiplied by; 1/√d unless given.
    enable_gqa : bool
        Whether several heads of queries share one of keys and values (Ainslie et al. 2023).

    Returns
    -------
    Tensor, shape (..., L, d)

    Raises
    ------
    ShapeError
        When the last dimensions of query and key differ, key and value differ in length, or the mask does not fit.
    DtypeError
        For a mask of whole numbers.

    References
    ----------
    Vaswani et al. (2017), *Attention Is All You Need*, section 3.2.1.
    """
    if min(query.ndim, key.ndim, value.ndim) < 2 or query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        shapes = aligned([("query", query.shape), ("key", key.shape), ("value", value.shape)])
        raise ShapeError(f"attention needs queries and keys of one width, and a value for each key\n{shapes}")
    if not query.dtype == key.dtype == value.dtype:
        raise DtypeError(f"attention needs one dtype, and got {query.dtype}, {key.dtype} and {value.dtype}")
    if query.dtype == float16:  # scores of half-precision numbers may be too large for one
        wide = scaled_dot_product_attention(
            query.float(), key.float(), value.float(), attn_mask, dropout_p, is_causal, scale, enable_gqa
        )
        return wide.to(float16)
    if enable_gqa:
        key, value = (t.repeat_interleave(query.shape[-3] // t.shape[-3], -3) for t in (key, value))
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    if is_causal:
        if attn_mask is not None:
            raise ValueError("give either an attn_mask or is_causal=True")
        attn_mask = Tensor.wrap(np.tri(query.shape[-2], key.shape[-2], dtype=bool))
    mask = None if attn_mask is None else _added_mask(attn_mask, query, key)
    if not dropout_p:
        return _attention(query, key, value, mask, scale=scale)
    return dropout(_weights(query, key, mask, scale), dropout_p) @ value


def _added_mask(mask, query, key):
    """The mask as numbers that are added to the scores: 0 keeps a pair, minus infinity leaves it out."""
    if mask.dtype.kind not in "bf":
        raise DtypeError(
            f"an attn_mask is boolean (True keeps a pair) or floating (added to the scores), not {mask.dtype}. "
            "Did you mean mask.bool() ?"
        )
    lead = np.broadcast_shapes(query.shape[:-2], key.shape[:-2])
    scores = (*lead, query.shape[-2], key.shape[-2])
    try:
        fits = np.broadcast_shapes(mask.shape, scores) == scores
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(
            "an attn_mask has a number for each pair of a query and a key\n"
            + aligned([("mask", mask.shape), ("scores", scores)])
        )
    if mask.dtype == bool:
        return Tensor.wrap(np.where(mask.array, 0, -np.inf).astype(query.dtype))
    return mask.to(query.dtype)
