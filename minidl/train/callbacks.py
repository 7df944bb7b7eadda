"""Callbacks: what happens beside the training loop, after steps and epochs."""

import math

import numpy as np

from minidl.engine.generator import default_generator
from minidl.interop.checkpoint import save


class Callback:
    """The parent of all callbacks; each of its methods may be replaced."""

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
        self.patience, self.monitor, self.mode, self.min_delta, self.restore_best = (
            patience,
            monitor,
            mode,
            min_delta,
            restore_best,
        )
        self.best, self.best_epoch, self.weights = math.inf, 0, None

    def after_epoch(self, run):
        """Compare with the best epoch so far."""
        if self.monitor not in run.history:
            raise KeyError(f"EarlyStopping watches {self.monitor!r}, and the history has {', '.join(run.history)}")
        value = run.history[self.monitor][-1] * (1 if self.mode == "min" else -1)
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
    The file holds "model", "optimizer", "random", "epoch" and "history"; see `minidl.load`.
    """

    def __init__(self, path, monitor=None, mode="min"):
        self.path, self.monitor, self.mode = path, monitor, mode

    def after_epoch(self, run):
        """Save, if it is time."""
        if self.monitor is not None:
            values = run.history[self.monitor]
            if values[-1] != (min if self.mode == "min" else max)(values):
                return
        state = {"model": run.model.state_dict(), "optimizer": run.optimizer.state_dict(), "epoch": run.epoch}
        save({**state, "random": default_generator.get_state(), "history": run.history}, self.path)
