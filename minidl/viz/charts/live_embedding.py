"""An embedding while it is learned: a film of planes, each turned so that it resembles the one before."""

from dataclasses import dataclass

import numpy as np

from minidl.engine.grad_mode import no_grad
from minidl.errors import ShapeError
from minidl.nn.modes import evaluating
from minidl.train.metrics import array_of
from minidl.viz.charts.embedding import principal_plane
from minidl.viz.colours import rgb, steady_colour
from minidl.viz.summary import drawable

SIDE = 300  # pixels of a frame
SHAPES = "o^sD"  # the marks of the first five classes, the next five, and so on
_Y, _X = np.mgrid[-3:4, -3:4]
STAMPS = {  # the first row is the lowest
    "o": np.hypot(_X, _Y) < 3.3,
    "^": 2 * np.abs(_X) <= 3 - _Y,
    "s": (np.abs(_X) < 3) & (np.abs(_Y) < 3),
    "D": np.abs(_X) + np.abs(_Y) <= 3,
}


@dataclass
class Moment:
    """An embedding at one moment of its training.

    Attributes
    ----------
    name : str
    points : array, shape (N, 2)
        NaN where a vector was not finite.
    share : float
        How much of the spread of the vectors the plane shows.
    neighbours : float or None
        The share of the vectors whose nearest neighbour has the same class.
    """

    name: str
    points: np.ndarray
    share: float
    neighbours: float | None

    def told(self):
        """What there is to see, in a line."""
        if not np.isfinite(self.points).any():
            return "the vectors are not finite"
        said = f"this plane shows {self.share:.0%} of the spread"
        return said if self.neighbours is None else f"the nearest other has the same class: {self.neighbours:.0%}; {said}"


def moment_of(name, model, images, classes, before=None, normalize=False):
    """What a model makes of images now.

    Parameters
    ----------
    name : str
    model : Module or function
        From images (N, ...) to vectors (N, D); it is asked in evaluation mode, and left as it was.
    images : Tensor, shape (N, ...)
    classes : array of int, shape (N,), or None
    before : Moment, optional
        The plane is turned, and mirrored if need be, so that it resembles the plane of this one.
    normalize : bool
        Bring the vectors to length 1.

    Raises
    ------
    ShapeError
        When the model does not give a vector for each image.
    """
    with evaluating(model), no_grad():
        vectors = array_of(model(images)).astype(np.float64)
    if vectors.ndim != 2 or len(vectors) != len(images):
        raise ShapeError(f"a vector for each image is needed, ({len(images)}, D), and the model gives {vectors.shape}")
    if normalize:
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    points, share = np.full((len(vectors), 2), np.nan), 0.0
    if np.isfinite(vectors).all(axis=1).sum() >= 2:
        plane = principal_plane(vectors)
        points[plane.kept], share = drawable(plane.points), plane.share
    if before is not None:
        points = turned_to_fit(points, before.points)
    return Moment(name, points, share, None if classes is None else same_class_nearest(vectors, classes))


def turned_to_fit(points, before):
    """Points turned about 0, and mirrored if need be, so that they lie as near as possible to where they lay before."""
    both = np.isfinite(points).all(axis=1) & np.isfinite(before).all(axis=1)
    left, _, right = np.linalg.svd(points[both].T @ before[both])
    return points @ (left @ right)


def same_class_nearest(vectors, classes):
    """The share of the vectors whose nearest neighbour has the same class; vectors that are not finite have no neighbour.

    >>> same_class_nearest(np.array([[0.0], [1.0], [9.0], [9.1]]), np.array([0, 0, 1, 2]))
    0.5
    """
    finite = np.isfinite(vectors).all(axis=1)
    known, labels = vectors[finite], classes[finite]
    if len(known) < 2:
        return 0.0
    square = (known * known).sum(axis=1)
    away = square[:, None] + square - 2 * known @ known.T
    np.fill_diagonal(away, np.inf)
    return float((labels[away.argmin(axis=1)] == labels).sum() / len(vectors))


def reach(moments):
    """How far the points of some moments lie from 0, at most; 1 when all lie there."""
    farthest = max((np.abs(m.points[np.isfinite(m.points)]).max(initial=0.0) for m in moments), default=0.0)
    return 1.05 * float(farthest) or 1.0


def mark(k):
    """The mark of class number `k`, as in matplotlib."""
    return SHAPES[k // 5 % len(SHAPES)]


def drawn(points, classes, limit):
    """Points as an image.

    Parameters
    ----------
    points : array, shape (N, 2)
        Those that are not finite are left out.
    classes : array of int, shape (N,), or None
    limit : float
        The image reaches from -limit to limit, both ways.

    Returns
    -------
    array, shape (SIDE, SIDE, 4)
        The first row is the lowest.
    """
    image = np.zeros((SIDE, SIDE, 4))
    shown = np.flatnonzero(np.isfinite(points).all(axis=1))
    places = np.clip(np.rint((points[shown] / limit + 1) / 2 * (SIDE - 1)), 3, SIDE - 4).astype(int)
    for (column, row), k in zip(places, np.zeros(len(shown), int) if classes is None else classes[shown], strict=True):
        image[row - 3 : row + 4, column - 3 : column + 4][STAMPS[mark(k)]] = [*rgb(steady_colour(k)), 1.0]
    return image
