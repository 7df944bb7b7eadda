"""The full MNIST and Fashion-MNIST: 70,000 images each, fetched once and kept."""

import gzip

import numpy as np

from minidl.data.bundled import Digits
from minidl.engine.tensor import Tensor
from minidl.errors import DataFileError

# Where the files are, and their MD5 checksums as their makers publish them.
SETS = {
    "mnist": (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        {
            "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
            "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
            "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
        },
    ),
    "fashion-mnist": (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        {
            "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
            "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
            "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
        },
    ),
}
CLOTHES = ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"]


def mnist(folder=None):
    """The full MNIST: 60,000 handwritten digits to learn from, 10,000 to be judged by (LeCun et al. 1998).

    Parameters
    ----------
    folder : path, optional
        Where the files are kept; a folder for caches of the system unless given.

    Returns
    -------
    (Digits, Digits)

    Raises
    ------
    DataFileError
        When they cannot be fetched. `digits()` needs no network.
    """
    return _fetched("mnist", folder)


def fashion_mnist(folder=None):
    """Fashion-MNIST: pictures of clothes in the form of MNIST (Xiao et al. 2017); the names are in `CLOTHES`."""
    return _fetched("fashion-mnist", folder)


def _fetched(name, folder):
    import pooch

    address, files = SETS[name]
    store = pooch.create(
        path=folder or pooch.os_cache("minidl") / name,
        base_url=address,
        registry={file: f"md5:{checksum}" for file, checksum in files.items()},
    )
    pooch.get_logger().setLevel("WARNING")
    try:
        paths = [store.fetch(file, progressbar=True) for file in files]
    except Exception as error:  # pooch passes on whatever its way to the network raises
        raise DataFileError(
            f"{name} could not be fetched ({type(error).__name__}); without a network go on with the bundled "
            "10,000 digits: minidl.data.digits()"
        ) from error
    images, labels, test_images, test_labels = (read_idx(path) for path in paths)
    return tuple(
        Digits(Tensor.wrap(x[:, None] / np.float32(255)), Tensor.wrap(y.astype(np.int64)))
        for x, y in ((images, labels), (test_images, test_labels))
    )


def read_idx(path):
    """The array in a gzipped file of the form IDX: two zeros, the type, the number of dimensions, their sizes, the bytes.

    Raises
    ------
    DataFileError
        When it is no such file, or cut short.
    """
    try:
        with gzip.open(path) as file:
            content = file.read()
    except (OSError, EOFError) as error:
        raise DataFileError(f"{path} is damaged ({error}): delete it, and it is fetched again") from error
    n = content[3] if len(content) > 3 else 0
    if content[:3] != b"\0\0\x08" or len(content) < 4 + 4 * n:
        raise DataFileError(f"{path} is no IDX file of bytes")
    shape = np.frombuffer(content, ">u4", n, 4).astype(int)
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * n)
    if values.size != shape.prod():
        raise DataFileError(
            f"{path} should hold {shape.prod()} bytes and holds {values.size}: delete it, and it is fetched again"
        )
    return values.reshape(shape)
