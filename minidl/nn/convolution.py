"""Convolutions: layers whose kernels slide over sequences, images and volumes."""

import math
from typing import Any

from minidl.nn import init
from minidl.nn.lazy import LazyLayer
from minidl.nn.module import Module
from minidl.nn.parameter import Parameter, UninitializedParameter
from minidl.ops import convolution as ops
from minidl.ops.creation import empty
from minidl.ops.padding import pad
from minidl.ops.windows import pair


class _Conv(Module):
    """What convolutions have in common.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, stride, padding, dilation : int or tuple
        `padding` may also be "same" or "valid".
    groups : int
        Channels are divided into this many groups, each with its own kernels.
    bias : bool
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What the padding is filled with.
    """

    n: int  # how many dimensions the kernels slide over
    weight: Any
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
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        super().__init__()
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise ValueError(f"{in_channels} and {out_channels} channels cannot both be divided into {groups} groups")
        if padding_mode not in ("zeros", "reflect", "replicate", "circular"):
            raise ValueError(f'padding_mode is "zeros", "reflect", "replicate" or "circular", not {padding_mode!r}')
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError(f'padding is a number, "same" or "valid", not {padding!r}')
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.dilation = (pair(v, self.n) for v in (kernel_size, stride, dilation))
        if min(*self.kernel_size, *self.stride, *self.dilation) < 1:
            raise ValueError(f"kernel_size, stride and dilation are at least 1, not {kernel_size}, {stride} and {dilation}")
        if padding == "same" and max(self.stride) > 1:
            raise ValueError('padding="same" needs a stride of 1')
        self.padding = padding if isinstance(padding, str) else pair(padding, self.n)
        self.output_padding, self.padding_mode = pair(0, self.n), padding_mode
        self.weight = Parameter(empty(*self._weight_shape(), dtype=dtype, device=device))
        self.register_parameter("bias", Parameter(empty(out_channels, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def _weight_shape(self):
        first, second = (self.in_channels, self.out_channels) if self.transposed else (self.out_channels, self.in_channels)
        return first, second // self.groups, *self.kernel_size

    def reset_parameters(self):
        """Draw new initial values."""
        if self.weight.shape[1] == 0:
            return
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        fan_in, _ = init.fans(self.weight)
        if self.bias is not None and fan_in:
            bound = 1 / math.sqrt(fan_in)
            init.uniform_(self.bias, -bound, bound)

    def _convolved(self, convolve, x):
        """`x` convolved, with its border filled as the padding mode says."""
        padding = self.padding
        if self.padding_mode != "zeros":
            x, padding = pad(x, self._border(), mode=self.padding_mode), 0
        return convolve(x, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def _border(self):
        """The widths of the border, the last dimension first: (left, right, top, bottom, ...)."""
        if self.padding == "valid":
            return (0,) * (2 * self.n)
        if self.padding == "same":
            total = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            return tuple(width for t in reversed(total) for width in (t // 2, t - t // 2))
        return tuple(p for p in reversed(self.padding) for _ in range(2))

    def extra_repr(self):
        """The arguments of the layer."""
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        usual = {"padding": pair(0, self.n), "dilation": pair(1, self.n), "output_padding": pair(0, self.n), "groups": 1}
        parts += [f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        parts += ["bias=False"] * (self.bias is None)
        return ", ".join(parts + [f"padding_mode={self.padding_mode}"] * (self.padding_mode != "zeros"))


class Conv1d(_Conv):
    """Kernels that slide over sequences: (N, C, L) to (N, O, l)."""

    n = 1

    def forward(self, input):
        """(N, C, L) to (N, O, l)."""
        return self._convolved(ops.conv1d, input)


class Conv2d(_Conv):
    """Kernels that slide over images: (N, C, H, W) to (N, O, h, w).

    Examples
    --------
    >>> import minidl as md
    >>> md.nn.Conv2d(3, 8, kernel_size=3, padding=1)(md.zeros(2, 3, 16, 16)).shape
    (2, 8, 16, 16)
    """

    n = 2

    def forward(self, input):
        """(N, C, H, W) to (N, O, h, w)."""
        return self._convolved(ops.conv2d, input)


class Conv3d(_Conv):
    """Kernels that slide over volumes: (N, C, D, H, W) to (N, O, d, h, w)."""

    n = 3

    def forward(self, input):
        """(N, C, D, H, W) to (N, O, d, h, w)."""
        return self._convolved(ops.conv3d, input)


class _ConvTranspose(_Conv):
    """What transposed convolutions have in common: the opposites of strided ones.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, stride, padding, dilation : int or tuple
    output_padding : int or tuple
        Elements added at one side of the output, which choose among its possible sizes.
    groups : int
    bias : bool
    """

    transposed = True

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
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        if padding_mode != "zeros" or isinstance(padding, str):
            raise ValueError(f"a transposed convolution pads with zeros, by a number, not {padding_mode!r} by {padding!r}")
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype
        )
        self.output_padding = pair(output_padding, self.n)

    def _spread(self, convolve, x, output_size):
        extra = self.output_padding if output_size is None else self._chosen_padding(x, output_size)
        return convolve(x, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation)

    def _chosen_padding(self, x, output_size):
        """The output padding that leads to `output_size`."""
        wanted = tuple(output_size)[-self.n :]
        least = [
            (size - 1) * s - 2 * p + d * (k - 1) + 1
            for size, s, p, d, k in zip(
                x.shape[-self.n :], self.stride, self.padding, self.dilation, self.kernel_size, strict=True
            )
        ]
        if any(not 0 <= w - m < s for w, m, s in zip(wanted, least, self.stride, strict=True)):
            most = [m + s - 1 for m, s in zip(least, self.stride, strict=True)]
            raise ValueError(f"the output can have sizes from {least} to {most} here, and output_size asks for {wanted}")
        return tuple(w - m for w, m in zip(wanted, least, strict=True))


class ConvTranspose1d(_ConvTranspose):
    """The opposite of a strided convolution: (N, C, l) to a longer (N, O, L)."""

    n = 1

    def forward(self, input, output_size=None):
        """(N, C, l) to (N, O, L)."""
        return self._spread(ops.conv_transpose1d, input, output_size)


class ConvTranspose2d(_ConvTranspose):
    """The opposite of a strided convolution: (N, C, h, w) to a larger (N, O, H, W)."""

    n = 2

    def forward(self, input, output_size=None):
        """(N, C, h, w) to (N, O, H, W)."""
        return self._spread(ops.conv_transpose2d, input, output_size)


class ConvTranspose3d(_ConvTranspose):
    """The opposite of a strided convolution: (N, C, d, h, w) to a larger (N, O, D, H, W)."""

    n = 3

    def forward(self, input, output_size=None):
        """(N, C, d, h, w) to (N, O, D, H, W)."""
        return self._spread(ops.conv_transpose3d, input, output_size)


class _LazyConv(LazyLayer):
    """A convolution that learns from its first input how many channels come in."""

    def __init__(
        self,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        super().__init__(0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode, device, dtype)  # type: ignore[call-arg]
        self._wait(out_channels, bias, dtype)

    def _wait(self, out_channels, bias, dtype):
        self.out_channels = out_channels
        self.weight = UninitializedParameter(dtype=dtype)
        self.bias = UninitializedParameter(dtype=dtype) if bias else None

    def initialize_parameters(self, input, *args, **kwargs):
        """Give weight and bias the shapes that fit `input`, and their initial values."""
        self.in_channels = input.shape[-1 - self.n]
        if self.in_channels % self.groups:
            raise ValueError(f"{self.in_channels} channels cannot be divided into {self.groups} groups")
        self.weight.materialize(self._weight_shape())
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()


class _LazyConvTranspose(_LazyConv):
    """A transposed convolution that learns from its first input how many channels come in."""

    def __init__(
        self,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        super(_LazyConv, self).__init__(  # type: ignore[call-arg]
            0, 0, kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode, device, dtype
        )
        self._wait(out_channels, bias, dtype)


class LazyConv1d(_LazyConv, Conv1d):
    """A `Conv1d` that learns from its first input how many channels come in."""


class LazyConv2d(_LazyConv, Conv2d):
    """A `Conv2d` that learns from its first input how many channels come in.

    Examples
    --------
    >>> import minidl as md
    >>> layer = md.nn.LazyConv2d(8, kernel_size=3)
    >>> layer(md.zeros(1, 3, 8, 8)).shape, layer
    ((1, 8, 6, 6), Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1)))
    """


class LazyConv3d(_LazyConv, Conv3d):
    """A `Conv3d` that learns from its first input how many channels come in."""


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):
    """A `ConvTranspose1d` that learns from its first input how many channels come in."""


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):
    """A `ConvTranspose2d` that learns from its first input how many channels come in."""


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):
    """A `ConvTranspose3d` that learns from its first input how many channels come in."""
