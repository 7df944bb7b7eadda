"""What a model says at every point of the plane, as plain data."""

import numpy as np

from minidl.engine.grad_mode import no_grad
from minidl.errors import ShapeError
from minidl.nn.modes import evaluating
from minidl.ops.activation import softmax_array
from minidl.ops.creation import tensor
from minidl.train.metrics import array_of
from minidl.viz.colours import region_image

FINE = 72  # points of the plane along each side


def checked_points(X, y):
    """Points and class numbers as arrays; points that are not finite are left out.

    Raises
    ------
    ShapeError
        When the points are not in the plane, or labels and points differ in number, or no point is finite.
    """
    points = array_of(X)
    labels = array_of(y).reshape(-1).astype(int)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ShapeError(f"a boundary is drawn in the plane: X needs shape (N, 2), not {points.shape}")
    if len(labels) != len(points):
        raise ShapeError(f"there are {len(points)} points and {len(labels)} labels")
    with np.errstate(over="ignore"):
        points = points.astype(np.float32)
    finite = np.isfinite(points).all(axis=1)
    if not finite.any():
        raise ShapeError("none of the points is finite: there is nothing to draw")
    return points[finite], labels[finite]


def predict(model, points):
    """The probability of each class at each point, shape (N, C); the model is left as it was."""
    with evaluating(model), no_grad(), np.errstate(all="ignore"):
        out = model(tensor(points)).array
        if out.ndim == 1 or out.shape[1] == 1:
            p = 1 / (1 + np.exp(-out.reshape(-1)))
            return np.stack([1 - p, p], axis=1)
        return softmax_array(out, 1)


def seen_classes(probabilities):
    """The class of each row of probabilities; -1 where they are no numbers."""
    return np.where(np.isfinite(probabilities).all(axis=1), np.argmax(probabilities, axis=1), -1)


def extent(points):
    """Left, right, bottom, top of the part of the plane that is drawn."""
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    margin = 0.12 * np.maximum(high - low, 1e-6 * np.maximum(1, np.abs(low)))
    low, high = low - margin, high + margin
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])


def region(model, points, fine=FINE):
    """The colours of the plane, an image whose first row is the top."""
    left, right, bottom, top = extent(points)
    x, y = np.meshgrid(np.linspace(left, right, fine), np.linspace(top, bottom, fine))
    with np.errstate(over="ignore"):
        places = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    return region_image(predict(model, places).reshape(fine, fine, -1))
