"""Augmentations, drawn: each row an image as it came, and what a random transform makes of it."""

from minidl.viz.charts.augmentations import augmented
from minidl.viz.charts.images_picture import sheet


def augmentations(transform, images, times=7, title=None):
    """Draw what a random transform makes of images, several times each.

    Parameters
    ----------
    transform : callable
        From images (N, C, H, W) to images, such as those of `minidl.vision.transforms`.
    images : Tensor, shape (N, C, H, W), (N, H, W), or (C, H, W) for a single one in colour
        Of more than 8 the first are drawn.
    times : int
        How often each is drawn, at most 15.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        A row begins with the image as it came. Its `data` holds "rows", "times" and "changed", how much a pixel
        changes on average.

    Raises
    ------
    ShapeError
        When these are not images, or the transform does not give one image for each.
    ValueError
        When nothing is to be drawn.

    Examples
    --------
    >>> import minidl as md
    >>> flip = md.vision.transforms.RandomHorizontalFlip()
    >>> md.viz.augmentations(flip, md.zeros(2, 3, 8, 8), times=4).text
    'Augmentations: 2 images, and 4 draws of each; a pixel changes by 0.00 on average'
    """
    found = augmented(transform, images, times)
    rows, times = found.drawn.shape[:2]
    title = title or found.title()
    data = {"rows": rows, "times": times, "changed": found.changed()}
    return sheet(found.sheet(), times + 1, title, f"Augmentations: {title}", data, written=True)
