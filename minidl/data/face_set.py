"""Faces and non-faces: small bundled pictures, and photographs to search."""

import numpy as np

from minidl.data.bundled import read_bundled
from minidl.data.dataset import TensorDataset
from minidl.engine.tensor import Tensor
from minidl.system.resources import folder

CHECKSUM = "4586de3a01b75ccad17d9869fcfe2efd92fbef17616e8bd70ba52a17a62c2b16"


class Faces(TensorDataset):
    """Small pictures, face or not, with harder ones and photographs beside them.

    Attributes
    ----------
    images : Tensor, shape (200, 1, 25, 25)
        Grey, from 0 (black) to 1: first 100 faces, then 100 pieces of background.
    labels : Tensor, shape (200,)
        1 for a face, 0 for none.
    hard : Tensor, shape (400, 1, 25, 25)
        Not faces either, and harder to tell from them.
    hard_from : list of str
        The photograph from which each of them was cut.
    photographs : dict of str to Tensor, shape (H, W)
        "coffee", "rocket", "brick", "gravel" and "grass" without a face, a "cat", and an "astronaut" with one.
    """

    def __init__(self, images, labels, hard, hard_from, photographs):
        super().__init__(images, labels)
        self.images, self.labels = images, labels
        self.hard, self.hard_from, self.photographs = hard, hard_from, photographs

    def __repr__(self):
        return f"Faces({len(self)} images of 25 x 25, {len(self.hard)} hard ones, {len(self.photographs)} photographs)"


def faces():
    """100 faces, 100 pieces of background, 400 harder ones, and seven photographs.

    The faces are press photographs out of Labeled Faces in the Wild (Huang et al. 2007): nobody in them was asked. Use
    them to learn, not to recognise anybody. `assets/data/faces/README.md` says what else to know about them.

    Returns
    -------
    Faces

    Raises
    ------
    DataFileError
        When the bundled file is missing or damaged.

    Examples
    --------
    >>> import minidl as md
    >>> faces = md.data.faces()
    >>> faces
    Faces(200 images of 25 x 25, 400 hard ones, 7 photographs)
    >>> faces.photographs["astronaut"].shape
    (256, 256)
    """
    arrays = read_bundled(folder("assets") / "data" / "faces" / "faces.npz", CHECKSUM)
    small = np.concatenate([arrays["faces"], arrays["non_faces"]])
    kind = np.repeat([1, 0], [len(arrays["faces"]), len(arrays["non_faces"])])
    photographs = {name.split("_", 1)[1]: _bright(x) for name, x in arrays.items() if name.startswith("photograph_")}
    return Faces(
        _bright(small[:, None]),
        Tensor.wrap(kind),
        _bright(arrays["hard"][:, None]),
        arrays["hard_from"].tolist(),
        photographs,
    )


def _bright(pixels):
    """Bytes as numbers from 0 to 1."""
    return Tensor.wrap(pixels / np.float32(255))
