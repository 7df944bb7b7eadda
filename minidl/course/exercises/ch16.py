"""Exercises of chapter 16, words."""

import math
from functools import cache, partial

import minidl as md
from minidl.course.exercise import Exercise, Experiment, Function, Number
from minidl.course.judging import short_of
from minidl.course.predicting import Prediction

LEARN, LEAST, TOO_GOOD = 7000, 0.73, 0.9
SAME = 1e-4  # how far a number may move when a name is changed
NAMES = 1000  # so many first names, the most frequent ones, must not change a number

PREDICTIONS = {
    "p1": Prediction("Of all different words in 7,000 sentences, what share comes only once?", close=0.05),
    "p2": Prediction(
        "Put aside: which is right more often, the better bag or the better network?",
        choices=("a bag", "a network", "no clear difference"),
    ),
    "p3": Prediction("From 3,500 to 7,000 sentences: by how many points does the share put aside rise?", close=1.0),
    "p4": Prediction("How many of the ten analogies come out as meant?", close=1),
    "p5": Prediction("In how many of the five twins does the verdict of the bag of pairs turn around?", close=0),
    "p6": Prediction("Without the mask: how many of 100 verdicts change with the other sentences in the batch?", close=3),
}


def padded():
    """Rows with lengths: sentences below 0 everywhere, with large values behind their end."""
    rows = md.tensor([[[-1.0, 2.0], [-3.0, 0.5], [9.0, 9.0]], [[-2.0, -4.0], [0.0, 0.0], [0.0, 0.0]]])
    third = md.tensor([[[1.0, -1.0], [0.5, 3.0], [2.0, -5.0]]])
    return [(rows, md.tensor([2, 1])), (third, md.tensor([3])), (md.cat([rows, third]), md.tensor([3, 1, 2]))]


def masked_max(rows, lengths, fill=-math.inf):
    """The largest real value of each sentence, and a way to get it wrong."""
    real = md.arange(rows.shape[1]) < lengths[:, None]
    return rows.masked_fill(~real[:, :, None], fill).amax(dim=1)


def masked_mean(rows, lengths):
    """The mean of the real values."""
    real = (md.arange(rows.shape[1]) < lengths[:, None]).float()[:, :, None]
    return (rows * real).sum(dim=1) / lengths[:, None]


def triples():
    """Rows of a word, of its neighbour and of drawn words."""
    u, v = md.tensor([1.0, -0.5, 2.0]), md.tensor([0.5, 1.0, 0.25])
    drawn = md.tensor([[1.0, 0.0, -1.0], [0.2, 0.4, 0.6], [-2.0, 1.0, 0.5], [0.0, 3.0, 1.0]])
    return [(u, v, drawn), (v, u, drawn[:2]), (-u, v, drawn[1:])]


def pair_loss(u, v, drawn, sign=-1.0, mean=False, swapped=False):
    """Negative sampling, and ways to get it wrong."""
    log_sigmoid = md.nn.functional.logsigmoid
    false = log_sigmoid(sign * (drawn @ (v if swapped else u)))
    return -log_sigmoid(u @ v) - (false.mean() if mean else false.sum())


def directions():
    """Rows of different lengths, among them long ones that point elsewhere."""
    rows = md.tensor([[1.0, 0.0], [0.2, 0.05], [5.0, 5.0], [-3.0, 0.1], [0.5, -0.2], [4.0, 9.0]])
    return [(rows, 0, 3), (rows, 2, 2), (rows.flip([0]), 1, 4)]


def nearest(rows, k, count, unit=True, itself=False, descending=True):
    """The most similar rows, and ways to get it wrong."""
    rows = rows / rows.norm(dim=1, keepdim=True) if unit else rows
    order = (rows @ rows[k]).argsort(descending=descending).tolist()
    return [n for n in order if itself or n != k][:count]


@cache
def put_aside():
    """The sentences to choose on."""
    reviews, _ = md.data.reviews()
    return reviews.texts[LEARN:], reviews.labels[LEARN:]


def judging_problem(judge):
    """Why a judge is not fair or not good enough: a sentence, or "" if it is."""
    if isinstance(judge, md.nn.Module) or not callable(judge):
        return f"Hand over a function that takes a list of texts; this is a {type(judge).__name__}."
    texts, labels = put_aside()
    numbers = md.tensor(judge(list(texts))).detach().reshape(-1)
    if len(numbers) != len(texts):
        return f"One number is asked for each text, so {len(texts)}; it gives {len(numbers)}."
    share = ((numbers > 0) == (labels > 0)).float().mean().item()
    if share < 0.6:
        return f"It is right about {share:.1%} of the sentences put aside: has it learned?"
    if share < LEAST:
        return f"It is right about {short_of(share, 1)} of the sentences put aside, and {LEAST:.0%} are asked for."
    if share > TOO_GOOD:
        return f"It is right about {share:.1%}, which is too good: did it learn from the sentences put aside?"
    again = md.tensor(judge([text.replace(" ", "  ") for text in reversed(texts)])).detach().reshape(-1)
    alike = ((again > 0) == (labels.flip([0]) > 0)).float().mean().item()
    if alike < LEAST - 0.05:
        return (
            f"It is right about {share:.1%}, but about {alike:.1%} of the same sentences in another order and with wider "
            "spaces: does it know them by heart?"
        )
    names = [name.title() for name in md.data.names()["names"][:NAMES]]
    for sentence in ("It stars {}.", "I saw {} in a good film.", "{} is bad."):
        found = md.tensor(judge([sentence.format(name) for name in names])).detach().reshape(-1)
        low, high = found.argmin().item(), found.argmax().item()
        if not (found[high] - found[low]).item() <= SAME:  # NaN is not the same either
            said = sentence.format("...")
            return (
                f"“{said}” gets {found[low].item():.2f} with {names[low]}, and {found[high].item():.2f} with {names[high]}."
            )
    return ""


def nearly_blind(texts, words=("bad", "dull", "boring")):
    """A judge that knows three words, and so is right about hardly more than half."""
    return [0.5 - sum(word in text for word in words) for text in texts]


EXERCISES = {
    "ex1": Exercise(
        "A logit by hand",
        Number(),
        -1.7,
        wrong=[
            (0.05, "The pair “not bad” does not come: between the two stands “a”."),
            (-1.9, "The bias is missing."),
        ],
        hint="Which tokens does the sentence have? Single words, and pairs of words that stand side by side.",
    ),
    "ex2": Exercise(
        "Knowing nothing",
        Number(),
        11 * math.log(2),
        wrong=[
            (10 * math.log(2), "Those are the ten drawn words; the true neighbour costs something, too."),
            (math.log(2), "That is one term; there are eleven."),
            (11 * 0.5, "Each sigmoid is 0.5, and each term minus its logarithm."),
            (-11 * math.log(2), "The logarithm of one half is below 0, and the loss has a minus before it."),
        ],
        hint="The sigmoid of 0 is one half; how many terms does the sum have?",
    ),
    "ex3": Exercise(
        "A masked maximum",
        Function(padded, gradient=True),
        masked_max,
        wrong=[
            (partial(masked_max, fill=0.0), "Zeros win against rows that are below 0: fill up with minus infinity."),
            (lambda rows, lengths: rows.amax(dim=1), "That looks behind the end of the sentence, too."),
            (masked_mean, "That is the mean; the largest value is asked for."),
        ],
        hint="md.arange(L) < lengths[:, None] says what is real; masked_fill the rest with -inf, then amax(dim=1).",
    ),
    "ex4": Exercise(
        "Negative sampling",
        Function(triples, gradient=True),
        pair_loss,
        wrong=[
            (partial(pair_loss, sign=1.0), "Drawn words should have a small product: their sigmoid needs a minus inside."),
            (partial(pair_loss, mean=True), "The drawn words are summed up, not averaged."),
            (partial(pair_loss, swapped=True), "The drawn words are compared with u, the word in the middle."),
            (lambda u, v, drawn: -pair_loss(u, v, drawn), "That is the log-likelihood; a loss is minus that."),
        ],
        hint="-F.logsigmoid(u @ v) - F.logsigmoid(-(drawn @ u)).sum()",
    ),
    "ex5": Exercise(
        "Neighbours by cosine",
        Function(directions),
        nearest,
        wrong=[
            (partial(nearest, unit=False), "Long rows win in a plain product: divide each row by its length first."),
            (partial(nearest, itself=True), "Row k is most similar to itself: leave it out."),
            (partial(nearest, descending=False), "Those are the least similar ones."),
        ],
        hint="Divide the rows by their norms; rows @ rows[k] are the cosines; sort, and leave k out.",
    ),
    "ex6": Exercise(
        "A fair judge",
        Experiment(judging_problem),
        None,
        wrong=[
            (nearly_blind, "has it learned?"),
            (lambda texts: [1.0], "One number is asked for each text"),
            ("the best", "Hand over a function that takes a list of texts"),
        ],
        hint="Make every first name the same token before you count, in learning and in judging.",
    ),
}
