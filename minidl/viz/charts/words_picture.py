"""Words on a background that shows how they pushed a verdict."""

import numpy as np
from matplotlib.patches import FancyBboxPatch

from minidl.viz.charts.words import weighed
from minidl.viz.figure import FigurePicture, wrapped
from minidl.viz.graphs.layout import text_width
from minidl.viz.summary import number_text
from minidl.viz.text import one_line
from minidl.viz.theme import LIGHT

WIDTH, LINE, LETTERS = 8.0, 26.0, 12  # inches; points; points
EDGE = 5.0  # around a word, in points


def words(tokens, weights, title=None):
    """Draw a text in which the background of every word shows how it pushed a verdict.

    Parameters
    ----------
    tokens : list of str
    weights : Tensor, one number a word
        Above 0 the word speaks for the verdict (orange), below 0 against it (blue): the word's embedding times its gradient,
        say, or the change of the logit when the word is left out.
    title : str, optional
        What the reader should see. Without it the title names the words that push most.

    Returns
    -------
    FigurePicture
        Its `data` holds "words" and "weights".

    Raises
    ------
    ShapeError
        When words and weights differ in number, or there are none.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.words(["a", "truly", "bad", "film"], [0.0, 0.5, -2.0, 0.1])
    Words: “truly” (0.5) speaks most for the verdict, “bad” (-2) most against it
    """
    found = weighed(tokens, weights)
    title = title or found.title()
    shares = found.shares()
    shown = [one_line(word, 40) for word in found.words]
    places = found.rows(72 * WIDTH - 24, lambda word: text_width(one_line(word, 40), LETTERS) + 2 * EDGE, 4.0)
    tall = (places[-1][0] + 1) * LINE

    def draw(figure):
        axes = figure.add_subplot()
        axes.axis("off")
        axes.set_xlim(0, 72 * WIDTH)
        axes.set_ylim(tall, 0)
        axes.set_title(wrapped(title, WIDTH - 0.5))
        asked = []
        for word, share, weight, (row, left, wide) in zip(shown, shares, found.weights, places, strict=True):
            top = row * LINE + 3
            colour = LIGHT["gradient" if share > 0 else "value"]
            look: dict = {"facecolor": colour, "alpha": 0.55 * abs(share), "edgecolor": "none"}
            axes.add_patch(FancyBboxPatch((left, top), wide, LINE - 6, boxstyle="round,pad=0,rounding_size=4", **look))
            axes.text(left + wide / 2, top + LINE / 2 - 3, word, ha="center", va="center_baseline", fontsize=LETTERS)
            if np.isfinite(weight):
                asked.append((axes, left + wide / 2, top + LINE / 2 - 3, f"{word}\nweight {number_text(weight)}"))
        return asked

    data = {"words": found.words, "weights": found.weights.tolist()}
    above = wrapped(title, WIDTH - 0.5).count("\n") * 0.2
    return FigurePicture(draw, f"Words: {title}", data, size=(WIDTH, 0.7 + above + tall / 72))
