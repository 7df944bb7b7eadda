"""The stream of random numbers, by PyTorch's names (`torch.random`)."""

from minidl.engine.generator import Generator, default_generator, manual_seed

__all__ = ["Generator", "default_generator", "manual_seed"]
