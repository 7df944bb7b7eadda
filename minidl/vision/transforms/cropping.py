"""Other sizes and other parts of an image: crops, mirror images, resizing."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from minidl.engine.generator import seeded
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.resizing import interpolate
from minidl.vision.transforms.image_transform import ImageTransform, InterpolationMode, RandomTransform
from minidl.vision.transforms.settings import frame, interpolation_mode, numbers_of, one_number, share, side_lengths

PADDING_MODES = ("constant", "edge", "reflect", "symmetric")


class RandomCrop(RandomTransform):
    """A part of each image, cut out at a random place.

    Parameters
    ----------
    size : int or (int, int)
    padding : int, (int, int) or (int, int, int, int), optional
        Pixels that are put around the image first: everywhere, left and right / above and below, or left, above, right,
        below.
    pad_if_needed : bool
        An image that is smaller than the part gets as many pixels as are missing, on both sides: so the part, too, is cut
        out at a random place.
    fill : float
        What the pixels around the image hold.
    padding_mode : {"constant", "edge", "reflect", "symmetric"}
        What is around the image: `fill`, the outermost pixel, or the image mirrored without or with its outermost pixel.
    generator : Generator, optional

    Raises
    ------
    ValueError
        For another mode, a size below 1, or a padding below 0.
    ShapeError
        When the part is larger than the image with its padding.

    Examples
    --------
    >>> import minidl as md
    >>> RandomCrop(28, padding=4)(md.ones(64, 1, 28, 28)).shape  # moved by up to four pixels
    (64, 1, 28, 28)
    """

    def __init__(self, size, padding=None, pad_if_needed=False, fill=0, padding_mode="constant", generator=None):
        super().__init__(generator)
        if padding_mode not in PADDING_MODES:
            raise ValueError(f"padding_mode is one of {', '.join(map(repr, PADDING_MODES))}, not {padding_mode!r}")
        self.size, self.pad_if_needed = side_lengths("RandomCrop", size), pad_if_needed
        self.padding = padding
        if padding is not None:
            frame("RandomCrop", padding)
        self.fill, self.padding_mode = one_number("fill", fill), padding_mode

    def transformed(self, pixels):
        """What becomes of an array (N, C, H, W)."""
        if self.padding is not None:
            pixels = self.padded(pixels, *frame("RandomCrop", self.padding))
        if self.pad_if_needed:
            tall, wide = (max(0, want - have) for want, have in zip(self.size, pixels.shape[2:], strict=True))
            pixels = self.padded(pixels, wide, tall, wide, tall)
        (h, w), (H, W), n = self.size, pixels.shape[2:], len(pixels)
        if h > H or w > W:
            raise ShapeError(
                f"RandomCrop cannot cut a part of {self.size} out of images of {(H, W)}: give padding or pad_if_needed=True"
            )
        if (h, w) == (H, W):
            return pixels
        places = seeded(self.generator).words(2 * n).reshape(n, 2) % np.array([H - h + 1, W - w + 1], dtype=np.uint32)
        return sliding_window_view(pixels, (h, w), axis=(2, 3))[np.arange(n), :, places[:, 0], places[:, 1]]

    def padded(self, pixels, left, above, right, below):
        """Images with pixels around them."""
        around = ((0, 0), (0, 0), (above, below), (left, right))
        settings = {"constant_values": self.fill} if self.padding_mode == "constant" else {}
        return np.pad(pixels, around, self.padding_mode, **settings)


class RandomHorizontalFlip(RandomTransform):
    """Images mirrored from left to right, each with probability `p`.

    Parameters
    ----------
    p : float
    generator : Generator, optional
    """

    def __init__(self, p=0.5, generator=None):
        super().__init__(generator)
        self.p = share("p", p)

    def transformed(self, pixels):
        """What becomes of an array (N, C, H, W)."""
        turned = self.draws(len(pixels), 1) < self.p
        return np.where(turned[:, :, None, None], pixels[..., ::-1], pixels)


class CenterCrop(ImageTransform):
    """The middle of each image; where it is smaller, zeros are put around it.

    Parameters
    ----------
    size : int or (int, int)
    """

    def __init__(self, size):
        super().__init__()
        self.size = side_lengths("CenterCrop", size)

    def transformed(self, pixels):
        """What becomes of an array (N, C, H, W)."""
        (h, w), (H, W) = self.size, pixels.shape[2:]
        if h > H or w > W:
            missing = [max(0, n - m) for n, m in zip((h, w), (H, W), strict=True)]
            pixels = np.pad(pixels, ((0, 0), (0, 0), *((m // 2, (m + 1) // 2) for m in missing)))
            H, W = pixels.shape[2:]
        top, left = round((H - h) / 2), round((W - w) / 2)
        return pixels[:, :, top : top + h, left : left + w].copy()


class Resize(ImageTransform):
    """Images in another size.

    Parameters
    ----------
    size : int or (int, int)
        Height and width; of a single number the shorter side becomes that long, and the shape stays.
    interpolation : {"bilinear", "nearest"}
    antialias : bool
        Whether an image that becomes smaller is blurred first, so that fine patterns do not turn into coarse ones.

    Examples
    --------
    >>> import minidl as md
    >>> Resize(14)(md.ones(3, 28, 42)).shape
    (3, 14, 21)
    """

    def __init__(self, size, interpolation=InterpolationMode.BILINEAR, antialias=True):
        super().__init__()
        side_lengths("Resize", size)
        self.size, self.antialias = size, antialias
        self.interpolation = interpolation_mode(interpolation)

    def transformed(self, pixels):
        """What becomes of an array (N, C, H, W)."""
        H, W = pixels.shape[2:]
        h, w = _resized(self.size, H, W)
        if self.interpolation == InterpolationMode.NEAREST:
            rows, columns = (np.arange(new) * old // new for new, old in ((h, H), (w, W)))
            return pixels[:, :, rows[:, None], columns]
        if (
            pixels.dtype.kind == "f" and not np.isfinite(pixels).all()
        ):  # 0 times an infinity would be NaN, all over the image
            return interpolate(Tensor.wrap(pixels), (h, w), mode="bilinear", antialias=self.antialias).array
        mixed = shares(H, h, self.antialias) @ pixels @ shares(W, w, self.antialias).T
        return mixed if pixels.dtype.kind == "f" else np.rint(mixed).astype(pixels.dtype)


def _resized(size, H, W):
    """The new height and width."""
    sides = numbers_of(size)
    if len(sides) == 1:  # of the shorter one
        short, long = sorted((H, W))
        sides = sides[0], int(sides[0] * long / short)
        return sides if H <= W else sides[::-1]
    return sides


def shares(old, new, antialias):
    """How much of each old pixel along a side is in each new one: an array (new, old) whose rows add up to 1.

    A new pixel looks at its place among the old ones with a weight that falls in a straight line to both sides, over one
    old pixel or, to blur, over one new one.

    >>> shares(4, 2, antialias=False).tolist()
    [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]]
    """
    step = old / new
    places = (np.arange(new) + 0.5) * step
    away = np.abs(np.arange(old) + 0.5 - places[:, None]) / (max(step, 1.0) if antialias else 1.0)
    weights = np.maximum(0, 1 - away)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
