"""Cell nuclei under a microscope, each with its outline."""

import numpy as np

from minidl.data.bundled import read_bundled
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.system.resources import folder

CHECKSUM = "a4b48b13396092c6e15c1de53ea7f1aeae24779bd720ca37cb8fe13d4cd7ffaf"


class Nuclei:
    """An image of nuclei, or a part of one: ``nuclei[:, :256]`` is its left half.

    Attributes
    ----------
    image : Tensor, shape (H, W)
        Brightness from 0 to 1.
    instances : Tensor of int64, shape (H, W)
        0 is background; each nucleus has a number of its own, 1, 2, ...
    """

    def __init__(self, image, instances):
        self.image, self.instances = image, instances

    def __repr__(self):
        height, width = self.image.shape
        return f"Nuclei({len(self)} in {height} x {width} pixels)"

    def __len__(self):
        return int(self.instances.array.max(initial=0))

    def __getitem__(self, region):
        """A part of the image; nuclei that lie in it, some of them cut at its edge, are numbered anew."""
        if not (isinstance(region, tuple) and len(region) == 2 and all(isinstance(part, slice) for part in region)):
            raise ShapeError("a part of the nuclei is a rectangle: two slices, rows and columns, such as nuclei[:, :256]")
        cut = self.instances.array[region]
        numbers = np.unique(cut[cut > 0])
        anew = np.zeros(len(self) + 1, np.int64)
        anew[numbers] = np.arange(1, len(numbers) + 1)
        return Nuclei(Tensor.wrap(self.image.array[region]), Tensor.wrap(anew[cut]))

    @property
    def mask(self):
        """Float32 tensor (H, W): 1 where there is a nucleus."""
        return Tensor.wrap((self.instances.array > 0).astype(np.float32))

    @property
    def boxes(self):
        """Float32 tensor (N, 4): the box x1, y1, x2, y2 around each nucleus."""
        instances, rows = self.instances.array, []
        for number in range(1, len(self) + 1):
            down, across = (instances == number).nonzero()
            rows.append([across.min(), down.min(), across.max() + 1, down.max() + 1])
        return Tensor.wrap(np.array(rows, np.float32).reshape(-1, 4))


def nuclei():
    """125 cell nuclei under a fluorescence microscope, each with its outline; no network is used.

    They are part of the 2018 Data Science Bowl (Caicedo et al. 2019), as `stardist` ships them.

    Returns
    -------
    Nuclei

    Raises
    ------
    DataFileError
        When the bundled file is missing or damaged.

    Examples
    --------
    >>> import minidl as md
    >>> md.data.nuclei()
    Nuclei(125 in 512 x 512 pixels)
    >>> left = md.data.nuclei()[:, :256]
    >>> left, left.boxes.shape
    (Nuclei(73 in 512 x 256 pixels), (73, 4))
    """
    arrays = read_bundled(folder("assets") / "data" / "nuclei" / "nuclei.npz", CHECKSUM)
    return Nuclei(
        Tensor.wrap(arrays["image"] / np.float32(255)),
        Tensor.wrap(arrays["instances"].astype(np.int64)),
    )
