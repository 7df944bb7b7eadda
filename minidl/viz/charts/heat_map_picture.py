"""The heat map of a scanned photograph, drawn: where a network finds what it looks for, at each scale."""

import numpy as np
from matplotlib.patches import Rectangle

from minidl.viz.charts.heat_map import checked_boxes, heats_of
from minidl.viz.colours import rgb
from minidl.viz.figure import FigurePicture, Grid, wrapped
from minidl.viz.pixels import png
from minidl.viz.summary import LARGEST, evenly, number_text
from minidl.viz.theme import LIGHT

MOST_SCALES = 5
MOST_BOXES = 30
CROP = 60  # pixels along a side of a box that is shown
BACKGROUND = 96  # pixels along a side of a photograph below a heat map


def heat_map(scan, boxes=None, scores=None, strong=None, title=None):
    """Draw where in a photograph a network finds what it looks for; in a notebook the window under the mouse is framed.

    Parameters
    ----------
    scan : minidl.vision.scanning.Scan
    boxes : Tensor, shape (K, 4), optional
        Left, top, right, bottom: what was found, drawn on the photograph with its number.
    scores : Tensor, shape (K,), optional
        Those of the boxes.
    strong : float, optional
        From this score on a window is as warm as can be; the largest of the scan unless given. Scores up to 0 are cold.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Its `data` holds "boxes", "scores" and, for each scale, the side of a "window" and how many are "warm" and there.

    Raises
    ------
    ShapeError
        When boxes and scores do not fit.
    ValueError
        When a corner of a box, or `strong`, is no number that can be drawn.
    """
    corners, said = checked_boxes(boxes, scores, scan)
    if strong is not None and not 0 < strong <= LARGEST:
        raise ValueError(f"strong is a score above 0 that can be drawn, not {strong}")
    largest = max((float(m[np.isfinite(m)].max(initial=0)) for m in scan.maps), default=0.0)
    heats = heats_of(scan, strong or largest or 1.0)
    warm = sum(int((m > 0).sum()) for m in scan.maps)
    left = "1 box is left" if len(corners) == 1 else f"{len(corners)} boxes are left"
    title = title or f"{warm:,} of {len(scan.scores):,} windows score above 0; {left}"
    shown = [heats[k] for k in evenly(len(heats), MOST_SCALES)]
    panels = 1 + len(shown)
    columns = min(3, panels)
    rows = -(-panels // columns)
    tall, wide = scan.photograph.shape

    def draw(figure):
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for unused in axes[panels:]:
            unused.axis("off")
        figure.suptitle(wrapped(title, 3 * columns), x=0.01, ha="left", fontsize=12)
        asked = _draw_boxes(axes[0], scan.photograph, corners[:MOST_BOXES], said)
        return asked + [_draw_heat(a, scan.photograph, heat) for a, heat in zip(axes[1:], shown, strict=False)]

    data = {
        "boxes": corners.tolist(),
        "scores": None if said is None else said.tolist(),
        "scales": {
            f"{h.scale:g}": {"window": h.side, "warm": int((m > 0).sum()), "windows": m.size}
            for h, m in zip(heats, scan.maps, strict=True)
        },
    }
    size = (3 * columns, 0.5 + rows * (0.35 + 2.85 * tall / wide))
    below = png(_greys(_coarse(scan.photograph), 12))
    images = [png(_greys(scan.photograph, 24)), *(image for heat in shown for image in (below, png(_colours(heat))))]
    return FigurePicture(draw, f"Heat map: {title}", data, size=size, images=images)


def _coarse(pixels):
    """The photograph in squares of one grey: below a heat map it is only there for orientation."""
    step = max(1, round(max(pixels.shape) / BACKGROUND))
    rows, columns = (max(1, n // step) for n in pixels.shape)
    squares = pixels[: rows * step, : columns * step]
    return squares.reshape(rows, squares.shape[0] // rows, columns, squares.shape[1] // columns).mean((1, 3))


def _greys(pixels, levels):
    """The photograph in a few greys, white as 0, which makes its PNG a third as large."""
    return 1 - np.round(np.clip(pixels, 0, 1) * (levels - 1)) / (levels - 1)


def _colours(heat):
    """Orange, the stronger the warmer."""
    colour = np.broadcast_to(rgb(LIGHT["gradient"]), (*heat.warmth.shape, 3))
    return np.concatenate([colour, np.round(12 * heat.warmth[..., None]) / 16], axis=-1)  # steps: a small palette


def _photograph(axes, pixels, name):
    axes.imshow(np.clip(pixels, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="none")
    _set_limits(axes, pixels)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.set_title(name, fontsize=10)


def _set_limits(axes, pixels):
    axes.set_xlim(-0.5, pixels.shape[1] - 0.5)
    axes.set_ylim(pixels.shape[0] - 0.5, -0.5)


def _draw_boxes(axes, pixels, corners, scores):
    """The photograph with the boxes; each says its score, and shows what is in it."""
    _photograph(axes, pixels, "what is left" if len(corners) else "the photograph")
    asked = []
    for k, (left, top, right, bottom) in enumerate(corners):
        edge: dict = {"facecolor": "none", "edgecolor": LIGHT["gradient"], "linewidth": 2 if k == 0 else 1.2}
        axes.add_patch(Rectangle((left, top), right - left, bottom - top, **edge))
        axes.text(left + 2, top + 2, str(k + 1), color=LIGHT["gradient"], fontsize=10, va="top")
        said = "" if scores is None else f": score {number_text(float(scores[k]))}"
        inside = _inside(pixels, left, top, right, bottom)
        step = max(1, max(inside.shape) // CROP)
        image = (png(1 - inside[::step, ::step]),) if inside.size else ()
        asked.append((axes, (left + right) / 2, (top + bottom) / 2, f"box {k + 1}{said}", *image))
    return asked


def _inside(pixels, left, top, right, bottom):
    """The part of the photograph in a box, as far as there is one."""
    down, across = (slice(max(0, int(a)), max(0, int(np.ceil(b)))) for a, b in ((top, bottom), (left, right)))
    return pixels[down, across]


def _draw_heat(axes, pixels, heat):
    """The photograph, and over it how warm it is where."""
    _photograph(axes, pixels, f"windows of {heat.side:.0f} × {heat.side:.0f} pixels")
    left, top, right, bottom = heat.box
    axes.imshow(_colours(heat), interpolation="none", extent=(left - 0.5, right - 0.5, bottom - 0.5, top - 0.5))
    _set_limits(axes, pixels)
    return Grid(axes, heat.texts, regions=heat.regions, box=heat.box)
