r"""Schedules: how the learning rate changes during training.

A schedule changes ``lr`` in the groups of an optimiser. Call ``step()`` after each epoch (or after
each batch, for `OneCycleLR`), after ``optimizer.step()``.
"""

import math
from bisect import bisect_right

from minidl.errors import MinidlError


class LRScheduler:
    """The parent of all schedules: counts steps and sets ``lr`` to what `factor` or `rate` says.

    Attributes
    ----------
    last_epoch : int
        How many steps were made.
    base_lrs : list of float
        The learning rates of the groups at the start.
    """

    def __init__(self, optimizer):
        self.optimizer, self.last_epoch = optimizer, -1
        self.base_lrs = [group.setdefault("initial_lr", group["lr"]) for group in optimizer.param_groups]
        self.step()

    def factor(self, t):
        """What the first learning rate is multiplied by after t steps."""
        raise MinidlError(f"{type(self).__name__} does not say how the learning rate changes")

    def rate(self, t, base, i):
        """The learning rate of group i, which started with `base`, after t steps."""
        return base * self.factor(t)

    def step(self, epoch=None):
        """Go on by one, or to a given number of steps."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        for i, (group, base) in enumerate(zip(self.optimizer.param_groups, self.base_lrs, strict=True)):
            group["lr"] = self.rate(self.last_epoch, base, i)

    def get_last_lr(self):
        """The learning rates of all groups now."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        """Everything but the optimiser and functions, as plain data."""
        return {k: v for k, v in self.__dict__.items() if k != "optimizer" and not _holds_functions(v)}

    def load_state_dict(self, state_dict):
        """Take over what `state_dict` gave."""
        self.__dict__.update(state_dict)


def _holds_functions(value):
    return callable(value) or (isinstance(value, list) and any(map(callable, value)))


class LambdaLR(LRScheduler):
    """The first learning rate times a function of the number of steps (one function, or one for each group)."""

    def __init__(self, optimizer, lr_lambda):
        self.lr_lambdas = (
            list(lr_lambda) if isinstance(lr_lambda, list | tuple) else [lr_lambda] * len(optimizer.param_groups)
        )
        super().__init__(optimizer)

    def rate(self, t, base, i):
        """The learning rate of group i after t steps."""
        return base * self.lr_lambdas[i](t)


class StepLR(LRScheduler):
    """Times gamma every `step_size` steps."""

    def __init__(self, optimizer, step_size, gamma=0.1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def factor(self, t):
        """The factor after t steps."""
        return self.gamma ** (t // self.step_size)


class MultiStepLR(LRScheduler):
    """Times gamma at each of the given numbers of steps."""

    def __init__(self, optimizer, milestones, gamma=0.1):
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer)

    def factor(self, t):
        """The factor after t steps."""
        return self.gamma ** bisect_right(self.milestones, t)


class ConstantLR(LRScheduler):
    """Times `factor` for the first `total_iters` steps."""

    def __init__(self, optimizer, factor=1 / 3, total_iters=5):
        self.start_factor, self.total_iters = factor, total_iters
        super().__init__(optimizer)

    def factor(self, t):
        """The factor after t steps."""
        return self.start_factor if t < self.total_iters else 1.0


class LinearLR(LRScheduler):
    """From `start_factor` to `end_factor` in equal steps: a warm-up."""

    def __init__(self, optimizer, start_factor=1 / 3, end_factor=1.0, total_iters=5):
        if not 0 < start_factor <= 1 or not 0 <= end_factor <= 1:
            raise ValueError(f"the factors of LinearLR lie between 0 and 1, and are {start_factor} and {end_factor}")
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer)

    def factor(self, t):
        """The factor after t steps."""
        share = min(t, self.total_iters) / self.total_iters
        return self.start_factor + (self.end_factor - self.start_factor) * share


class ExponentialLR(LRScheduler):
    """Times gamma at every step."""

    def __init__(self, optimizer, gamma):
        self.gamma = gamma
        super().__init__(optimizer)

    def factor(self, t):
        """The factor after t steps."""
        return self.gamma**t


class CosineAnnealingLR(LRScheduler):
    """Down to `eta_min` along half a cosine, in `T_max` steps (Loshchilov & Hutter 2017)."""

    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def rate(self, t, base, i):
        """The learning rate after t steps."""
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * t / self.T_max)) / 2


class OneCycleLR(LRScheduler):
    """Up to `max_lr`, then far down, within one run; the momentum goes the other way (Smith & Topin 2019).

    Parameters
    ----------
    max_lr : float, or list with one for each group
    total_steps : int, optional
        Or `epochs` times `steps_per_epoch`.
    pct_start : float
        The share of the run that goes up.
    anneal_strategy : {"cos", "linear"}
    div_factor, final_div_factor : float
        The start is ``max_lr / div_factor``, the end the start divided by `final_div_factor`.
    three_phase : bool
        Up, down to the start, and then on down to the end.
    """

    def __init__(
        self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3, anneal_strategy="cos",
        cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0, final_div_factor=1e4, three_phase=False,
    ):  # fmt: skip
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("OneCycleLR needs total_steps, or epochs and steps_per_epoch")
            total_steps = epochs * steps_per_epoch
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f'anneal_strategy must be "cos" or "linear", not {anneal_strategy!r}')
        self.total_steps, self.anneal_strategy, self.cycle_momentum = total_steps, anneal_strategy, cycle_momentum
        groups = optimizer.param_groups
        tops = list(max_lr) if isinstance(max_lr, list | tuple) else [max_lr] * len(groups)
        self.levels = [(top / div_factor, top, top / div_factor / final_div_factor) for top in tops]
        self.momenta = (base_momentum, max_momentum)
        up = pct_start * total_steps - 1
        self.ends = [up, 2 * pct_start * total_steps - 2, total_steps - 1] if three_phase else [up, total_steps - 1]
        for group, (start, _, _) in zip(groups, self.levels, strict=True):
            group["initial_lr"] = group["lr"] = start
            if cycle_momentum and not ("momentum" in group or "betas" in group):
                raise ValueError("cycle_momentum needs an optimizer with momentum or betas")
        super().__init__(optimizer)

    def _between(self, start, end, share):
        if self.anneal_strategy == "cos":
            return end + (start - end) / 2 * (1 + math.cos(math.pi * share))
        return start + (end - start) * share

    def _at(self, t, levels):
        """The value after t steps of a quantity that passes through `levels`, one at the end of each phase."""
        begin = 0.0
        for k, end in enumerate(self.ends):
            if t <= end or k == len(self.ends) - 1:
                return self._between(levels[k], levels[k + 1], (t - begin) / (end - begin))
            begin = end
        return levels[-1]

    def rate(self, t, base, i):
        """The learning rate after t steps; sets the momentum too."""
        if t >= self.total_steps:
            raise MinidlError(f"OneCycleLR was made for {self.total_steps} steps, and this is step {t + 1}")
        start, top, end = self.levels[i]
        if self.cycle_momentum:
            low, high = self.momenta
            value = self._at(t, [high, low, high, high] if len(self.ends) == 3 else [high, low, high])
            group = self.optimizer.param_groups[i]
            if "betas" in group:
                group["betas"] = (value, *group["betas"][1:])
            else:
                group["momentum"] = value
        return self._at(t, [start, top, start, end] if len(self.ends) == 3 else [start, top, end])


class SequentialLR(LRScheduler):
    """One schedule after another, such as a warm-up and then a decay; each starts afresh at its milestone."""

    def __init__(self, optimizer, schedulers, milestones):
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(f"{len(schedulers)} schedules need {len(schedulers) - 1} milestones, and got {len(milestones)}")
        self.schedulers, self.milestones = list(schedulers), list(milestones)
        super().__init__(optimizer)

    def step(self, epoch=None):
        """Go on by one."""
        self.last_epoch += 1
        k = bisect_right(self.milestones, self.last_epoch)
        start = self.milestones[k - 1] if k else 0
        self.schedulers[k].step(self.last_epoch - start)

    def state_dict(self):
        """The states of all schedules, as plain data."""
        own = {"last_epoch": self.last_epoch, "milestones": self.milestones}
        return {**own, "schedulers": [s.state_dict() for s in self.schedulers]}

    def load_state_dict(self, state_dict):
        """Take over what `state_dict` gave."""
        self.last_epoch, self.milestones = state_dict["last_epoch"], state_dict["milestones"]
        for scheduler, state in zip(self.schedulers, state_dict["schedulers"], strict=True):
            scheduler.load_state_dict(state)


class ReduceLROnPlateau:
    """Times `factor` when a number, usually the validation loss, has not improved for `patience` steps.

    Parameters
    ----------
    mode : {"min", "max"}
        Whether smaller or larger is better.
    threshold, threshold_mode : float, {"rel", "abs"}
        By how much it must be better to count.
    cooldown : int
        How many steps to wait after a change.
    min_lr, eps : float
        The least learning rate, and the least change of it.
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
        min_lr=0.0,
        eps=1e-8,
    ):
        if factor >= 1:
            raise ValueError(f"factor must be below 1, and is {factor}")
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError('mode must be "min" or "max", and threshold_mode "rel" or "abs"')
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode, self.cooldown, self.min_lr, self.eps = (
            threshold,
            threshold_mode,
            cooldown,
            min_lr,
            eps,
        )
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0

    def _is_better(self, value):
        margin = self.threshold * (abs(self.best) if self.threshold_mode == "rel" and math.isfinite(self.best) else 1)
        if self.threshold_mode == "rel" and not math.isfinite(self.best):
            margin = 0.0
        return value < self.best - margin if self.mode == "min" else value > self.best + margin

    def step(self, metrics):
        """Look at the number after an epoch, and lower the learning rate if it is time."""
        value = float(metrics)
        self.last_epoch += 1
        if self._is_better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            for group in self.optimizer.param_groups:
                new = max(group["lr"] * self.factor, self.min_lr)
                if group["lr"] - new > self.eps:
                    group["lr"] = new
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    get_last_lr = LRScheduler.get_last_lr
    state_dict = LRScheduler.state_dict
    load_state_dict = LRScheduler.load_state_dict
