"""One model in several processes, by PyTorch's names (`torch.nn.parallel`)."""

from minidl.nn.parallel.data_parallel import DistributedDataParallel

__all__ = ["DistributedDataParallel"]
