"""Pooling: layers that keep the largest or the mean element under each window."""

from minidl.nn.module import Module, shown
from minidl.ops import pooling as ops
from minidl.ops.fractional_pooling import fractional_max_pool2d, fractional_max_pool3d
from minidl.ops.windows import pair


class _MaxPool(Module):
    """The largest element under each window.

    Parameters
    ----------
    kernel_size : int or tuple
    stride : int or tuple, optional
        As the kernel unless given.
    padding, dilation : int or tuple
    return_indices : bool
        Return also where each of them is (for `MaxUnpool2d` and its like).
    ceil_mode : bool
        Round the size of the output up, not down.
    """

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def _pooled(self, pool, x):
        return pool(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices)

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "kernel_size", "stride", "padding", "dilation", "ceil_mode")


class MaxPool1d(_MaxPool):
    """The largest element under each window of a sequence."""

    def forward(self, input):
        """(N, C, L) to (N, C, l)."""
        return self._pooled(ops.max_pool1d, input)


class MaxPool2d(_MaxPool):
    """The largest element under each window of an image."""

    def forward(self, input):
        """(N, C, H, W) to (N, C, h, w)."""
        return self._pooled(ops.max_pool2d, input)


class MaxPool3d(_MaxPool):
    """The largest element under each window of a volume."""

    def forward(self, input):
        """(N, C, D, H, W) to (N, C, d, h, w)."""
        return self._pooled(ops.max_pool3d, input)


class _MaxUnpool(Module):
    """What max pooling kept, back where it was, among zeros.

    Parameters
    ----------
    kernel_size, stride, padding : int or tuple
        Those of the pooling.
    """

    n: int  # how many dimensions there are

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        sizes = (kernel_size, kernel_size if stride is None else stride, padding)
        self.kernel_size, self.stride, self.padding = (pair(size, self.n) for size in sizes)

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "kernel_size", "stride", "padding")


class MaxUnpool1d(_MaxUnpool):
    """What `MaxPool1d` kept, back where it was, among zeros."""

    n = 1

    def forward(self, input, indices, output_size=None):
        """Values and indices (N, C, l) to (N, C, L)."""
        return ops.max_unpool1d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool2d(_MaxUnpool):
    """What `MaxPool2d` kept, back where it was, among zeros."""

    n = 2

    def forward(self, input, indices, output_size=None):
        """Values and indices (N, C, h, w) to (N, C, H, W)."""
        return ops.max_unpool2d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool3d(_MaxUnpool):
    """What `MaxPool3d` kept, back where it was, among zeros."""

    n = 3

    def forward(self, input, indices, output_size=None):
        """Values and indices (N, C, d, h, w) to (N, C, D, H, W)."""
        return ops.max_unpool3d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class AvgPool1d(Module):
    """The mean of the elements under each window of a sequence."""

    single = True  # sizes are kept as tuples of one, as in PyTorch

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        super().__init__()
        sizes = (kernel_size, kernel_size if stride is None else stride, padding)
        self.kernel_size, self.stride, self.padding = (pair(size, 1) for size in sizes) if self.single else sizes
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, input):
        """(N, C, L) to (N, C, l)."""
        return ops.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "kernel_size", "stride", "padding")


class AvgPool2d(AvgPool1d):
    """The mean of the elements under each window of an image."""

    single = False

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad)
        self.divisor_override = divisor_override

    def _pooled(self, pool, x):
        border = (self.padding, self.ceil_mode, self.count_include_pad)
        return pool(x, self.kernel_size, self.stride, *border, self.divisor_override)

    def forward(self, input):
        """(N, C, H, W) to (N, C, h, w)."""
        return self._pooled(ops.avg_pool2d, input)


class AvgPool3d(AvgPool2d):
    """The mean of the elements under each window of a volume."""

    def forward(self, input):
        """(N, C, D, H, W) to (N, C, d, h, w)."""
        return self._pooled(ops.avg_pool3d, input)


class _LPPool(Module):
    """The norm of the elements under each window.

    Parameters
    ----------
    norm_type : float
        The order of the norm.
    kernel_size, stride : int or tuple
    ceil_mode : bool
    """

    def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
        super().__init__()
        self.norm_type, self.kernel_size, self.stride, self.ceil_mode = norm_type, kernel_size, stride, ceil_mode

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "norm_type", "kernel_size", "stride", "ceil_mode")


class LPPool1d(_LPPool):
    """The norm of the elements under each window of a sequence."""

    def forward(self, input):
        """(N, C, L) to (N, C, l)."""
        return ops.lp_pool1d(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


class LPPool2d(_LPPool):
    """The norm of the elements under each window of an image."""

    def forward(self, input):
        """(N, C, H, W) to (N, C, h, w)."""
        return ops.lp_pool2d(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


class LPPool3d(_LPPool):
    """The norm of the elements under each window of a volume."""

    def forward(self, input):
        """(N, C, D, H, W) to (N, C, d, h, w)."""
        return ops.lp_pool3d(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


class _AdaptiveAvgPool(Module):
    """The mean over a grid of nearly equal parts, whatever the size of the input."""

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "output_size")


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """The mean over equal parts of a sequence, however long it is."""

    def forward(self, input):
        """(N, C, L) to (N, C, output_size)."""
        return ops.adaptive_avg_pool1d(input, self.output_size)


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """The mean over a grid of parts, whatever the size of the image."""

    def forward(self, input):
        """(N, C, H, W) to (N, C, *output_size)."""
        return ops.adaptive_avg_pool2d(input, self.output_size)


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """The mean over a grid of parts, whatever the size of the volume."""

    def forward(self, input):
        """(N, C, D, H, W) to (N, C, *output_size)."""
        return ops.adaptive_avg_pool3d(input, self.output_size)


class _AdaptiveMaxPool(_AdaptiveAvgPool):
    """The largest element of each part of a grid, whatever the size of the input."""

    def __init__(self, output_size, return_indices=False):
        super().__init__(output_size)
        self.return_indices = return_indices


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """The largest element of each of equal parts of a sequence, however long it is."""

    def forward(self, input):
        """(N, C, L) to (N, C, output_size)."""
        return ops.adaptive_max_pool1d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """The largest element of each part of a grid, whatever the size of the image."""

    def forward(self, input):
        """(N, C, H, W) to (N, C, *output_size)."""
        return ops.adaptive_max_pool2d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """The largest element of each part of a grid, whatever the size of the volume."""

    def forward(self, input):
        """(N, C, D, H, W) to (N, C, *output_size)."""
        return ops.adaptive_max_pool3d(input, self.output_size, self.return_indices)


class _FractionalMaxPool(Module):
    """The largest element under windows at random distances (Graham 2014).

    Parameters
    ----------
    kernel_size : int or tuple
    output_size : int or tuple, optional
    output_ratio : float or tuple, optional
        The output size as a share of the input's, between 0 and 1; exactly one of the two is given.
    return_indices : bool
        Return also where each of them is.
    """

    n: int

    def __init__(self, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        super().__init__()
        if (output_size is None) == (output_ratio is None):
            raise ValueError(f"{type(self).__name__} needs an output_size or an output_ratio, and not both")
        self.kernel_size, self.return_indices = pair(kernel_size, self.n), return_indices
        self.output_size = None if output_size is None else pair(output_size, self.n)
        ratio = output_ratio if isinstance(output_ratio, tuple | list) else (output_ratio,) * self.n
        self.output_ratio = None if output_ratio is None else tuple(ratio)
        if self.output_ratio is not None and not all(0 < share < 1 for share in self.output_ratio):
            raise ValueError(f"output_ratio is between 0 and 1, not {output_ratio}")
        self.register_buffer("_random_samples", _random_samples)

    def _pooled(self, pool, x):
        return pool(x, self.kernel_size, self.output_size, self.output_ratio, self.return_indices, self._random_samples)

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "kernel_size", "output_size", "output_ratio")


class FractionalMaxPool2d(_FractionalMaxPool):
    """The largest element under windows at random distances over an image."""

    n = 2

    def forward(self, input):
        """(N, C, H, W) to (N, C, h, w)."""
        return self._pooled(fractional_max_pool2d, input)


class FractionalMaxPool3d(_FractionalMaxPool):
    """The largest element under windows at random distances over a volume."""

    n = 3

    def forward(self, input):
        """(N, C, D, H, W) to (N, C, d, h, w)."""
        return self._pooled(fractional_max_pool3d, input)
