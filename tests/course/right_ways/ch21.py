"""Two ways, or more, to be right in chapter 21."""

import math
from collections import Counter

import numpy as np

import minidl as md
from minidl.text import Words


def by_rows(chances, looks, copy, source, extra):
    """The mixture by a matrix that says which place holds which word."""
    holds = (source[:, None] == md.arange(len(chances) + extra)).float()
    known = md.cat([chances, md.zeros(extra)]) if extra else chances
    return (1 - copy) * known + copy * (looks @ holds)


def word_by_word(chances, looks, copy, source, extra):
    """The mixture, one word after the other."""
    parts = []
    for k in range(len(chances) + extra):
        written = (1 - copy) * chances[k] if k < len(chances) else 0.0
        parts.append(written + copy * (looks * (source == k).float()).sum())
    return md.stack(parts)


def rarest(question, texts, normalised=True):
    """The text whose words in common with the question are rarest."""
    known = [set(Words.split(text)) for text in texts]
    counts = Counter(word for words in known for word in words)
    weight = lambda words: sum(math.log(len(texts) / counts[word]) ** 2 for word in words)
    size = [math.sqrt(weight(words)) + 1 if normalised else 1.0 for words in known]
    asked = set(Words.split(question))
    return int(np.argmax([weight(asked & words) / long for words, long in zip(known, size, strict=True)]))


RIGHT_WAYS = {
    "ch21.ex1": lambda: [0.4, 2 * (2 / 3) * (2 / 7) / (2 / 3 + 2 / 7)],
    "ch21.ex2": lambda: [by_rows, word_by_word],
    "ch21.ex3": lambda: [65_536, 2 * 8 * 4096],
    "ch21.ex4": lambda: [
        lambda better, worse: md.nn.functional.softplus(worse - better).mean(),
        lambda better, worse: (md.logaddexp(better, worse) - better).mean(),
    ],
    "ch21.ex5": lambda: [
        lambda log_p, gain: -(gain * (log_p - log_p.mean())).mean(),
        lambda log_p, gain: (gain.mean() * log_p - gain * log_p).sum() / len(gain),
    ],
    "ch21.ex6": lambda: [rarest, lambda question, texts: rarest(question, texts, normalised=False)],
}
