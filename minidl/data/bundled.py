"""The bundled data sets: real, small, and always there."""

import hashlib
import zipfile
import zlib

import numpy as np

from minidl.data.dataset import TensorDataset
from minidl.engine.tensor import Tensor
from minidl.errors import DataFileError
from minidl.system.resources import folder

CHECKSUM = "47a327225835b2d943fd31c079d4b2ad86abf68e4daaf9b9be29268f5119e8f7"


class Digits(TensorDataset):
    """Images and their labels.

    Attributes
    ----------
    images : Tensor, shape (N, 1, 28, 28)
        Ink from 0 (paper) to 1.
    labels : Tensor, shape (N,)
        The digit, 0 to 9.
    """

    def __init__(self, images, labels):
        super().__init__(images, labels)
        self.images, self.labels = images, labels

    def __repr__(self):
        return f"Digits({len(self)} images of 28 x 28)"


def digits():
    """Handwritten digits: 8,000 for training and 2,000 for testing.

    The split is fixed, and every digit has the same share in both parts. The images are part of
    MNIST (LeCun, Cortes & Burges); no network is used.

    Returns
    -------
    (Digits, Digits)
        The training and the test split.

    Raises
    ------
    DataFileError
        When the bundled file is missing or damaged.

    Examples
    --------
    >>> import minidl as md
    >>> train, test = md.data.digits()
    >>> train
    Digits(8000 images of 28 x 28)
    >>> image, label = test[0]
    >>> image.shape, label
    ((1, 28, 28), tensor(6))
    """
    arrays = read_bundled(folder("assets") / "data" / "digits" / "digits.npz", CHECKSUM)
    return tuple(
        Digits(
            Tensor.wrap(arrays[f"{split}_images"][:, None] / np.float32(255)),
            Tensor.wrap(arrays[f"{split}_labels"].astype(np.int64)),
        )
        for split in ("train", "test")
    )


def read_bundled(path, checksum):
    """The arrays of a bundled .npz file, after checking that it is whole.

    Raises
    ------
    DataFileError
        In one line: the file is missing, or its checksum (SHA-256) is not the one it was shipped with.
    """
    checked_bytes(path, checksum)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataFileError(f"the bundled file {path.name} is damaged ({error}): {path}") from error


def checked_bytes(path, checksum):
    """The bytes of a bundled file.

    Raises
    ------
    DataFileError
        When it is missing, or its checksum (SHA-256) is not the one it was shipped with.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataFileError(f"the bundled file {path.name} cannot be read ({error.strerror}): {path}") from error
    if hashlib.sha256(content).hexdigest() != checksum:
        raise DataFileError(
            f"the bundled file {path.name} is damaged (its checksum is wrong): reinstall minidl, or in a clone run "
            f"'git checkout -- assets'. The file: {path}"
        )
    return content
