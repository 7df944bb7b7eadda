"""Names beside the points of a chart, where they cover as little as can be."""

import numpy as np

from minidl.viz.graphs.layout import text_width

LETTERS = 9  # points
AWAY = 4.0  # from a point to its name, in points
POINT = 5.0  # the side of a point
SIDES = [(1, 0.6), (-1, 0.6), (1, -0.6), (-1, -0.6), (0, 1), (0, -1), (1, 1.8), (-1, 1.8), (1, -1.8), (-1, -1.8)]


def places_beside(points, sizes, room=None):
    """Where names stand: the centre of each, so that it covers no point and no other name, or as little as can be.

    Parameters
    ----------
    points : array, shape (N, 2)
    sizes : array, shape (N, 2)
        Width and height of each name, in the units of the points.
    room : (left, bottom, right, top), optional
        Where the names should stay.

    Returns
    -------
    array, shape (N, 2)
    """
    taken = [np.concatenate([p - POINT / 2, p + POINT / 2]) for p in points]
    centres = []
    for point, size in zip(points, sizes, strict=True):
        choices = [point + np.array(side) * (size / 2 + AWAY) for side in SIDES]
        boxes = [np.concatenate([centre - size / 2, centre + size / 2]) for centre in choices]
        best = int(np.argmin([_covered(box, np.array(taken)) + _outside(box, room) for box in boxes]))
        centres.append(choices[best])
        taken.append(boxes[best])
    return np.array(centres).reshape(-1, 2)


def _covered(box, others):
    """How much of the others a box covers."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    return float(np.clip(sides, 0, None).prod(axis=1).sum())


def _outside(box, room):
    """How much of a box is not in the room."""
    return 0.0 if room is None else float((box[2:] - box[:2]).prod()) - _covered(box, np.array([room]))


def write_beside(axes, points, names):
    """Write a name beside each point of a chart that is otherwise drawn."""
    axes.figure.draw_without_rendering()  # now the axes have their size
    unit = axes.figure.dpi / 72
    at = axes.transData.transform(points) / unit
    sizes = np.array([[text_width(name, LETTERS), 1.25 * LETTERS] for name in names]).reshape(-1, 2)
    room = axes.bbox.extents / unit
    for name, point, offset in zip(names, points, places_beside(at, sizes, room) - at, strict=True):
        look: dict = {"textcoords": "offset points", "fontsize": LETTERS, "ha": "center", "va": "center"}
        axes.annotate(name, point, offset, **look).set_in_layout(False)
