"""The census of 1994: people, and whether they earn much."""

import numpy as np

from minidl.data.bundled import read_bundled
from minidl.data.tables import Table
from minidl.engine.tensor import Tensor
from minidl.system.resources import folder

CHECKSUM = "c0cf01fdcfafd88950f82b55a053f12c78d9defde4ddbf2fa9efd2d0e1ab097f"
LARGEST = {"age": 100, "education-num": 16, "capital-gain": 99999, "capital-loss": 99999, "hours-per-week": 100}
MONEY = ("capital-gain", "capital-loss")  # mostly 0, sometimes huge: the logarithm is taken


class Census(Table):
    """People of a census, as numbers between 0 and 1.

    Numbers are divided by the largest that a form allows, and each word becomes a column (one-hot). Nothing is measured from
    the rows, so the columns of one person say nothing about another.

    Attributes
    ----------
    features : Tensor, shape (N, 91)
    target : Tensor of int64, shape (N,)
        1 for an income above 50,000 dollars a year.
    feature_names, target_names : list of str
        Such as "age" and "occupation: Sales".
    """

    def __init__(self, numbers, words, target):
        columns = [_scaled(name, column) for name, column in numbers.items()]
        for codes, meanings in words.values():
            columns.extend(codes == k for k in range(len(meanings)))
        names = [*numbers, *(f"{name}: {word}" for name, (_, meanings) in words.items() for word in meanings)]
        features = Tensor.wrap(np.stack(columns, axis=1).astype(np.float32))
        super().__init__("census", features, Tensor.wrap(target.astype(np.int64)), names, ["<=50K", ">50K"])
        self._numbers, self._words = numbers, words

    def person(self, index):
        """One row in words: a dict from the name of a column to a number or a word."""
        said = {name: int(column[index]) for name, column in self._numbers.items()}
        return said | {name: meanings[codes[index]] for name, (codes, meanings) in self._words.items()}


def _scaled(name, column):
    largest = LARGEST[name]
    return np.log1p(column) / np.log1p(largest) if name in MONEY else column / largest


def census():
    """A census of the USA of 1994, known as *Adult* (Becker & Kohavi 1996): who earns more than 50,000 dollars?

    These are real people without their names. `assets/data/census/README.md` says what is wrong with the data. No network is
    used.

    Returns
    -------
    (Census, Census)
        32,561 rows for training, and 16,281 for testing.

    Raises
    ------
    DataFileError
        When the bundled file is missing or damaged.

    Examples
    --------
    >>> import minidl as md
    >>> train, test = md.data.census()
    >>> train
    Table(census: 32561 rows, 91 features)
    >>> train.person(0)["occupation"], train.target[0]
    ('Adm-clerical', tensor(0))
    """
    arrays = read_bundled(folder("assets") / "data" / "census" / "census.npz", CHECKSUM)
    return tuple(_part(arrays, split) for split in ("train", "test"))


def _part(arrays, split):
    numbers = dict(zip(arrays["number_names"].tolist(), arrays[f"{split}_numbers"], strict=True))
    names = arrays["word_names"].tolist()
    meanings = [arrays[f"words {name}"].tolist() for name in names]
    words = dict(zip(names, zip(arrays[f"{split}_words"], meanings, strict=True), strict=True))
    count = arrays[f"{split}_numbers"].shape[1]
    return Census(numbers, words, np.unpackbits(arrays[f"{split}_target"], count=count))
