"""Vectors, drawn as points of a plane."""

import numpy as np

from minidl.errors import ShapeError
from minidl.train.metrics import array_of
from minidl.viz.charts.embedding import principal_plane
from minidl.viz.charts.evaluation_picture import brightest
from minidl.viz.charts.names_beside import write_beside
from minidl.viz.colours import class_colour
from minidl.viz.figure import FigurePicture, plain_label, wrapped
from minidl.viz.pixels import png
from minidl.viz.summary import drawable

MOST_ASKED, MOST_IMAGES, MOST_NAMES = 1000, 200, 40


def embedding(vectors, labels=None, names=None, images=None, title=None, classes=None):
    """Draw vectors as points of a plane, turned so that as much of their spread as possible is seen (principal components).

    Parameters
    ----------
    vectors : Tensor, shape (N, D)
        Those that hold NaN or infinity are left out, and counted in the title.
    labels : Tensor, shape (N,), optional
        Class numbers; each class has a colour.
    names : list of N str, optional
        What each point is; few are written beside it, where they cover nothing if there is such a place. All are told on
        hovering.
    images : Tensor, shape (N, H, W) or (N, 1, H, W), optional
        Shown on hovering.
    title : str, optional
        What the reader should see.
    classes : list of str, optional
        What the class numbers mean, in their order, for the legend.

    Returns
    -------
    FigurePicture
        Its `data` holds "points" (N, 2) and "share", how much of the spread they show.

    Raises
    ------
    ShapeError
        When these are not vectors, or things differ in number.
    ValueError
        For class numbers without a name, when classes have names.
    MinidlError
        When fewer than two vectors are finite.
    """
    numbers = None if labels is None else array_of(labels).reshape(-1).astype(int)
    class_name = _class_names(numbers, classes)
    pixels = None if images is None else array_of(images).reshape(-1, *array_of(images).shape[-2:])
    plane = principal_plane(vectors)
    for what, given in (("labels", numbers), ("names", names), ("images", pixels)):
        if given is not None and len(given) != len(array_of(vectors)):
            raise ShapeError(f"there are {len(array_of(vectors))} vectors and {len(given)} {what}")
    title = title or plane.title()
    shown, kept = drawable(plane.points), plane.kept
    numbers = None if numbers is None else numbers[kept]

    def draw(figure):
        axes = figure.add_subplot()
        for k in [0] if numbers is None else np.unique(numbers):
            mine = np.ones(len(kept), bool) if numbers is None else numbers == k
            look = {"color": class_colour(k), "marker": "o^sDv*PX"[k // 5 % 8], "label": plain_label(class_name(k), 14)}
            axes.scatter(*shown[mine].T, s=22, alpha=0.8, linewidth=0, **look)
        if numbers is not None:
            axes.legend(title="class" if classes is None else None, fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
        axes.set_xlabel("first principal component")
        axes.set_ylabel("second")
        axes.set_title(wrapped(title, 5.6))
        if names is not None and len(names) <= MOST_NAMES:
            write_beside(axes, shown, [plain_label(names[k], 14) for k in kept])
        return [(axes, x, y, *told) for (x, y), told in zip(shown, told_of_points, strict=False)]

    def tell(i, k):
        what = [str(names[k]) if names is not None else f"number {k}"]
        what += [] if numbers is None else [f"class {class_name(numbers[i])}" if classes is None else class_name(numbers[i])]
        picture = [] if pixels is None or i >= MOST_IMAGES else [png(pixels[k] / brightest(pixels[k]))]
        return "\n".join(what), *picture

    told_of_points = [tell(i, k) for i, k in enumerate(kept[:MOST_ASKED])]  # now: a picture keeps no images of others
    data = {"points": plane.points.tolist(), "share": plane.share}
    return FigurePicture(draw, f"Embedding: {title}", data, size=(6.6, 5))


def _class_names(numbers, classes):
    """What a class number is called."""
    if classes is None or numbers is None:
        return str
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(classes):
        raise ValueError(f"class numbers go from {numbers.min()} to {numbers.max()}, and there are {len(classes)} names")
    return lambda number: str(classes[number])
