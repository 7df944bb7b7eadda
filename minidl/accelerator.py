"""`torch.accelerator` for code that asks for a device and is ready to do without: there is none.

>>> import minidl as md
>>> md.accelerator.current_accelerator().type if md.accelerator.is_available() else "cpu"
'cpu'
"""

from minidl.cuda import device_count, empty_cache, is_available, synchronize

__all__ = ["current_accelerator", "device_count", "empty_cache", "is_available", "synchronize"]


def current_accelerator(check_available=False):
    """The device that computes beside the CPU: None."""
