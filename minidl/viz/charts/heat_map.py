"""What a scanned photograph shows, as plain data: for each scale the heat, and the windows that have tooltips."""

from dataclasses import dataclass

import numpy as np

from minidl.errors import ShapeError
from minidl.train.metrics import array_of
from minidl.viz.summary import drawable, number_text

MOST_ASKED = 16  # cells along a side of a heat map; of the windows in a cell the strongest answers


@dataclass
class Heat:
    """One scale.

    Attributes
    ----------
    scale : float
    side : float
        Of a window, in pixels of the photograph.
    warmth : array, shape (rows, columns)
        From 0 (cold) to 1, one number for each window, drawn where its middle lies.
    box : (float, float, float, float)
        Where the numbers lie in the photograph: left, top, right, bottom.
    texts : list of list of str
        What each cell says.
    regions : dict
        The window that each cell frames, by "row,column".
    """

    scale: float
    side: float
    warmth: np.ndarray
    box: tuple
    texts: list
    regions: dict


def heats_of(scan, strong):
    """The scales of a scan; scores from `strong` on are as warm as can be."""
    return [_heat(scan, k, strong) for k in range(len(scan.maps))]


def _heat(scan, k, strong):
    scores, windows = np.nan_to_num(scan.maps[k], nan=-np.inf), scan.windows(k)
    middles, half = (windows[..., :2] + windows[..., 2:]) / 2, scan.stride / scan.scales[k] / 2
    box = tuple(float(x) for x in (*(middles[0, 0] - half), *(middles[-1, -1] + half)))
    texts, regions = _asked(scores, windows, scan.photograph.shape)
    return Heat(scan.scales[k], scan.window / scan.scales[k], np.clip(scores / strong, 0, 1), box, texts, regions)


def _asked(scores, windows, size):
    """The texts and regions of a coarse grid: each cell speaks for the strongest of its windows."""
    rows, columns = (np.array_split(np.arange(n), min(n, MOST_ASKED)) for n in scores.shape)
    texts, regions = [], {}
    for i, some in enumerate(rows):
        texts.append([])
        for j, others in enumerate(columns):
            cell = scores[np.ix_(some, others)]
            a, b = divmod(int(cell.argmax()), len(others))
            left, top, right, bottom = windows[some[a], others[b]]
            said = number_text(float(cell[a, b])) if np.isfinite(cell[a, b]) else "no number"
            texts[-1].append(f"score {said}\nwindow of {right - left:.0f} × {bottom - top:.0f} pixels")
            edges = (left, top, min(right, size[1]), min(bottom, size[0]))
            regions[f"{i},{j}"] = tuple(float(x) - 0.5 for x in edges)
    return texts, regions


def checked_boxes(boxes, scores, scan):
    """Boxes (K, 4) and their scores (K,), as arrays.

    Raises
    ------
    ShapeError
        When they are not boxes, or not as many scores.
    ValueError
        When a corner is not a number that can be drawn.
    """
    corners = np.zeros((0, 4)) if boxes is None else np.asarray(array_of(boxes), dtype=float)
    if corners.ndim != 2 or corners.shape[1] != 4:
        raise ShapeError(f"boxes are drawn from shape (K, 4), left, top, right, bottom, not from {corners.shape}")
    if not np.isfinite(drawable(corners)).all():
        raise ValueError("boxes hold NaN, infinity or numbers too large to draw")
    said = None if scores is None else np.asarray(array_of(scores), dtype=float)
    if said is not None and said.shape != corners.shape[:1]:
        raise ShapeError(f"there are {len(corners)} boxes, and scores of shape {said.shape}")
    return corners, said
