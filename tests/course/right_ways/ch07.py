"""Two ways, or more, to be right in chapter 7."""

import math

import minidl as md


def adam_in_one_line(w, m, s, g, t, lr):
    """Adam with its corrections in the rate."""
    m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
    return w - lr * (m / (1 - 0.9**t)) / (math.sqrt(s / (1 - 0.999**t)) + 1e-8), m, s


def adam_by_roots(w, m, s, g, t, lr):
    """Adam with running means written as steps towards the new value."""
    m += 0.1 * (g - m)
    s += 0.001 * (g * g - s)
    return [w - lr * (m / (1 - 0.9**t)) / ((s / (1 - 0.999**t)) ** 0.5 + 1e-8), m, s]


RIGHT_WAYS = {
    "ch07.ex1": lambda: [1.6, 2 - 0.1 * 4],
    "ch07.ex2": lambda: [0.2, md.tensor(1 / 5)],
    "ch07.ex3": lambda: [
        lambda w, v, g, lr, mu: (w - lr * (mu * v + g), mu * v + g),
        lambda w, v, g, lr, mu: [w - lr * mu * v - lr * g, g + v * mu],
    ],
    "ch07.ex4": lambda: [adam_in_one_line, adam_by_roots],
    "ch07.ex5": lambda: [0.25, 16**-0.5],
    "ch07.ex6": lambda: [
        lambda p: md.optim.SGD(p, lr=0.003, momentum=0.9),
        lambda p: md.optim.SGD(p, lr=0.003, momentum=0.9, nesterov=True),
    ],
}
