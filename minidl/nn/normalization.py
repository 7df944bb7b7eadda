"""Layers that bring values to mean 0 and spread 1."""

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.nn import init
from minidl.nn.lazy import LazyLayer
from minidl.nn.module import Module, shown
from minidl.nn.parameter import Parameter, UninitializedParameter
from minidl.ops import normalization as ops
from minidl.ops.creation import ones, zeros


class _Norm(Module):
    """What normalisations have in common: a weight and a bias that may be learned."""

    def _learn(self, shape, weight, bias, **made):
        """Add a weight and a bias of a shape, or None where there is to be none."""
        self.register_parameter("weight", Parameter(ones(shape, **made)) if weight else None)
        self.register_parameter("bias", Parameter(zeros(shape, **made)) if bias else None)

    def reset_parameters(self):
        """Ones for the weight, zeros for the bias."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


class _NormOfChannels(_Norm):
    """What batch and instance normalisation have in common: learned numbers and running statistics of each channel.

    Parameters
    ----------
    num_features : int
        The channels C.
    eps : float
        Keeps the division from exploding.
    momentum : float or None
        How fast the running statistics follow the batches; None averages over all batches.
    affine : bool
        Whether a weight and a bias are learned for each channel.
    track_running_stats : bool
        Without it the statistics of the batch are used in evaluation too.
    bias : bool
        Whether there is a bias beside the weight.
    """

    dims: tuple  # how many dimensions the input may have

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=True,
        track_running_stats=True,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        made, tracked = {"dtype": dtype, "device": device}, track_running_stats
        self._learn(num_features, affine, affine and bias, **made)
        self.register_buffer("running_mean", zeros(num_features, **made) if tracked else None)
        self.register_buffer("running_var", ones(num_features, **made) if tracked else None)
        self.register_buffer("num_batches_tracked", Tensor.wrap(np.zeros((), np.int64)) if tracked else None)

    def reset_running_stats(self):
        """Forget the running statistics."""
        if self.track_running_stats:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
            init.zeros_(self.num_batches_tracked)

    def reset_parameters(self):
        """Forget the running statistics and all that was learned."""
        self.reset_running_stats()
        super().reset_parameters()

    def _channels(self, x):
        return x.shape[1]

    def _check(self, x):
        if x.ndim not in self.dims or self._channels(x) != self.num_features:
            raise ShapeError(
                f"{type(self).__name__}({self.num_features}) expects {self.num_features} channels in "
                f"{' or '.join(map(str, self.dims))} dimensions, and got {x.shape}"
            )

    def extra_repr(self):
        """The arguments of the layer."""
        return (
            f"{self.num_features}, {shown(self, 'eps', 'momentum', 'affine')}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_NormOfChannels):
    """Normalise each channel over the batch while training, by running statistics afterwards (Ioffe & Szegedy 2015)."""

    def forward(self, input):
        """(N, C, ...) to the same shape."""
        self._check(input)
        momentum, moving = self.momentum, self.training and self.track_running_stats
        if moving:
            self.num_batches_tracked.add_(1)
            if momentum is None:
                momentum = 1 / self.num_batches_tracked.item()
        by_batch = self.training or self.running_mean is None
        mean, var = (self.running_mean, self.running_var) if moving or not by_batch else (None, None)
        return ops.batch_norm(input, mean, var, self.weight, self.bias, by_batch, momentum, self.eps)


class BatchNorm1d(_BatchNorm):
    """Batch normalisation of rows (N, C) or sequences (N, C, L)."""

    dims = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalisation of images (N, C, H, W)."""

    dims = (4,)


class BatchNorm3d(_BatchNorm):
    """Batch normalisation of volumes (N, C, D, H, W)."""

    dims = (5,)


class _InstanceNorm(_NormOfChannels):
    """Normalise each channel of each example by itself (Ulyanov et al. 2016)."""

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=False,
        track_running_stats=False,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _channels(self, x):
        return x.shape[1 if x.ndim == self.dims[-1] else 0]

    def forward(self, input):
        """(N, C, ...) or (C, ...) to the same shape."""
        self._check(input)
        single = input.ndim < self.dims[-1]
        y = ops.instance_norm(
            input.unsqueeze(0) if single else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return y.squeeze(0) if single else y


class InstanceNorm1d(_InstanceNorm):
    """Instance normalisation of sequences (N, C, L) or (C, L)."""

    dims = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Instance normalisation of images (N, C, H, W) or (C, H, W)."""

    dims = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Instance normalisation of volumes (N, C, D, H, W) or (C, D, H, W)."""

    dims = (4, 5)


class _LazyNorm(LazyLayer):
    """A normalisation that learns from its first input how many channels there are."""

    def __init__(self, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True):
        super().__init__(0, eps, momentum, False, track_running_stats, device, dtype)  # type: ignore[call-arg]
        self.affine = affine
        if affine:
            self.weight = UninitializedParameter(dtype=dtype)
            self.bias = UninitializedParameter(dtype=dtype) if bias else None

    def has_uninitialized_params(self):
        """Whether the number of channels is not known yet."""
        return self.num_features == 0

    def initialize_parameters(self, input):
        """Give every parameter and running statistic one number for each channel of `input`."""
        channels = self.num_features = self._channels(input)
        for parameter in self.parameters():
            parameter.materialize((channels,))
        if self.track_running_stats:
            for statistic in (self.running_mean, self.running_var):
                statistic.data = zeros(channels, dtype=statistic.dtype)
        self.reset_parameters()


class LazyBatchNorm1d(_LazyNorm, BatchNorm1d):
    """A `BatchNorm1d` that learns from its first input how many channels there are."""


class LazyBatchNorm2d(_LazyNorm, BatchNorm2d):
    """A `BatchNorm2d` that learns from its first input how many channels there are."""


class LazyBatchNorm3d(_LazyNorm, BatchNorm3d):
    """A `BatchNorm3d` that learns from its first input how many channels there are."""


class LazyInstanceNorm1d(_LazyNorm, InstanceNorm1d):
    """An `InstanceNorm1d` that learns from its first input how many channels there are."""


class LazyInstanceNorm2d(_LazyNorm, InstanceNorm2d):
    """An `InstanceNorm2d` that learns from its first input how many channels there are."""


class LazyInstanceNorm3d(_LazyNorm, InstanceNorm3d):
    """An `InstanceNorm3d` that learns from its first input how many channels there are."""


def _as_shape(normalized_shape):
    return (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)


class LayerNorm(_Norm):
    """Normalise each example over its last dimensions (Ba et al. 2016)."""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None):
        super().__init__()
        shape = _as_shape(normalized_shape)
        self.normalized_shape, self.eps, self.elementwise_affine = shape, eps, elementwise_affine
        self._learn(shape, elementwise_affine, elementwise_affine and bias, dtype=dtype, device=device)

    def forward(self, input):
        """(..., *normalized_shape) to the same shape."""
        return ops.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"{self.normalized_shape}, {shown(self, 'eps', 'elementwise_affine')}, bias={self.bias is not None}"


class RMSNorm(Module):
    """Divide each example by its root mean square over its last dimensions (Zhang & Sennrich 2019)."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None):
        super().__init__()
        shape = _as_shape(normalized_shape)
        self.normalized_shape, self.eps, self.elementwise_affine = shape, eps, elementwise_affine
        weight = Parameter(ones(shape, dtype=dtype, device=device)) if elementwise_affine else None
        self.register_parameter("weight", weight)

    def reset_parameters(self):
        """Ones for the weight."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x):
        """(..., *normalized_shape) to the same shape."""
        return ops.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(_Norm):
    """Normalise groups of channels, each example by itself (Wu & He 2018)."""

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None, *, bias=True):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"{num_channels} channels cannot be divided into {num_groups} groups")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self._learn(num_channels, affine, affine and bias, dtype=dtype, device=device)

    def forward(self, input):
        """(N, C, ...) to the same shape."""
        return ops.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"{self.num_groups}, {self.num_channels}, {shown(self, 'eps', 'affine')}, bias={self.bias is not None}"


class LocalResponseNorm(Module):
    """Divide each channel by the activity of `size` channels around it (Krizhevsky et al. 2012)."""

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1.0):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input):
        """(N, C, ...) to the same shape."""
        return ops.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
