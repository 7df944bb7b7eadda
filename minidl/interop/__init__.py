"""Taking what was learned elsewhere: to PyTorch, and to anything that runs ONNX."""

from minidl.interop.onnx_export import ExportError, export_onnx
from minidl.interop.onnx_import import ImportOnnxError, OnnxModel, import_onnx
from minidl.interop.torch_weights import from_torch, to_torch

__all__ = ["ExportError", "ImportOnnxError", "OnnxModel", "export_onnx", "from_torch", "import_onnx", "to_torch"]
