"""Exporting a model to ONNX, by watching which operations it runs on an example.

Every operation has a translation in `onnx_translations`, a few lines each. What does not depend on the input is
computed once and stored as a constant. So would be a number that leaves the graph (``item()``, argmax, NumPy, an ``if`` on
values): the finished file is therefore run on other inputs, and refused if it gives other numbers than the model.

The package onnx is optional, and imported where it is used.
"""

from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from minidl.engine.generator import Generator
from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.engine.views import view_of
from minidl.engine.watching import Observer, observed
from minidl.errors import MinidlError
from minidl.interop.onnx_translations import TRANSLATIONS, ExportError, cast
from minidl.nn.modes import evaluating
from minidl.system.files import write_atomically

OPSET = 18


def export_onnx(model, example, path, dynamic_batch=True, input_name="input", output_name="output"):
    """Write a model as it computes in evaluation to an ONNX file.

    Parameters
    ----------
    model : Module
    example : Tensor
        An input; the model is run on it, and then on others of its kind to compare.
    path : path
    dynamic_batch : bool
        Whether the file takes batches of any size, not only that of the example (the first dimension).
    input_name, output_name : str
        What the file calls them.

    Raises
    ------
    ExportError
        When the package `onnx` is missing, an operation has no translation, or the file would give other numbers than the
        model. Nothing is written then.
    """
    try:
        import onnx
    except ImportError as error:
        raise ExportError("exporting needs the package onnx: pip install onnx") from error
    recorder = Recorder(example, dynamic_batch, input_name)
    with evaluating(model), no_grad():
        with observed(recorder), _no_number_leaves(recorder):
            out = model(example)
        if not isinstance(out, Tensor) or id(out.array) not in recorder.names:
            raise ExportError("the model must return one tensor that depends on its input")
        recorder.nodes.append(onnx.helper.make_node("Identity", [recorder.name_of(out.array)], [output_name]))
        graph = onnx.helper.make_graph(
            recorder.nodes,
            type(model).__name__,
            [_described(input_name, example, dynamic_batch)],
            [_described(output_name, out, dynamic_batch)],
            recorder.constants,
        )
        made = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], producer_name="minidl")
        made.ir_version = 9
        try:
            onnx.checker.check_model(made, full_check=True)
        except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
            raise ExportError(f"the exported graph breaks a rule of ONNX: {error}") from error
        with np.errstate(all="ignore"):  # the other inputs may be odd
            _compare(made.SerializeToString(), model, example, dynamic_batch, input_name)
    write_atomically(path, made.SerializeToString())
    return Path(path)


def _described(name, tensor, dynamic_batch):
    from onnx import helper

    shape = list(tensor.shape)
    if dynamic_batch and shape:
        shape[0] = "batch"
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(tensor.dtype), shape)


# Numbers that leave the graph

LEAVING = ("item", "tolist", "numpy", "__array__", "__bool__", "__float__", "__int__", "__index__")


@contextmanager
def _no_number_leaves(recorder):
    """Inside, a tensor that depends on the input does not give its numbers to Python or NumPy."""
    kept: dict[str, Any] = {name: getattr(Tensor, name) for name in LEAVING}

    def guarded(name):
        def method(self, *args, **kwargs):
            if id(self.array) in recorder.names:
                raise ExportError(
                    f"{name}() takes a number that depends on the input out of the graph, and the file would always use "
                    "that of the example: compute with tensors only (md.where instead of if)"
                )
            return kept[name](self, *args, **kwargs)

        return method

    try:
        for name in LEAVING:
            setattr(Tensor, name, guarded(name))
        yield
    finally:
        for name, method in kept.items():
            setattr(Tensor, name, method)


def _compare(content, model, example, dynamic_batch, input_name):
    """Run the file and the model on other inputs, and refuse the file if their numbers differ."""
    run = _runner(content, input_name)
    for x in _others(example.array, dynamic_batch):
        try:
            expected = model(Tensor.wrap(x.copy())).array
        except MinidlError:
            continue  # the model itself does not take this input
        try:
            found = run(x)
        except Exception as error:  # of whichever runtime there is
            raise ExportError(
                f"the file does not run on an input of shape {x.shape}: {str(error).strip()[:300]}\n"
                + ("For batches of the example's size alone, export with dynamic_batch=False." if dynamic_batch else "")
            ) from error
        scale = np.abs(expected[np.isfinite(expected)]).max(initial=1.0) if expected.dtype.kind == "f" else 1.0
        if found.shape != expected.shape or not np.allclose(found, expected, rtol=1e-3, atol=1e-3 * scale, equal_nan=True):
            raise ExportError(
                "the file gives other numbers than the model on another input: something is computed outside the operations "
                "that can be translated (argmax, sorting, NumPy, random numbers, an if on shapes or values), and would be "
                "frozen as the example has it"
            )


def _runner(content, input_name):
    """A function that runs the file: with onnxruntime where it is installed, else with the reference of the package onnx."""
    try:
        import onnxruntime
    except ImportError:
        import onnx.reference

        evaluator = onnx.reference.ReferenceEvaluator(content)
        return lambda x: np.asarray(next(iter(evaluator.run(None, {input_name: x}))))
    try:
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common parent
        raise ExportError(f"the exported file cannot be loaded: {str(error).strip()[:300]}") from error
    return lambda x: session.run(None, {input_name: x})[0]


def _others(example, dynamic_batch):
    """Inputs of the example's kind: its numbers in another order, larger and smaller, and in batches of another size."""
    stream = Generator().manual_seed(0)
    for trial in range(6):
        x = example.ravel()[stream.permutation(example.size)].reshape(example.shape)
        if x.dtype.kind == "f":
            x = (x * (0.5 + stream.uniform(x.size)).reshape(x.shape)).astype(x.dtype)
            if trial % 2:
                x = (x + stream.normal(x.size).reshape(x.shape)).astype(x.dtype)
        if dynamic_batch and x.ndim and trial > 3:
            x = np.concatenate([x, x[: trial - 3]])
        yield np.ascontiguousarray(x)


class Recorder(Observer):
    """An observer that translates each operation as it runs."""

    def __init__(self, example, dynamic_batch, input_name):
        self.names, self.kept = {id(example.array): input_name}, {id(example.array): example.array}
        self.nodes, self.constants, self.stale = [], [], set()
        self.batch = example.shape[0] if dynamic_batch and example.ndim else None
        self.dtype = np.dtype(np.float32)  # of the plain numbers in the translation under way

    def ran(self, operation, args, kwargs, arrays, out):
        """Translate one operation, if it depends on the input."""
        given = [a.array if isinstance(a, Tensor) else a for a in args]
        if not any(id(x) in self.names for a in given for x in (a if isinstance(a, tuple) else (a,))):
            return
        translate = TRANSLATIONS.get(operation.name)
        if translate is None:
            raise ExportError(f"the operation {operation.name!r} has no translation to ONNX")
        floats = [a.dtype for a in (*arrays, out.array) if isinstance(a, np.ndarray) and a.dtype.kind == "f"]
        self.dtype, self.out_dtype = floats[0] if floats else np.dtype(np.float32), out.array.dtype
        inputs = [self._as_computed(a, b) for a, b in zip(given, arrays, strict=False)] + given[len(arrays) :]
        self.names[id(out.array)] = translate(self, *inputs, **kwargs)
        self.kept[id(out.array)] = out.array  # so that its id is not given to another array

    def _as_computed(self, given, array):
        """An argument in the dtype in which the operation has computed."""
        if not isinstance(array, np.ndarray):
            return given
        return cast(self, given, array.dtype) if id(given) in self.names else array

    def changed(self, tensor, new):
        """A tensor was changed in place: from now on it is what `new` is, and what shares its memory is out of date."""
        array = tensor.array
        if id(new.array) not in self.names and id(array) not in self.names:
            return
        name = self.value(new.array)
        for other, kept in self.kept.items():
            if other != id(array) and np.may_share_memory(kept, array):
                self.stale.add(other)
        view = view_of(tensor)
        base = array if view is None else view.base.array
        if base is not array:
            self.names.setdefault(id(base), "")
            self.kept[id(base)] = base
            self.stale.add(id(base))
        self.names[id(array)], self.kept[id(array)] = name, array
        self.stale.discard(id(array))

    def name_of(self, array):
        """The name of an array that was computed."""
        if id(array) in self.stale:
            raise ExportError(
                "a tensor is used after a part of it, or the whole of which it is a part, was changed in place, and that "
                "has no translation to ONNX: make a new tensor instead, with md.cat or md.where"
            )
        return self.names[id(array)]

    def value(self, x, dtype=None):
        """The name of an array: one that was computed, or a new constant."""
        if isinstance(x, str):
            return x
        if id(x) in self.names:
            return self.name_of(x)
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        array = np.asarray(x, dtype or (self.dtype if isinstance(x, float | int) else None))
        self.constants.append(numpy_helper.from_array(np.asarray(array, order="C"), name))
        return name

    def whole(self, *numbers):
        """A constant of whole numbers, for shapes and axes."""
        return self.value(np.array(numbers, np.int64))

    def node(self, kind, *inputs, outputs=1, **attributes):
        """Add a node; its output's name, or a list of them. Inputs that are None are left out."""
        from onnx import helper

        names = ["" if x is None else self.value(x) for x in inputs]
        made = [f"{kind}_{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, names, made, **attributes))
        return made[0] if outputs == 1 else made
