"""Two ways, or more, to be right in chapter 2."""

import math

import minidl as md

RIGHT_WAYS = {
    "ch02.ex1": lambda: [6, md.tensor(6.0)],
    "ch02.ex2": lambda: [
        lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
        lambda f, x, h: 0.5 * ((f(x + h) - f(x)) / h + (f(x) - f(x - h)) / h),
    ],
    "ch02.ex3": lambda: [
        lambda x: 2 * x * math.sin(x) + x**2 * math.cos(x),
        lambda x: x * (2 * math.sin(x) + x * math.cos(x)),
    ],
    "ch02.ex4": lambda: [lambda x: -2 * x * math.exp(-(x**2)), lambda x: -2 * x / math.e ** (x * x)],
    "ch02.ex5": lambda: [lambda x, y: (2 * x * y, x**2 + 3), lambda x, y: [y * (x + x), 3 + x * x]],
}
