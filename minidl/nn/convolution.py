"""Layers that slide over sequences and images."""

import math

from minidl.nn import init
from minidl.nn.module import Module, Parameter
from minidl.ops import convolution as ops
from minidl.ops import pooling, resizing
from minidl.ops.creation import empty
from minidl.ops.windows import pair


class _Conv(Module):
    """What convolutions have in common.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, stride, padding, dilation : int or tuple
        `padding` may also be "same" or "valid".
    groups : int
        Channels are divided into so many groups, each with its own kernels.
    bias : bool
    """

    n: int
    transposed = False

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        dtype=None,
        **more,
    ):
        super().__init__()
        if in_channels % groups or out_channels % groups:
            raise ValueError(f"{in_channels} and {out_channels} channels cannot both be divided into {groups} groups")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.dilation = (pair(v, self.n) for v in (kernel_size, stride, dilation))
        self.padding = padding if isinstance(padding, str) else pair(padding, self.n)
        for name, value in more.items():
            setattr(self, name, value)
        first, second = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        self.weight = Parameter(empty(first, second // groups, *self.kernel_size, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_channels, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw the initial values anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        fan_in, _ = init.fans(self.weight)
        if self.bias is not None and fan_in:
            bound = 1 / math.sqrt(fan_in)
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self):
        """The arguments of the layer."""
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        for name, usual in (("padding", pair(0, self.n)), ("dilation", pair(1, self.n)), ("groups", 1)):
            if getattr(self, name) != usual:
                parts.append(f"{name}={getattr(self, name)}")
        return ", ".join(parts + ["bias=False"] * (self.bias is None))


class Conv1d(_Conv):
    """Kernels that slide over sequences: (N, C, L) to (N, O, l)."""

    n = 1

    def forward(self, x):
        """(N, C, L) to (N, O, l)."""
        return ops.conv1d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class Conv2d(_Conv):
    """Kernels that slide over images: (N, C, H, W) to (N, O, h, w).

    Examples
    --------
    >>> import minidl as md
    >>> md.nn.Conv2d(3, 8, kernel_size=3, padding=1)(md.zeros(2, 3, 16, 16)).shape
    (2, 8, 16, 16)
    """

    n = 2

    def forward(self, x):
        """(N, C, H, W) to (N, O, h, w)."""
        return ops.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class ConvTranspose2d(_Conv):
    """The opposite of a strided convolution: (N, C, h, w) to a larger (N, O, H, W)."""

    n, transposed = 2, True

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
        dtype=None,
    ):
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            dtype,
            output_padding=pair(output_padding),
        )

    def forward(self, x):
        """(N, C, h, w) to (N, O, H, W)."""
        return ops.conv_transpose2d(
            x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation
        )


class _Pool(Module):
    """What pooling layers have in common: the size of the window, its steps, the padding around the image."""

    def __init__(self, kernel_size, stride=None, padding=0, **more):
        super().__init__()
        self.kernel_size, self.stride, self.padding = kernel_size, kernel_size if stride is None else stride, padding
        self.more = more

    def extra_repr(self):
        """The arguments of the layer."""
        more = "".join(f", {name}={value}" for name, value in self.more.items())
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}{more}"


class MaxPool1d(_Pool):
    """The largest element under each window of a sequence."""

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
        super().__init__(kernel_size, stride, padding, dilation=dilation, ceil_mode=ceil_mode)

    def forward(self, x):
        """(N, C, L) to (N, C, l)."""
        return pooling.max_pool1d(x, self.kernel_size, self.stride, self.padding, **self.more)


class MaxPool2d(MaxPool1d):
    """The largest element under each window of an image."""

    def forward(self, x):
        """(N, C, H, W) to (N, C, h, w)."""
        return pooling.max_pool2d(x, self.kernel_size, self.stride, self.padding, **self.more)


class AvgPool1d(_Pool):
    """The mean of the elements under each window of a sequence."""

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        super().__init__(kernel_size, stride, padding, ceil_mode=ceil_mode, count_include_pad=count_include_pad)

    def forward(self, x):
        """(N, C, L) to (N, C, l)."""
        return pooling.avg_pool1d(x, self.kernel_size, self.stride, self.padding, **self.more)


class AvgPool2d(AvgPool1d):
    """The mean of the elements under each window of an image."""

    def forward(self, x):
        """(N, C, H, W) to (N, C, h, w)."""
        return pooling.avg_pool2d(x, self.kernel_size, self.stride, self.padding, **self.more)


class AdaptiveAvgPool2d(Module):
    """The mean over a grid of parts, whatever the size of the image."""

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, x):
        """(N, C, H, W) to (N, C, *output_size)."""
        return resizing.adaptive_avg_pool2d(x, self.output_size)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"output_size={self.output_size}"


class _Pad2d(Module):
    """A border around images: one width for all sides, or (left, right, top, bottom)."""

    mode = "constant"

    def __init__(self, padding, value=0.0):
        super().__init__()
        self.padding, self.value = pair(padding, 4), value

    def forward(self, x):
        """(N, C, H, W) to a larger image."""
        return resizing.pad(x, self.padding, self.mode, self.value)

    def extra_repr(self):
        """The arguments of the layer."""
        return str(self.padding)


class ZeroPad2d(_Pad2d):
    """A border of zeros."""

    def __init__(self, padding):
        super().__init__(padding)


class ConstantPad2d(_Pad2d):
    """A border of one value."""


class ReflectionPad2d(_Pad2d):
    """A border in which the image is mirrored."""

    mode = "reflect"

    def __init__(self, padding):
        super().__init__(padding)


class Upsample(Module):
    """Images in another size, by the nearest pixel or "bilinear"."""

    def __init__(self, size=None, scale_factor=None, mode="nearest", align_corners=None):
        super().__init__()
        self.size, self.scale_factor, self.mode, self.align_corners = size, scale_factor, mode, align_corners

    def forward(self, x):
        """(N, C, H, W) to (N, C, h, w)."""
        return resizing.interpolate(x, self.size, self.scale_factor, self.mode, self.align_corners)

    def extra_repr(self):
        """The arguments of the layer."""
        size = f"scale_factor={self.scale_factor}" if self.size is None else f"size={self.size}"
        return f"{size}, mode={self.mode!r}"


class PixelShuffle(Module):
    """Channels to pixels: (N, C r², H, W) to (N, C, H r, W r)."""

    def __init__(self, upscale_factor):
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, x):
        """(N, C r², H, W) to (N, C, H r, W r)."""
        return resizing.pixel_shuffle(x, self.upscale_factor)
