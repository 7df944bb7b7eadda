"""Texts that are hard to cut."""

import random

LEARNED_FROM = """It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want
of a wife. However little known the feelings or views of such a man may be on his first entering a neighbourhood, this truth
is so well fixed in the minds of the surrounding families, that he is considered the rightful property of some one or other
of their daughters. 床前明月光，疑是地上霜。
举头望明月，低头思故乡。"""
PIECES = [
    "a",
    "b",
    " ",
    "\n",
    "  ",
    "the",
    "'s",
    "'S",
    "n't",
    "床",
    "明月",
    "é",
    "e\u0301",
    "👩‍👩‍👧",
    "🇫🇷",
    "\x00",
    "שלום",
    "नमस्ते",
    "1234",
    "3.5",
    "don't",
    "!?",
    "\u00a0",
    "\t",
    "\r\n",
    "truth",
    " man",
    "\u200f",
    "ﷺ",
    "\U0010ffff",
]


def texts(count=100):
    """Texts of such pieces, the same each time."""
    draw = random.Random(1)
    return ["".join(draw.choices(PIECES, k=draw.randint(0, 12))) for _ in range(count)]
