"""Choosing what comes next: the most likely, a draw with temperature, the best of several beams."""

import heapq
import math

import numpy as np

from minidl.engine.conversion import real_number, whole_number
from minidl.engine.tensor import Tensor
from minidl.errors import OutOfRangeError, ShapeError
from minidl.ops.random import multinomial


def filtered(logits, temperature=1.0, top_k=None, top_p=None):
    """The probabilities from which the next token is drawn.

    Temperature divides the logits: below 1 the likely becomes likelier, above 1 all become more alike. Top-k keeps the k
    likeliest tokens (Fan, Lewis & Dauphin 2018); top-p the fewest that together have probability p (nucleus, Holtzman et al.
    2020). The rest gets 0, and what is kept adds up to 1 again.

    Parameters
    ----------
    logits : Tensor, shape (..., V)
    temperature : float
        Greater than 0. (The limit 0 is `logits.argmax(-1)`.)
    top_k : int, optional
        From 1 to V.
    top_p : float, optional
        In (0, 1].

    Returns
    -------
    Tensor, shape (..., V)

    Raises
    ------
    ShapeError
        When there is no row of scores.
    ValueError
        When a setting is out of its range, top_k no whole number, or nothing can be drawn from the logits.
    DtypeError
        When temperature or top_p is no number.

    Examples
    --------
    >>> import minidl as md
    >>> logits = md.log(md.tensor([0.5, 0.3, 0.15, 0.05]))
    >>> filtered(logits, top_k=2)
    tensor([0.6250, 0.3750, 0.0000, 0.0000])
    >>> filtered(logits, top_p=0.9)
    tensor([0.5263, 0.3158, 0.1579, 0.0000])
    """
    scores = np.asarray(logits.array if isinstance(logits, Tensor) else logits, np.float64)
    if not scores.ndim or not scores.shape[-1]:
        raise ShapeError(f"logits are a row of scores, one for each token, and have shape {scores.shape}")
    temperature, top_p = real_number(temperature, "temperature"), None if top_p is None else real_number(top_p, "top_p")
    if not temperature > 0:
        raise ValueError(f"temperature must be greater than 0, not {temperature}; the likeliest token is logits.argmax(-1)")
    if top_k is not None and not (isinstance(top_k, int | np.integer) and 1 <= top_k <= scores.shape[-1]):
        hint = ". Did you mean top_p, a probability?" if isinstance(top_k, float) and 0 < top_k < 1 else ""
        raise ValueError(f"top_k keeps 1 to {scores.shape[-1]} tokens, a whole number, not {top_k!r}{hint}")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p is a probability greater than 0 and at most 1, not {top_p}")
    if np.isnan(scores).any() or not np.isfinite(scores.max(-1)).all():
        raise ValueError("logits hold NaN, or no token has a finite score: nothing can be drawn from them")
    order = np.argsort(-scores, axis=-1, kind="stable")
    ranked = np.take_along_axis(scores, order, -1)
    with np.errstate(over="ignore"):  # of two scores too far apart for a number, the smaller has no chance
        chances = np.exp((ranked - ranked[..., :1]) / temperature)
    chances /= chances.sum(-1, keepdims=True)
    if top_k is not None:
        chances[..., top_k:] = 0
        chances /= chances.sum(-1, keepdims=True)
    if top_p is not None:
        chances[np.cumsum(chances, -1) - chances >= top_p] = 0  # what came before it is already enough
        chances /= chances.sum(-1, keepdims=True)
    result = np.empty_like(chances)
    np.put_along_axis(result, order, chances, -1)
    return Tensor(result.astype(np.float32))


def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    """Draw the next token of each row.

    Parameters
    ----------
    logits : Tensor, shape (V,) or (N, V)
    temperature, top_k, top_p
        As of `filtered`.
    generator : Generator, optional
        Where the draw comes from; minidl's own unless given.

    Returns
    -------
    Tensor of int64, shape () or (N,)
    """
    return multinomial(filtered(logits, temperature, top_k, top_p), 1, generator=generator)[..., 0]


ALMOST_0 = 1e-3  # what the rounding of a log-probability near 0 never reaches


def beam_search(step, start, end, width=4, max_length=50, length_penalty=0.0):
    """The likeliest continuation that is found when the `width` best beginnings are kept at each step.

    Parameters
    ----------
    step : callable
        Gets beginnings, a list of at most `width` lists of int of the same length, and gives the log-probabilities of what
        comes next: a Tensor (number of beginnings, V).
    start : int or list of int
        What every continuation begins with.
    end : int
        The token after which a continuation is complete.
    width : int
        How many beginnings are kept; 1 is greedy search.
    max_length : int
        How many tokens may follow `start`.
    length_penalty : float
        Scores are divided by the number of new tokens to this power: 0 compares sums of log-probabilities, which favours
        short ones; 1 compares their means.

    Returns
    -------
    (list of int, float)
        The best continuation, `start` and (if it came) `end` included, and its score.

    Raises
    ------
    ValueError
        When width or max_length is no whole number of at least 1, no continuation is possible, or `step` gives NaN or
        something greater than 0, which no log-probability is.
    ShapeError
        When `step` does not give a row for each beginning.
    OutOfRangeError
        When there is no token `end`.

    Examples
    --------
    >>> import minidl as md
    >>> likely = md.log(md.tensor([[0.1, 0.5, 0.4], [0.4, 0.3, 0.3], [0.05, 0.05, 0.9]]))  # row: the token before
    >>> beam_search(lambda paths: likely[[path[-1] for path in paths]], start=0, end=2, width=2, max_length=2)[0]
    [0, 2]
    """
    if not all(isinstance(number, int | np.integer) and number >= 1 for number in (width, max_length)):
        raise ValueError(f"width and max_length are whole numbers of at least 1, not {width!r} and {max_length!r}")
    if not math.isfinite(length_penalty):
        raise ValueError(f"length_penalty is a finite number, not {length_penalty}")
    start, end = [whole_number(token, "a token of start") for token in _row(start)], whole_number(end, "end")
    beams, complete = [(0.0, start)], []
    for length in range(1, max_length + 1):
        scores = step([path for _, path in beams])
        scores = np.asarray(scores.array if isinstance(scores, Tensor) else scores, np.float64)
        if scores.ndim != 2 or len(scores) != len(beams):
            raise ShapeError(
                f"step gives a row of log-probabilities for each of {len(beams)} beginnings, not {scores.shape}"
            )
        if not 0 <= end < scores.shape[1]:
            raise OutOfRangeError(f"there is no token {end}, which is to end a continuation: step scores {scores.shape[1]}")
        if not (scores <= ALMOST_0).all():
            raise ValueError(
                f"step gives log-probabilities, which are at most 0, and the greatest here is {scores.max():g}: take "
                "log_softmax of logits, and log of probabilities"
            )
        totals = scores + np.array([total for total, _ in beams])[:, None]
        best = heapq.nlargest(2 * width, np.ndindex(*totals.shape), key=lambda place: totals[place])
        following = [(totals[k, token], [*beams[k][1], token]) for k, token in best if totals[k, token] > -np.inf]
        complete += [(total / length**length_penalty, path) for total, path in following[:width] if path[-1] == end]
        beams = [(total, path) for total, path in following if path[-1] != end][:width]
        if not beams or (len(complete) >= width and length_penalty == 0 and max(complete)[0] >= beams[0][0]):
            break
    complete += [(total / length**length_penalty, path) for total, path in beams if len(path) - len(start) == max_length]
    if not complete:
        raise ValueError("no continuation has a probability greater than 0")
    score, path = max(complete, key=lambda found: found[0])
    return [int(token) for token in path], float(score)


def _row(start):
    """The numbers of the tokens to begin with, also of one."""
    start = start.tolist() if hasattr(start, "tolist") else start
    return start if hasattr(start, "__iter__") else [start]
