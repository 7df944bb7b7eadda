"""Batch normalisation over the parts of a batch that lie in several processes."""

from minidl.distributed.nn import all_reduce
from minidl.distributed.world import is_initialized, the_group
from minidl.errors import ShapeError
from minidl.nn.normalization import _BatchNorm
from minidl.ops import normalization as ops
from minidl.ops.creation import full
from minidl.ops.shape import cat


class SyncBatchNorm(_BatchNorm):
    """Batch normalisation by the mean and the spread of the whole batch, wherever its parts are.

    With one process, and in evaluation, it is batch normalisation. Its arguments are those of `BatchNorm2d`; inputs have
    shape (N, C) or (N, C, ...), and the parts may differ in N, also be empty.
    """

    dims = (2, 3, 4, 5)
    process_group = None  # all processes

    @classmethod
    def convert_sync_batchnorm(cls, module, process_group=None):
        """The module with a SyncBatchNorm in the place of every BatchNorm in it; parameters and buffers are the same.

        With a `process_group` the batch is that of its processes.
        """
        if isinstance(module, _BatchNorm) and not isinstance(module, cls):
            new = cls(
                module.num_features,
                module.eps,
                module.momentum,
                module.affine,
                module.track_running_stats,
                bias=module.bias is not None,
            )
            for name in module._kinds:
                setattr(new, name, getattr(module, name))
            new.training, new.process_group = module.training, process_group
            return new
        for name, part in list(module.named_children()):
            setattr(module, name, cls.convert_sync_batchnorm(part, process_group))
        return module

    def forward(self, input):
        """(N, C, ...) to the same shape."""
        by_batch = self.training or self.running_mean is None
        if not by_batch or not is_initialized() or the_group("SyncBatchNorm", self.process_group).size == 1:
            return super().forward(input)
        self._check(input)
        channels, axes = self.num_features, (0, *range(2, input.ndim))
        own = cat([input.sum(axes), full((1,), input.numel() // channels, dtype=input.dtype)])
        total = all_reduce(own, group=self.process_group)
        n = total[-1].detach()
        if n.item() <= 1:
            raise ShapeError(f"{self} needs more than one value a channel, and all processes together have {n.item():.0f}")
        centred = input - _per_channel(total[:-1] / n, input.ndim)
        # around the mean: mean(x²) − mean(x)² would lose digits
        var = all_reduce((centred * centred).sum(axes), group=self.process_group) / n
        if self.training and self.track_running_stats:
            self._follow((total[:-1] / n).detach().array, (var * n / (n - 1)).detach().array)
        y = centred / _per_channel((var + self.eps).sqrt(), input.ndim)
        y = y if self.weight is None else y * _per_channel(self.weight, input.ndim)
        return y if self.bias is None else y + _per_channel(self.bias, input.ndim)

    def _follow(self, mean, var):
        """Move the running statistics towards those of the batch."""
        self.num_batches_tracked.add_(1)
        momentum = 1 / self.num_batches_tracked.item() if self.momentum is None else self.momentum
        ops._move(self.running_mean, mean, momentum)
        ops._move(self.running_var, var, momentum)


def _per_channel(values, ndim):
    """Numbers of each channel, shaped to meet (N, C, ...)."""
    return values.reshape(1, -1, *(1,) * (ndim - 2))
