"""PyTorch's ``torch.utils``: what lessons import from there."""

from minidl.utils import data

__all__ = ["data"]
