"""The weights of a first layer, drawn as the images that they answer to."""

from minidl.viz.charts.filters import first_filters
from minidl.viz.colours import both_ways
from minidl.viz.figure import FigurePicture, wrapped
from minidl.viz.summary import number_text


def filters(thing, shape=None, columns=8, title=None):
    """Draw the weights of a first layer as the images that they answer to.

    Parameters
    ----------
    thing : Module or Tensor
        A layer, a model whose first weight with more than one dimension is meant, or the weight itself: of a
        convolution (out, in, height, width), or of a linear layer (out, in). Of a convolution with
        several inputs the mean over them is drawn.
    shape : (int, int), optional
        Height and width of an image, for a linear layer; a square unless given.
    columns : int
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture

    Raises
    ------
    ShapeError
        When the weights are not images.
    """
    found = first_filters(thing, shape)
    n, tall, wide = found.images.shape
    columns = max(1, min(columns, n))
    rows = -(-n // columns)
    title = title or found.title()

    def draw(figure):
        axes = figure.add_subplot()
        axes.axis("off")
        axes.imshow(both_ways(found.sheet(columns)), interpolation="none")
        figure.suptitle(wrapped(title, size[0] - 0.4), x=0.01, ha="left", fontsize=12)
        return [
            (
                axes,
                k % columns * (wide + 1) + wide / 2 - 0.5,
                k // columns * (tall + 1) + tall / 2 - 0.5,
                f"filter {k}\nfrom {number_text(w.min())} to {number_text(w.max())}",
            )
            for k, w in enumerate(found.weights)
        ]

    size = (max(4.0, 0.8 * columns), 0.6 + min(20.0, 0.8 * rows * (tall + 1) / (wide + 1)))
    return FigurePicture(draw, f"Filters: {title}", {"weights": found.weights.tolist()}, size=size)
