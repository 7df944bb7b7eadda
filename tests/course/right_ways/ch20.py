"""Two ways, or more, to be right in chapter 20."""

import math

import minidl as md
from minidl.text import BytePairs


def encoding(poems, size):
    """An encoding learned from the first poems."""
    return BytePairs.learn("\n".join(md.data.poems()["poems"][:poems]), size)


def kept_and_drawn(logits, share):
    """Min-p through logits: those that are far below the largest become minus infinity."""
    return logits.masked_fill(logits < logits.max() + math.log(share), -math.inf).softmax(dim=0)


RIGHT_WAYS = {
    "ch20.ex1": lambda: [7, len("你好!".encode())],
    "ch20.ex2": lambda: [32, math.exp(5 * math.log(2))],
    "ch20.ex3": lambda: [
        lambda losses, size: (losses / math.log(2)).sum() / size,
        lambda losses, size: losses.mean() * len(losses) / (size * math.log(2)),
    ],
    "ch20.ex4": lambda: [
        kept_and_drawn,
        lambda logits, share: (
            md.where(logits.softmax(0) >= share * logits.softmax(0).max(), logits.exp(), md.zeros(len(logits)))
            / logits.exp()[logits.softmax(0) >= share * logits.softmax(0).max()].sum()
        ),
    ],
    "ch20.ex5": lambda: [124_439_808, 12 * (12 * 768**2 + 13 * 768) + (50257 + 1024 + 2) * 768],
    "ch20.ex6": lambda: [encoding(500, 800), encoding(450, 780)],
}
