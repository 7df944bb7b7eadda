"""PyTorch's ``torch.utils``: what lessons import from there."""

from minidl.utils import checkpoint, data

__all__ = ["checkpoint", "data"]
