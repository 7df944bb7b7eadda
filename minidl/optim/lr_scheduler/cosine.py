"""Schedules along a cosine (Loshchilov & Hutter 2017)."""

import math

from minidl.optim.lr_scheduler.scheduler import LRScheduler


class CosineAnnealingLR(LRScheduler):
    r"""Down to `eta_min` along half a cosine, in `T_max` steps; continued further, up again.

    .. math:: \eta_t = \eta_{min} + \tfrac12 (\eta_0 - \eta_{min}) (1 + \cos(\pi t / T_{max}))
    """

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        if not T_max > 0:
            raise ValueError(f"T_max counts the steps on the way down: at least 1, not {T_max}")
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        """The learning rates of all groups: each step starts from the current rate."""
        t, T, low, groups = self.last_epoch, self.T_max, self.eta_min, self.optimizer.param_groups
        if self._is_initial:
            return [group["lr"] for group in groups]
        if self._step_count == 1 and t > 0:
            return self._get_closed_form_lr()
        if (t - 1 - T) % (2 * T) == 0:  # it is at the bottom, where no factor leads up again
            rise = (1 - math.cos(math.pi / T)) / 2
            return [group["lr"] + (base - low) * rise for base, group in zip(self.base_lrs, groups, strict=True)]
        ratio = (1 + math.cos(math.pi * t / T)) / (1 + math.cos(math.pi * (t - 1) / T))
        return [ratio * (group["lr"] - low) + low for group in groups]

    def _get_closed_form_lr(self):
        height = (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2
        return [self.eta_min + (base - self.eta_min) * height for base in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    """Down along half a cosine, and then again from the top; each round is `T_mult` times as long as the one before.

    Parameters
    ----------
    T_0 : int
        How many steps the first round has.
    T_mult : int
    eta_min : float
        Where each round ends.
    """

    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1):
        if not isinstance(T_0, int) or T_0 <= 0 or not isinstance(T_mult, int) or T_mult < 1:
            raise ValueError(f"T_0 and T_mult are whole numbers of at least 1, and are {T_0!r} and {T_mult!r}")
        self.T_0, self.T_i, self.T_mult, self.eta_min, self.T_cur = T_0, T_0, T_mult, eta_min, last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        """The learning rates of all groups for this step."""
        height = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base - self.eta_min) * height for base in self.base_lrs]

    def step(self, epoch=None):
        """Advance by one step, or to a given place; parts of an epoch count: ``step(epoch + batch / batches)``."""
        if epoch is None and self.last_epoch >= 0:
            epoch, self.T_cur = self.last_epoch + 1, self.T_cur + 1
            if self.T_cur >= self.T_i:
                self.T_cur, self.T_i = self.T_cur % self.T_i, self.T_i * self.T_mult
        else:
            epoch = 0 if epoch is None else epoch
            if epoch < 0:
                raise ValueError(f"a schedule cannot go to step {epoch}: the first is 0")
            self.T_cur, self.T_i = self._round_of(epoch)
        self._step_count += 1
        self._update_lr(epoch)
        self.last_epoch = math.floor(epoch)

    def _round_of(self, epoch):
        """How far `epoch` lies in its round, and how long that is."""
        start, length = 0, self.T_0
        if self.T_mult == 1:
            return epoch % length, length
        while epoch >= start + length:
            start, length = start + length, length * self.T_mult
        return epoch - start, length
