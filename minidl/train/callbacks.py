"""Callbacks: what happens alongside the training loop, after steps and epochs."""

import math

import numpy as np

from minidl.engine.generator import default_generator
from minidl.interop.checkpoint import save


def latest(run, monitor, who):
    """The last number of the history of that name.

    Raises
    ------
    KeyError
        When there is none; it says which there are.
    """
    if monitor not in run.history:
        raise KeyError(f"{who} watches {monitor!r}, and the history has {', '.join(run.history)}")
    return run.history[monitor][-1]


class Callback:
    """The base class of all callbacks; each of its methods may be overridden."""

    def at_start(self, run):
        """Once, before the first epoch."""

    def after_step(self, run, loss):
        """After each change of the weights."""

    def after_epoch(self, run):
        """After each epoch; ``run.stopped = "a reason"`` ends the run."""

    def at_end(self, run):
        """Once, when the run is over."""


class EarlyStopping(Callback):
    """Stop when a number of the history has not improved for a while, and go back to the best weights.

    Parameters
    ----------
    patience : int
        How many epochs to wait.
    monitor : str
        Which number of the history.
    mode : {"min", "max"}
        Whether smaller or larger is better.
    min_delta : float
        By how much it must be better to count.
    restore_best : bool
        Whether the model gets the weights of its best epoch back.
    """

    def __init__(self, patience=3, monitor="val_loss", mode="min", min_delta=0.0, restore_best=True):
        if mode not in ("min", "max"):
            raise ValueError(f'mode must be "min" or "max", not {mode!r}')
        self.patience, self.monitor, self.mode, self.min_delta = patience, monitor, mode, min_delta
        self.restore_best = restore_best

    def at_start(self, run):
        """Forget the previous run: its best weights belong to another model."""
        self.best, self.best_epoch, self.weights = math.inf, 0, None

    def after_epoch(self, run):
        """Compare with the best epoch so far."""
        value = latest(run, self.monitor, "EarlyStopping") * (1 if self.mode == "min" else -1)
        if value < self.best - self.min_delta:
            self.best, self.best_epoch = value, run.epoch
            self.weights = {name: np.array(t.array) for name, t in run.model.state_dict().items()}
        elif run.epoch - self.best_epoch >= self.patience:
            run.stopped = f"stopped in epoch {run.epoch}: {self.monitor} was best in epoch {self.best_epoch}"

    def at_end(self, run):
        """Give the model its best weights back."""
        if self.restore_best and self.weights is not None:
            for name, t in run.model.state_dict().items():
                t.copy_(self.weights[name])


class Checkpoint(Callback):
    """Save everything that a run needs to go on, after every epoch or after the best ones.

    Parameters
    ----------
    path : path
    monitor, mode : str, optional
        Save only when this number of the history is the best so far.

    Notes
    -----
    The file holds the states of "model", "optimizer" and "schedule" (None where there is none), of the random numbers
    ("random", those of `minidl.default_generator`), and "epoch" and "history"; see `minidl.load`.
    """

    def __init__(self, path, monitor=None, mode="min"):
        if mode not in ("min", "max"):
            raise ValueError(f'mode must be "min" or "max", not {mode!r}')
        self.path, self.monitor, self.mode = path, monitor, mode

    def at_start(self, run):
        """Forget the previous run."""
        self.best = math.inf

    def after_epoch(self, run):
        """Save, if it is time."""
        if self.monitor is not None:
            value = latest(run, self.monitor, "Checkpoint") * (1 if self.mode == "min" else -1)
            if not value <= self.best:  # NaN is no best
                return
            self.best = value
        parts = {"model": run.model, "optimizer": run.optimizer, "schedule": run.schedule}
        state = {name: None if part is None else part.state_dict() for name, part in parts.items()}
        rest = {"random": default_generator.get_state(), "epoch": run.epoch, "history": run.history}
        save({**state, **rest}, self.path)
