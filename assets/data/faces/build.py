"""Build faces.npz from the PyPI package scikit-image 0.26.0.

    pip download --no-deps scikit-image==0.26.0 && unzip scikit_image-0.26.0-*.whl
    python build.py skimage/data

The 200 small pictures are turned into bytes again, and the photographs become grey and small. A fixed seed draws where
the hard negatives are cut.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 25  # pixels of a small picture
PHOTOGRAPHS = {  # the part that is taken (left, top, right, bottom), and the size it gets
    "coffee": ("coffee.png", (0, 0, 600, 400), (300, 200)),
    "rocket": ("rocket.jpg", (0, 0, 640, 427), (320, 213)),
    "brick": ("brick.png", (0, 0, 256, 256), (128, 128)),
    "gravel": ("gravel.png", (0, 0, 256, 256), (128, 128)),
    "grass": ("grass.png", (0, 0, 256, 256), (128, 128)),
    "cat": ("chelsea.png", (0, 0, 451, 300), (225, 150)),
    "astronaut": ("astronaut.png", (0, 0, 512, 512), (256, 256)),
}
CUT = {"coffee": 75, "rocket": 75, "brick": 50, "gravel": 50, "grass": 50, "cat": 100}  # how many hard negatives of each


def photograph(folder, name):
    """A photograph in grey, small."""
    file, part, size = PHOTOGRAPHS[name]
    image = Image.open(folder / file).convert("L").crop(part).resize(size, Image.Resampling.LANCZOS)
    return np.asarray(image)


def cut(image, count, random):
    """Squares of different sizes at random places, brought to one size."""
    squares = []
    for _ in range(count):
        side = int(random.randint(SIDE, min(image.shape) // 2 + 1))
        top, left = (random.randint(0, length - side + 1) for length in image.shape)
        square = Image.fromarray(image[top : top + side, left : left + side])
        squares.append(np.asarray(square.resize((SIDE, SIDE), Image.Resampling.LANCZOS)))
    return np.stack(squares)


def main(folder):
    """Write faces.npz beside this script, and print its checksum."""
    folder, target = Path(folder), Path(__file__).with_name("faces.npz")
    small = np.rint(np.load(folder / "lfw_subset.npy") * 255).astype(np.uint8)
    photographs = {name: photograph(folder, name) for name in PHOTOGRAPHS}
    random = np.random.RandomState(0)
    hard = {name: cut(photographs[name], count, random) for name, count in CUT.items()}
    np.savez_compressed(
        target,
        faces=small[:100],
        non_faces=small[100:],
        hard=np.concatenate(list(hard.values())),
        hard_from=np.repeat(list(CUT), list(CUT.values())),
        **{f"photograph_{name}": image for name, image in photographs.items()},
    )
    print(target.name, target.stat().st_size, hashlib.sha256(target.read_bytes()).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:2])
