"""Devices: the CPU, and the names of the others that PyTorch knows."""

import re

from minidl.errors import DeviceError

KINDS = ("cpu", "cuda", "mps", "xpu", "meta")
TEACH_DEVICE = (
    "minidl computes on the CPU alone, so device={!r} is not available. What you learn here carries over to "
    "PyTorch line by line: the last chapter shows how to take a model there, and to a GPU.\n"
    'Did you mean minidl.device("cuda" if minidl.cuda.is_available() else "cpu") ?'
)


class device(str):
    """The name of a device: ``device("cpu")``, ``device("cuda", 0)``; all computation runs on the CPU.

    It is a string too, so that ``x.device == "cpu"`` holds.

    Attributes
    ----------
    type : str
        "cpu", "cuda", "mps", "xpu" or "meta".
    index : int or None

    Examples
    --------
    >>> device("cuda:1").index, device("cpu").type
    (1, 'cpu')
    >>> device("cpu")
    device(type='cpu')
    """

    type: str
    index: int | None

    def __new__(cls, type="cpu", index=None):
        """Split a name into kind and number; refuse what is not the name of a device."""
        if isinstance(type, int):
            type, index = "cuda", type
        found = re.fullmatch(rf"({'|'.join(KINDS)})(?::(\d+))?", str(type))
        if not found:
            raise DeviceError(
                f"{type!r} is not a device. The known ones are {', '.join(KINDS)}; computation always runs on the CPU"
            )
        if index is None and found[2] is not None:
            index = int(found[2])
        made = super().__new__(cls, found[1] if index is None else f"{found[1]}:{index}")
        made.type, made.index = found[1], index
        return made

    def __repr__(self):
        return f"device(type='{self.type}'" + (f", index={self.index})" if self.index is not None else ")")

    def __enter__(self):
        check_device(self)
        return self

    def __exit__(self, *error):
        return None

    def __reduce__(self):
        return device, (self.type, self.index)


CPU = device("cpu")


def check_device(name):
    """Accept the CPU; refuse anything else, and say what to do instead."""
    if name is not None and name is not CPU and device(name).type != "cpu":
        raise DeviceError(TEACH_DEVICE.format(str(name)))


def get_default_device():
    """The device that new tensors get: the CPU."""
    return CPU


def set_default_device(device):
    """Choose the device that new tensors get: the CPU; any other is refused."""
    check_device(device)
