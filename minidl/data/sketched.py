"""Sketches from a file, as a sketchpad saves them."""

import zipfile
from pathlib import Path

import numpy as np

from minidl.data.bundled import Digits
from minidl.errors import DataFileError, ShapeError
from minidl.ops.creation import tensor

MOST_BYTES = 256 * 2**20


def sketches(path, side=28):
    """Images and labels from a file that `minidl.viz.sketchpad` saved.

    Parameters
    ----------
    path : path
        A file that ends in .npz.
    side : int
        How many pixels the images must be wide and high.

    Returns
    -------
    Digits
        With `images` of shape (N, 1, side, side), from 0 (paper) to 1 (ink), and `labels` of shape (N,).

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ShapeError
        When the images are of another size, or images and labels differ in number.
    DataFileError
        When the file holds no drawings, or is damaged.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(member.file_size for member in packed.infolist()) > MOST_BYTES:
                raise ValueError("unpacked it would be larger than 256 MB")
        with np.load(path, allow_pickle=False) as file:
            images, labels = file["images"], file["labels"]
        if images.dtype.kind != "f" or labels.dtype.kind not in "iu" or labels.ndim != 1 or not np.isfinite(images).all():
            raise ValueError("images are floating-point numbers, and labels a row of integers")
    except FileNotFoundError:
        raise
    except Exception as error:  # in a damaged file NumPy stumbles in any way: it takes a header for Python
        said = f"{path.name} holds no drawings ({error}); a sketchpad writes them: pad.save('my_digits.npz')"
        raise DataFileError(said) from error
    if images.shape != (len(labels), 1, side, side):
        raise ShapeError(
            f"expected {len(labels)} images, ({len(labels)}, 1, {side}, {side}); {path.name} has {images.shape}"
        )
    return Digits(tensor(images.astype(np.float32)), tensor(labels.astype(np.int64)))
