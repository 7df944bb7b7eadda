"""Saliency, drawn over the image: which pixels matter for what a network says of it."""

import numpy as np

from minidl.viz.charts.saliency import saliency_of
from minidl.viz.colours import both_ways
from minidl.viz.figure import FigurePicture, Grid, wrapped
from minidl.viz.summary import number_text

MOST_ASKED = 64  # pixels along a side of which each can be asked
NAMES = {"gradient": "Saliency", "grad-cam": "Grad-CAM", "occlusion": "Occlusion"}


def saliency(model, image, target=None, kind="gradient", patch=None, title=None):
    """Draw which pixels of an image matter for what a network says of it, over the image.

    Parameters
    ----------
    model : Module
        From images (1, C, H, W) to logits (1, classes); it is left as it was.
    image : Tensor, shape (H, W), (C, H, W) or (1, C, H, W)
    target : int, optional
        The class to ask for; the one that the network finds unless given.
    kind : {"gradient", "grad-cam", "occlusion"}
        The gradient of the class's logit with respect to each pixel; the maps of the last convolution, weighted by their
        gradients; or how much the probability falls when a square is covered.
    patch : int, optional
        The side of that square; a seventh of the image unless given.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Orange speaks for the class, blue (of "occlusion" alone) against it. Its `data` holds "weights", "target" and
        "probability".

    Raises
    ------
    ValueError
        For another kind, or a class that there is not.
    ShapeError
        When this is not a single image, or the model does not give one row of logits.
    MinidlError
        When "grad-cam" finds no convolution.

    References
    ----------
    Simonyan et al. (2013), *Deep Inside Convolutional Networks*; Selvaraju et al. (2017), *Grad-CAM*; Zeiler and Fergus
    (2014), *Visualizing and Understanding Convolutional Networks*.
    """
    found = saliency_of(model, image, target, kind, patch)
    title = title or found.title()
    tall, wide = found.pixels.shape

    def draw(figure):
        left, right = figure.subplots(1, 2)
        for axes in (left, right):
            axes.imshow(found.pixels, cmap="gray_r", interpolation="none", alpha=1.0 if axes is left else 0.35)
            axes.set_xticks([])
            axes.set_yticks([])
            axes.grid(visible=False)
            axes.spines[:].set_visible(True)
        right.imshow(both_ways(found.weights), interpolation="none")
        left.set_title("the image", fontsize=10)
        right.set_title(NAMES[kind], fontsize=10)
        figure.suptitle(wrapped(title, 6.6), x=0.01, ha="left", fontsize=12)
        if max(tall, wide) > MOST_ASKED:
            return []
        tell = lambda i, j: f"pixel ({i}, {j}): {number_text(found.pixels[i, j])}\nweight {number_text(found.weights[i, j])}"
        return [Grid(right, [[tell(i, j) for j in range(wide)] for i in range(tall)])]

    data = {"weights": np.nan_to_num(found.weights).tolist(), "target": found.target, "probability": found.probability}
    return FigurePicture(draw, f"{NAMES[kind]}: {title}", data, size=(7, 4))
