"""Training and evaluating models."""

from minidl.train import metric_learning, metrics
from minidl.train.callbacks import Callback, Checkpoint, EarlyStopping
from minidl.train.find_lr import find_lr
from minidl.train.loop import NotFiniteError, Run, evaluate, fit
from minidl.train.snapshot import Snapshot

__all__ = [
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "NotFiniteError",
    "Run",
    "Snapshot",
    "evaluate",
    "find_lr",
    "fit",
    "metric_learning",
    "metrics",
]
