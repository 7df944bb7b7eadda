"""Many images as one."""

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError


def make_grid(tensor, nrow=8, padding=2, normalize=False, value_range=None, scale_each=False, pad_value=0.0):
    """Images side by side in one large image.

    Parameters
    ----------
    tensor : Tensor, shape (N, C, H, W), (C, H, W) or (H, W), or a list of tensors (C, H, W)
        One channel becomes three.
    nrow : int
        Images in a row.
    padding : int
        Pixels around each image.
    normalize : bool
        Whether to bring the numbers to the range from 0 to 1.
    value_range : (float, float), optional
        What becomes 0 and what 1; the smallest and the largest number unless given.
    scale_each : bool
        Whether each image is looked at by itself for that.
    pad_value : float
        What stands between the images.

    Returns
    -------
    Tensor, shape (3, rows * (H + padding) + padding, columns * (W + padding) + padding)
        A single image comes back alone, without a frame.

    Raises
    ------
    ShapeError
        When these are not images, or not all of one size.
    ValueError
        When a row is to hold no image, or the frame is below 0.

    Examples
    --------
    >>> import minidl as md
    >>> make_grid(md.rand(10, 1, 28, 28), nrow=5).shape
    (3, 62, 152)
    """
    if nrow < 1 or padding < 0:
        raise ValueError(f"a row holds at least 1 image and padding is at least 0; got nrow={nrow}, padding={padding}")
    images = _three_channels(tensor)
    if normalize:
        parts = images if scale_each else [images]
        scaled = [_scaled(part, value_range) for part in parts]
        images = np.stack(scaled) if scale_each else scaled[0]
    if len(images) == 1:
        return Tensor.wrap(images[0])
    n, c, H, W = images.shape
    columns = min(nrow, n)
    rows = -(-n // columns)
    tall, wide = H + padding, W + padding
    grid = np.full((c, rows * tall + padding, columns * wide + padding), pad_value, dtype=images.dtype)
    for k, image in enumerate(images):
        top, left = k // columns * tall + padding, k % columns * wide + padding
        grid[:, top : top + H, left : left + W] = image
    return Tensor.wrap(grid)


def _three_channels(tensor):
    """An array (N, C, H, W) of at least one image, with three channels in the place of one."""
    if isinstance(tensor, list | tuple) and len(shapes := {_array(image).shape for image in tensor}) > 1:
        raise ShapeError(f"make_grid takes images of one size, and these have the shapes {sorted(shapes)}")
    images: np.ndarray = (
        np.array([_array(image) for image in tensor]) if isinstance(tensor, list | tuple) else _array(tensor)
    )
    if images.ndim == 2:
        images = images[None]
    if images.ndim == 3:
        images = images[None]
    if images.ndim != 4 or not images.size:
        raise ShapeError(f"make_grid takes images (N, C, H, W), one of (C, H, W) or (H, W), or a list; not {images.shape}")
    return images.repeat(3, axis=1) if images.shape[1] == 1 else images


def _array(image):
    return image.array if isinstance(image, Tensor) else np.asarray(image)


def _scaled(pixels, value_range):
    """Numbers brought to the range from 0 to 1."""
    low, high = value_range or (pixels.min(), pixels.max())
    return (np.clip(pixels, low, high) - low) / max(high - low, 1e-5)
