"""Layers that change the size of images, and those that move pixels into channels and back."""

from minidl.nn.module import Module, shown
from minidl.ops import resizing


class Upsample(Module):
    """Sequences, images or volumes in another size.

    Parameters
    ----------
    size : int or tuple, optional
    scale_factor : float or tuple, optional
        Either of the two.
    mode : {"nearest", "linear", "bilinear", "bicubic", "trilinear", "nearest-exact", "area"}
    align_corners, recompute_scale_factor : bool, optional
        As in `functional.interpolate`.
    """

    def __init__(self, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None):
        super().__init__()
        self.size, self.mode, self.align_corners = size, mode, align_corners
        several = isinstance(scale_factor, list | tuple)
        self.scale_factor = tuple(map(float, scale_factor)) if several else scale_factor and float(scale_factor)
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input):
        """(N, C, H, W) to (N, C, h, w)."""
        return resizing.interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor
        )

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "scale_factor" if self.size is None else "size", "mode")


class UpsamplingNearest2d(Upsample):
    """Images in another size, by the nearest pixel."""

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """Images in another size, between four pixels; the corner pixels stay where they are."""

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)


class PixelShuffle(Module):
    """Channels to pixels: (N, C r², H, W) to (N, C, H r, W r)."""

    def __init__(self, upscale_factor):
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input):
        """(N, C r², H, W) to (N, C, H r, W r)."""
        return resizing.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "upscale_factor")


class PixelUnshuffle(Module):
    """Pixels to channels: (N, C, H r, W r) to (N, C r², H, W)."""

    def __init__(self, downscale_factor):
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input):
        """(N, C, H r, W r) to (N, C r², H, W)."""
        return resizing.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "downscale_factor")


class ChannelShuffle(Module):
    """The channels of all groups dealt out in turn (Zhang et al. 2018)."""

    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, input):
        """(N, C, ...) to the same shape."""
        return resizing.channel_shuffle(input, self.groups)

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "groups")


class Unfold(Module):
    """The windows of an image as columns: (N, C, H, W) to (N, C * kh * kw, number of windows)."""

    def __init__(self, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, input):
        """(N, C, H, W) to (N, C * kh * kw, number of windows)."""
        return resizing.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "kernel_size", "dilation", "padding", "stride")


class Fold(Module):
    """Columns put back where `Unfold` took them, and added up where windows overlap."""

    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.output_size, self.kernel_size = output_size, kernel_size
        self.dilation, self.padding, self.stride = dilation, padding, stride

    def forward(self, input):
        """(N, C * kh * kw, number of windows) to (N, C, H, W)."""
        return resizing.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self):
        """The arguments of the layer."""
        return shown(self, "output_size", "kernel_size", "dilation", "padding", "stride")
