"""Colours: brighter, paler, turned around the colour wheel; grey; and numbers around 0."""

import numpy as np

from minidl.engine.generator import seeded
from minidl.errors import MinidlError, ShapeError
from minidl.vision.transforms.image_transform import ImageTransform, RandomTransform
from minidl.vision.transforms.settings import numbers_of, two_numbers

GREY = np.array([0.2989, 0.587, 0.114], dtype=np.float32)  # how bright red, green and blue look to us (ITU-R 601)


def _floats(pixels, name):
    if pixels.dtype.kind != "f":
        raise MinidlError(f"{name} needs floats from 0 to 1, and got {pixels.dtype}: divide the bytes by 255")
    return pixels


def _check_channels(pixels):
    if pixels.shape[1] not in (1, 3):
        last = pixels.shape[3] in (1, 3)  # as in a file of an image
        advice = (
            ". If the channels are the last axis, transforms.ToTensor() or permute brings them to the front" if last else ""
        )
        raise ShapeError(f"colours have three channels, and these images have {pixels.shape[1]}: {pixels.shape}{advice}")


def grey(pixels):
    """Images (N, 3, H, W) in grey, (N, 1, H, W)."""
    _check_channels(pixels)
    return pixels if pixels.shape[1] == 1 else np.einsum("nchw,c->nhw", pixels, GREY)[:, None].astype(pixels.dtype)


class Normalize(ImageTransform):
    """Each channel minus its mean, divided by its standard deviation.

    Parameters
    ----------
    mean, std : float or sequence of float
        One for each channel, or one for all; those of the *training* images.

    Raises
    ------
    ShapeError
        When the number of channels is not that of the means.

    Examples
    --------
    >>> import minidl as md
    >>> Normalize([0.5], [0.25])(md.tensor([[[0.5, 1.0]]]))
    tensor([[[0., 2.]]])
    """

    def __init__(self, mean, std):
        super().__init__()
        self.mean, self.std = list(numbers_of(mean)), list(numbers_of(std))
        if not self.mean or not self.std:
            raise ValueError(f"Normalize takes a mean and a deviation for each channel, and got {mean!r} and {std!r}")
        if min(self.std) <= 0:
            raise ValueError(f"a standard deviation to divide by is above 0, and these are {self.std}")

    def transformed(self, pixels):
        """What becomes of an array (N, C, H, W)."""
        _floats(pixels, "Normalize")
        mean, std = (np.array(v, dtype=pixels.dtype).reshape(-1, 1, 1) for v in (self.mean, self.std))
        if {len(mean), len(std)} - {1, pixels.shape[1]}:
            raise ShapeError(
                f"Normalize has {len(mean)} means and {len(std)} deviations, and the images have {pixels.shape[1]} channels"
            )
        return (pixels - mean) / std


class Grayscale(ImageTransform):
    """Images in grey, by how bright each colour looks to us.

    Parameters
    ----------
    num_output_channels : {1, 3}
        Three equal channels suit a network that was made for colours.
    """

    def __init__(self, num_output_channels=1):
        super().__init__()
        if num_output_channels not in (1, 3):
            raise ValueError(f"Grayscale gives 1 channel or 3, not {num_output_channels}")
        self.num_output_channels = num_output_channels

    def transformed(self, pixels):
        """What becomes of an array (N, C, H, W)."""
        return grey(pixels).repeat(self.num_output_channels, axis=1)


class ColorJitter(RandomTransform):
    """The colours of each image changed at random, in random order.

    Parameters
    ----------
    brightness, contrast, saturation : float or (float, float)
        A factor from ``max(0, 1 - x)`` to ``1 + x``, or between two: of the light, of the distance from the mean grey,
        and of the distance of each pixel from its grey.
    hue : float or (float, float)
        Turned around the colour wheel by up to this share of it (at most 0.5), or between two.
    generator : Generator, optional

    Raises
    ------
    MinidlError
        For bytes: colours are floats from 0 to 1 here.
    ShapeError
        For images that have neither one channel nor three.
    """

    def __init__(self, brightness=0, contrast=0, saturation=0, hue=0, generator=None):
        super().__init__(generator)
        self.brightness = _factors("brightness", brightness)
        self.contrast = _factors("contrast", contrast)
        self.saturation = _factors("saturation", saturation)
        self.hue = _factors("hue", hue, middle=0.0, least=-0.5, most=0.5)

    def transformed(self, pixels):
        """What becomes of an array (N, C, H, W)."""
        _check_channels(_floats(pixels, "ColorJitter"))
        order, drawn = self._drawn(len(pixels))
        pixels = pixels.copy()
        for place in range(4):
            for k, change in enumerate((brighter, with_contrast, saturated, turned)):
                chosen = order[:, place] == k
                if k in drawn and chosen.any():
                    pixels[chosen] = change(pixels[chosen], drawn[k][chosen].reshape(-1, 1, 1, 1))
        return pixels

    def _drawn(self, n):
        """The order of the four changes for each image, and their amounts."""
        stream = seeded(self.generator)
        ranges = [self.brightness, self.contrast, self.saturation, self.hue]
        asked = [k for k, found in enumerate(ranges) if found is not None]
        order, amounts = np.zeros((n, 4), dtype=int), np.zeros((len(asked), n), dtype=np.float32)
        for i in range(n):
            order[i] = stream.permutation(4)
            amounts[:, i] = self.uniform(1, [ranges[k] for k in asked])[0]
        return order, dict(zip(asked, amounts, strict=True))


def _factors(name, value, middle=1.0, least=0.0, most=float("inf")):
    """The range of a change; None where nothing changes."""
    if isinstance(value, int | float):
        if value < 0:
            raise ValueError(f"{name} is a range around {middle:g}, so a number of at least 0, not {value}")
        low, high = middle - value, middle + value
        low = max(low, least) if middle else low
    else:
        low, high = two_numbers(name, value, "one number or two, from one to another", lambda n: True)
    if not least <= low <= high <= most:
        raise ValueError(f"{name} goes from {least:g} to {most:g}, and this asks for {low:g} to {high:g}")
    return None if low == high == middle else (low, high)


def _blended(pixels, others, factor):
    """Others, and `factor` times the way from them to the pixels; within 0 and 1."""
    return np.clip(factor * pixels + (1 - factor) * others, 0, 1)


def brighter(pixels, factor):
    """The light times a factor."""
    return _blended(pixels, np.zeros_like(pixels), factor)


def with_contrast(pixels, factor):
    """The distance of each pixel from the mean grey of its image times a factor."""
    return _blended(pixels, grey(pixels).mean(axis=(1, 2, 3), keepdims=True), factor)


def saturated(pixels, factor):
    """The distance of each pixel from its own grey times a factor."""
    return _blended(pixels, grey(pixels), factor)


def turned(pixels, share):
    """The hue turned by a share of the colour wheel; grey has none."""
    if pixels.shape[1] == 1:
        return pixels
    hue, saturation, value = hsv(pixels)
    return from_hsv((hue + share[:, 0]) % 1.0, saturation, value).astype(pixels.dtype)


def hsv(pixels):
    """Hue (a share of the colour wheel), saturation and value of images (N, 3, H, W), each (N, H, W)."""
    red, green, blue = np.moveaxis(pixels, 1, 0)
    value, least = pixels.max(axis=1), pixels.min(axis=1)
    spread = value - least
    safe = np.where(spread == 0, 1, spread)
    from_red, from_green, from_blue = ((value - c) / safe for c in (red, green, blue))
    sixth = np.where(
        value == red,
        from_blue - from_green,
        np.where(value == green, 2 + from_red - from_blue, 4 + from_green - from_red),
    )
    return sixth / 6 % 1.0, spread / np.where(value == 0, 1, value), value


def from_hsv(hue, saturation, value):
    """Images (N, 3, H, W) of hue, saturation and value."""

    def channel(n):  # 5, 3, 1 for red, green, blue: how far each is from its sixths of the wheel
        k = (n + hue * 6) % 6
        return value - value * saturation * np.clip(np.minimum(k, 4 - k), 0, 1)

    return np.stack([channel(5), channel(3), channel(1)], axis=1)
