"""Padding: layers that put a border around sequences, images and volumes."""

from minidl.nn.module import Module
from minidl.ops.padding import pad
from minidl.ops.windows import pair


class _Padding(Module):
    """A border: one width for all sides, or one for each, the last dimension first (left, right, top, bottom, ...).

    Parameters
    ----------
    padding : int or tuple of int
    """

    n: int  # how many dimensions get a border
    mode = "constant"
    value: float | None = None

    def __init__(self, padding):
        super().__init__()
        self.padding = pair(padding, 2 * self.n)

    def forward(self, input):
        """(N, C, ...) to a larger input."""
        return pad(input, self.padding, self.mode, self.value)

    def extra_repr(self):
        """The arguments of the layer."""
        return str(self.padding)


class _ConstantPad(_Padding):
    def __init__(self, padding, value):
        super().__init__(padding)
        self.value = value

    def extra_repr(self):
        """The arguments of the layer."""
        return f"padding={self.padding}, value={self.value}"


class ZeroPad1d(_Padding):
    """A border of zeros around a sequence."""

    n = 1


class ZeroPad2d(_Padding):
    """A border of zeros around an image."""

    n = 2


class ZeroPad3d(_Padding):
    """A border of zeros around a volume."""

    n = 3


class ConstantPad1d(_ConstantPad):
    """A border of one value around a sequence."""

    n = 1


class ConstantPad2d(_ConstantPad):
    """A border of one value around an image."""

    n = 2


class ConstantPad3d(_ConstantPad):
    """A border of one value around a volume."""

    n = 3


class ReflectionPad1d(_Padding):
    """A border in which a sequence is mirrored."""

    n, mode = 1, "reflect"


class ReflectionPad2d(_Padding):
    """A border in which an image is mirrored."""

    n, mode = 2, "reflect"


class ReflectionPad3d(_Padding):
    """A border in which a volume is mirrored."""

    n, mode = 3, "reflect"


class ReplicationPad1d(_Padding):
    """A border that repeats the edge of a sequence."""

    n, mode = 1, "replicate"


class ReplicationPad2d(_Padding):
    """A border that repeats the edge of an image."""

    n, mode = 2, "replicate"


class ReplicationPad3d(_Padding):
    """A border that repeats the edge of a volume."""

    n, mode = 3, "replicate"


class CircularPad1d(_Padding):
    """A border in which a sequence begins anew from the other side."""

    n, mode = 1, "circular"


class CircularPad2d(_Padding):
    """A border in which an image begins anew from the other side."""

    n, mode = 2, "circular"


class CircularPad3d(_Padding):
    """A border in which a volume begins anew from the other side."""

    n, mode = 3, "circular"
