"""`torch.cuda` for code that asks for a GPU and is ready to do without: there is none."""

from minidl.engine.devices import TEACH_DEVICE, check_device, device
from minidl.engine.generator import manual_seed
from minidl.errors import DeviceError

__all__ = [
    "current_device",
    "device",
    "device_count",
    "empty_cache",
    "get_device_name",
    "is_available",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "memory_allocated",
    "reset_peak_memory_stats",
    "set_device",
    "synchronize",
]

manual_seed_all = manual_seed


def is_available():
    """Whether there is a GPU to compute on: no."""
    return False


def device_count():
    """How many GPUs there are: none."""
    return 0


def current_device():
    """The number of the GPU in use; refused, as there is none."""
    raise DeviceError(TEACH_DEVICE.format("cuda"))


def get_device_name(device=None):
    """The name of a GPU; refused, as there is none."""
    raise DeviceError(TEACH_DEVICE.format("cuda"))


def set_device(device):
    """Choose a GPU; refused, as there is none."""
    check_device(device if isinstance(device, str) else f"cuda:{device}")


def synchronize(device=None):
    """Wait until the GPU is done: nothing to wait for."""


def empty_cache():
    """Give back memory of the GPU: none is held."""


def memory_allocated(device=None):
    """Bytes in use on the GPU: 0."""
    return 0


def max_memory_allocated(device=None):
    """The most bytes that were in use on the GPU: 0."""
    return 0


def reset_peak_memory_stats(device=None):
    """Start counting the memory of the GPU anew: nothing is counted."""
