"""Layers that bring values to mean 0 and spread 1."""

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.nn.module import Module, Parameter
from minidl.ops import normalization as ops
from minidl.ops.creation import ones, zeros


class _BatchNorm(Module):
    """Normalise each channel over the batch while training, by running statistics afterwards (Ioffe & Szegedy 2015).

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
    """

    dims: tuple

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, dtype=None):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.register_parameter("weight", Parameter(ones(num_features, dtype=dtype)) if affine else None)
        self.register_parameter("bias", Parameter(zeros(num_features, dtype=dtype)) if affine else None)
        tracked = track_running_stats
        self.register_buffer("running_mean", zeros(num_features, dtype=dtype) if tracked else None)
        self.register_buffer("running_var", ones(num_features, dtype=dtype) if tracked else None)
        self.register_buffer("num_batches_tracked", Tensor.wrap(np.zeros((), np.int64)) if tracked else None)

    def forward(self, x):
        """(N, C, ...) to the same shape."""
        if x.ndim not in self.dims or x.shape[1] != self.num_features:
            raise ShapeError(
                f"{type(self).__name__}({self.num_features}) expects {self.num_features} channels in "
                f"{' or '.join(map(str, self.dims))} dimensions, and got {x.shape}"
            )
        momentum = self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked += 1
            if momentum is None:
                momentum = 1 / self.num_batches_tracked.item()
        by_batch = self.training or not self.track_running_stats
        moving = self.training and self.track_running_stats
        mean, var = (self.running_mean, self.running_var) if moving or not by_batch else (None, None)
        return ops.batch_norm(x, mean, var, self.weight, self.bias, by_batch, momentum, self.eps)

    def extra_repr(self):
        """The arguments of the layer."""
        names = ("eps", "momentum", "affine", "track_running_stats")
        return ", ".join([str(self.num_features), *(f"{name}={getattr(self, name)}" for name in names)])


class BatchNorm1d(_BatchNorm):
    """Batch normalisation of rows (N, C) or sequences (N, C, L)."""

    dims = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalisation of images (N, C, H, W)."""

    dims = (4,)


class InstanceNorm2d(Module):
    """Normalise each channel of each image by itself (Ulyanov et al. 2016)."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False):
        super().__init__()
        if track_running_stats:
            raise ValueError("InstanceNorm2d keeps no running statistics here: use BatchNorm2d for that")
        self.num_features, self.eps, self.momentum, self.affine = num_features, eps, momentum, affine
        self.register_parameter("weight", Parameter(ones(num_features)) if affine else None)
        self.register_parameter("bias", Parameter(zeros(num_features)) if affine else None)

    def forward(self, x):
        """(N, C, H, W) to the same shape."""
        return ops.instance_norm(x, weight=self.weight, bias=self.bias, eps=self.eps)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"{self.num_features}, eps={self.eps}, affine={self.affine}"


class LayerNorm(Module):
    """Normalise each example over its last dimensions (Ba et al. 2016)."""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, dtype=None):
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.normalized_shape, self.eps, self.elementwise_affine = shape, eps, elementwise_affine
        self.register_parameter("weight", Parameter(ones(shape, dtype=dtype)) if elementwise_affine else None)
        self.register_parameter("bias", Parameter(zeros(shape, dtype=dtype)) if elementwise_affine and bias else None)

    def forward(self, x):
        """(..., *normalized_shape) to the same shape."""
        return ops.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class RMSNorm(Module):
    """Divide each example by its root mean square over its last dimensions (Zhang & Sennrich 2019)."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, dtype=None):
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.normalized_shape, self.eps, self.elementwise_affine = shape, eps, elementwise_affine
        self.register_parameter("weight", Parameter(ones(shape, dtype=dtype)) if elementwise_affine else None)

    def forward(self, x):
        """(..., *normalized_shape) to the same shape."""
        return ops.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Module):
    """Normalise groups of channels, each example by itself (Wu & He 2018)."""

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True, dtype=None):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"{num_channels} channels cannot be divided into {num_groups} groups")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.register_parameter("weight", Parameter(ones(num_channels, dtype=dtype)) if affine else None)
        self.register_parameter("bias", Parameter(zeros(num_channels, dtype=dtype)) if affine else None)

    def forward(self, x):
        """(N, C, ...) to the same shape."""
        return ops.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        """The arguments of the layer."""
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}"
