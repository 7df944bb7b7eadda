"""Vectors as points of a plane: their two principal components."""

from dataclasses import dataclass

import numpy as np

from minidl.errors import MinidlError, ShapeError
from minidl.train.metrics import array_of
from minidl.viz.summary import evenly, scale_of

MOST_POINTS = 3000


@dataclass
class Plane:
    """Points of a plane.

    Attributes
    ----------
    points : array, shape (N, 2)
    share : float
        How much of the spread of the vectors they show.
    kept : array of int
        Which of the vectors these are.
    size : int
        How many numbers a vector has.
    left_out : str
        What is not drawn, in words.
    """

    points: np.ndarray
    share: float
    kept: np.ndarray
    size: int
    left_out: str

    def title(self):
        """What a reader should see."""
        said = f"{len(self.points)} vectors of {self.size} numbers; this plane shows {self.share:.0%} of their spread"
        return said + (f"; {self.left_out}" if self.left_out else "")


def principal_plane(vectors):
    """The plane in which as much as possible of the spread of the vectors is seen.

    Parameters
    ----------
    vectors : Tensor, shape (N, D)
        Those that are not finite are left out; of very many some are taken.

    Raises
    ------
    ShapeError
        When these are not vectors.
    MinidlError
        When fewer than two are finite.
    """
    v = array_of(vectors).astype(np.float64)
    if v.ndim != 2 or len(v) < 2 or not v.shape[1]:
        raise ShapeError(f"an embedding is drawn from two or more vectors, shape (N, D), not {v.shape}")
    finite = np.isfinite(v).all(axis=1)
    kept = np.flatnonzero(finite)
    if len(kept) < 2:
        raise MinidlError(
            f"{len(v) - len(kept)} of {len(v)} vectors hold NaN or infinity: fewer than two have a place in the plane"
        )
    said = f"{len(v) - len(kept)} of {len(v)} vectors hold NaN or infinity" if len(kept) < len(v) else ""
    if len(kept) > MOST_POINTS:
        said = "; ".join(filter(None, [f"{MOST_POINTS} of {len(kept)} are drawn", said]))
        kept = kept[evenly(len(kept), MOST_POINTS)]
    v = v[kept]
    scale = scale_of(v)  # so that nothing overflows on the way
    points, share = _projected(v / scale)
    return Plane(points * scale, share, kept, v.shape[1], said)


def _projected(v):
    """The coordinates of the vectors in their first two principal components, and the share of the spread that they show."""
    centred = v - v.mean(axis=0)
    _, sizes, ways = np.linalg.svd(centred, full_matrices=False)
    ways *= np.sign(ways[np.arange(len(ways)), np.abs(ways).argmax(axis=1)])[:, None]  # the same way round in every run
    points = np.pad(centred @ ways[:2].T, ((0, 0), (0, max(0, 2 - len(ways)))))
    return points, float((sizes[:2] ** 2).sum() / max((sizes**2).sum(), 1e-300))
