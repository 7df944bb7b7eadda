"""Emoji: small drawings in colour, with what they show."""

import numpy as np

from minidl.data.bundled import read_bundled
from minidl.data.dataset import TensorDataset
from minidl.engine.tensor import Tensor
from minidl.system.resources import folder

CHECKSUM = "9c09416caa9e16f56fd878867d4e8917dbe66f529430f5f0b990735654c761dd"


class Emoji(TensorDataset):
    """Drawings and their categories.

    Attributes
    ----------
    images : Tensor, shape (N, 3, 24, 24)
        Red, green and blue from 0 to 1, on white.
    labels : Tensor, shape (N,)
        The category, a number into `categories`.
    categories : list of str
        What the labels mean.
    names, characters : list of str
        What each drawing shows, and the emoji itself.
    families : Tensor, shape (N,)
        Drawings that look much alike (a woman, a man and a person who run) share a number: keep them together when you
        divide these data, or a drawing is judged whose twin was learned from.
    """

    def __init__(self, images, labels, categories, names, characters, families):
        super().__init__(images, labels)
        self.images, self.labels, self.categories = images, labels, categories
        self.names, self.characters, self.families = names, characters, families

    def __repr__(self):
        return f"Emoji({len(self)} drawings of 24 x 24 in {len(self.categories)} categories)"


def emoji():
    """Emoji by category: 1,525 drawings for training and 381 for testing.

    The split is fixed, and keeps families together. The drawings are Twemoji (CC-BY 4.0); no network is used.

    Returns
    -------
    (Emoji, Emoji)
        The training and the test split.

    Raises
    ------
    DataFileError
        When the bundled file is missing or damaged.

    Examples
    --------
    >>> import minidl as md
    >>> train, test = md.data.emoji()
    >>> train
    Emoji(1525 drawings of 24 x 24 in 9 categories)
    >>> train.names[3], train.categories[train.labels[3].item()]
    ('hot dog', 'Food & Drink')
    """
    arrays = read_bundled(folder("assets") / "data" / "emoji" / "emoji.npz", CHECKSUM)
    categories = arrays["categories"].tolist()
    return tuple(_split(arrays, name, categories) for name in ("train", "test"))


def _split(arrays, name, categories):
    images, labels, families = (arrays[f"{name}_{part}"] for part in ("images", "labels", "families"))
    pixels = np.ascontiguousarray(images.transpose(0, 3, 1, 2)) / np.float32(255)
    return Emoji(
        Tensor.wrap(pixels),
        Tensor.wrap(labels.astype(np.int64)),
        categories,
        arrays[f"{name}_names"].tolist(),
        arrays[f"{name}_characters"].tolist(),
        Tensor.wrap(families.astype(np.int64)),
    )
