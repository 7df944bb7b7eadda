"""PyTorch's ``torch.onnx``: `export`, which is `minidl.interop.export_onnx` with PyTorch's arguments."""

from minidl.engine.tensor import Tensor
from minidl.interop.onnx_export import ExportError, export_onnx


def export(model, args=(), f=None, *, input_names=None, output_names=None, dynamic_axes=None, **settings):
    """Write a model to an ONNX file.

    Parameters
    ----------
    model : Module
    args : Tensor, or tuple of one
        The example that the model is run on.
    f : path
    input_names, output_names : list of str, optional
        One each; "input" and "output" unless given.
    dynamic_axes : dict, optional
        Where it is given, the first dimension (the batch) may have any size.
    **settings
        All else (opset_version, export_params and so on) is accepted and changes nothing.

    Raises
    ------
    ExportError
        For a model with several inputs or outputs, and whatever `export_onnx` refuses.
    """
    examples = (args,) if isinstance(args, Tensor) else tuple(args)
    if len(examples) != 1 or len(input_names or [0]) != 1 or len(output_names or [0]) != 1:
        raise ExportError(f"a model is exported with one input and one output, and got {len(examples)} examples")
    names = {"input_name": (input_names or ["input"])[0], "output_name": (output_names or ["output"])[0]}
    export_onnx(model, examples[0], f, bool(dynamic_axes), **names)
