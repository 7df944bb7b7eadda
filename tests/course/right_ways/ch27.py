"""Two ways, or more, to be right in chapter 27."""

import numpy as np

import minidl as md


def by_a_line(n1, l1, n2, l2, floor, n):
    """The law as a straight line through logarithms."""
    slope, start = np.polyfit(np.log([n1, n2]), np.log([l1 - floor, l2 - floor]), 1)
    return floor + np.exp(start + slope * np.log(n))


def by_its_numbers(n1, l1, n2, l2, floor, n):
    """A and alpha first, then the law."""
    alpha = -np.log((l2 - floor) / (l1 - floor)) / np.log(n2 / n1)
    return floor + (l1 - floor) * n1**alpha / n**alpha


def step_by_step(weights, k):
    """Turn by turn around the ring."""
    return sum(weights / k * 4 for turn in range(2 * (k - 1)))


RIGHT_WAYS = {
    "ch27.ex1": lambda: [64 * 256 * (2 * 512 + 1), md.tensor(16_793_600.0)],
    "ch27.ex2": lambda: [step_by_step, lambda weights, k: 8 * weights * (1 - 1 / k)],
    "ch27.ex3": lambda: [
        lambda gradients, sizes: sum(g * (n / sum(sizes)) for g, n in zip(gradients, sizes, strict=True)),
        lambda gradients, sizes: md.tensor(np.average([g.numpy() for g in gradients], axis=0, weights=sizes)),
    ],
    "ch27.ex4": lambda: [28, next(m for m in range(1, 99) if 7 / (m + 7) <= 0.2)],
    "ch27.ex5": lambda: [by_a_line, by_its_numbers],
}
