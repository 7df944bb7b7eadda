"""CIFAR-10: 60,000 small photographs in colour, fetched once and kept."""

import tarfile
import zlib

import numpy as np

from minidl.data.dataset import Rows, TensorDataset
from minidl.data.full_sets import fetched_files
from minidl.engine.tensor import Tensor
from minidl.errors import DataFileError

ADDRESS = "https://www.cs.toronto.edu/~kriz/"
FILES = {"cifar-10-binary.tar.gz": "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"}
CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
RECORD = 1 + 3 * 32 * 32  # bytes: the label, then the pixels, colour by colour


class ColourImages(TensorDataset):
    """Small photographs in colour and their labels.

    The images are kept as bytes, a quarter of the memory; what the dataset gives are numbers from 0 to 1.

    Attributes
    ----------
    images : Tensor of uint8, shape (N, 3, 32, 32)
    labels : Tensor, shape (N,)
        A class from 0 to 9; the names are in `minidl.data.cifar.CLASSES`.
    """

    def __init__(self, images, labels):
        super().__init__(images, labels)
        self.images, self.labels = images, labels

    def __getitem__(self, index):
        return self.images[index].float() / 255, self.labels[index]

    def __getitems__(self, indices):
        """The examples of a batch."""
        return Rows(self[list(indices)])

    def __repr__(self):
        return f"ColourImages({len(self)} images of 32 x 32)"


def cifar10(folder=None):
    """CIFAR-10: 50,000 photographs of ten kinds of things for training, 10,000 for testing (Krizhevsky 2009).

    Parameters
    ----------
    folder : path, optional
        Where the file (170 MB) is kept; a folder for caches of the system unless given.

    Returns
    -------
    (ColourImages, ColourImages)

    Raises
    ------
    DataFileError
        When it cannot be fetched.
    """
    instead = "go on with the bundled digits: minidl.data.digits()"
    (path,) = fetched_files("cifar10", ADDRESS, FILES, folder, instead)
    return read_cifar(path)


def read_cifar(path):
    """The training and the test split in an archive of CIFAR-10 in binary form; nothing in it is unpacked to the disk.

    Raises
    ------
    DataFileError
        When it is not such an archive, or is cut short.
    """
    learn = [f"data_batch_{k}.bin" for k in range(1, 6)]
    try:
        with tarfile.open(path) as archive:
            batches = {
                name: _batch(archive.extractfile(f"cifar-10-batches-bin/{name}"), path)
                for name in [*learn, "test_batch.bin"]
            }
    except (OSError, EOFError, KeyError, tarfile.TarError, zlib.error) as error:
        raise DataFileError(f"{path} is damaged ({error}): delete it, and it is fetched again") from error
    images, labels = (np.concatenate([batches[name][k] for name in learn]) for k in (0, 1))
    return tuple(ColourImages(Tensor.wrap(x), Tensor.wrap(y)) for x, y in ((images, labels), batches["test_batch.bin"]))


def _batch(file, path):
    """Images (N, 3, 32, 32) and labels (N,) of one file: records of a label and its pixels."""
    content = np.frombuffer(b"" if file is None else file.read(), np.uint8)
    if not content.size or content.size % RECORD or content[::RECORD].max() >= len(CLASSES):
        raise DataFileError(f"{path} does not hold images of CIFAR-10: delete it, and it is fetched again")
    records = content.reshape(-1, RECORD)
    return records[:, 1:].reshape(-1, 3, 32, 32).copy(), records[:, 0].astype(np.int64)
