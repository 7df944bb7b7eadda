"""Two ways, or more, to be right in chapter 17."""

import math
from collections import Counter

import minidl as md
from minidl.course.exercises.ch17 import LETTERS

F = md.nn.functional


def counting_names(extra):
    """What follows two letters, mixed with what follows one, and that with how frequent each letter is."""
    names = md.data.names()["names"]
    order = md.randperm(8000, generator=md.Generator().manual_seed(0)).tolist()
    counts = [Counter(), Counter(), Counter()]
    for k in order[:7000]:
        name = f"..{names[k]}."
        for place in range(2, len(name)):
            for before in (0, 1, 2):
                counts[before][name[place - before : place], name[place]] += 1

    def next_letter(beginning):
        chances = [1 / 27] * 27
        for before in (0, 1, 2):
            context = f"..{beginning}"[len(beginning) + 2 - before :]
            seen = [counts[before][context, letter] for letter in f"{LETTERS}."]
            chances = [(n + extra * p) / (sum(seen) + extra) for n, p in zip(seen, chances, strict=True)]
        return chances

    return next_letter


RIGHT_WAYS = {
    "ch17.ex1": lambda: [7 / 3, 2.33, -math.log2(1 / 2 / 4 / 16) / 3],
    "ch17.ex2": lambda: [0.9**50, 0.00515],
    "ch17.ex3": lambda: [
        lambda x, h, W, U, b: md.tanh(F.linear(x, W, b) + F.linear(h, U)),
        lambda x, h, W, U, b: (md.cat([x, h], dim=1) @ md.cat([W, U], dim=1).T + b).tanh(),
    ],
    "ch17.ex4": lambda: [
        lambda i, f, g, o, c: (
            o.sigmoid() * (f.sigmoid() * c + i.sigmoid() * g.tanh()).tanh(),
            f.sigmoid() * c + i.sigmoid() * g.tanh(),
        ),
        lambda i, f, g, o, c: [
            md.sigmoid(o) * md.tanh(md.sigmoid(f) * c + md.sigmoid(i) * md.tanh(g)),
            md.sigmoid(f).mul(c) + md.sigmoid(i).mul(md.tanh(g)),
        ],
    ],
    "ch17.ex5": lambda: [
        lambda p, lengths: -sum(p[n, : lengths[n].item()].log2().sum() for n in range(len(p))) / lengths.sum(),
        lambda p, lengths: -md.cat([row[:k] for row, k in zip(p, lengths.tolist(), strict=True)]).log().mean() / math.log(2),
    ],
    "ch17.ex6": lambda: [counting_names(5.0), counting_names(10.0)],
}
