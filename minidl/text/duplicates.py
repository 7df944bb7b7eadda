"""How alike texts are: what tells near-duplicates, and finds the nearest text."""

import numpy as np

from minidl.engine.conversion import whole_number
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.text.splitting import listed, normalise

MOST_LETTERS = 100  # of an n-gram: longer ones tell only whether two texts are the same


def similarity(texts, others, n=3):
    """The share of letters' n-grams that two texts have in common (Dice's coefficient), for every pair.

    Capitals and runs of spaces do not count. The ends of a text are marked by spaces, so that a text of one letter has
    n-grams, too.

    Parameters
    ----------
    texts, others : list of str
    n : int
        How many letters an n-gram has.

    Returns
    -------
    Tensor, shape (len(texts), len(others))
        1 where two texts have the same n-grams, 0 where they share none.

    Raises
    ------
    ShapeError
        When one of the lists is empty, or n is not from 1 to 100.

    Examples
    --------
    >>> similarity(["Open File"], ["open file", "Open a File", "Quit"])
    tensor([[1.0000, 0.8333, 0.0000]])
    """
    texts, others = listed("texts", texts), listed("others", others)
    if not texts or not others:
        raise ShapeError(f"there is nothing to compare: {len(texts)} texts with {len(others)}")
    if not 1 <= whole_number(n, "n") <= MOST_LETTERS:
        raise ShapeError(f"an n-gram has at least one letter and at most {MOST_LETTERS}, and n is {n}")
    left, right = ([_ngrams(text, n) for text in given] for given in (texts, others))
    number_of = {gram: k for k, gram in enumerate(set().union(*left) & set().union(*right))}
    shared = _indicators(left, number_of) @ _indicators(right, number_of).T
    sizes = np.array([len(grams) for grams in left])[:, None] + np.array([len(grams) for grams in right])
    return Tensor((2 * shared / sizes).astype(np.float32))


def _ngrams(text, n):
    """The set of a text's n-grams."""
    padded = f"{' ' * (n - 1)}{normalise(text)}{' ' * (n - 1)}" if n > 1 else normalise(text)
    return {padded[k : k + n] for k in range(len(padded) - n + 1)} or {""}


def _indicators(sets, number_of):
    """A row for each set, 1 at the numbers of its members."""
    rows = np.zeros((len(sets), len(number_of)), np.float32)
    for row, grams in zip(rows, sets, strict=True):
        row[[number_of[gram] for gram in grams if gram in number_of]] = 1
    return rows
