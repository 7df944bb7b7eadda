"""How good a text is compared with one that a person wrote, in the numbers that papers report. All are between 0 and 1.

`bleu` and `chrf` are those of sacrebleu (divided by 100), `rouge` that of rouge-score without stemming.
"""

import math
from collections import Counter
from collections.abc import Mapping, Set

import numpy as np

from minidl.engine.conversion import real_number, whole_number
from minidl.errors import DtypeError, OutOfRangeError, ShapeError
from minidl.text.splitting import listed, text_of, words

MOST_PAIRS = 100_000_000  # of tokens that are compared: half a minute


def edit_distance(a, b):
    """How many tokens must be put in, taken out or replaced to turn one sequence into the other (Levenshtein 1966).

    Parameters
    ----------
    a, b : str or sequence
        Texts are compared by code points; for characters as people see them give `characters(text)`.

    Returns
    -------
    int

    Raises
    ------
    DtypeError
        When one of them has no order, or one is a text and the other a list of words.
    OutOfRangeError
        When the sequences are so long that it would take minutes.

    Examples
    --------
    >>> edit_distance("kitten", "sitting")
    3
    """
    a, b = _tokens_of(a), _tokens_of(b)
    if isinstance(a, str) != isinstance(b, str) and any(isinstance(token, str) and len(token) > 1 for token in [*a, *b]):
        raise DtypeError("one of the two is a text and the other a list of words: cut both in the same way")
    _check_pairs("edit_distance", a, b)
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(b, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right))
    return row[-1]


def error_rate(predictions, targets):
    """Edits a target token: the character error rate of texts, the word or symbol error rate of lists of tokens.

    The edits of all pairs are added before they are divided, so long targets count for more; it can exceed 1.

    Examples
    --------
    >>> error_rate(["hallo"], ["hello"])
    0.2
    """
    predictions, targets = _same_number(predictions, targets)
    targets = [_tokens_of(target) for target in targets]
    length = sum(map(len, targets))
    if not length:
        raise ShapeError("the targets are empty, so there is nothing that could be wrong")
    return sum(edit_distance(a, b) for a, b in zip(predictions, targets, strict=True)) / length


def perplexity(loss):
    """exp of a mean cross-entropy in nats: among how many equally likely tokens the model seems to choose."""
    try:
        return math.exp(real_number(loss, "a loss"))
    except OverflowError:
        return math.inf


def bits_per_character(loss, tokens=1, letters=1):
    """A mean cross-entropy in nats a token as bits a character, so that models with different tokens can be compared.

    Parameters
    ----------
    loss : float or Tensor
        Nats a token.
    tokens, letters : int
        How many tokens and characters the text has; leave both out if each character is a token.

    Raises
    ------
    OutOfRangeError
        When the text has no token or no character.

    Examples
    --------
    >>> bits_per_character(math.log(2), tokens=10, letters=40)
    0.25
    """
    tokens, letters = real_number(tokens, "the number of tokens"), real_number(letters, "the number of characters")
    if not (tokens > 0 and letters > 0):
        raise OutOfRangeError(f"a text has at least one token and one character, not {tokens:g} and {letters:g}")
    return real_number(loss, "a loss") / math.log(2) * tokens / letters


def bleu(predictions, references, tokens=words, order=4, effective_order=False):
    """BLEU of a whole corpus: how many runs of 1 to 4 of its tokens stand in the references (Papineni et al. 2002).

    The geometric mean of the four precisions, times a penalty for predictions that are too short. An order without a match
    counts as half a match, the next as a quarter, and so on, as sacrebleu smooths ("exp"). Numbers are comparable only with
    the same tokens: say which.

    Parameters
    ----------
    predictions : list of str
    references : list of str
        One for each prediction.
    tokens : callable
        How a text is cut; `str.split` for one that has been cut already.
    order : int
        The longest run that counts.
    effective_order : bool
        Whether orders for which all predictions are too short are left out; otherwise the score is 0 then.

    Returns
    -------
    float

    Examples
    --------
    >>> round(bleu(["the cat sat on the mat"], ["the cat lay on the mat"]), 4)
    0.3799
    """
    predictions, references = _same_number(predictions, references)
    order = _order(order)
    matches, totals, length, wanted = [0] * order, [0] * order, 0, 0
    for prediction, reference in zip(predictions, references, strict=True):
        a, b = _cut(prediction, tokens), _cut(reference, tokens)
        length, wanted = length + len(a), wanted + len(b)
        for n in range(1, order + 1):
            runs = _runs(a, n)
            matches[n - 1] += (runs & _runs(b, n)).total()
            totals[n - 1] += runs.total()
    if not any(matches) or not (effective_order or all(totals)):
        return 0.0
    logs, halves = [], 1
    for match, total in zip(matches, totals, strict=True):
        if total:
            halves *= 1 if match else 2
            logs.append(math.log(match / total if match else 1 / (halves * total)))
    return min(1.0, math.exp(1 - wanted / length)) * math.exp(sum(logs) / len(logs))


def chrf(predictions, references, order=6, beta=2.0):
    """chrF of a whole corpus: how many runs of 1 to 6 letters agree (Popović 2015). It needs no words and fits every script.

    The precision (of the runs in the predictions) and the recall (of those in the references) are averaged over the lengths;
    then their F score is taken, in which recall counts `beta` times as much. Spaces do not count.

    Examples
    --------
    >>> round(chrf(["the cat sat"], ["the cat lay"]), 4)
    0.5207
    """
    predictions, references = _same_number(predictions, references)
    order = _order(order)
    if not 0 <= real_number(beta, "beta") < math.inf:
        raise OutOfRangeError(f"beta says how many times as much recall counts: a finite number of 0 or more, not {beta}")
    counts = np.zeros((order, 3))  # matches, runs in predictions, runs in references
    for prediction, reference in zip(predictions, references, strict=True):
        a, b = ("".join(text_of(text).split()) for text in (prediction, reference))
        for n in range(1, order + 1):
            left, right = _runs(a, n), _runs(b, n)
            if left or right:
                # sacrebleu counts a prediction only where the reference is long enough to have runs at all
                counts[n - 1] += ((left & right).total(), left.total() if right else 0, right.total())
    shares = [(both / left, both / right) for both, left, right in counts if left and right]
    precision, recall = np.mean(shares, axis=0) if shares else (0.0, 0.0)
    return float(_f_score(precision, recall, beta))


def rouge(prediction, reference, kind="L", tokens=None):
    """ROUGE of one text: the F score of shared runs of 1 or 2 words, or of the longest common subsequence (Lin 2004).

    Parameters
    ----------
    prediction, reference : str
    kind : {1, 2, "L"}
    tokens : callable, optional
        How a text is cut. As in rouge-score unless given: lower case, runs of a to z and 0 to 9, and nothing else.

    Raises
    ------
    OutOfRangeError
        When the texts are so long that "L" would take minutes.

    Examples
    --------
    >>> round(rouge("Compute the mean", "Return the mean of an array", kind="L"), 4)
    0.4444
    """
    a, b = (_cut(text, tokens or _latin_words) for text in (prediction, reference))
    if kind == "L":
        shared, left, right = _common(a, b), len(a), len(b)
    elif kind in (1, 2):
        runs, wanted = _runs(a, int(kind)), _runs(b, int(kind))
        shared, left, right = (runs & wanted).total(), runs.total(), wanted.total()
    else:
        raise ValueError(f"ROUGE-1, ROUGE-2 and ROUGE-L are there: kind is 1, 2 or 'L', not {kind!r}")
    return _f_score(shared / left, shared / right) if shared else 0.0


def _f_score(precision, recall, beta=1.0):
    """The weighted harmonic mean of precision and recall."""
    if not precision or not recall:
        return 0.0
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


def _runs(tokens, n):
    """The runs of n tokens, or of n letters of a text, counted."""
    runs = (tokens[k : k + n] for k in range(len(tokens) - n + 1))
    return Counter(runs if isinstance(tokens, str) else map(tuple, runs))


def _common(a, b):
    """The length of the longest common subsequence."""
    _check_pairs("ROUGE-L", a, b)
    row = [0] * (len(b) + 1)
    for left in a:
        diagonal = 0
        for j, right in enumerate(b, start=1):
            diagonal, row[j] = row[j], diagonal + 1 if left == right else max(row[j], row[j - 1])
    return row[-1]


def _check_pairs(name, a, b):
    """Refuse sequences that are too long to compare each token of one with each of the other."""
    if len(a) * len(b) > MOST_PAIRS:
        raise OutOfRangeError(
            f"{name} compares each token of one text with each of the other, and {len(a):,} with {len(b):,} would take "
            "minutes or hours: cut the texts into sentences or paragraphs, and compare these"
        )


def _latin_words(text):
    return "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text.lower()).split()


def _cut(text, tokens):
    """The tokens of a text, cut by the function that was given."""
    if not callable(tokens):
        raise DtypeError(f"tokens is a function that cuts a text, such as str.split, not {tokens!r:.40}")
    return list(tokens(text_of(text)))


def _tokens_of(sequence):
    """A sequence to compare: a text as it is, all else as a list."""
    if isinstance(sequence, bytes):
        return text_of(sequence)
    if isinstance(sequence, str):
        return sequence
    sequence = sequence.tolist() if hasattr(sequence, "tolist") else sequence
    if isinstance(sequence, Set | Mapping) or not hasattr(sequence, "__iter__"):
        raise DtypeError(f"a text or a list of tokens is needed, and this is of type {type(sequence).__name__}")
    return list(sequence)


def _order(order):
    if whole_number(order, "order") < 1:
        raise OutOfRangeError(f"order is the longest run that counts, at least 1, not {order}")
    return int(order)


def _same_number(predictions, references):
    """Both as lists, once there is a reference for each prediction."""
    predictions, references = listed("predictions", predictions), listed("references", references)
    if len(predictions) != len(references):
        raise ShapeError(f"every prediction needs its reference: {len(predictions)} against {len(references)}")
    if not len(predictions):
        raise ShapeError("there is nothing to judge: no prediction was given")
    return predictions, references
