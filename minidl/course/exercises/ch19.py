"""Exercises of chapter 19, translating."""

from functools import partial

import numpy as np

import minidl as md
from minidl.course.exercise import Exercise, Function, Number, Shape
from minidl.course.predicting import Prediction

F = md.nn.functional

PREDICTIONS = {
    "p1": Prediction("Of 300 texts drawn at random: how many have a near-duplicate among the others?", close=40),
    "p2": Prediction("How many of the 300 does the nearest neighbour translate exactly?", close=10),
    "p3": Prediction(
        "Fed with its own characters instead of the right ones: how does its share of right next characters change?",
        choices=("it falls", "it rises", "no change"),
    ),
    "p4": Prediction(
        "Beam search with width 4 finds likelier translations. Are more of them exact?",
        choices=("at least 5 in 100 more", "hardly any change", "at least 5 in 100 fewer"),
    ),
    "p5": Prediction(
        "Trained on as many pairs, but with near-duplicates left in: where are more texts exact than before?",
        choices=("where there is one", "everywhere alike", "nowhere"),
    ),
}


def batches():
    """Logits and targets, of which 0 is padding."""
    random = np.random.RandomState(0)
    draw = lambda *shape: md.tensor(random.randn(*shape).astype(np.float32))
    return [
        (draw(3, 3, 3), md.tensor([[1, 2, 0], [2, 2, 1], [1, 0, 0]])),
        (draw(2, 4, 5), md.tensor([[4, 1, 2, 3], [3, 0, 0, 0]])),
    ]


def masked_loss(logits, targets, how="tokens", shift=0):
    """The mean cross-entropy over what is no padding, and ways to get it wrong."""
    losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").reshape(targets.shape)
    real = (targets != shift).float()
    if how == "all":
        return losses.mean()
    if how == "divided by all":
        return (losses * real).mean()
    if how == "rows":
        return ((losses * real).sum(dim=1) / real.sum(dim=1)).mean()
    if how == "sum":
        return (losses * real).sum()
    return (losses * real).sum() / real.sum()


def looks():
    """Queries, memory, and where padding stands."""
    random = np.random.RandomState(1)
    draw = lambda *shape: md.tensor(random.randn(*shape).astype(np.float32))
    last = md.tensor([[False, False, False], [False, False, True], [False, True, True]])
    first = md.tensor([[True, False, False]])  # padding may stand anywhere
    return [
        (draw(3, 3, 3), draw(3, 3, 3), last),
        (draw(1, 2, 4), draw(1, 3, 4), last[1:2]),
        (draw(1, 2, 3), draw(1, 3, 3), first),
    ]


def look(query, memory, padding, mask="before", scaled=True):
    """Attention that does not look at padding, and ways to get it wrong."""
    scores = query @ memory.transpose(1, 2) / (query.shape[-1] ** 0.5 if scaled else 1)
    hidden = padding[:, None, :]
    if mask == "before":
        scores = scores.masked_fill(hidden, -md.inf)
    elif mask == "zero":
        scores = scores.masked_fill(hidden, 0.0)
    weights = scores.softmax(dim=-1)
    if mask == "after":
        weights = weights.masked_fill(hidden, 0.0)
    return weights @ memory


def sentences():
    """Two lists of words, and the length of the runs."""
    said, truth = "run run all the cells".split(), "run all cells below the cell run".split()
    return [
        (said, truth, 1),
        (said, truth, 2),
        ("the the the".split(), ["the"], 1),
        (truth, said, 1),
        (list("ab"), ["c"], 1),
        (list("abcd"), list("xabc"), 3),
    ]


def precision(said, truth, n, clipped=True, share_of="said"):
    """Clipped precision of runs of n, and ways to get it wrong."""
    runs = lambda words: [tuple(words[k : k + n]) for k in range(len(words) - n + 1)]
    a, b = runs(said), runs(truth)
    found = sum(min(a.count(run), b.count(run)) for run in set(a)) if clipped else sum(run in b for run in a)
    return found / len(a if share_of == "said" else b)


def likely_words():
    """Log-probabilities after a word, or after so many; where to begin, what ends, and how many may follow."""
    table = np.log([[0.1, 0.6, 0.2, 0.1], [0.1, 0.1, 0.7, 0.1], [0.2, 0.1, 0.1, 0.6], [0.7, 0.1, 0.1, 0.1]])
    for_ever = np.log([[0.1, 0.7, 0.1, 0.1], [0.1, 0.1, 0.7, 0.1], [0.1, 0.7, 0.1, 0.1], [0.7, 0.1, 0.1, 0.1]])

    def step_by(rows):
        return lambda paths: md.tensor(rows.astype(np.float32))[[path[-1] for path in paths]]

    ever = step_by(for_ever), 0, 3, 5
    return [
        (step_by(table), 0, 3, 10),
        ever,
        (step_by(table), 1, 3, 1),
        (step_by(table), 3, 3, 4),
        (step_by(table), 0, 2, 9),
        (lambda paths: md.tensor(table.astype(np.float32))[[len(path) % 4 for path in paths]], 0, 3, 8),
    ]


def greedy(step, start, end, most, stops=True, shows_end=True, best=True, shows_start=True):
    """Greedy search, and ways to get it wrong."""
    path = [start]
    for _ in range(most):
        row = step([path])[0]
        path.append(int(row.argmax() if best else row.argmin()))
        if stops and path[-1] == end:
            break
    path = path if shows_end or path[-1] != end else path[:-1]
    return path if shows_start else path[1:]


BREVITY = float(np.exp(1 - 4 / 3))

EXERCISES = {
    "ex1": Exercise(
        "BLEU by hand",
        Number(),
        BREVITY * 0.5**0.5,
        wrong=[
            (0.5**0.5, "It is shorter than the reference: the brevity penalty exp(1 - 4/3) is missing."),
            (BREVITY * 0.5, "The mean of the precisions is geometric: the root of their product."),
            (BREVITY * 0.75, "The mean of the precisions is geometric, not arithmetic."),
            (0.5, "That is the product of the precisions: take its root, and the brevity penalty."),
        ],
        hint="All 3 words are in the reference, and 1 of the 2 pairs; it is 3 words long, the reference 4.",
    ),
    "ex2": Exercise(
        "How the weights are shaped",
        Shape(),
        (32, 11, 7),
        wrong=[
            ((32, 12, 7), "The decoder is not fed the last token: there is nothing more to say after it."),
            ((32, 7, 11), "A row for each token that is written, a column for each word that is read."),
            ((32, 7, 12), "A row for each token that is written (the last is not fed), a column for each that is read."),
            ((32, 11, 96), "That is the mixture, weights @ memory: it has the width. The weights are one for each word."),
        ],
        hint="(texts, tokens that the decoder is fed, words that were read)",
    ),
    "ex3": Exercise(
        "A loss without padding",
        Function(batches, gradient=True),
        masked_loss,
        wrong=[
            (partial(masked_loss, how="all"), "Padding counts here as if it were a word that must be guessed."),
            (partial(masked_loss, how="divided by all"), "Padding has no loss any more, but still counts in the division."),
            (partial(masked_loss, how="rows"), "That is the mean over texts: a word of a short text counts for more."),
            (partial(masked_loss, how="sum"), "That is the sum: divide by the number of real tokens."),
            (partial(masked_loss, shift=1), "Padding is 0."),
        ],
        hint="Cross-entropy with reduction='none', times (targets != 0).float(); its sum by the number of real tokens.",
    ),
    "ex4": Exercise(
        "Attention beside padding",
        Function(looks, gradient=True),
        look,
        wrong=[
            (partial(look, mask="no"), "It still looks at padding: fill these scores with -inf before the softmax."),
            (partial(look, mask="after"), "After the softmax the rest no longer adds up to 1: fill the scores before it."),
            (partial(look, mask="zero"), "A score of 0 still has a weight, exp(0): fill with -inf."),
            (partial(look, scaled=False), "The scores are divided by the root of the width."),
            (lambda q, m, p: look(q, m, ~p), "That looks at padding alone: `padding` is True where there is nothing."),
        ],
        hint="Scores, by the root of d; scores.masked_fill(padding[:, None, :], -md.inf); softmax, then @ memory.",
    ),
    "ex5": Exercise(
        "Clipped precision",
        Function(sentences),
        precision,
        wrong=[
            (partial(precision, clipped=False), "A run counts at most as often as it stands in the reference."),
            (partial(precision, share_of="truth"), "That is recall: precision is a share of the runs that were said."),
            (lambda said, truth, n: precision(said, truth, 1), "Runs of n words, not only single words."),
            (
                lambda said, truth, n: len(set(said) & set(truth)) / len(set(said)),
                "Sets forget how often a word comes, and runs of n words are asked for.",
            ),
        ],
        hint="For each run: the smaller of its two counts. Add these up, and divide by the number of runs that were said.",
    ),
    "ex6": Exercise(
        "Greedy search",
        Function(likely_words),
        greedy,
        wrong=[
            (partial(greedy, stops=False), "It goes on after the end: stop once `end` is said."),
            (partial(greedy, shows_end=False), "The end belongs to the path."),
            (partial(greedy, shows_start=False), "The path begins with `start`."),
            (partial(greedy, best=False), "That is the least likely token: argmax."),
            (lambda step, start, end, most: greedy(step, start, end, 1000), "At most `most` tokens may follow `start`."),
        ],
        hint="A loop of `most` rounds: step([path])[0].argmax() is appended; break when it is `end`.",
    ),
}
