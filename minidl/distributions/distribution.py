"""Distribution: what all distributions have in common."""

from functools import reduce
from typing import ClassVar

import numpy as np

from minidl.engine.dtypes import default
from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import broadcast_error


class Distribution:
    """The base class of all distributions.

    Attributes
    ----------
    batch_shape : tuple
        How many distributions there are: the shape of the parameters, broadcast together.
    event_shape : tuple
        The shape of one draw: () for a number, (n,) for a vector.
    """

    has_rsample = False
    arg_constraints: ClassVar[dict] = {}
    _validate_args = True

    def __init__(self, batch_shape=(), event_shape=(), validate_args=None):
        self.batch_shape, self.event_shape = tuple(batch_shape), tuple(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            for name, (word, holds) in self.arg_constraints.items():
                value = self.__dict__.get(name)
                if value is not None and not bool(np.all(holds(value.array))):
                    raise ValueError(f"{type(self).__name__} needs {name} to be {word}, and it is {value.tolist()!s:.80}")

    def _extended(self, sample_shape=()):
        """The shape of draws: that asked for, then the distributions, then the event."""
        sample_shape = (sample_shape,) if isinstance(sample_shape, int) else tuple(sample_shape)
        return sample_shape + self.batch_shape + self.event_shape

    def sample(self, sample_shape=()):
        """Random draws, of shape sample_shape + batch_shape + event_shape; no gradient flows through them."""
        with no_grad():
            return self.rsample(sample_shape).detach()

    def rsample(self, sample_shape=()):
        """Random draws through which gradients flow to the parameters (the reparametrisation trick).

        Raises
        ------
        NotImplementedError
            For distributions whose draws do not move smoothly with their parameters.
        """
        raise NotImplementedError(
            f"draws of {type(self).__name__} do not move smoothly with its parameters, so no gradient flows through them: "
            "use sample(), and log_prob() for the gradient (REINFORCE)"
        )

    def sample_n(self, n):
        """n draws."""
        return self.sample((n,))

    def log_prob(self, value):
        """The logarithm of the probability (or density) of `value`, one number for each draw."""
        raise NotImplementedError(f"{type(self).__name__} has no log_prob")

    def entropy(self):
        """How uncertain a draw is, in nats."""
        raise NotImplementedError(f"{type(self).__name__} has no entropy in closed form")

    def cdf(self, value):
        """The probability of a draw up to `value`."""
        raise NotImplementedError(f"{type(self).__name__} has no cdf")

    @property
    def mean(self):
        """The mean of the draws."""
        raise NotImplementedError(f"{type(self).__name__} has no mean")

    @property
    def variance(self):
        """The variance of the draws."""
        raise NotImplementedError(f"{type(self).__name__} has no variance")

    @property
    def stddev(self):
        """The standard deviation of the draws."""
        return self.variance.sqrt()

    def perplexity(self):
        """The exponential of the entropy."""
        return self.entropy().exp()

    def _checked(self, value):
        """A value as a tensor, which must lie where draws can lie."""
        if not isinstance(value, Tensor):
            raise ValueError(f"log_prob takes a tensor, not a {type(value).__name__}")
        if self._validate_args and not bool(np.all(self._possible(value.array))):
            raise ValueError(f"{type(self).__name__} never gives {value.tolist()!s:.80}")
        return value

    def _possible(self, values):
        """Where values can be drawn."""
        return ~np.isnan(values)

    def __repr__(self):
        shown = [f"{name}: {_short(self.__dict__[name])}" for name in self.arg_constraints if name in self.__dict__]
        return f"{type(self).__name__}({', '.join(shown)})"


def _short(value):
    return value if value.numel() == 1 else tuple(value.shape)


def together(*parameters):
    """Parameters as tensors of one shape.

    Raises
    ------
    ShapeError
        When their shapes cannot be broadcast together.
    """
    dtype = reduce(
        np.promote_types, [p.dtype for p in parameters if isinstance(p, Tensor) and p.dtype.kind == "f"] or [default.dtype]
    )
    tensors = [p if isinstance(p, Tensor) else Tensor(p, dtype=dtype) for p in parameters]
    try:
        shape = np.broadcast_shapes(*(t.shape for t in tensors))
    except ValueError as error:
        raise broadcast_error("a distribution", [t.shape for t in tensors]) from error
    return [t.expand(*shape) if t.shape != shape else t for t in tensors]


positive = ("positive", lambda a: a > 0)
not_negative = ("0 or more", lambda a: a >= 0)
real = ("a number", lambda a: ~np.isnan(a))
probability = ("between 0 and 1", lambda a: (a >= 0) & (a <= 1))
whole = ("a whole number, 0 or more", lambda a: (a >= 0) & (a == np.floor(a)))
