"""Exercises of chapter 17, sequences."""

import math
from functools import cache, partial

import minidl as md
from minidl.course.exercise import Exercise, Experiment, Function, Number
from minidl.course.predicting import Prediction

MOST_BITS, TOO_GOOD = 3.2, 2.0
KNOWN_BY_HEART = 0.3  # so many bits fewer than on other unseen names are no accident
LETTERS = "abcdefghijklmnopqrstuvwxyz"

PREDICTIONS = {
    "p1": Prediction("How many bits does a bigram model need for each character (who knows nothing: 5.64)?", close=0.3),
    "p2": Prediction(
        "Where does a gradient of at least one per cent arrive at the first step?",
        choices=("in all three", "both LSTMs", "only LSTM, open"),
    ),
    "p3": Prediction(
        "With padding counted: how is the loss shown, beside the true one?",
        choices=("much lower", "about the same", "much higher"),
    ),
    "p4": Prediction(
        "Which needs fewer bits on unseen text, by two hundredths or more?",
        choices=("the network", "mixed counts", "no clear difference"),
    ),
    "p5": Prediction("Of 50 poems that the GRU writes, how many have exactly four lines of five characters?", close=5),
}


def reading():
    """Inputs, states and weights of an RNN."""
    generator = md.Generator().manual_seed(7)
    draw = lambda *shape: md.randn(*shape, generator=generator)
    return [(draw(2, 3), draw(2, 3), draw(3, 3), draw(3, 3), draw(3)) for _ in range(3)]


def rnn_step(x, h, W, U, b, bend=True, across=True, swapped=False, bias=True):
    """One step of an RNN, and ways to get it wrong."""
    x, h = (h, x) if swapped else (x, h)
    inside = (x @ W.T + h @ U.T if across else x @ W + h @ U) + (b if bias else 0)
    return inside.tanh() if bend else inside


def gates():
    """The four parts of an LSTM before they are bent, and its cell."""
    generator = md.Generator().manual_seed(8)
    return [tuple(md.randn(3, 3, generator=generator) for _ in range(5)) for _ in range(2)]


def lstm_step(i, f, g, o, c, bend_g=True, bend_c=True, swapped=False):
    """One step of an LSTM, and ways to get it wrong."""
    i, f = (f, i) if swapped else (i, f)
    c = f.sigmoid() * c + i.sigmoid() * (g.tanh() if bend_g else g.sigmoid())
    return o.sigmoid() * (c.tanh() if bend_c else c), c


def chances():
    """Probabilities of what came, and how many of them are real."""
    p = md.tensor([[0.5, 0.25, 1.0, 1.0], [0.125, 0.5, 0.5, 0.25], [0.9, 1.0, 1.0, 1.0]])
    return [(p, md.tensor([2, 4, 1])), (p[:2], md.tensor([3, 1])), (p[1:], md.tensor([4, 2]))]


def bits_per_character(p, lengths, by_name=False, everywhere=False, natural=False):
    """Bits for each real character, and ways to get it wrong."""
    real = (md.arange(p.shape[1]) < lengths[:, None]).float()
    surprise = -p.log() / (1 if natural else math.log(2))
    if everywhere:
        return surprise.mean()
    if by_name:
        return ((surprise * real).sum(dim=1) / lengths).mean()
    return (surprise * real).sum() / real.sum()


@cache
def unseen_names():
    """Names that the chapter puts aside: those that judge, and as many again."""
    order = md.randperm(8000, generator=md.Generator().manual_seed(0)).tolist()
    names = md.data.names()["names"]
    return [names[k] for k in order[7000:7300]], [names[k] for k in order[7300:7600]]


class NoDistributionError(ValueError):
    """What came instead of 27 probabilities."""


def chances_of(next_letter, beginning):
    """The probabilities of what follows a beginning."""
    chances = [float(p) for p in next_letter(beginning)]
    if len(chances) != 27:
        raise NoDistributionError(
            f"27 probabilities are asked for, a to z and the end; after {beginning!r} there are {len(chances)}."
        )
    if min(chances) < 0 or not abs(sum(chances) - 1) <= 1e-3:  # NaN is no distribution either
        raise NoDistributionError(
            f"After {beginning!r} the probabilities add up to {sum(chances):.3f}: that is no distribution."
        )
    return chances


def bits_of(chances_after, names):
    """Bits for each letter of names, the end included."""
    surprise, count = 0.0, 0
    for name in names:
        for k in range(len(name) + 1):
            p = chances_after(name[:k])[LETTERS.index(name[k]) if k < len(name) else 26]
            surprise, count = surprise - math.log2(max(p, 1e-12)), count + 1
    return surprise / count


def naming_problem(next_letter):
    """Why a model of names will not do: a sentence, or "" if it does."""
    if isinstance(next_letter, md.nn.Module) or not callable(next_letter):
        return f"Hand over a function of the beginning of a name; this is a {type(next_letter).__name__}."
    chances_after = cache(partial(chances_of, next_letter))
    try:
        bits, others = (bits_of(chances_after, names) for names in unseen_names())
    except NoDistributionError as problem:
        return str(problem)
    if bits > MOST_BITS:
        return f"It needs {bits:.4f} bits for each letter, and at most {MOST_BITS} are asked for."
    if bits < TOO_GOOD:
        return f"{bits:.2f} bits are too good: did it learn the names put aside?"
    if bits < others - KNOWN_BY_HEART:
        return f"{bits:.2f} bits on the names that judge it, and {others:.2f} on others put aside: did it learn the first?"
    return ""


EXERCISES = {
    "ex1": Exercise(
        "Bits for each character",
        Number(0.005),
        7 / 3,
        wrong=[
            (7.0, "That is the sum; the mean over three characters is asked for."),
            (7 / 3 * math.log(2), "That is in the unit of the natural logarithm (nats): take the logarithm to base 2."),
            (-math.log2((1 / 2 + 1 / 4 + 1 / 16) / 3), "Take the logarithms first, and then their mean."),
        ],
        hint="The surprises are 1, 2 and 4 bits.",
    ),
    "ex2": Exercise(
        "A gate over fifty steps",
        Number(tolerance=0.12),
        0.9**50,
        wrong=[
            (0.9 * 50, "It is multiplied at each step, not added up."),
            (0.9, "That is one step; there are fifty."),
            (0.1**50, "What is kept counts, not what is lost."),
        ],
        hint="The gradient of the cell is multiplied by f at each step.",
    ),
    "ex3": Exercise(
        "One step of an RNN",
        Function(reading, gradient=True),
        rnn_step,
        wrong=[
            (partial(rnn_step, bend=False), "The tanh is missing."),
            (partial(rnn_step, across=False), "W is (H, I), so x is multiplied by W.T, and h by U.T."),
            (partial(rnn_step, swapped=True), "W belongs to x, and U to the last state."),
            (partial(rnn_step, bias=False), "The bias is missing."),
        ],
        hint="(x @ W.T + h @ U.T + b).tanh()",
    ),
    "ex4": Exercise(
        "One step of an LSTM",
        Function(gates),
        lstm_step,
        wrong=[
            (partial(lstm_step, bend_g=False), "g is no gate: it goes through tanh, and may be below 0."),
            (partial(lstm_step, bend_c=False), "The new state is o times the tanh of the cell."),
            (partial(lstm_step, swapped=True), "The forget gate belongs to the old cell, the input gate to g."),
            (lambda *parts: lstm_step(*parts)[::-1], "First the state h, then the cell c."),
        ],
        hint="c = σ(f) · c + σ(i) · tanh(g), and h = σ(o) · tanh(c).",
    ),
    "ex5": Exercise(
        "Bits under a mask",
        Function(chances),
        bits_per_character,
        wrong=[
            (partial(bits_per_character, everywhere=True), "There what is not real counts, too: use the lengths."),
            (partial(bits_per_character, by_name=True), "That is the mean of the rows' means: short rows count too much."),
            (partial(bits_per_character, natural=True), "Those are nats: divide by ln 2."),
            (lambda p, n: -bits_per_character(p, n), "Logarithms of probabilities are below 0: a minus is missing."),
        ],
        hint="Sum -log2 p over the real places, and divide by how many there are.",
    ),
    "ex6": Exercise(
        "A model of names",
        Experiment(naming_problem),
        None,
        wrong=[
            (lambda beginning: [1 / 27] * 27, "at most 3.2 are asked for"),
            (lambda beginning: [1 / 26] * 26, "27 probabilities are asked for"),
            (lambda beginning: [0.5] * 27, "that is no distribution"),
            (lambda beginning: [math.nan] * 27, "the probabilities add up to nan"),
            ("names", "Hand over a function"),
        ],
        hint="A GRU as in section 4, or counts of what follows two letters, mixed with bigrams.",
    ),
}
