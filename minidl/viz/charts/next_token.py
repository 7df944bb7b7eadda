"""What may come next, and what temperature, top-k and top-p leave of it, as plain data."""

from dataclasses import dataclass

import numpy as np

from minidl.errors import ShapeError
from minidl.text.decoding import filtered
from minidl.train.metrics import array_of
from minidl.viz.summary import shortened

MOST_TOKENS = 4096  # that the sliders work on
SHOWN = 16


@dataclass
class NextToken:
    """The tokens that may come next, the likeliest first.

    Attributes
    ----------
    logits : array, shape (N,)
        Falling.
    names : list of str
        Of the first `SHOWN`.
    left_out : str
        What the picture does not look at, in words.
    """

    logits: np.ndarray
    names: list
    left_out: str

    def chances(self, temperature=1.0, top_k=None, top_p=None):
        """The probability of each token, as `minidl.text.filtered` gives them."""
        return filtered(self.logits, temperature, top_k and min(top_k, len(self.logits)), top_p).array

    def title(self, chances):
        """What a reader should see."""
        first = f"“{shortened(self.names[0])}” comes next with a probability of {chances[0]:.1%}"
        said = f"{first}; {kept(chances):,} of {len(chances):,} tokens may come"
        return said + (f"; {self.left_out}" if self.left_out else "")


def kept(chances):
    """How many tokens can still be drawn."""
    return int((chances > 0).sum())


def entropy(chances):
    """How open the choice is, in bits: 0 when one token is certain."""
    p = chances[chances > 0].astype(np.float64)
    return float(-(p * np.log2(p)).sum()) + 0.0


def next_tokens(logits, names):
    """The tokens that may come next.

    Raises
    ------
    ShapeError
        When these are not logits of one place, or tokens and names differ in number.
    ValueError
        When logits hold NaN, or no token has a finite score.
    """
    scores = array_of(logits).astype(np.float64)
    if scores.ndim != 1 or not len(scores):
        raise ShapeError(f"logits have shape (V,), a score for each token, not {scores.shape}; take one place of one text")
    if names is not None and not callable(names) and len(names) != len(scores):
        raise ShapeError(f"every token has one name, and there are {len(scores)} logits and {len(names)} names")
    filtered(scores)  # refuses what nothing can be drawn from
    order = np.argsort(-scores, kind="stable")
    name = names if callable(names) else str if names is None else names.__getitem__
    said = ""
    if len(order) > MOST_TOKENS:
        said = f"of {len(order):,} tokens the {MOST_TOKENS:,} likeliest"
        order = order[:MOST_TOKENS]
    return NextToken(scores[order], [str(name(int(k))) for k in order[:SHOWN]], said)
