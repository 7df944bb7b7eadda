"""Where weights start: PyTorch's names, formulas and random numbers."""

import math

import numpy as np

from minidl.engine.generator import fill_normal, fill_uniform
from minidl.engine.grad_mode import no_grad
from minidl.errors import ShapeError

GAINS = {"linear": 1.0, "conv1d": 1.0, "conv2d": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 0.75}


def calculate_gain(nonlinearity, param=None):
    """By how much weights are enlarged so that the spread survives the nonlinearity.

    >>> calculate_gain("relu")
    1.4142135623730951
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in GAINS:
        raise ValueError(f"no gain is known for {nonlinearity!r}; known are {', '.join(sorted([*GAINS, 'leaky_relu']))}")
    return GAINS[nonlinearity]


def fans(tensor):
    """How many inputs and outputs a weight connects: (fan_in, fan_out)."""
    if tensor.ndim < 2:
        raise ShapeError(f"fan in and fan out are those of a weight with at least 2 dimensions, not of shape {tensor.shape}")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """Uniform numbers from a to b."""
    with no_grad():
        return tensor.assign(fill_uniform(tensor.shape, a, b, tensor.dtype, generator), "uniform_()")


def normal_(tensor, mean=0.0, std=1.0, generator=None):
    """Normal numbers."""
    with no_grad():
        return tensor.assign(fill_normal(tensor.shape, mean, std, tensor.dtype, generator), "normal_()")


def constant_(tensor, value):
    """One value everywhere."""
    with no_grad():
        return tensor.fill_(value)


def zeros_(tensor):
    """Zeros."""
    return constant_(tensor, 0.0)


def ones_(tensor):
    """Ones."""
    return constant_(tensor, 1.0)


def xavier_uniform_(tensor, gain=1.0, generator=None):
    """Uniform numbers that keep the spread forwards and backwards (Glorot & Bengio 2010)."""
    fan_in, fan_out = fans(tensor)
    bound = math.sqrt(3.0) * (gain * math.sqrt(2.0 / (fan_in + fan_out)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor, gain=1.0, generator=None):
    """Normal numbers that keep the spread forwards and backwards (Glorot & Bengio 2010)."""
    fan_in, fan_out = fans(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / (fan_in + fan_out)), generator)


def _kaiming_std(tensor, a, mode, nonlinearity):
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f'mode must be "fan_in" or "fan_out", not {mode!r}')
    return calculate_gain(nonlinearity, a) / math.sqrt(fans(tensor)[mode == "fan_out"])


def kaiming_uniform_(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Uniform numbers that keep the spread through rectifiers (He et al. 2015)."""
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Normal numbers that keep the spread through rectifiers (He et al. 2015)."""
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def orthogonal_(tensor, gain=1.0, generator=None):
    """A matrix that keeps lengths and angles, for deep and for recurrent networks (Saxe et al. 2014)."""
    if tensor.ndim < 2:
        raise ShapeError(f"only a weight with at least 2 dimensions can be orthogonal, not one of shape {tensor.shape}")
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    values = fill_normal((rows, columns), 0.0, 1.0, tensor.dtype, generator)
    q, r = np.linalg.qr(values.T if rows < columns else values)
    q = q * np.sign(np.diag(r))
    with no_grad():
        return tensor.assign(
            (gain * (q.T if rows < columns else q)).reshape(tensor.shape).astype(tensor.dtype), "orthogonal_()"
        )
