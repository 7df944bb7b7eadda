"""Exercises of chapter 20, a small GPT."""

import math
from functools import partial

import minidl as md
from minidl.course.exercise import Exercise, Experiment, Function, Number
from minidl.course.predicting import Prediction
from minidl.text import BytePairs

MOST_TOKENS, MOST_A_CHARACTER, ASIDE = 1000, 1.45, 1000
FAMILIAR = 1.01  # encodings of the first poems need 3 % more tokens for the last thousand than for the thousand before
LN2 = math.log(2)

PREDICTIONS = {
    "p1": Prediction("Which pair of `banana bandana` becomes the first new token?", choices=("ba", "an", "na", "da")),
    "p2": Prediction("Into how many tokens does the encoding of the novel cut these five characters?", close=0.1),
    "p3": Prediction("What is the loss before the first step?", unit="nats", close=0.05),
    "p4": Prediction(
        "Every new token is told that it stands at place 0. What comes?",
        choices=("an error", "the same text", "another text"),
    ),
}


def costs():
    """What tokens cost, with the bytes of the text."""
    return [(md.tensor([1.0, 2.0, 3.0, 0.5]), 11), (md.tensor([4.0, 0.1]), 3), (md.tensor([2.0, 2.0, 2.0]), 3)]


def in_bits(losses, size, log=LN2, mean=False):
    """Bits per byte, and ways to get it wrong."""
    return (losses.mean() if mean else losses.sum() / size) / log


def scores():
    """Logits, with a share."""
    return [
        (md.tensor([2.0, 1.0, 0.0, -1.0]), 0.3),
        (md.tensor([0.0, 3.0, 2.9, -2.0, 1.0]), 0.1),
        (md.tensor([5.0, 3.0, 1.0]), 0.2),
        (md.tensor([1.0, 1.0, 0.0]), 1.0),  # the two likeliest are as likely as the likeliest
    ]


def min_p(logits, share, relative=True, renormalised=True, on_logits=False, cut=0.0):
    """The probabilities that are left, and ways to get it wrong."""
    p = logits.softmax(dim=0)
    kept = (logits >= share * logits.max()) if on_logits else p >= share * (p.max() if relative else 1)
    p = p.masked_fill(~kept, cut)
    return p / p.sum() if renormalised else p


def encoding_problem(encoding):
    """Why an encoding does not cut poems well enough: a sentence, or "" if it does."""
    if type(encoding) is not BytePairs:  # one of a kind that the learner made may say anything
        return f"Hand over the encoding itself, a BytePairs; this is a {type(encoding).__name__}."
    if len(encoding) > MOST_TOKENS:
        return f"It has {len(encoding):,} tokens, and at most {MOST_TOKENS:,} are allowed."
    poems = md.data.poems()["poems"]
    share, before = (tokens_a_character(encoding, some) for some in (poems[-ASIDE:], poems[-2 * ASIDE : -ASIDE]))
    if share > MOST_A_CHARACTER:
        return f"It needs {share:.4f} tokens a character, and at most {MOST_A_CHARACTER} are asked for."
    if share < FAMILIAR * before:
        return (
            f"It needs {share:.4f} tokens a character on the last thousand poems, and {before:.4f} on the thousand before, "
            "which are easier: did it learn from the last?"
        )
    return ""


def tokens_a_character(encoding, poems):
    """How many tokens a character of some poems needs."""
    text = "\n".join(poems)
    return len(encoding.encode(text)) / len(text)


class Forgetful(BytePairs):
    """An encoding that loses half of the text."""

    def encode(self, text, specials=False):
        """The numbers of some of the text."""
        return super().encode(text[::2], specials)


def weights_of(tokens, width, blocks, context):
    """The number of weights of a GPT whose matrix for reading is also the one for writing."""
    return blocks * (12 * width**2 + 13 * width) + (tokens + context + 2) * width


GPT2 = weights_of(50257, 768, 12, 1024)

EXERCISES = {
    "ex1": Exercise(
        "Tokens of bytes",
        Number(),
        7,
        wrong=[
            (3, "These are the characters; without merges every byte is a token, and a Han character has three."),
            (5, "A Han character has three bytes in UTF-8, not two."),
            (9, "The exclamation mark is one byte."),
            (6, "The exclamation mark is missing."),
        ],
        hint='len("你好!".encode())',
    ),
    "ex2": Exercise(
        "Perplexity from bits",
        Number(),
        32,
        wrong=[
            (math.exp(5), "That would be 5 nats. For bits the base is 2."),
            (10, "Not twice as many: each bit doubles the number."),
            (5, "That is the bits; among how many equally likely tokens is that a choice?"),
            (25, "2 to the power of 5, not 5 squared."),
        ],
        hint="Five yes-or-no questions tell how many things apart?",
    ),
    "ex3": Exercise(
        "Bits per byte",
        Function(costs, gradient=True),
        in_bits,
        wrong=[
            (partial(in_bits, mean=True), "That is bits per token: divide the sum by the bytes."),
            (partial(in_bits, log=1.0), "That is nats per byte: a bit is ln 2 nats."),
            (partial(in_bits, log=1 / math.log(2)), "Divide by ln 2: a nat is more than a bit."),
            (lambda losses, size: losses.sum() / math.log(2), "That is all bits together: divide by the bytes."),
        ],
        hint="losses.sum(), divided by ln 2 and by the size.",
    ),
    "ex4": Exercise(
        "Min-p",
        Function(scores),
        min_p,
        wrong=[
            (partial(min_p, relative=False), "The share is one of the likeliest token's probability, not of 1."),
            (partial(min_p, renormalised=False), "What is left does not add up to 1: divide by its sum."),
            (partial(min_p, on_logits=True), "Compare probabilities: softmax first."),
            (lambda logits, share: logits.softmax(dim=0), "Nothing is cut off."),
        ],
        hint="p = logits.softmax(dim=0); where p < share * p.max() put 0; divide by the sum.",
    ),
    "ex5": Exercise(
        "The weights of GPT-2",
        Number(1e-6),
        GPT2,
        wrong=[
            (GPT2 + 50257 * 768, "One matrix reads and writes: count it once."),
            (GPT2 - 1024 * 768, "The places have vectors too."),
            (GPT2 - 50257 * 768, "The vectors of the tokens are missing."),
            (12 * 12 * 768**2, "That is the matrices of the blocks alone."),
        ],
        hint="count(50257, 768, 12, 1024), of section 3.",
    ),
    "ex6": Exercise(
        "An encoding for poems",
        Experiment(encoding_problem),
        None,
        wrong=[
            (BytePairs([]), "1.45 are asked for"),
            (BytePairs([(0, 0)] * 2000), "at most 1,000 are allowed"),
            (Forgetful([]), "Hand over the encoding itself"),
        ],
        hint='BytePairs.learn("\\n".join(poems[:500]), size=800).',
    ),
}
