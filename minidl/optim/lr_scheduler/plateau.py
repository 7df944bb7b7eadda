"""ReduceLROnPlateau: a schedule that looks at how training goes."""

import math

from minidl.optim.lr_scheduler.scheduler import LRScheduler, PerGroup, checked_optimizer


class ReduceLROnPlateau(LRScheduler):
    """Times `factor` when a number, usually the validation loss, has not improved for `patience` steps.

    Parameters
    ----------
    mode : {"min", "max"}
        Whether smaller or larger is better.
    threshold, threshold_mode : float, {"rel", "abs"}
        By how much it must be better to count: as a share of the best so far, or as it is.
    cooldown : int
        How many steps to wait after a change.
    min_lr : float, or list with one for each group
        The least learning rate.
    eps : float
        The least change of it.
    """

    def __init__(
        self,
        optimizer,
        mode="min",
        factor=0.1,
        patience=10,
        threshold=1e-4,
        threshold_mode="rel",
        cooldown=0,
        min_lr=0,
        eps=1e-8,
    ):
        if factor >= 1:
            raise ValueError(f"factor must be below 1, and is {factor}")
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError('mode must be "min" or "max", and threshold_mode "rel" or "abs"')
        self.optimizer = checked_optimizer(optimizer)
        self.mode, self.factor, self.patience, self.cooldown, self.eps = mode, factor, patience, cooldown, eps
        self.threshold, self.threshold_mode = threshold, threshold_mode
        PerGroup("min_lr", min_lr, optimizer)  # refuses a list of the wrong length
        self.min_lr = min_lr
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0
        self._last_lr = [group["lr"] for group in optimizer.param_groups]

    def _is_better(self, value):
        if self.threshold_mode == "abs":
            return value < self.best - self.threshold if self.mode == "min" else value > self.best + self.threshold
        return value < self.best * (1 - self.threshold) if self.mode == "min" else value > self.best * (1 + self.threshold)

    def step(self, metrics, epoch=None):  # type: ignore[override]
        """Look at the number after an epoch, and lower the learning rate if it is time."""
        value = float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self._is_better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def _reduce(self):
        least = PerGroup("min_lr", self.min_lr, self.optimizer)
        for i, group in enumerate(self.optimizer.param_groups):
            new = max(group["lr"] * self.factor, least[i])
            if group["lr"] - new > self.eps:
                group["lr"] = new
