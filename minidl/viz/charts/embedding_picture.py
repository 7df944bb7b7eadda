"""Vectors, drawn as points of a plane."""

import numpy as np

from minidl.errors import ShapeError
from minidl.train.metrics import array_of
from minidl.viz.charts.embedding import principal_plane
from minidl.viz.charts.evaluation_picture import brightest
from minidl.viz.colours import class_colour
from minidl.viz.figure import FigurePicture, plain_label, wrapped
from minidl.viz.pixels import png
from minidl.viz.summary import drawable

MOST_ASKED, MOST_IMAGES, MOST_NAMES = 1000, 200, 40


def embedding(vectors, labels=None, names=None, images=None, title=None):
    """Draw vectors as points of a plane, turned so that as much of their spread as possible is seen (principal components).

    Parameters
    ----------
    vectors : Tensor, shape (N, D)
        Those that hold NaN or infinity are left out, and counted in the title.
    labels : Tensor, shape (N,), optional
        Class numbers; each class has a colour.
    names : list of N str, optional
        What each point is; few are written beside it, all are told on hovering.
    images : Tensor, shape (N, H, W) or (N, 1, H, W), optional
        Shown on hovering.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Its `data` holds "points" (N, 2) and "share", how much of the spread they show.

    Raises
    ------
    ShapeError
        When these are not vectors, or things differ in number.
    MinidlError
        When fewer than two vectors are finite.
    """
    classes = None if labels is None else array_of(labels).reshape(-1).astype(int)
    pixels = None if images is None else array_of(images).reshape(-1, *array_of(images).shape[-2:])
    plane = principal_plane(vectors)
    for what, given in (("labels", classes), ("names", names), ("images", pixels)):
        if given is not None and len(given) != len(array_of(vectors)):
            raise ShapeError(f"there are {len(array_of(vectors))} vectors and {len(given)} {what}")
    title = title or plane.title()
    shown, kept = drawable(plane.points), plane.kept
    classes = None if classes is None else classes[kept]

    def draw(figure):
        axes = figure.add_subplot()
        for k in [0] if classes is None else np.unique(classes):
            mine = np.ones(len(kept), bool) if classes is None else classes == k
            marker = "o^sDv*PX"[k // 5 % 8]
            axes.scatter(*shown[mine].T, s=22, color=class_colour(k), marker=marker, alpha=0.8, label=str(k), linewidth=0)
        if names is not None and len(names) <= MOST_NAMES:
            for (x, y), k in zip(shown, kept, strict=True):
                axes.annotate(plain_label(names[k], 14), (x, y), (4, 3), textcoords="offset points", fontsize=9)
        if classes is not None:
            axes.legend(title="class", fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
        axes.set_xlabel("first principal component")
        axes.set_ylabel("second")
        axes.set_title(wrapped(title, 5.6))
        return [(axes, x, y, *told) for (x, y), told in zip(shown, told_of_points, strict=False)]

    def tell(i, k):
        what = [str(names[k]) if names is not None else f"number {k}"]
        what += [] if classes is None else [f"class {classes[i]}"]
        picture = [] if pixels is None or i >= MOST_IMAGES else [png(pixels[k] / brightest(pixels[k]))]
        return "\n".join(what), *picture

    told_of_points = [tell(i, k) for i, k in enumerate(kept[:MOST_ASKED])]  # now: a picture keeps no images of others
    data = {"points": plane.points.tolist(), "share": plane.share}
    return FigurePicture(draw, f"Embedding: {title}", data, size=(6.6, 5))
