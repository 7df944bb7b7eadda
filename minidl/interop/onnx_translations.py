"""How each operation is said in ONNX: a function for each, which adds nodes and returns the name of the last.

The first argument is the `Recorder`; the others are those of the operation. Arrays that were computed from the input stand
for their names.

The package onnx is optional, and imported where it is used.
"""

import math
from typing import Any

import numpy as np

from minidl.errors import MinidlError


class ExportError(MinidlError):
    """A model that cannot be exported; the message names the operation."""


TRANSLATIONS: dict[str, Any] = {}


def translation(*names):
    """Enter a translation under the names of operations."""

    def register(function):
        TRANSLATIONS.update(dict.fromkeys(names, function))
        return function

    return register


SAME_MEANING = {  # one node of ONNX for one operation here
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "erf": "Erf",
    "abs": "Abs",
    "relu": "Relu",
    "neg": "Neg",
    "sin": "Sin",
    "cos": "Cos",
    "tan": "Tan",
    "atan": "Atan",
    "sign": "Sign",
    "floor": "Floor",
    "ceil": "Ceil",
    "reciprocal": "Reciprocal",
    "softsign": "Softsign",
    "clone": "Identity",
    "positive": "Identity",
    "mish": "Mish",
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "true_divide": "Div",
    "pow": "Pow",
    "maximum": "Max",
    "minimum": "Min",
    "matmul": "MatMul",
    "gt": "Greater",
    "lt": "Less",
    "ge": "GreaterOrEqual",
    "le": "LessOrEqual",
    "eq": "Equal",
    "logical_not": "Not",
    "where": "Where",
}


def _one_node(kind):
    return lambda r, *inputs: r.node(kind, *inputs)


TRANSLATIONS.update({ours: _one_node(theirs) for ours, theirs in SAME_MEANING.items()})


@translation("square")
def _square(r, x):
    return r.node("Mul", x, x)


@translation("rsqrt")
def _rsqrt(r, x):
    return r.node("Reciprocal", r.node("Sqrt", x))


@translation("linear")
def _linear(r, x, weight, bias=None):
    y = r.node("MatMul", x, np.ascontiguousarray(weight.T))
    return y if bias is None else r.node("Add", y, bias)


@translation("softmax")
def _softmax(r, x, dim):
    return r.node("Softmax", x, axis=dim)


@translation("log_softmax")
def _log_softmax(r, x, dim):
    return r.node("LogSoftmax", x, axis=dim)


@translation("leaky_relu")
def _leaky_relu(r, x, negative_slope=0.01):
    return r.node("LeakyRelu", x, alpha=negative_slope)


@translation("elu")
def _elu(r, x, alpha=1.0, scale=1.0, steepness=1.0):
    if steepness != 1:  # of CELU, whose steepness is 1 / alpha
        return r.node("Mul", r.node("Celu", x, alpha=alpha), float(scale))
    return r.node("Mul", r.node("Elu", x, alpha=alpha), float(scale))


@translation("prelu")
def _prelu(r, x, slope):
    return r.node("PRelu", x, slope[0] if slope.ndim > 1 and slope.shape[0] == 1 else slope)


@translation("gelu")
def _gelu(r, x, approximate="none"):
    if approximate == "tanh":
        cube = r.node("Mul", r.node("Mul", r.node("Mul", x, x), x), 0.044715)
        bent = r.node("Tanh", r.node("Mul", r.node("Add", x, cube), math.sqrt(2 / math.pi)))
    else:
        bent = r.node("Erf", r.node("Mul", x, math.sqrt(0.5)))
    return r.node("Mul", r.node("Mul", x, 0.5), r.node("Add", bent, 1.0))


@translation("silu")
def _silu(r, x):
    return r.node("Mul", x, r.node("Sigmoid", x))


@translation("softplus")
def _softplus(r, x, beta=1.0, threshold=20.0):
    return r.node("Mul", r.node("Softplus", r.node("Mul", x, float(beta))), 1 / beta)


@translation("logsigmoid")
def _logsigmoid(r, x):
    return r.node("Neg", r.node("Softplus", r.node("Neg", x)))


@translation("clamp_open", "clamp")
def _clip(r, x, min=None, max=None):
    low, high = (np.asarray(v, r.out_dtype) if isinstance(v, int | float) else v for v in (min, max))
    y = x if low is None else r.node("Max", x, low)
    return y if high is None else r.node("Min", y, high)


@translation("overwrite")
def _overwrite(r, x, value):
    return r.node("Expand", value, r.node("Shape", x))


@translation("sum")
def _reduce_sum(r, x, dim=None, keepdim=False, kind="ReduceSum"):
    axes = None if dim is None else r.whole(*(dim if isinstance(dim, tuple | list) else (dim,)))
    return r.node(kind, cast(r, x, r.out_dtype), axes, keepdims=int(keepdim))


def _reduction(kind):
    return lambda r, x, dim=None, keepdim=False: _reduce_sum(r, x, dim, keepdim, kind)


TRANSLATIONS.update(
    {name: _reduction(kind) for name, kind in (("mean", "ReduceMean"), ("amax", "ReduceMax"), ("amin", "ReduceMin"))}
)


@translation("reshape")
def _reshape(r, x, shape):
    sizes = list(shape)
    if r.batch is not None and sizes and x.ndim and sizes[0] == x.shape[0] == r.batch:
        sizes[0] = 0  # as it comes
    return r.node("Reshape", x, r.whole(*sizes))


@translation("permute")
def _permute(r, x, dims):
    return r.node("Transpose", x, perm=list(dims))


@translation("broadcast_to")
def _expand(r, x, shape):
    extra = len(shape) - x.ndim
    return r.node("Expand", x, r.whole(*(1 if i >= extra and x.shape[i - extra] == n else n for i, n in enumerate(shape))))


@translation("cat")
def _cat(r, *tensors, dim=0):
    return r.node("Concat", *tensors, axis=dim)


@translation("stack")
def _stack(r, *tensors, dim=0):
    return r.node("Concat", *(r.node("Unsqueeze", x, r.whole(dim)) for x in tensors), axis=dim)


@translation("flip")
def _flip(r, x, axes):
    ends = [-(2**31)] * len(axes)
    return r.node("Slice", x, r.whole(*[-1] * len(axes)), r.whole(*ends), r.whole(*axes), r.whole(*[-1] * len(axes)))


@translation("getitem")
def _getitem(r, x, index):
    parts = list(index) if isinstance(index, tuple) else [index]
    if Ellipsis in [p for p in parts if not isinstance(p, np.ndarray)]:
        place = next(i for i, p in enumerate(parts) if p is Ellipsis)
        named = sum(p is not None and p is not Ellipsis for p in parts)
        parts[place : place + 1] = [slice(None)] * (x.ndim - named)
    if sum(isinstance(p, np.ndarray) for p in parts) > 1:
        raise ExportError("indexing with several arrays at once has no translation to ONNX")
    name, axis, new_axes = r.value(x), 0, []
    for p in parts:
        if p is None:
            new_axes.append(axis + len(new_axes))
        elif isinstance(p, slice):
            start, stop, step = p.start, p.stop, p.step or 1
            if p != slice(None):
                start = (0 if step > 0 else -1) if start is None else start
                stop = (2**31 if step > 0 else -(2**31)) if stop is None else stop
                name = r.node("Slice", name, r.whole(start), r.whole(stop), r.whole(axis), r.whole(step))
            axis += 1
        elif isinstance(p, np.ndarray):
            if p.dtype == bool:
                raise ExportError("indexing with booleans has no translation to ONNX")
            name = r.node("Gather", name, p, axis=axis)
            axis += p.ndim
        else:
            name = r.node("Gather", name, r.value(np.array(int(p), np.int64)), axis=axis)
    return r.node("Unsqueeze", name, r.whole(*new_axes)) if new_axes else name


@translation("cast")
def cast(r, x, dtype):
    """`x` in another dtype; as it is, if it has that already."""
    from onnx import helper

    if isinstance(x, np.ndarray) and x.dtype == dtype:
        return x
    return r.node("Cast", x, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


@translation("pad")
def _pad(r, x, widths, value):
    return r.node("Pad", x, r.whole(*(a for a, _ in widths), *(b for _, b in widths)), float(value))


@translation("conv2d")
def _conv(r, x, weight, bias, stride, padding, dilation, groups):
    return r.node("Conv", x, weight, bias, strides=stride, pads=(*padding, *padding), dilations=dilation, group=groups)


@translation("conv_transpose2d")
def _conv_transpose(r, x, weight, size, stride, padding, dilation, groups):
    geometry = zip(size, x.shape[2:], stride, padding, dilation, weight.shape[2:], strict=True)
    extra = [out - ((n - 1) * s - 2 * p + d * (k - 1) + 1) for out, n, s, p, d, k in geometry]
    return r.node(
        "ConvTranspose",
        x,
        weight,
        strides=stride,
        pads=(*padding, *padding),
        dilations=dilation,
        group=groups,
        output_padding=extra,
    )


@translation("max_pool2d")
def _max_pool(r, x, kernel, stride, dilation, out):
    return r.node("MaxPool", x, kernel_shape=kernel, strides=stride, dilations=dilation)


@translation("avg_pool2d")
def _sum_pool(r, x, kernel, stride, out):
    return r.node("Mul", r.node("AveragePool", x, kernel_shape=kernel, strides=stride), float(math.prod(kernel)))


def _normalised(r, x, axes, eps, centre):
    if centre:
        x = r.node("Sub", x, r.node("ReduceMean", x, r.whole(*axes)))
    square = r.node("ReduceMean", r.node("Mul", x, x), r.whole(*axes))
    return r.node("Div", x, r.node("Sqrt", r.node("Add", square, float(eps))))


@translation("standardize")
def _standardize(r, x, weight, bias, axes, eps):
    y = _normalised(r, x, axes, eps, centre=True)
    y = y if weight is None else r.node("Mul", y, weight)
    return y if bias is None else r.node("Add", y, bias)


@translation("batch_norm")
def _batch_norm(r, x, weight, bias, mean, var, eps):
    weight, bias = (None if p is None else p.reshape(1, -1, *(1,) * (x.ndim - 2)) for p in (weight, bias))
    return _standardize(r, x, weight, bias, (0, *range(2, x.ndim)), eps)


@translation("rms_norm")
def _rms_norm(r, x, weight, axes, eps):
    y = _normalised(r, x, axes, eps, centre=False)
    return y if weight is None else r.node("Mul", y, weight)


@translation("scaled_dot_product_attention")
def _attention(r, query, key, value, mask, scale):
    turned = r.node("Transpose", key, perm=[*range(key.ndim - 2), key.ndim - 1, key.ndim - 2])
    scores = r.node("Mul", r.node("MatMul", query, turned), float(scale))
    scores = scores if mask is None else r.node("Add", scores, mask)
    return r.node("MatMul", r.node("Softmax", scores, axis=-1), value)


def _recurrent(r, kind, x, states, weights, order, outputs, **attributes):
    """A recurrent layer of one direction; `order` says where ONNX wants the gates."""
    H = weights[1].shape[1]

    def arranged(w):
        return np.concatenate([w.reshape(len(order), H, *w.shape[1:])[k] for k in order])

    w_ih, w_hh = (arranged(w) for w in weights[:2])
    bias = None if weights[2] is None else np.concatenate([arranged(b) for b in weights[2:]])[None]
    begin = [None if id(s) not in r.names and not s.any() else r.node("Unsqueeze", s, r.whole(0)) for s in states]
    made = r.node(kind, x, w_ih[None], w_hh[None], bias, None, *begin, outputs=outputs, hidden_size=H, **attributes)
    return r.node("Squeeze", made[0], r.whole(1)), made


@translation("lstm")
def _lstm(r, x, h0, c0, *weights):
    all_steps, made = _recurrent(r, "LSTM", x, (h0, c0), weights, (0, 3, 1, 2), 3)
    return r.node("Concat", all_steps, made[2], axis=0)


@translation("gru")
def _gru(r, x, h0, *weights):
    return _recurrent(r, "GRU", x, (h0,), weights, (1, 0, 2), 2, linear_before_reset=1)[0]


@translation("rnn")
def _rnn(r, x, h0, *weights, nonlinearity):
    return _recurrent(r, "RNN", x, (h0,), weights, (0,), 2, activations=[nonlinearity.capitalize()])[0]
