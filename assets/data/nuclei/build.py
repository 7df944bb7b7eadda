"""Build nuclei.npz from the PyPI package stardist 0.9.2.

    python -m pip download --no-deps stardist==0.9.2
    python build.py stardist-0.9.2-*.whl

The image is kept as it is: its 16-bit pixels are below 256 (checked here). The instances are numbered 1, 2, ...
without a gap.
"""

import hashlib
import io
import sys
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = "stardist/data/images/"


def read(wheel, name):
    """One image of the package as an array."""
    with zipfile.ZipFile(wheel) as archive:
        return np.array(Image.open(io.BytesIO(archive.read(FOLDER + name))))


def main(wheel):
    """Write nuclei.npz beside this script, and print its checksum."""
    target = Path(__file__).with_name("nuclei.npz")
    image, mask = read(wheel, "img2d.tif"), read(wheel, "mask2d.tif")
    found, instances = np.unique(mask, return_inverse=True)
    if image.shape != mask.shape or image.max() > 255 or found[0] != 0 or len(found) > 256:
        raise SystemExit("this is another image than that of stardist 0.9.2")
    np.savez_compressed(target, image=image.astype(np.uint8), instances=instances.reshape(mask.shape).astype(np.uint8))
    print(target.name, hashlib.sha256(target.read_bytes()).hexdigest())
    print(image.shape, len(found) - 1, "nuclei")


if __name__ == "__main__":
    main(*sys.argv[1:2])
