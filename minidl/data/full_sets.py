"""The full MNIST and Fashion-MNIST: 70,000 images each, fetched once and kept."""

import gzip
import math
import threading
import zlib

import numpy as np

from minidl.data.bundled import Digits
from minidl.engine.tensor import Tensor
from minidl.errors import DataFileError

# Where the files are, and their SHA-256 checksums: a file that was replaced is noticed.
SETS = {
    "mnist": (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        {
            "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        },
    ),
    "fashion-mnist": (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        {
            "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        },
    ),
}
MOST = 400_000_000  # bytes of a file: CIFAR-10 has 170 million
PATIENCE, SLOWEST = 60, 1000  # seconds, and the bytes that must come in each of them on average
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
    address, files = SETS[name]
    paths = fetched_files(name, address, files, folder, "go on with the bundled 10,000 digits: minidl.data.digits()")
    images, labels, test_images, test_labels = (read_idx(path) for path in paths)
    return tuple(
        Digits(Tensor.wrap(x[:, None] / np.float32(255)), Tensor.wrap(y.astype(np.int64)))
        for x, y in ((images, labels), (test_images, test_labels))
    )


def fetched_files(name, address, files, folder, instead):
    """Where the files of a set are kept, after fetching those that are not there yet.

    Parameters
    ----------
    name : str
    address : str
        The address of each file without its name.
    files : dict of str to str
        The name of each, and its checksum (SHA-256): a file that was replaced is refused.
    folder : path or None
        Where they are kept; a folder for caches of the system for None.
    instead : str
        What to do without a network.

    Raises
    ------
    DataFileError
        When they cannot be fetched.
    """
    import pooch  # late: needed only when a file is fetched

    store = pooch.create(
        path=folder or pooch.os_cache("minidl") / name,
        base_url=address,
        registry={file: f"sha256:{checksum}" for file, checksum in files.items()},
    )
    pooch.get_logger().setLevel("WARNING")
    try:
        return [store.fetch(file, downloader=_download) for file in files]
    except Exception as error:  # pooch passes on whatever its way to the network raises
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise DataFileError(f"{name} could not be fetched ({reason}); without a network {instead}") from error


def _download(address, target, store):
    """Fetch one file as pooch does, but never in clear text, no more than a set can be large, and not for ever."""
    import pooch  # late, as above

    fetch, failures = pooch.HTTPDownloader(progressbar=True, hooks={"response": _refuse_answer}), []
    with open(target, "wb") as file:
        into = _AtMost(file)

        def work():
            try:
                fetch(address, into, store)
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=work, daemon=True)  # that may be given up, and then keeps nobody from leaving
        thread.start()
        try:
            _wait_for(thread, into, address)
        finally:
            into.given_up = thread.is_alive()
    if failures:
        raise failures[0]


def _wait_for(thread, into, address):
    """Wait while enough comes. (The time limit of a connection is for a silent one: a byte now and then keeps it alive.)"""
    while thread.is_alive():
        before = into.size
        thread.join(PATIENCE)
        came = into.size - before
        if thread.is_alive() and came < SLOWEST * PATIENCE:
            raise DataFileError(
                f"{address} sent {came:,} bytes in {PATIENCE} seconds, and less than {SLOWEST:,} a second are not waited for"
            )


def _refuse_answer(response, **_):
    """Raise DataFileError for an answer that leads from https to http, or announces more than a set can be large."""
    onward = response.headers.get("location", "")
    if response.url.startswith("https:") and onward.lower().startswith("http:"):
        raise DataFileError(f"{response.url} leads on to an address without encryption: {onward:.100}")
    if int(response.headers.get("content-length") or 0) > MOST:
        raise DataFileError(f"{response.url} is no file of this set: it has more than {MOST:,} bytes")


class _AtMost:
    """A file into which no more than `MOST` bytes are written."""

    def __init__(self, file):
        self.file, self.size, self.given_up = file, 0, False

    def write(self, content):
        """Write bytes, as long as they are not too many."""
        self.size += len(content)
        if self.given_up:
            raise DataFileError("nobody waits for this file any more")
        if self.size > MOST:
            raise DataFileError(f"more than {MOST:,} bytes came, which is no file of this set")
        return self.file.write(content)

    def flush(self):
        """Nothing more: the file is flushed when it is closed."""


def read_idx(path):
    """The array in a gzipped file of the form IDX: two zeros, the type, the number of dimensions, their sizes, the bytes.

    Raises
    ------
    DataFileError
        When it is not such a file, or is cut short.
    """
    try:
        with gzip.open(path) as file:
            content = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise DataFileError(f"{path} is damaged ({error}): delete it, and it is fetched again") from error
    n = content[3] if len(content) > 3 else 0
    if content[:3] != b"\0\0\x08" or len(content) < 4 + 4 * n:
        raise DataFileError(f"{path} is not an IDX file of bytes")
    shape = np.frombuffer(content, ">u4", n, 4).tolist()
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * n)
    if values.size != math.prod(shape):  # of Python's numbers, which do not overflow
        raise DataFileError(
            f"{path} should hold {math.prod(shape)} bytes and holds {values.size}: delete it, and it is fetched again"
        )
    try:
        return values.reshape(shape)
    except ValueError as error:  # too many dimensions, or nothing of more than NumPy can count
        raise DataFileError(f"{path} has a shape that no array has, {shape}: delete it, and it is fetched again") from error
