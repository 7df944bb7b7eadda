"""Which words of a text pushed a verdict, and which way, as plain data."""

from dataclasses import dataclass

import numpy as np

from minidl.errors import ShapeError
from minidl.train.metrics import array_of
from minidl.viz.summary import drawable, left_out, number_text, shortened

MOST_WORDS = 400


@dataclass
class WeighedWords:
    """Words, and their weights: above 0 for the verdict, below 0 against it."""

    words: list
    weights: np.ndarray

    def shares(self):
        """The weights from -1 to 1; 0 where they are not finite."""
        shown = np.nan_to_num(drawable(self.weights))
        return shown / (np.abs(shown).max() or 1.0)

    def title(self):
        """What a reader should see."""
        shares = self.shares()
        said = []
        for sign, verb in ((1, "speaks most for the verdict"), (-1, "most against it")):
            k = int((sign * shares).argmax())
            if sign * shares[k] > 0:
                said.append(f"“{shortened(self.words[k])}” ({number_text(self.weights[k])}) {verb}")
        bad = left_out(self.weights, "weights")
        return ", ".join(said or ["no word pushes the verdict"]) + (f"; {bad}" if bad else "")

    def rows(self, width, measure, gap):
        """Where each word stands when the lines are so wide: (row, left, its width)."""
        return rows_of([measure(word) for word in self.words], width, gap)


def rows_of(widths, most, gap):
    """Words broken into lines that are at most so wide: (row, left, its width) for each."""
    places, row, left = [], 0, 0.0
    for wide in widths:
        if left and left + wide > most:
            row, left = row + 1, 0.0
        places.append((row, left, wide))
        left += wide + gap
    return places


def weighed(tokens, weights):
    """Words with their weights.

    Raises
    ------
    ShapeError
        When they differ in number, or there are none.
    """
    values = array_of(weights).astype(np.float64).reshape(-1)
    words = [str(token) for token in tokens]
    if len(words) != len(values):
        raise ShapeError(f"there are {len(words)} words and {len(values)} weights")
    if not words:
        raise ShapeError("there is no word to draw")
    return WeighedWords(words[:MOST_WORDS], values[:MOST_WORDS])
