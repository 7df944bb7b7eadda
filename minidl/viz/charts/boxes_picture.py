"""Boxes, drawn on their image, with a slider on the score."""

import numpy as np
from matplotlib.patches import Rectangle

from minidl.viz.charts.boxes import boxes_of
from minidl.viz.charts.masks_picture import image_axes, shades
from minidl.viz.figure import FigurePicture, wrapped
from minidl.viz.pixels import png
from minidl.viz.theme import LIGHT

LOOKS = {
    "found": ("parameter", "solid"),
    "doubled": ("third", "dashed"),
    "wrong": ("gradient", "dashed"),
    "missed": ("second", "dotted"),
}


def boxes(image, boxes, scores=None, labels=None, targets=None, threshold=0.5, iou_threshold=0.5, title=None):
    """Draw boxes on their image; in a notebook a slider on the score shows what is found, missed, doubled and wrong.

    Parameters
    ----------
    image : Tensor, shape (H, W) or (1, H, W)
        Grey; 0 is drawn white.
    boxes : Tensor, shape (N, 4)
        Rows x1, y1, x2, y2.
    scores : Tensor, shape (N,), optional
        Each box is drawn while its score is at least the threshold.
    labels : sequence of N, optional
        What each box is; shown as its tooltip.
    targets : Tensor, shape (M, 4), optional
        The true boxes.
    threshold : float
        Where the slider stands at first.
    iou_threshold : float
        The IoU from which a box has found a true one.
    title : str, optional
        What the reader should see.

    Returns
    -------
    BoxesPicture
        Its `data` holds the "counts" at the threshold, and "fates", "scores" and "finders" (the score that found each
        true box, or None).

    Raises
    ------
    ShapeError
        When this is not an image, or boxes are not (N, 4), or boxes, scores and labels differ in number.
    ValueError
        For a score or a side that is not a finite number.

    Examples
    --------
    >>> import minidl as md
    >>> true = md.tensor([[2.0, 2.0, 8.0, 8.0]])
    >>> md.viz.boxes(md.zeros(12, 12), md.cat([true, true + 1, true + 9]), md.tensor([0.9, 0.8, 0.2]), targets=true)
    Boxes: from a score of 0.5 on: 1 found, 1 doubled, 0 wrong, 0 missed
    """
    return BoxesPicture(boxes_of(image, boxes, scores, targets, labels, iou_threshold), float(threshold), title)


class BoxesPicture(FigurePicture):
    """Boxes on an image; the slider is in the browser."""

    script = "boxes"

    def __init__(self, found, threshold, title):
        self._found, self._threshold, self._title = found, threshold, title or found.title(threshold)
        legend = ["green is found, ochre doubled, orange wrong, pink (dotted) missed"] if len(found.targets) else []
        self._ground_title = "\n".join(([title] if title else []) + legend)  # what stays true when the slider moves
        data = {
            "counts": found.counts(threshold),
            "fates": found.fates,
            "scores": found.scores.tolist(),
            "finders": found.finders,
        }
        tall, wide = found.pixels.shape
        side = 5.0 / max(tall, wide)
        size = (max(3.4, side * wide) + 0.4, max(1.2, side * tall) + 0.7)
        images = [png(shades(found.pixels))]
        super().__init__(self._with_boxes, f"Boxes: {self._title}", data, size=size, images=images)
        self._ground = FigurePicture(self._without, f"Boxes: {self._title}", {}, size=size, images=images)

    def _without(self, figure):
        axes = image_axes(figure, self._found.pixels)
        axes.set_title(wrapped(self._ground_title, self._size[0] - 0.4))
        tall, wide = self._found.pixels.shape
        return [(axes, -0.5, tall - 0.5, ""), (axes, wide - 0.5, -0.5, "")]  # where the corners are in the SVG

    def _with_boxes(self, figure):
        axes = image_axes(figure, self._found.pixels)
        for box, fate in self._shown():
            colour, line = LOOKS[fate]
            x1, y1, x2, y2 = box - 0.5  # pixel 0 reaches from -0.5 to 0.5
            edge = {"edgecolor": on_paper(colour), "linestyle": line, "linewidth": 1.4}
            axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, **edge))
        axes.set_title(wrapped(self._title, self._size[0] - 0.4))

    def _shown(self):
        """The boxes above the threshold, and the targets that none of them found, each with its fate."""
        found = self._found
        missed = found.targets[np.array(found.missed(self._threshold), bool)]
        boxes = zip(found.boxes, found.fates, found.scores, strict=True)
        return [(box, "missed") for box in missed] + [(box, fate) for box, fate, score in boxes if score >= self._threshold]

    def state(self):
        """What the widget in the browser is given."""
        found = self._found
        tall, wide = found.pixels.shape
        corners = [point[:2] for point in self._ground.state()["points"]]
        return {
            "svg": self._ground.svg,
            "text": self.text,
            "corners": corners,
            "limits": [[0, wide], [tall, 0]],
            "boxes": [[*map(short, box)] for box in found.boxes.tolist()],
            "scores": [*map(short, found.scores.tolist())],
            "fates": found.fates,
            "told": found.told,
            "targets": [[*map(short, box)] for box in found.targets.tolist()],
            "finders": found.finders,
            "threshold": self._threshold,
            "scored": found.scored,
        }


def short(value):
    """A number with the digits that a picture can show."""
    return float(f"{value:.5g}")


def on_paper(name):
    """A colour of the light theme that stays as it is in the dark one: the image under the boxes is white in both.

    A step beside the theme's colour, so that the SVG does not take it for one that follows the theme.
    """
    number = int(LIGHT[name][1:], 16)
    return f"#{number ^ 1:06x}"
