"""Images as data URIs."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image


def png(pixels, scale=1):
    """An image as a data URI.

    Parameters
    ----------
    pixels : array, shape (H, W) for grey (0 is white), (H, W, 3) or (H, W, 4) for colour, from 0 to 1
    scale : int
        How many pixels of the PNG one of `pixels` is wide.
    """
    pixels = np.round(np.clip(np.nan_to_num(np.asarray(pixels, dtype=float)), 0, 1) * 255).astype(np.uint8)
    pixels = (255 - pixels if pixels.ndim == 2 else pixels).repeat(scale, axis=0).repeat(scale, axis=1)
    image = Image.fromarray(pixels)
    transparency: dict[str, Any] = {}
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        colours, index = np.unique(pixels.reshape(-1, 4), axis=0, return_inverse=True)
        if len(colours) <= 256:  # a palette makes it three times smaller
            image = Image.fromarray(index.reshape(pixels.shape[:2]).astype(np.uint8))
            image.putpalette(colours[:, :3].tobytes())
            transparency["transparency"] = colours[:, 3].tobytes()
    file = io.BytesIO()
    image.save(file, format="png", optimize=True, **transparency)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
