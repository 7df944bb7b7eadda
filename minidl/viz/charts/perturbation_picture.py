"""A perturbed image, drawn: how it looks, what was added, and what the classifier says, with a slider on epsilon."""

import numpy as np

from minidl.viz.charts.perturbation import perturbed
from minidl.viz.colours import both_ways, rgb, steady_colour
from minidl.viz.figure import FigurePicture, plain_label, wrapped
from minidl.viz.pixels import png
from minidl.viz.text import readable

EPSILONS = tuple(k / 50 for k in range(13))
MOST_BARS = 12  # of more classes the likeliest are drawn
BAR = 120  # pixels of a probability of 1


def perturbation(model, image, direction, epsilons=EPSILONS, classes=None, title=None):
    """Draw an image that is changed more and more in one direction, and what a classifier says of it.

    Parameters
    ----------
    model : Module
        From images (N, C, H, W), from 0 to 1, to logits (N, classes); it is left as it was.
    image : Tensor, shape (H, W), (C, H, W) or (1, C, H, W)
    direction : Tensor of the same shape
        What is added, times epsilon, such as the sign of the gradient of the loss.
    epsilons : sequence of float
        Where the slider stops.
    classes : sequence of str, optional
        What the classes are called.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Its `data` holds "epsilons", "read" (the class at each) and "probabilities".

    Raises
    ------
    ShapeError
        When image and direction differ in shape, or the model gives no logits.
    ValueError
        When there is no epsilon, or not one name for each class.

    Examples
    --------
    >>> import minidl as md
    >>> darker = md.nn.Sequential(md.nn.Flatten(), md.nn.Linear(4, 2))
    >>> weights = {"1.weight": md.tensor([[0.0] * 4, [1.0] * 4]), "1.bias": md.tensor([0.3, 0.0])}
    >>> _ = darker.load_state_dict(weights)
    >>> md.viz.perturbation(darker, md.zeros(2, 2), md.ones(2, 2))
    Perturbation: 0 becomes 1 at ε = 0.08
    """
    found = perturbed(model, image, direction, epsilons, classes)
    title = title or found.title()
    last = len(found.epsilons) - 1
    shown = np.sort(np.argsort(-found.probabilities.max(axis=0), kind="stable")[:MOST_BARS])
    names = [plain_label(found.names[k], 14) for k in shown]

    def draw(figure):
        added, given, said = figure.subplots(1, 3, width_ratios=[1, 1, 1.1])
        for axes, part, above in ((added, _added, "ε × direction"), (given, _given, "the model gets")):
            axes.imshow(part(found, last), interpolation="none")
            axes.set_xticks([])
            axes.set_yticks([])
            axes.spines[:].set_visible(True)
            axes.set_title(above, fontsize=10)
        said.imshow(_bars(found, last, shown), extent=(0, 1, len(names) - 0.5, -0.5), aspect="auto", interpolation="none")
        said.set_yticks(range(len(names)), names, fontsize=9)
        said.set_xticks([0, 0.5, 1], ["0", "0.5", "1"], fontsize=9)
        said.set_title("probabilities", fontsize=10)
        for axes in (added, given, said):
            axes.grid(visible=False)
        figure.suptitle(wrapped(title, 6.6), x=0.01, ha="left", fontsize=12)
        return []

    pictures = [[png(part(found, k)) for part in (_added, _given)] + [png(_bars(found, k, shown))] for k in range(last + 1)]
    frames = [
        {"name": f"{epsilon:.2f}", "text": readable(found.verdict(k)), "images": pictures[k]}
        for k, epsilon in enumerate(found.epsilons)
    ]
    data = {"epsilons": found.epsilons, "read": found.read, "probabilities": found.probabilities.tolist()}
    text = f"Perturbation: {title}"
    return FigurePicture(draw, text, data, size=(7, 3.1), images=pictures[last], frames=frames, film="ε")


def _given(found, step):
    """The changed image, in colour as matplotlib and a PNG take it; one channel is ink on paper."""
    pixels = np.nan_to_num(found.images[step])
    return pixels.transpose(1, 2, 0) if len(pixels) == 3 else np.repeat(1 - pixels.mean(axis=0)[..., None], 3, axis=2)


def _added(found, step):
    """What was added: orange is more, blue is less; the deepest colour is the largest epsilon."""
    direction = np.nan_to_num(found.direction).astype(np.float64)
    largest = max(map(abs, found.epsilons)) * np.abs(direction).max() or 1.0
    return both_ways(found.epsilons[step] * direction.mean(axis=0) / largest)


def _bars(found, step, shown):
    """A bar for each class, as pixels: 5 rows for the bar and 3 for the gap."""
    colour = rgb(steady_colour(0))
    pixels = np.zeros((8 * len(shown), BAR, 4))
    for row, k in enumerate(shown):
        length = round(BAR * float(found.probabilities[step, k]))
        pixels[8 * row + 1 : 8 * row + 6, :length] = (*colour, 1.0)
    return pixels
