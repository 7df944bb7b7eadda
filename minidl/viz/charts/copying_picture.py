"""Copied or written, word by word: a text, and what was made of it."""

import numpy as np
from matplotlib.patches import FancyBboxPatch

from minidl.viz.charts.copying import copied_words
from minidl.viz.charts.words import rows_of
from minidl.viz.figure import FigurePicture, wrapped
from minidl.viz.graphs.layout import text_width
from minidl.viz.text import one_line
from minidl.viz.theme import LIGHT

WIDTH, LINE, LETTERS, EDGE = 8.0, 24.0, 11, 4.0  # inches; points; points; around a word, in points
MARGIN = 62.0  # to the left of the words, for "read" and "written"


def copying(read, written, looks, copied, title=None):
    """Draw which words of a text were copied from another and which were written freely; step through them in a notebook.

    Parameters
    ----------
    read : list of str
        The S words of what was read.
    written : list of str
        The L words that were written.
    looks : Tensor, shape (L, S)
        The attention weights: where each written word looked.
    copied : Tensor, shape (L,)
        Which share of the probability of each written word came from copying it, from 0 to 1.
    title : str, optional
        What the reader should see. Without it the title names the words that were copied.

    Returns
    -------
    CopyingPicture
        Its `data` holds "read", "written", "looks" and "copied".

    Raises
    ------
    ShapeError
        When words and numbers do not fit together, or there is no word.

    Examples
    --------
    >>> import minidl as md
    >>> looks = md.tensor([[0.5, 0.5, 0.0], [0.0, 0.1, 0.9]])
    >>> md.viz.copying(["the", "old", "ridgepole"], ["a", "ridgepole"], looks, md.tensor([0.1, 1.0]))
    Copying: 1 of 2 words were copied: “ridgepole”
    """
    found = copied_words(read, written, looks, copied)
    return CopyingPicture(found, title or found.title(), title or "")


class CopyingPicture(FigurePicture):
    """Two texts above each other; a slider in the browser goes from written word to written word."""

    script = "copying"

    def __init__(self, found, seen, title):
        self._found, self._title = found, title
        places, tall = [], 0.0
        for words in (found.read, found.written):
            shown = [one_line(word, 40) for word in words]
            wide = [text_width(word, LETTERS) + 2 * EDGE for word in shown]
            rows = rows_of(wide, 72 * WIDTH - 24 - MARGIN, 3.0)
            tops = [(MARGIN + left, tall + row * LINE, w) for row, left, w in rows]
            places.append([(word, *place) for word, place in zip(shown, tops, strict=True)])
            tall += (rows[-1][0] + 1) * LINE + 10

        def draw(figure):
            axes = figure.add_subplot()
            axes.axis("off")
            axes.set_xlim(0, 72 * WIDTH)
            axes.set_ylim(tall, 0)
            axes.set_title(wrapped(seen, WIDTH - 0.5))
            sure = found.sure()
            source = np.where(np.array(sure)[:, None], found.looks, 0).max(axis=0)
            for words, name in zip(places, ("read", "written"), strict=True):
                axes.text(0, words[0][2] + LINE / 2 - 1, name, va="center", fontsize=10, color=LIGHT["faint"])
            for place, share in zip(places[0], source, strict=True):
                _word(axes, place, "gradient", 0.55 * share)
            for place, share, copied in zip(places[1], found.copied, sure, strict=True):
                strength = 0.0 if np.isnan(share) else 0.55 * abs(2 * share - 1)
                _word(axes, place, "gradient" if copied else "value", strength)
            return [(axes, left + w / 2, top + LINE / 2, found.tell(k)) for k, (_, left, top, w) in enumerate(places[1])]

        data = {"read": found.read, "written": found.written, "looks": found.looks.tolist()}
        data["copied"] = [None if np.isnan(share) else float(share) for share in found.copied]
        super().__init__(draw, f"Copying: {seen}", data, size=(WIDTH, 0.7 + tall / 72))

    def state(self):
        """What the widget in the browser is given."""
        found = self._found
        return {
            "svg": self.svg,
            "text": self.text,
            "title": self._title or found.title(),
            "read": [one_line(word, 60) for word in found.read],
            "written": [one_line(word, 60) for word in found.written],
            "looks": np.round(found.looks, 3).tolist(),
            "copied": [None if np.isnan(share) else round(float(share), 4) for share in found.copied],
        }


def _word(axes, place, colour, strength):
    """A word on a ground as strong as it is certain."""
    word, left, top, wide = place
    look = {"facecolor": LIGHT[colour], "alpha": strength, "edgecolor": "none"}
    axes.add_patch(FancyBboxPatch((left, top + 2), wide, LINE - 5, boxstyle="round,pad=0,rounding_size=4", **look))
    axes.text(left + wide / 2, top + LINE / 2, word, ha="center", va="center_baseline", fontsize=LETTERS)
