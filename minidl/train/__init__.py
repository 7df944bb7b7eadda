"""Training and evaluating models."""

from minidl.train import metric_learning, metrics
from minidl.train.callbacks import Callback, Checkpoint, EarlyStopping
from minidl.train.find_lr import find_lr
from minidl.train.loop import NotFiniteError, Run, evaluate, fit
from minidl.train.search import Search, SearchError, search
from minidl.train.search_space import Float, Int
from minidl.train.snapshot import Snapshot
from minidl.train.trials import Trial

__all__ = [
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "Float",
    "Int",
    "NotFiniteError",
    "Run",
    "Search",
    "SearchError",
    "Snapshot",
    "Trial",
    "evaluate",
    "find_lr",
    "fit",
    "metric_learning",
    "metrics",
    "search",
]
