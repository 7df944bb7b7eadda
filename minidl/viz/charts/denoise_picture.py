"""A walk from noise to data, drawn: a film with a slider over the steps, and some moments of it side by side."""

import math

import numpy as np

from minidl.viz.charts.denoise import MOST_MOMENTS, denoising_of, mosaic
from minidl.viz.colours import rgb, steady_colour
from minidl.viz.figure import FigurePicture, plain_label, wrapped
from minidl.viz.pixels import png
from minidl.viz.theme import LIGHT

DOTS = 180  # pixels of a drawing of points, in each direction
SHADES = 11
LINE = 0.21  # inches of a line of the title
NAMES = {"seen": "what the network sees", "guess": "where it thinks this leads"}


def denoise(frames, guesses=None, labels=None, columns=5, title=None, most=MOST_MOMENTS):
    """Draw how images, or points of the plane, come out of noise; in a notebook a slider goes through the steps.

    Parameters
    ----------
    frames : sequence of Tensor, each (N, 1, H, W), (N, 3, H, W) or (N, 2)
        What is seen after each step, the noise first. Pixels from -1 (in grey images: white) to 1. The first 40 images or
        1,500 points are kept.
    guesses : sequence of Tensor, optional
        What the network thinks the end will be, at each of the frames.
    labels : sequence of N, optional
        What each image is, or the number of the class that colours each point.
    columns : int
        Images in a row.
    title : str, optional
        What the reader should see.
    most : int
        How many steps are kept, from 2 to 11: fewer make a smaller file.

    Returns
    -------
    FigurePicture
        Its `data` holds the "steps" that are kept.

    Raises
    ------
    ShapeError
        When these are neither images nor points, or frames, guesses and labels do not fit together.
    ValueError
        When `most` is not from 2 to 11.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.denoise([md.randn(4, 1, 8, 8) * (1 - k / 3) for k in range(4)])
    Denoising: 4 images on their way from noise, in 3 steps
    """
    found = denoising_of(frames, guesses, labels, most)
    title = title or found.title()
    sheet = _points if found.of_points else _images
    columns = max(1, min(columns, found.walks["seen"].shape[1]))
    sheets = {name: [sheet(found, moment, columns) for moment in walk] for name, walk in found.walks.items()}
    return _picture(found, sheets, title)


def _images(found, images, columns):
    """Images side by side in few shades, which makes the file small."""
    return np.round(mosaic(images, columns) * SHADES) / SHADES


def _points(found, points, columns):
    """Points as dots on a transparent background, (DOTS, DOTS, 4)."""
    limit = found.limits()
    with np.errstate(invalid="ignore"):
        at = np.round((points + [limit, limit]) / (2 * limit) * (DOTS - 1))
    sheet = np.zeros((DOTS, DOTS, 4))
    sheet[..., :3] = rgb(steady_colour(0))
    for k, (x, y) in enumerate(at):
        if 1 <= x < DOTS - 1 and 1 <= y < DOTS - 1:
            label = found.labels[k] if found.labels is not None else 0
            colour = steady_colour(label if isinstance(label, int) else 0)
            row, column = DOTS - 1 - int(y), int(x)
            sheet[row - 1 : row + 2, column] = sheet[row, column - 1 : column + 2] = [*rgb(colour), 1]
    return sheet


def _picture(found, sheets, title):
    stills = found.stills()
    size, tall = _size(found, sheets)
    heading = wrapped(title, size[0])
    more = LINE * max(0, heading.count("\n") - 1)  # two lines have room above the film
    size, tall = (size[0], size[1] + more), tall + more

    def draw(figure):
        above, below = figure.subfigures(2, 1, height_ratios=[tall, size[1] - tall])
        asked = []
        for axes, (name, walk) in zip(above.subplots(1, len(sheets), squeeze=False)[0], sheets.items(), strict=True):
            _shown(axes, walk[-1], NAMES[name] if len(sheets) > 1 else "", found)
            asked += _told(axes, found) if found.labels is not None and not found.of_points else []
        for axes, k in zip(np.ravel(below.subplots(1, len(stills), squeeze=False)), stills, strict=True):
            _shown(axes, sheets["seen"][k], found.moment(k).partition(" of ")[0], found, small=True)
        above.suptitle(heading, x=0.01, ha="left", fontsize=12)
        return asked

    films = [[png(one) for one in walk] for walk in sheets.values()]
    frames = [{"name": found.moment(k), "text": "", "images": [film[k] for film in films]} for k in range(len(found.steps))]
    images = [film[-1] for film in films] + [films[0][k] for k in stills]
    data = {"steps": found.steps, "labels": found.labels}
    return FigurePicture(draw, f"Denoising: {title}", data, size, images=images, frames=frames, film="time")


def _size(found, sheets):
    """Inches of the whole, and the height of the film."""
    rows, columns = sheets["seen"][0].shape[:2]
    side = min(3.2, 0.55 * math.sqrt(rows * columns) / 8)
    wide = side * columns / max(rows, columns) * len(sheets)
    wide = max(5.4, wide + 0.4)
    tall = min(side * rows / max(rows, columns), 3.2) + 0.7
    return (wide, tall + wide / len(found.stills()) * rows / columns + 0.3), tall


def _shown(axes, sheet, name, found, small=False):
    """One moment in its axes."""
    axes.imshow(sheet, cmap="gray_r", vmin=0, vmax=1, interpolation="none")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[:].set_visible(found.of_points)
    axes.set_title(plain_label(name, 40), fontsize=9 if small else 10, color=LIGHT["faint"], pad=4)


def _told(axes, found):
    """The tooltip of each image."""
    tall, wide = (side + 1 for side in found.walks["seen"].shape[2:4])
    columns = round((axes.get_xlim()[1] + 1) / wide)
    places = [((k % columns + 0.5) * wide - 1, (k // columns + 0.5) * tall - 1) for k in range(len(found.labels))]
    return [(axes, x, y, plain_label(label, 60)) for (x, y), label in zip(places, found.labels, strict=True)]
