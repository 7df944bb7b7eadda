"""What NumPy's functions are when they meet a Tensor, with NumPy's own argument names and defaults.

Those that are one operation with one rule say so at the rule (``numpy=np.tanh``); here are the rest.
"""

import numpy as np

from minidl.engine.registry import FUNCTIONS
from minidl.ops.creation import full_like, ones_like, zeros_like
from minidl.ops.einsum import einsum, tensordot
from minidl.ops.elementwise import where
from minidl.ops.indexing import take_along_dim
from minidl.ops.joining import hstack, vstack
from minidl.ops.norms import norm
from minidl.ops.products import matmul, outer
from minidl.ops.reduction import all, any, argmax, argmin, axes_of
from minidl.ops.shape import (
    cat,
    clone,
    flipped,
    movedim,
    permute,
    ravel,
    roll,
    squeeze,
    stack,
    tile,
    trace,
    transpose,
    tril,
    triu,
    unsqueeze,
)
from minidl.ops.sorting import argsort, sort
from minidl.ops.statistics import mean_of_middle, safe_sqrt, variance

FUNCTIONS |= {
    np.all: lambda a, axis=None, keepdims=False: all(a, axis, keepdims),
    np.any: lambda a, axis=None, keepdims=False: any(a, axis, keepdims),
    np.argmax: lambda a, axis=None, keepdims=False: argmax(a, axis, keepdims),
    np.argmin: lambda a, axis=None, keepdims=False: argmin(a, axis, keepdims),
    np.argsort: lambda a, axis=-1: argsort(a, axis),
    np.concatenate: lambda arrays, axis=0: cat(arrays, axis),
    np.copy: clone,
    np.dot: matmul,
    np.einsum: lambda subscripts, *operands, **options: einsum(subscripts, *operands),
    np.expand_dims: lambda a, axis: unsqueeze(a, axis),
    np.flip: lambda m, axis=None: flipped(m, axes_of(axis, m.ndim)),
    np.full_like: lambda a, fill_value, dtype=None: full_like(a, fill_value, dtype=dtype),
    np.hstack: hstack,
    np.linalg.norm: lambda x, ord=None, axis=None, keepdims=False: norm(x, ord, axis, keepdims),
    np.median: lambda a, axis=None: mean_of_middle(a, axis),
    np.moveaxis: movedim,
    np.ndim: lambda a: a.ndim,
    np.ones_like: lambda a, dtype=None: ones_like(a, dtype=dtype),
    np.outer: outer,
    np.ravel: ravel,
    np.roll: lambda a, shift, axis=None: roll(a, shift, axis),
    np.shape: lambda a: a.shape,
    np.size: lambda a, axis=None: a.array.size if axis is None else a.shape[axis],
    np.sort: lambda a, axis=-1: sort(a, axis).values,
    np.squeeze: lambda a, axis=None: squeeze(a, axis),
    np.stack: lambda arrays, axis=0: stack(arrays, axis),
    np.std: lambda a, axis=None, ddof=0, keepdims=False: safe_sqrt(variance(a, axis, ddof, keepdims)),
    np.swapaxes: transpose,
    np.take_along_axis: lambda arr, indices, axis=-1: take_along_dim(arr, indices, axis),
    np.tensordot: lambda a, b, axes=2: tensordot(a, b, axes),
    np.tile: lambda a, reps: tile(a, reps),
    np.trace: trace,
    np.transpose: lambda a, axes=None: transpose(a) if axes is None else permute(a, *axes),
    np.tril: lambda m, k=0: tril(m, k),
    np.triu: lambda m, k=0: triu(m, k),
    np.var: lambda a, axis=None, ddof=0, keepdims=False: variance(a, axis, ddof, keepdims),
    np.vstack: vstack,
    np.where: where,
    np.zeros_like: lambda a, dtype=None: zeros_like(a, dtype=dtype),
}
