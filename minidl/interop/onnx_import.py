"""Reading simple ONNX files: a graph of operations becomes a `Module` that computes the same, and can go on learning.

`RULES` says what each kind of node computes. A kind that is not there is refused by name when the file is read, not when
the model runs.

The package onnx is optional, and imported where it is used.
"""

import inspect
import math
from functools import reduce
from typing import Any

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError
from minidl.nn import functional
from minidl.nn.module import Module, Parameter
from minidl.ops import elementwise, joining
from minidl.system.files import read_whole

LEAST_OPSET = 13  # before it, some operations of the same name computed something else
DOMAINS = ("", "ai.onnx")


class ImportOnnxError(MinidlError):
    """An ONNX file that cannot be read; the message says which node or setting is missing here."""


class OnnxModel(Module):
    """What an ONNX file computes.

    Its arrays of floating point are parameters and go on learning; single numbers (such as an epsilon), whole numbers and
    the running statistics of a batch norm are buffers.

    Attributes
    ----------
    input_name, output_name : str
        What the file calls them.
    """

    def __init__(self, steps, constants, fixed, input_name, output_name):
        super().__init__()
        self.input_name, self.output_name = input_name, output_name
        self._steps, self._places = steps, {}
        for k, (name, array) in enumerate(constants.items()):
            place = self._places[name] = f"constant_{k}"
            if array.dtype.kind == "f" and array.ndim and name not in fixed:
                setattr(self, place, Parameter(Tensor.wrap(array)))
            else:
                self.register_buffer(place, Tensor.wrap(array))

    def extra_repr(self):
        """How many operations there are."""
        return f"{len(self._steps)} operations, from {self.input_name!r} to {self.output_name!r}"

    def forward(self, x):
        """Compute the nodes in their order."""
        values = {name: getattr(self, place) for name, place in self._places.items()}
        values[self.input_name] = x
        for kind, inputs, output, settings in self._steps:
            given = [values[name] if name else None for name in inputs]
            try:
                values[output] = RULES[kind](*given, **settings)
            except MinidlError:
                raise
            except (LookupError, ArithmeticError, TypeError, ValueError, AttributeError, MemoryError) as error:
                shapes = ", ".join("nothing" if t is None else str(tuple(t.shape)) for t in given)
                raise ImportOnnxError(f"{kind} of {shapes} with {settings} cannot be computed: {error}") from error
        return values[self.output_name]


def import_onnx(path):
    """Read an ONNX file as a model.

    Parameters
    ----------
    path : path
        A file with one input and one output, of the kinds of nodes in `RULES`: what `export_onnx` writes of networks of
        linear, convolutional, pooling, normalising and activation layers.

    Returns
    -------
    OnnxModel

    Raises
    ------
    ImportOnnxError
        When the package `onnx` is missing, the file is no ONNX file, or it asks for something that is not here.

    Examples
    --------
    >>> import minidl as md, pathlib, tempfile
    >>> model, x = md.nn.Sequential(md.nn.Linear(3, 4), md.nn.ReLU()), md.randn(2, 3)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = import_onnx(md.interop.export_onnx(model, x, pathlib.Path(folder) / "model.onnx"))
    >>> md.allclose(again(x), model(x))
    True
    """
    try:
        import onnx
    except ImportError as error:
        raise ImportOnnxError("reading ONNX files needs the package onnx: pip install onnx") from error
    try:
        content = onnx.load_model_from_string(read_whole(path))
        onnx.checker.check_model(content)
    except OSError as error:
        raise ImportOnnxError(f"{path} cannot be read: {error.strerror}") from error
    except Exception as error:  # of protobuf and of the checker, which have no common parent
        raise ImportOnnxError(f"{path} is no ONNX file that can be read: {str(error).strip()[:200]}") from error
    graph, version = content.graph, max((o.version for o in content.opset_import if o.domain in DOMAINS), default=0)
    if version < LEAST_OPSET:
        raise ImportOnnxError(
            f"{path} is of opset {version}, and files of opset {LEAST_OPSET} and later are read; "
            "onnx.version_converter.convert_version(model, 17) makes it one"
        )
    try:
        constants = {c.name: onnx.numpy_helper.to_array(c).copy() for c in graph.initializer}
    except Exception as error:  # sizes and numbers that do not fit together, which the checker passes
        raise ImportOnnxError(f"{path} holds a constant that cannot be read: {error}") from error
    if odd := next((name for name, array in constants.items() if array.dtype.kind not in "biuf"), None):
        raise ImportOnnxError(f"the constant {odd} is of {constants[odd].dtype}, which cannot be computed with here")
    inputs = [given.name for given in graph.input if given.name not in constants]
    if len(inputs) != 1 or len(graph.output) != 1:
        raise ImportOnnxError(
            f"a model has one input and one output here, and this has {len(inputs)} and {len(graph.output)}"
        )
    fixed = {name for node in graph.node if node.op_type == "BatchNormalization" for name in node.input[3:]}
    return OnnxModel([_step(node) for node in graph.node], constants, fixed, inputs[0], graph.output[0].name)


def _step(node):
    """A node as kind, names of inputs, name of the output, settings; refused when it cannot be computed."""
    from onnx import helper

    if node.op_type not in RULES or len([name for name in node.output if name]) != 1:
        raise ImportOnnxError(f"the operation {node.op_type} cannot be read; there are {', '.join(sorted(RULES))}")
    if node.domain not in DOMAINS:
        raise ImportOnnxError(f"the operation {node.op_type} of {node.domain} cannot be read")
    settings = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    if settings.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID") or settings.get("ceil_mode"):
        raise ImportOnnxError(f"{node.op_type} with auto_pad or ceil_mode cannot be read")
    try:
        inspect.signature(RULES[node.op_type]).bind(*node.input, **settings)
    except TypeError as error:
        raise ImportOnnxError(
            f"{node.op_type} with {len(node.input)} inputs and the settings {settings} cannot be read: {error}"
        ) from None
    return node.op_type, list(node.input), node.output[0], settings


def _whole(tensor):
    """The numbers of a constant for shapes and axes."""
    return [int(n) for n in tensor.array.reshape(-1)]


def _gemm(a, b, c=None, alpha=1.0, beta=1.0, transA=0, transB=0):
    if not a.ndim == b.ndim == 2:
        raise ImportOnnxError(f"Gemm multiplies two matrices, not {tuple(a.shape)} and {tuple(b.shape)}")
    product = (a.mT if transA else a) @ (b.mT if transB else b)
    product = product if alpha == 1 else alpha * product
    return product if c is None else product + (c if beta == 1 else beta * c)


def _padding(pads, dims):
    """ONNX says begin of all, then end of all; here both ends are the same."""
    begins, ends = pads[:dims], pads[dims:]
    if list(begins) != list(ends):
        raise ImportOnnxError(f"pads {list(pads)} are not the same at both ends")
    return tuple(begins)


CONVOLUTIONS = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
MAXIMA = {1: functional.max_pool1d, 2: functional.max_pool2d, 3: functional.max_pool3d}
AVERAGES = {1: functional.avg_pool1d, 2: functional.avg_pool2d, 3: functional.avg_pool3d}


def _dims(x, functions, *lists):
    """How many dimensions of space there are; each list of settings has one number for each."""
    dims = x.ndim - 2
    if dims not in functions or any(numbers is not None and len(numbers) != dims for numbers in lists):
        raise ImportOnnxError(f"an input of {tuple(x.shape)} cannot be filtered with {[n for n in lists if n is not None]}")
    return dims


def _conv(x, weight, bias=None, group=1, pads=None, strides=None, dilations=None, kernel_shape=None, auto_pad=b"NOTSET"):
    dims = _dims(x, CONVOLUTIONS)
    function = CONVOLUTIONS[dims]
    ones = (1,) * dims
    padding = _padding(pads or (0,) * 2 * dims, dims)
    return function(x, weight, bias, tuple(strides or ones), padding, tuple(dilations or ones), group)


def _max_pool(x, kernel_shape, pads=None, strides=None, dilations=None, auto_pad=b"NOTSET", ceil_mode=0, storage_order=0):
    dims = _dims(x, MAXIMA, kernel_shape, strides, dilations)
    padding = _padding(pads or (0,) * 2 * dims, dims)
    return MAXIMA[dims](x, tuple(kernel_shape), tuple(strides or (1,) * dims), padding, tuple(dilations or (1,) * dims))


def _average_pool(x, kernel_shape, pads=None, strides=None, auto_pad=b"NOTSET", ceil_mode=0, count_include_pad=0):
    dims = _dims(x, AVERAGES, kernel_shape, strides)
    padding = _padding(pads or (0,) * 2 * dims, dims)
    settings = {"count_include_pad": bool(count_include_pad)}
    return AVERAGES[dims](x, tuple(kernel_shape), tuple(strides or (1,) * dims), padding, **settings)


def _global_average_pool(x):
    if x.ndim < 3:
        raise ImportOnnxError(f"GlobalAveragePool takes means over space, and an input of {tuple(x.shape)} has none")
    return x.mean(dim=tuple(range(2, x.ndim)), keepdim=True)


def _reshape(x, shape, allowzero=0):
    return x.reshape(*(x.shape[k] if n == 0 and not allowzero else n for k, n in enumerate(_whole(shape))))


def _flatten(x, axis=1):
    if not -x.ndim <= axis <= x.ndim:
        raise ImportOnnxError(f"Flatten of {tuple(x.shape)} at axis {axis}: it lies between {-x.ndim} and {x.ndim} there")
    return x.reshape(math.prod(x.shape[:axis]), math.prod(x.shape[axis:]))


def _batch_norm(x, scale, bias, mean, variance, epsilon=1e-5, momentum=0.9):
    shape = (-1, *[1] * (x.ndim - 2))
    normal = (x - mean.reshape(*shape)) / (variance.reshape(*shape) + epsilon).sqrt()
    return normal * scale.reshape(*shape) + bias.reshape(*shape)


def _clip(x, low=None, high=None):
    x = x if low is None else elementwise.maximum(x, low)
    return x if high is None else elementwise.minimum(x, high)


def _pad(x, pads, value=None, axes=None, mode=b"constant"):
    if mode != b"constant" or axes is not None:
        raise ImportOnnxError("Pad is read with mode constant and for all axes")
    begins, ends = np.split(np.array(_whole(pads)), 2)
    pairs = [int(n) for pair in zip(begins[::-1], ends[::-1], strict=True) for n in pair]  # the last dimension first
    return functional.pad(x, pairs, value=0.0 if value is None else value.item())


def _reduced(name):
    def reduced(x, axes=None, keepdims=1, noop_with_empty_axes=0):
        dims = () if axes is None else tuple(axes if isinstance(axes, list) else _whole(axes))
        if not dims and noop_with_empty_axes:
            return x
        dims = dims or tuple(range(x.ndim))
        return getattr(x, name)(dim=dims, keepdim=bool(keepdims))

    return reduced


def _div(a, b):
    """Whole numbers are divided as in C."""
    whole = not (a.is_floating_point() or b.is_floating_point())
    return elementwise.div(a, b, rounding_mode="trunc" if whole else None)


RULES: dict[str, Any] = {
    "Abs": lambda x: x.abs(),
    "Add": lambda a, b: a + b,
    "AveragePool": _average_pool,
    "BatchNormalization": _batch_norm,
    "Clip": _clip,
    "Concat": lambda *parts, axis: joining.cat(parts, dim=axis),
    "Conv": _conv,
    "Div": _div,
    "Elu": lambda x, alpha=1.0: functional.elu(x, alpha),
    "Erf": lambda x: x.erf(),
    "Exp": lambda x: x.exp(),
    "Flatten": _flatten,
    "Gemm": _gemm,
    "GlobalAveragePool": _global_average_pool,
    "Identity": lambda x: x,
    "LeakyRelu": lambda x, alpha=0.01: functional.leaky_relu(x, alpha),
    "Log": lambda x: x.log(),
    "LogSoftmax": lambda x, axis=-1: x.log_softmax(dim=axis),
    "MatMul": lambda a, b: a @ b,
    "Max": lambda *parts: reduce(elementwise.maximum, parts),
    "MaxPool": _max_pool,
    "Min": lambda *parts: reduce(elementwise.minimum, parts),
    "Mul": lambda a, b: a * b,
    "Neg": lambda x: -x,
    "Pad": _pad,
    "Pow": lambda a, b: a**b,
    "Reciprocal": lambda x: 1 / x,
    "ReduceMean": _reduced("mean"),
    "ReduceSum": _reduced("sum"),
    "Relu": lambda x: x.relu(),
    "Reshape": _reshape,
    "Sigmoid": lambda x: x.sigmoid(),
    "Softmax": lambda x, axis=-1: x.softmax(dim=axis),
    "Softplus": lambda x: functional.softplus(x),
    "Sqrt": lambda x: x.sqrt(),
    "Sub": lambda a, b: a - b,
    "Sum": lambda *parts: reduce(elementwise.add, parts),
    "Tanh": lambda x: x.tanh(),
    "Transpose": lambda x, perm=None: x.permute(*(range(x.ndim)[::-1] if perm is None else perm)),
    "Unsqueeze": lambda x, axes: x.reshape(*np.expand_dims(x.array, tuple(_whole(axes))).shape),
}
