"""Made-up data in two dimensions (and one), whose shape can be seen."""

import math

from minidl.data.dataset import TensorDataset
from minidl.engine.tensor import Tensor
from minidl.ops.creation import linspace
from minidl.ops.random import rand, randint, randn, randperm
from minidl.ops.shape import cat, stack


def _mixed(points, labels, noise, generator):
    """Points of all classes in random order, moved a little."""
    x, y = cat(points), cat(labels)
    order = randperm(len(x), generator=generator)
    x, y = x[order], y[order]
    return TensorDataset(x + noise * randn(x.shape, generator=generator) if noise else x, y)


def _label(n, k):
    return Tensor(n * [k], dtype="int64")


def _checked(n, noise):
    if n < 2:
        raise ValueError(f"n must be at least 2, and is {n}")
    if noise < 0:
        raise ValueError(f"noise is a standard deviation and must not be negative; it is {noise}")


def moons(n=200, noise=0.1, generator=None):
    """Two half circles that reach into one another: points (n, 2), labels 0 and 1.

    >>> import minidl as md
    >>> points, labels = md.data.moons(100)[:]
    >>> points.shape, labels.sum().item()
    ((100, 2), 50)
    """
    _checked(n, noise)
    a, b = (linspace(0, math.pi, k) for k in (n - n // 2, n // 2))
    points = [stack([a.cos(), a.sin()], 1), stack([1 - b.cos(), 0.5 - b.sin()], 1)]
    return _mixed(points, [_label(len(a), 0), _label(len(b), 1)], noise, generator)


def circles(n=200, noise=0.05, factor=0.5, generator=None):
    """A circle inside another, `factor` times as large: points (n, 2), labels 0 (outer) and 1."""
    _checked(n, noise)
    points, labels = [], []
    for k, (count, radius) in enumerate(((n - n // 2, 1.0), (n // 2, factor))):
        angle = linspace(0, 2 * math.pi * (1 - 1 / count), count)
        points.append(stack([angle.cos(), angle.sin()], 1) * radius)
        labels.append(_label(count, k))
    return _mixed(points, labels, noise, generator)


def spirals(n=200, noise=0.05, turns=1.5, classes=2, generator=None):
    """Arms that wind around one another: points (n, 2), a label for each arm."""
    _checked(n, noise)
    points, labels = [], []
    for k in range(classes):
        count = n // classes + (k < n % classes)
        radius = linspace(0.05, 1, count)
        angle = radius * (2 * math.pi * turns) + 2 * math.pi * k / classes
        points.append(stack([radius * angle.cos(), radius * angle.sin()], 1))
        labels.append(_label(count, k))
    return _mixed(points, labels, noise, generator)


def blobs(n=200, classes=3, spread=0.5, generator=None):
    """Round clouds around random centres: points (n, 2), a label for each cloud."""
    _checked(n, spread)
    if not isinstance(classes, int) or classes < 1:
        raise ValueError(f"classes is a count, 1 or more, not {classes!r}")
    centres = rand(classes, 2, generator=generator) * 8 - 4
    labels = randint(0, classes, (n,), generator=generator)
    return TensorDataset(centres[labels] + spread * randn(n, 2, generator=generator), labels)


def sines(n=200, noise=0.1, generator=None):
    """A sine with noise, for regression: x (n, 1) from -3 to 3, y (n, 1)."""
    _checked(n, noise)
    x = rand(n, 1, generator=generator) * 6 - 3
    return TensorDataset(x, (2 * x).sin() + noise * randn(n, 1, generator=generator))
