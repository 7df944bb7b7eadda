"""Olivetti faces: ten photographs of each of 40 people, fetched once and kept."""

import numpy as np

from minidl.data.dataset import TensorDataset
from minidl.data.full_sets import fetched_files
from minidl.data.mat_file import read_mat
from minidl.engine.tensor import Tensor
from minidl.errors import DataFileError

ADDRESS = "https://ndownloader.figshare.com/files/"
FILES = {"5976027": "b612fb967f2dc77c9c62d3e1266e0c73d5fca46a4b8906c18e454d41af987794"}


class People(TensorDataset):
    """Photographs of faces, and whose face each is.

    Attributes
    ----------
    images : Tensor, shape (400, 1, 64, 64)
        Grey, from 0 (black) to 1.
    people : Tensor, shape (400,)
        The number of the person, 0 to 39.
    """

    def __init__(self, images, people):
        super().__init__(images, people)
        self.images, self.people = images, people

    def __repr__(self):
        return f"People({len(self)} images of 64 x 64, of {len(np.unique(self.people.array))} people)"


def olivetti_faces(folder=None):
    """The Olivetti faces: ten photographs of each of 40 people (AT&T Laboratories Cambridge; Samaria & Harter 1994).

    They were taken between 1992 and 1994 in the laboratory, of people who worked or studied there and posed for it.
    If you use them, give credit to AT&T Laboratories Cambridge.

    Parameters
    ----------
    folder : path, optional
        Where the file is kept; a folder for caches of the system unless given.

    Returns
    -------
    People

    Raises
    ------
    DataFileError
        When it cannot be fetched.
    """
    instead = "go on with the bundled faces: minidl.data.faces()"
    (path,) = fetched_files("olivetti", ADDRESS, FILES, folder, instead)
    pixels = read_mat(path).get("faces")
    if pixels is None or pixels.dtype != np.uint8 or pixels.ndim != 2 or len(pixels) != 64 * 64 or pixels.shape[1] % 10:
        raise DataFileError(f"{path} does not hold the Olivetti faces: delete it, and it is fetched again")
    images = pixels.T.reshape(-1, 1, 64, 64).swapaxes(2, 3)  # each column goes down the columns of an image
    return People(Tensor.wrap(images / np.float32(255)), Tensor.wrap(np.repeat(np.arange(len(images) // 10), 10)))
