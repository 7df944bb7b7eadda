"""Optimisers on a surface: how each of them walks down from the same point."""

import math

import numpy as np

from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.nn.parameter import Parameter
from minidl.ops.creation import tensor


def banana(p):
    """Rosenbrock's function: a bent valley, flat along its floor; lowest, 0, at (1, 1)."""
    return (1 - p[0]) ** 2 + 20 * (p[1] - p[0] ** 2) ** 2


def bowl(p):
    """A long bowl, 20 times steeper across than along; lowest, 0, at (0, 0)."""
    return 0.5 * p[0] ** 2 + 10 * p[1] ** 2


def saddle(p):
    """A saddle: down along y, up along x, and flat at (0, 0)."""
    return p[0] ** 2 - p[1] ** 2 + 0.2 * p[1] ** 4


def himmelblau(p):
    """Himmelblau's function: four hollows of the same depth, 0; one of them at (3, 2)."""
    return ((p[0] ** 2 + p[1] - 11) ** 2 + (p[0] + p[1] ** 2 - 7) ** 2) / 20


SURFACES = {  # name -> (function, where to start, what to draw)
    "banana": (banana, (-1.2, 1.5), ((-2.0, 2.0), (-1.0, 3.0))),
    "bowl": (bowl, (-4.0, 1.2), ((-5.0, 5.0), (-2.0, 2.0))),
    "saddle": (saddle, (-1.5, 0.01), ((-2.0, 2.0), (-2.5, 2.5))),
    "himmelblau": (himmelblau, (-0.5, -0.5), ((-5.0, 5.0), (-5.0, 5.0))),
}


def run(function, make, start, lr, steps):
    """Where an optimiser goes: rows of x, y and height, up to `steps` of them; it ends where a number gets too large.

    Parameters
    ----------
    function : callable
        From a tensor of two numbers to a tensor with one element.
    make : callable
        ``make(parameters, lr=...)`` returns an optimiser.
    start : (float, float)
    lr : float
    steps : int
    """
    point = Parameter(tensor([float(v) for v in start]))
    optimizer = make([point], lr=lr)
    rows = []
    with np.errstate(all="ignore"):
        for k in range(steps + 1):
            height = function(point)
            if not isinstance(height, Tensor) or height.array.size != 1:
                raise ShapeError("the function of a race takes a tensor of two numbers and returns one number, as a tensor")
            row = [*map(float, point.array), height.item()]
            if not all(map(math.isfinite, row)) or max(map(abs, row)) > 1e6:
                break
            rows.append(row)
            if k < steps:
                optimizer.zero_grad()
                height.backward()
                optimizer.step()
    return rows


def heights(function, limits, fine=61):
    """The function on a grid: x, y, and heights of shape (fine, fine)."""
    x, y = (np.linspace(low, high, fine) for low, high in limits)
    with no_grad(), np.errstate(all="ignore"):
        z = [[float(function(tensor([a, b]))) for a in x.tolist()] for b in y.tolist()]
    return x, y, np.array(z)
