"""Which words of a text were copied from what was read, and which were written freely, as plain data."""

from dataclasses import dataclass

import numpy as np

from minidl.errors import ShapeError
from minidl.train.metrics import array_of
from minidl.viz.summary import shortened

MOST_READ, MOST_WRITTEN = 200, 60


@dataclass
class CopiedWords:
    """What was read and what was written from it.

    Attributes
    ----------
    read, written : list of str
    looks : array, shape (L, S)
        How strongly each written word looks at each word that was read; 0 where it is not known.
    copied : array, shape (L,)
        The share of each written word that was copied, from 0 to 1; NaN where it is not known.
    """

    read: list
    written: list
    looks: np.ndarray
    copied: np.ndarray

    def sure(self):
        """Whether each word was more copied than written."""
        return [bool(share > 0.5) for share in self.copied]

    def title(self):
        """What a reader should see."""
        names = [f"“{shortened(word)}”" for word, copied in zip(self.written, self.sure(), strict=True) if copied]
        said = f"{len(names)} of {len(self.written)} words were copied"
        if names:
            said += ": " + ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        unknown = int(np.isnan(self.copied).sum())
        return said + (f"; of {unknown} it is not known" if unknown else "")

    def tell(self, k):
        """What is to be said about the k-th written word."""
        share = self.copied[k]
        how = "not known" if np.isnan(share) else f"{share:.0%} copied, {1 - share:.0%} written"
        looks = self.looks[k]
        if not looks.any():
            return f"{self.written[k]}\n{how}"
        j = int(looks.argmax())
        return f"{self.written[k]}\n{how}\nlooks most at “{shortened(self.read[j])}” ({looks[j]:.0%})"


def copied_words(read, written, looks, copied):
    """What was read, what was written, and how.

    Raises
    ------
    ShapeError
        When words and numbers do not fit together, or there is no word.
    """
    read, written = ([str(word) for word in words] for words in (read, written))
    where, shares = (array_of(numbers).astype(np.float64) for numbers in (looks, copied))
    if not read or not written:
        raise ShapeError(f"{len(read)} words were read and {len(written)} written: there is nothing to draw")
    if where.shape != (len(written), len(read)):
        raise ShapeError(
            f"looks have a row for each of the {len(written)} written words and a column for each of the {len(read)} "
            f"that were read, not the shape {where.shape}"
        )
    if shares.shape != (len(written),):
        raise ShapeError(f"copied is one share for each of the {len(written)} written words, and has shape {shares.shape}")
    known = np.where(np.isfinite(shares), np.clip(shares, 0, 1), np.nan)
    where = np.clip(np.nan_to_num(where, nan=0.0, posinf=0.0, neginf=0.0), 0, 1)
    return CopiedWords(read[:MOST_READ], written[:MOST_WRITTEN], where[:MOST_WRITTEN, :MOST_READ], known[:MOST_WRITTEN])
