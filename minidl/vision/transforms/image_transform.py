"""What all transforms of images share: the shapes they take, and where their random numbers come from."""

from enum import StrEnum

import numpy as np

from minidl.engine.generator import seeded
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError, ShapeError
from minidl.nn.module import Module


class InterpolationMode(StrEnum):
    """How a pixel between pixels is found; the plain words "nearest" and "bilinear" are understood as well."""

    NEAREST = "nearest"
    BILINEAR = "bilinear"


class ImageTransform(Module):
    """The base class of transforms that work on a batch: a child says in `transformed` what becomes of (N, C, H, W).

    Raises
    ------
    TypeError
        When these are neither a tensor nor an array.
    ShapeError
        When these are not images.
    MinidlError
        When they ask for a gradient, which would not pass.
    """

    def forward(self, images):
        """The transformed images, in the shape in which they came: (C, H, W) or (N, C, H, W)."""
        if not isinstance(images, Tensor | np.ndarray | list | tuple):
            raise TypeError(
                f"{type(self).__name__} works on a tensor or an array of images, and got {type(images).__name__}. "
                "Of a picture of Pillow's transforms.ToTensor() makes a tensor, and of a file md.vision.read_image(path)"
            )
        pixels = images.array if isinstance(images, Tensor) else np.asarray(images)
        if isinstance(images, Tensor) and images.requires_grad:
            raise MinidlError(
                f"{type(self).__name__} is for data, and no gradient passes through it; these images require one. "
                "Hand over images.detach()"
            )
        if pixels.ndim not in (3, 4) or 0 in pixels.shape[-3:]:
            alone = ": one in grey is images[None]" if pixels.ndim == 2 else ""
            raise ShapeError(
                f"{type(self).__name__} works on images of shape (C, H, W) or (N, C, H, W), and got {pixels.shape}{alone}"
            )
        if pixels.ndim == 4:
            return Tensor.wrap(self.transformed(pixels))
        return Tensor.wrap(self.transformed(pixels[None])[0])

    def transformed(self, pixels):
        """What becomes of an array (N, C, H, W)."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it does")


class RandomTransform(ImageTransform):
    """The base class of transforms that draw: from their own `generator`, or from the stream of `manual_seed`."""

    def __init__(self, generator=None):
        super().__init__()
        self.generator = generator

    def draws(self, n, numbers):
        """Uniform numbers from 0 to 1, in single precision: shape (n, numbers), image by image."""
        return seeded(self.generator).uniform(n * numbers).reshape(n, numbers)

    def uniform(self, n, ranges):
        """Numbers from the ranges (low, high), one of each for every image: shape (n, len(ranges))."""
        low, high = np.array(ranges, dtype=np.float32).reshape(-1, 2).T
        return self.draws(n, len(ranges)) * (high - low) + low


class Compose:
    """Transforms, one after the other.

    Parameters
    ----------
    transforms : list of callables

    Raises
    ------
    TypeError
        When this is not a list, or something in it is not a transform.

    Examples
    --------
    >>> import minidl as md
    >>> from minidl.vision import transforms
    >>> prepare = transforms.Compose([transforms.CenterCrop(20), transforms.Normalize([0.5], [0.5])])
    >>> prepare(md.ones(8, 1, 28, 28)).shape
    (8, 1, 20, 20)
    """

    def __init__(self, transforms):
        if callable(transforms):
            raise TypeError("Compose takes a list of transforms: Compose([...])")
        self.transforms = list(transforms)
        for transform in self.transforms:
            if isinstance(transform, type):
                raise TypeError(
                    f"Compose got the class {transform.__name__}; give a transform of it: {transform.__name__}(...)"
                )
            if not callable(transform):
                raise TypeError(f"Compose takes transforms, and one of these is {transform!r}")

    def __call__(self, images):
        """The transformed images."""
        for transform in self.transforms:
            images = transform(images)
        return images

    def __repr__(self):
        lines = "".join(f"\n    {transform!r}" for transform in self.transforms)
        return f"Compose({lines}\n)"


class ToTensor:
    """A picture of Pillow's, or an array (H, W) or (H, W, C), to a tensor (C, H, W).

    Bytes from 0 to 255 become floats from 0 to 1; other numbers stay as they are.

    Examples
    --------
    >>> import numpy as np
    >>> ToTensor()(np.array([[0, 255]], dtype=np.uint8))
    tensor([[[0., 1.]]])
    """

    def __call__(self, picture):
        """The tensor."""
        pixels = np.array(picture)
        if pixels.ndim == 2:
            pixels = pixels[:, :, None]
        if pixels.ndim != 3:
            raise ShapeError(f"ToTensor takes one picture of shape (H, W) or (H, W, C), and got {pixels.shape}")
        pixels = np.ascontiguousarray(pixels.transpose(2, 0, 1))
        return Tensor.wrap(pixels / np.float32(255) if pixels.dtype == np.uint8 else pixels)

    def __repr__(self):
        return "ToTensor()"
