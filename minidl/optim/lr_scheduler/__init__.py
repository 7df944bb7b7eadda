"""Schedules: how the learning rate changes during training.

A schedule changes ``lr`` in the groups of an optimiser. Call ``step()`` after each epoch (or after each batch, for
`OneCycleLR` and `CyclicLR`), after ``optimizer.step()``.

Most schedules multiply the learning rate they find, so they can be combined: two schedules on one optimiser, a schedule
with `ReduceLROnPlateau`, or a rate that you set by hand in between.
"""

from minidl.optim.lr_scheduler.combined import ChainedScheduler, SequentialLR
from minidl.optim.lr_scheduler.cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from minidl.optim.lr_scheduler.cycles import CyclicLR, OneCycleLR
from minidl.optim.lr_scheduler.factors import (
    ConstantLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from minidl.optim.lr_scheduler.plateau import ReduceLROnPlateau
from minidl.optim.lr_scheduler.scheduler import LRScheduler

_LRScheduler = LRScheduler  # PyTorch's older name, which lessons still subclass

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
