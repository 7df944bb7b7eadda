"""What a sample is: a line of Python, and the inputs that it is run on."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Sample:
    """An expression, what stands for a, b, c, ... in it, and what may be asked of it."""

    expression: str
    inputs: tuple
    corner: bool = False
    in_torch: str = ""

    @property
    def key(self):
        """What is computed: the name of the sample in the tests, and of its numbers in the fixture."""
        return " | ".join([self.expression, "; ".join(self.inputs)])

    def arrays(self, seed=0):
        """The arrays that it is run on, by name."""
        rng = np.random.default_rng(seed)
        return {"abcdefgh"[i]: _array(text, rng) for i, text in enumerate(self.inputs)}


def sample(expression, *inputs, corner=False, in_torch=""):
    """A sample; the package's docstring says how it is written."""
    return Sample(expression, inputs, corner, in_torch)


def _array(text, rng):
    if text[0] == "=":
        return np.array(eval(text[1:], {"float": float, "nan": np.nan, "inf": np.inf}))
    if text == "s":
        return np.array(rng.standard_normal())
    kind, text = (text[0], text[1:]) if text[0] in ">~?#" else ("", text)
    if kind == "#":
        most, text = text.split(":")
    if text.startswith("0:"):
        kind, text = "0", text[2:]
    shape = tuple(int(n) for n in text.split(","))
    if kind == ">":
        return rng.uniform(0.5, 2, shape)
    if kind == "~":
        return rng.uniform(-0.9, 0.9, shape)
    if kind == "?":
        return rng.random(shape) < 0.5
    if kind == "#":
        return rng.integers(0, int(most), shape)
    values = rng.standard_normal(shape)
    return values * (rng.random(shape) < 0.6) if kind == "0" else values


def mix(shape):
    """Weights that turn an output into one number, so that its gradient tells every element."""
    return np.cos(np.arange(int(np.prod(shape)), dtype=float) + 0.5).reshape(shape)
