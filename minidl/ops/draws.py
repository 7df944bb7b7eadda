"""Draws that take several random numbers each, from PyTorch's stream and by its methods."""

import math

import numpy as np

from minidl.engine.generator import seeded


def each(draw, *arrays, stream=None):
    """`draw` with a stream of random numbers and one number of each array, for all places in turn."""
    arrays = np.broadcast_arrays(*arrays)
    stream = stream or seeded(None)
    flat = [draw(stream, *values) for values in zip(*(a.ravel().tolist() for a in arrays), strict=True)]
    return np.array(flat, np.float64).reshape(arrays[0].shape)


def _uniform(stream):
    return float(stream.uniform(1, np.float64)[0])


def gamma(stream, concentration):
    """A gamma-distributed number (Marsaglia & Tsang 2000)."""
    scale = 1.0
    if concentration < 1:
        if concentration == 0:
            return 0.0
        scale = (1 - _uniform(stream)) ** (1 / concentration)
        concentration += 1
    d = concentration - 1 / 3
    c = 1 / math.sqrt(9 * d)
    while True:
        x = float(stream.normal(1, np.float64)[0])
        y = 1 + c * x
        if y <= 0:
            continue
        v, u = y**3, 1 - _uniform(stream)
        if u < 1 - 0.0331 * x**4 or math.log(u) < 0.5 * x * x + d * (1 - v + math.log(v)):
            return scale * d * v


def poisson(stream, rate):
    """A Poisson-distributed count (Hörmann 1993 for large rates, Knuth's product for small ones)."""
    if rate == 0:
        return 0.0
    if rate < 10:
        limit, count, product = math.exp(-rate), 0, 1.0
        while (product := product * _uniform(stream)) > limit:
            count += 1
        return float(count)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inv_alpha, v_r = 1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = _uniform(stream) - 0.5, _uniform(stream)
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= v_r:
            return float(k)
        if k < 0 or (us < 0.013 and v > us):
            continue
        if math.log(v) + math.log(inv_alpha) - math.log(a / us**2 + b) <= -rate + k * math.log(rate) - math.lgamma(k + 1):
            return float(k)


def binomial(stream, count, prob):
    """A binomially distributed count (Hörmann 1993 for large means, sums of geometric numbers for small ones)."""
    if count <= 0 or prob <= 0:
        return 0.0
    if prob >= 1:
        return float(count)
    if prob > 0.5:
        return count - binomial(stream, count, 1 - prob)
    if count * prob < 10:
        total, successes = 0.0, 0
        while (total := total + math.ceil(math.log(_uniform(stream)) / math.log1p(-prob))) <= count:
            successes += 1
        return float(successes)
    return _binomial_by_rejection(stream, count, prob)


def _binomial_by_rejection(stream, count, prob):
    deviation = math.sqrt(count * prob * (1 - prob))
    b = 1.15 + 2.53 * deviation
    a, c, v_r = -0.0873 + 0.0248 * b + 0.01 * prob, count * prob + 0.5, 0.92 - 4.2 / b
    r, alpha, m = prob / (1 - prob), (2.83 + 5.1 / b) * deviation, math.floor((count + 1) * prob)
    while True:
        u, v = _uniform(stream) - 0.5, _uniform(stream)
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + c)
        if us >= 0.07 and v <= v_r:
            return float(k)
        if k < 0 or k > count:
            continue
        bound = (
            (m + 0.5) * math.log((m + 1) / (r * (count - m + 1)))
            + (count + 1) * math.log((count - m + 1) / (count - k + 1))
            + (k + 0.5) * math.log(r * (count - k + 1) / (k + 1))
            + _stirling(m)
            + _stirling(count - m)
            - _stirling(k)
            - _stirling(count - k)
        )
        if math.log(v * alpha / (a / us**2 + b)) <= bound:
            return float(k)


def _stirling(k):
    """What Stirling's formula lacks."""
    return math.lgamma(k + 1) - ((k + 0.5) * math.log(k + 1) - (k + 1) + 0.5 * math.log(2 * math.pi))
