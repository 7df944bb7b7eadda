"""Image files, read through Pillow."""

import warnings
from enum import Enum

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import DataFileError

MOST_PIXELS = 50_000_000  # an image of 7,000 x 7,000; a file of a few kilobytes may claim to hold very many more
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "PPM", "TIFF")


class ImageReadMode(Enum):
    """The colours in which an image is read; the value is Pillow's name, None for those of the file."""

    UNCHANGED = None
    GRAY = "L"
    GRAY_ALPHA = "LA"
    RGB = "RGB"
    RGB_ALPHA = "RGBA"


def read_image(path, mode=ImageReadMode.UNCHANGED):
    """The pixels of an image file.

    Parameters
    ----------
    path : str or path
    mode : ImageReadMode or str
        "UNCHANGED", "GRAY", "GRAY_ALPHA", "RGB" or "RGB_ALPHA".

    Returns
    -------
    Tensor of uint8, shape (C, H, W)
        From 0 to 255; divide by 255 for a network.

    Raises
    ------
    DataFileError
        In one line: there is no such file, it is no image (a text, a movie), it is cut short or damaged, or so large that
        it would not fit into memory.
    """
    from PIL import Image, UnidentifiedImageError  # late: only who reads a file of an image waits for it

    wanted = ImageReadMode[mode] if isinstance(mode, str) else mode
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            with Image.open(path, formats=FORMATS) as image:
                _check_size(path, image.size)
                return Tensor.wrap(_pixels(image, wanted.value))
    except DataFileError:
        raise
    except UnidentifiedImageError:
        raise DataFileError(f"{path} is no image file of a kind that is read here ({', '.join(FORMATS)})") from None
    except Image.DecompressionBombError:
        raise DataFileError(
            f"{path} claims to be an image too large to be read (the limit is {MOST_PIXELS:,} pixels)"
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # Pillow's readers raise all of these for damaged files
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise DataFileError(f"{path} cannot be read as an image: {reason}") from error


def _check_size(path, size):
    width, height = size
    if width * height > MOST_PIXELS:
        raise DataFileError(
            f"{path} claims to be an image of {width:,} x {height:,} pixels; up to {MOST_PIXELS:,} are read. "
            "Make it smaller first, if you trust it"
        )


def _pixels(image, wanted):
    """Bytes (C, H, W) of a picture of Pillow's."""
    if wanted is None:
        wanted = (
            image.mode if image.mode in ("L", "LA", "RGB", "RGBA") else "RGBA" if "transparency" in image.info else "RGB"
        )
    pixels = np.asarray(image.convert(wanted))
    return np.array(pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1), order="C")
