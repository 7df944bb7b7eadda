"""Where weights start: PyTorch's names, formulas and random numbers."""

import math

import numpy as np

from minidl.engine.generator import fill_normal, fill_uniform, seeded
from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.ops.special import erfinv_array

GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 0.75}
GAINS.update({f"conv{transposed}{n}d": 1.0 for transposed in ("", "_transpose") for n in (1, 2, 3)})


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


_calculate_fan_in_and_fan_out = fans  # PyTorch's name, which lessons call


def _filled(tensor, values):
    """The tensor itself, with these values in its memory."""
    with no_grad():
        return tensor.copy_(Tensor.wrap(values.astype(tensor.dtype, copy=False).reshape(tensor.shape)))


def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """Uniform numbers from a to b."""
    return _filled(tensor, fill_uniform(tensor.shape, a, b, tensor.dtype, generator))


def normal_(tensor, mean=0.0, std=1.0, generator=None):
    """Normal numbers."""
    return _filled(tensor, fill_normal(tensor.shape, mean, std, tensor.dtype, generator))


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    """Normal numbers between a and b: those beyond are drawn anew, by the inverse of the distribution."""
    if not 0 < std < math.inf:
        raise ValueError(f"std is a number above 0, not {std}")
    low, high = (0.5 * (1 + math.erf((bound - mean) / std / math.sqrt(2))) for bound in (a, b))
    share = fill_uniform(tensor.shape, 2 * low - 1, 2 * high - 1, tensor.dtype, generator)
    scale, shift = (share.dtype.type(v) for v in (std * math.sqrt(2), mean))
    return _filled(tensor, np.clip(erfinv_array(share) * scale + shift, a, b))


def constant_(tensor, val):
    """One value everywhere."""
    with no_grad():
        return tensor.fill_(val)


def eye_(tensor):
    """The identity matrix: a linear layer that changes nothing at first."""
    if tensor.ndim != 2:
        raise ShapeError(f"only a matrix can be the identity, not a tensor of shape {tensor.shape}")
    return _filled(tensor, np.eye(*tensor.shape))


def dirac_(tensor, groups=1):
    """Kernels that pass on the channel of their own number, for convolutions that change nothing at first."""
    if tensor.ndim not in (3, 4, 5) or tensor.shape[0] % groups:
        raise ShapeError(f"dirac_ fills the weight of a convolution with {groups} groups, not one of shape {tensor.shape}")
    values, out = np.zeros(tensor.shape), tensor.shape[0] // groups
    centre = tuple(n // 2 for n in tensor.shape[2:])
    for group in range(groups):
        for channel in range(min(out, tensor.shape[1])):
            values[(group * out + channel, channel, *centre)] = 1
    return _filled(tensor, values)


def zeros_(tensor):
    """Zeros."""
    return constant_(tensor, 0.0)


def ones_(tensor):
    """Ones."""
    return constant_(tensor, 1.0)


def sparse_(tensor, sparsity, std=0.01, generator=None):
    """Normal numbers, of which in every column a share `sparsity` is 0 (Martens 2010)."""
    if tensor.ndim != 2:
        raise ShapeError(f"only a matrix can be filled so, not a tensor of shape {tensor.shape}")
    if not 0 <= sparsity <= 1:
        raise ValueError(f"sparsity is a share between 0 and 1, not {sparsity}")
    rows, columns = tensor.shape
    values = fill_normal(tensor.shape, 0.0, std, tensor.dtype, generator)
    for column in range(columns):
        order = seeded(generator).permutation(rows)
        values[order[: math.ceil(sparsity * rows)], column] = 0
    return _filled(tensor, values)


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
    return _filled(tensor, gain * (q.T if rows < columns else q))
