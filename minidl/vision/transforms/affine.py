"""Images turned, moved, scaled and sheared: affine maps of the plane, another one for each image."""

import numpy as np

from minidl.vision.transforms.image_transform import InterpolationMode, RandomTransform
from minidl.vision.transforms.settings import angles, interpolation_mode, one_number, two_numbers


class RandomAffine(RandomTransform):
    """Each image turned, moved, scaled and sheared at random.

    Parameters
    ----------
    degrees : float or (float, float)
        Turned by up to this much either way, or between two angles; clockwise where it is positive.
    translate : (float, float), optional
        Moved by up to these shares of the width and the height.
    scale : (float, float), optional
        The smallest and the largest size.
    shear : float, (float, float) or (float, float, float, float), optional
        Sheared by up to this many degrees along x, or between two angles along x, and between two along y.
    interpolation : {"nearest", "bilinear"}
    fill : float
        What comes in at the edges.
    generator : Generator, optional

    Raises
    ------
    ValueError
        For numbers that say no range, as a `translate` in pixels.

    Examples
    --------
    >>> import minidl as md
    >>> turn = RandomAffine(15, translate=(0.1, 0.1), scale=(0.9, 1.1), interpolation="bilinear")
    >>> turn(md.rand(64, 1, 28, 28)).shape
    (64, 1, 28, 28)
    """

    def __init__(
        self,
        degrees,
        translate=None,
        scale=None,
        shear=None,
        interpolation=InterpolationMode.NEAREST,
        fill=0,
        generator=None,
    ):
        super().__init__(generator)
        self.degrees, self.fill = angles("degrees", degrees), one_number("fill", fill)
        shares = "two shares of the width and the height, each from 0 to 1 (4 of 28 pixels are 4 / 28)"
        self.translate = (
            translate if translate is None else two_numbers("translate", translate, shares, lambda m: 0 <= m <= 1)
        )
        sizes = "the smallest and the largest size, (0.9, 1.1) for a tenth either way, each above 0"
        self.scale = scale if scale is None else two_numbers("scale", scale, sizes, lambda m: m > 0)
        sheared = () if shear is None else angles("shear", shear, counts=(2, 4))
        self.shear = [sheared[k : k + 2] for k in range(0, len(sheared), 2)]
        self.interpolation = interpolation_mode(interpolation)

    def transformed(self, pixels):
        """What becomes of an array (N, C, H, W)."""
        H, W = pixels.shape[2:]
        ranges = [self.degrees]
        if self.translate is not None:
            ranges += [(-m * n, m * n) for m, n in zip(self.translate, (W, H), strict=True)]
        ranges += [self.scale] if self.scale is not None else []
        drawn = iter(self.uniform(len(pixels), [*ranges, *self.shear]).T)
        angle = next(drawn)
        moved = [np.rint(next(drawn)) for _ in (0, 1)] if self.translate is not None else [0.0, 0.0]
        scale = next(drawn) if self.scale is not None else 1.0
        sheared = [next(drawn, 0.0) for _ in (0, 1)]
        return sampled(pixels, looks_at(angle, moved, scale, sheared), self.interpolation, self.fill)


class RandomRotation(RandomTransform):
    """Each image turned by a random angle.

    Parameters
    ----------
    degrees : float or (float, float)
        By up to this much either way, or between two angles; anticlockwise where it is positive.
    interpolation : {"nearest", "bilinear"}
    fill : float
        What comes in at the corners.
    generator : Generator, optional
    """

    def __init__(self, degrees, interpolation=InterpolationMode.NEAREST, fill=0, generator=None):
        super().__init__(generator)
        self.degrees, self.fill = angles("degrees", degrees), one_number("fill", fill)
        self.interpolation = interpolation_mode(interpolation)

    def transformed(self, pixels):
        """What becomes of an array (N, C, H, W)."""
        (angle,) = self.uniform(len(pixels), [self.degrees]).T
        return sampled(pixels, looks_at(-angle), self.interpolation, self.fill)


def looks_at(angle, moved=(0.0, 0.0), scale=1.0, sheared=(0.0, 0.0)):
    """Where each pixel of a transformed image looks in the old one, both counted from the middle: the map backwards.

    Parameters
    ----------
    angle : array, shape (N,)
        Degrees, to the right.
    moved : two arrays of shape (N,), or numbers
        Pixels along x and y.
    scale : array or number
    sheared : two arrays or numbers
        Degrees along x and y.

    Returns
    -------
    array, shape (N, 2, 3)
        A matrix for (x, y), and a shift.
    """
    turn, along_x, along_y = (np.deg2rad(np.asarray(v, dtype=np.float64)) for v in (angle, *sheared))
    a, c = np.cos(turn - along_y) / np.cos(along_y), np.sin(turn - along_y) / np.cos(along_y)
    b, d = -a * np.tan(along_x) - np.sin(turn), -c * np.tan(along_x) + np.cos(turn)
    matrix = np.stack([np.stack([d, -b], -1), np.stack([-c, a], -1)], -2) / np.reshape(scale, (-1, 1, 1))
    shift = -matrix @ np.stack(np.broadcast_arrays(*moved), -1).reshape(-1, 2, 1)
    return np.concatenate([matrix, np.broadcast_to(shift, (len(matrix), 2, 1))], axis=2)


def sampled(pixels, maps, interpolation, fill=0.0):
    """The images as seen through affine maps, each of its own.

    Parameters
    ----------
    pixels : array, shape (N, C, H, W)
    maps : array, shape (N, 2, 3)
        As `looks_at` gives them.
    """
    H, W = pixels.shape[2:]
    y, x = np.mgrid[:H, :W].reshape(2, -1) - np.array([[(H - 1) / 2], [(W - 1) / 2]])
    columns, rows = np.moveaxis(maps @ np.stack([x, y, np.ones(H * W)]), 1, 0)
    rows, columns = rows + (H - 1) / 2, columns + (W - 1) / 2
    framed = np.pad(pixels, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=fill)  # who looks outside sees the frame
    look = lambda i, j: _looked_up(framed, i, j).reshape(pixels.shape)
    if interpolation == InterpolationMode.NEAREST:
        return look(np.rint(rows), np.rint(columns))
    top, left = np.floor(rows), np.floor(columns)
    down, right = ((v - n).astype(np.float32).reshape(-1, 1, H, W) for v, n in ((rows, top), (columns, left)))
    above = look(top, left) * (1 - right) + look(top, left + 1) * right
    below = look(top + 1, left) * (1 - right) + look(top + 1, left + 1) * right
    mixed = above * (1 - down) + below * down
    return mixed if pixels.dtype.kind == "f" else np.rint(mixed).astype(pixels.dtype)


def _looked_up(framed, rows, columns):
    """Pixels (N, C, places) at rows and columns (N, places) of images with a frame of one pixel around them."""
    n, c, tall, wide = framed.shape
    i, j = (np.clip(v + 1, 0, size - 1).astype(np.intp) for v, size in ((rows, tall), (columns, wide)))
    image = np.arange(n * c).reshape(n, c, 1) * (tall * wide)
    return framed.ravel().take(image + (i * wide + j)[:, None])
