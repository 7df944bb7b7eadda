"""PyTorch's ``torch.utils.checkpoint``: it is `minidl.autograd.checkpoint`."""

from minidl.autograd.checkpointing import checkpoint, checkpoint_sequential

__all__ = ["checkpoint", "checkpoint_sequential"]
