"""Image files, read through Pillow."""

import os
import struct
import warnings
from enum import Enum

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import DataFileError
from minidl.system.files import refuse_endless

MOST_PIXELS = 50_000_000  # an image of 7,000 x 7,000; a file of a few kilobytes may claim to hold very many more
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "PPM", "TIFF")


class ImageReadMode(Enum):
    """The colours in which an image is read; the value is Pillow's name, None for those of the file."""

    UNCHANGED = None
    GRAY = "L"
    GRAY_ALPHA = "LA"
    RGB = "RGB"
    RGB_ALPHA = "RGBA"


def read_image(path, mode=ImageReadMode.UNCHANGED, apply_exif_orientation=False):
    """The pixels of an image file; of a film (GIF, TIFF) its first picture.

    Parameters
    ----------
    path : str or path
    mode : ImageReadMode or str
        "UNCHANGED", "GRAY", "GRAY_ALPHA", "RGB" or "RGB_ALPHA".
    apply_exif_orientation : bool
        Turn the picture upright: a phone saves it as the sensor lay, and beside it how it was held.

    Returns
    -------
    Tensor of uint8, shape (C, H, W)
        From 0 to 255; divide by 255 for a network. Of 16 bits the upper 8 are kept.

    Raises
    ------
    DataFileError
        In one line: there is no such file, it is no image (a text, a movie), it is cut short or damaged, so large that
        it would not fit into memory, or holds numbers of which nothing says which one is white.
    ValueError
        When there is no such mode.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError  # late: only who reads a file of an image waits for it

    wanted = _mode(mode)
    path = os.fspath(path)
    try:
        refuse_endless(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            with Image.open(path, formats=FORMATS) as image:
                _check_size(path, image.size)
                upright = ImageOps.exif_transpose(image) if apply_exif_orientation else image
                return Tensor.wrap(_pixels(_eight_bits(path, upright, image.format), wanted.value))
    except DataFileError:
        raise
    except UnidentifiedImageError:
        raise DataFileError(f"{path} is no image file of a kind that is read here ({', '.join(FORMATS)})") from None
    except Image.DecompressionBombError:
        raise DataFileError(
            f"{path} claims to be an image too large to be read (the limit is {MOST_PIXELS:,} pixels)"
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:  # Pillow raises all of these for damage
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise DataFileError(f"{path} cannot be read as an image: {reason}") from error


def _mode(mode):
    """The mode of this name, or the mode itself."""
    if isinstance(mode, ImageReadMode):
        return mode
    if mode not in list(ImageReadMode.__members__):
        raise ValueError(f"an image is read as one of {', '.join(ImageReadMode.__members__)}, not as {mode!r}")
    return ImageReadMode[mode]


def _check_size(path, size):
    width, height = size
    if width * height > MOST_PIXELS:
        raise DataFileError(
            f"{path} claims to be an image of {width:,} x {height:,} pixels; up to {MOST_PIXELS:,} are read. "
            "Make it smaller first, if you trust it"
        )


def _eight_bits(path, image, kind):
    """The picture with a byte for each number: Pillow itself would take all that is above 255 for white."""
    from PIL import Image  # late, as above

    if image.mode.startswith("I;16") or (image.mode == "I" and kind in ("PNG", "PPM")):  # those have 16 bits at most
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise DataFileError(
            f"{path} holds one number of 32 bits for each pixel, and nothing says which of them is white. "
            "Open it with PIL.Image, and divide by the largest"
        )
    return image


def _pixels(image, wanted):
    """Bytes (C, H, W) of a picture of Pillow's."""
    if wanted is None:
        own = {"1": "L", "L": "L", "LA": "LA", "RGB": "RGB", "RGBA": "RGBA"}
        wanted = own.get(image.mode) or ("RGBA" if "transparency" in image.info else "RGB")
    pixels = np.asarray(image.convert(wanted))
    return np.array(pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1), order="C")
