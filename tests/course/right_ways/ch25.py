"""Two ways, or more, to be right in chapter 25."""

import math

import numpy as np

import minidl as md


def born(parent, space, rng):
    """A child by drawing until one setting differs."""
    while True:
        name = rng.choice(sorted(space))
        value = rng.choice(space[name])
        if value != parent[name]:
            return parent | {name: value}


def child(parent, space, rng):
    """A child drawn from the list of all neighbours of the parent, setting first."""
    name = rng.choice(list(parent))
    others = [value for value in space[name] if value != parent[name]]
    return {**parent, name: others[rng.randrange(len(others))]}


def curse_row_by_row(validation, again):
    """The winner's curse with a loop over the repetitions."""
    lost = [b[a.argmin()] - a.min() for a, b in zip(validation, again, strict=True)]
    return md.stack(lost).mean()


RIGHT_WAYS = {
    "ch25.ex1": lambda: [405, 5 * 81],
    "ch25.ex2": lambda: [29, math.ceil(math.log(0.05) / math.log(0.9))],
    "ch25.ex3": lambda: [
        lambda u, low, high: (math.log(low) + u * (math.log(high) - math.log(low))).exp(),
        lambda u, low, high: 10 ** (math.log10(low) + u * math.log10(high / low)),
    ],
    "ch25.ex4": lambda: [
        curse_row_by_row,
        lambda a, b: (b - a).gather(1, a.argmin(dim=1, keepdim=True)).mean(),
    ],
    "ch25.ex5": lambda: [born, child],
    "ch25.ex6": lambda: [
        {"rate": np.float32(0.02), "hidden": np.int64(12), "epochs": np.int32(8), "act": "tanh"},  # as NumPy draws them
        {"rate": 0.01, "hidden": 12, "epochs": 8, "act": "gelu"},
        {"rate": 0.02, "hidden": 12, "epochs": 8, "act": "relu"},
    ],
}
