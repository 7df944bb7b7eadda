"""Training and evaluating models."""

from minidl.train import metric_learning, metrics
from minidl.train.callbacks import Callback, Checkpoint, EarlyStopping
from minidl.train.find_lr import find_lr
from minidl.train.loop import NotFiniteError, Run, evaluate, fit

__all__ = [
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "NotFiniteError",
    "Run",
    "evaluate",
    "find_lr",
    "fit",
    "metric_learning",
    "metrics",
]
