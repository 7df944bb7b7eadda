"""Schedules that go up and down again, and move the momentum the other way."""

import math

from minidl.errors import MinidlError
from minidl.optim.lr_scheduler.scheduler import LRScheduler, PerGroup


class _WithMomentum(LRScheduler):
    """The base class of schedules that may move the momentum (beta1 of Adam) too.

    Each group keeps the range of its momentum as ``base_momentum`` and ``max_momentum``.
    """

    def _set_up_momentum(self, optimizer, cycle_momentum, base_momentum, max_momentum, last_epoch):
        self.cycle_momentum = cycle_momentum
        if not cycle_momentum:
            return
        if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
            raise ValueError(
                f"cycle_momentum needs an optimizer with momentum or betas, and {type(optimizer).__name__} has neither: "
                "give cycle_momentum=False"
            )
        self.use_beta1 = "betas" in optimizer.defaults
        low, high = (
            PerGroup(*pair, optimizer) for pair in (("base_momentum", base_momentum), ("max_momentum", max_momentum))
        )
        if last_epoch == -1:
            for i, group in enumerate(optimizer.param_groups):
                group["base_momentum"], group["max_momentum"] = low[i], high[i]
                self._set_momentum(group, high[i])

    def _set_momentum(self, group, value):
        if self.use_beta1:
            group["betas"] = (value, *group["betas"][1:])
        else:
            group["momentum"] = value

    def _welcome_new_groups(self):
        if len(self.optimizer.param_groups) > len(self.base_lrs):
            raise MinidlError(
                f"{type(self).__name__} has planned the whole run of {len(self.base_lrs)} parameter groups, and another was "
                "added: make a new schedule"
            )


class OneCycleLR(_WithMomentum):
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

    Raises
    ------
    ValueError
        When it is asked to make more than `total_steps` steps.
    """

    def __init__(
        self,
        optimizer,
        max_lr,
        total_steps=None,
        epochs=None,
        steps_per_epoch=None,
        pct_start=0.3,
        anneal_strategy="cos",
        cycle_momentum=True,
        base_momentum=0.85,
        max_momentum=0.95,
        div_factor=25.0,
        final_div_factor=1e4,
        three_phase=False,
        last_epoch=-1,
    ):
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("OneCycleLR needs total_steps, or epochs and steps_per_epoch")
            total_steps = epochs * steps_per_epoch
        if not isinstance(total_steps, int) or total_steps < 1:
            raise ValueError(f"total_steps must be a whole number of at least 1, and is {total_steps!r}")
        if not 0 <= pct_start <= 1:
            raise ValueError(f"pct_start is a share between 0 and 1, and is {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f'anneal_strategy must be "cos" or "linear", not {anneal_strategy!r}')
        self.total_steps, self.anneal_strategy = total_steps, anneal_strategy
        # Each phase: its last step, and the group's settings between which the rate and the momentum move.
        up, last = pct_start * total_steps - 1, total_steps - 1
        rising = (up, ("initial_lr", "max_lr"), ("max_momentum", "base_momentum"))
        if three_phase:
            falling = (2 * up, ("max_lr", "initial_lr"), ("base_momentum", "max_momentum"))
            self.phases = [rising, falling, (last, ("initial_lr", "min_lr"), ("max_momentum", "max_momentum"))]
        else:
            self.phases = [rising, (last, ("max_lr", "min_lr"), ("base_momentum", "max_momentum"))]
        top = PerGroup("max_lr", max_lr, optimizer)
        if last_epoch == -1:
            for i, group in enumerate(optimizer.param_groups):
                start = top[i] / div_factor
                group.update(initial_lr=start, max_lr=top[i], min_lr=start / final_div_factor)
        self._set_up_momentum(optimizer, cycle_momentum, base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def _between(self, start, end, share):
        if self.anneal_strategy == "cos":
            return end + (start - end) / 2 * (1 + math.cos(math.pi * share))
        return start + (end - start) * share

    def _phase(self):
        """The present phase's settings of rate and momentum, and how far it has come (from 0 to 1)."""
        begin = 0.0
        for phase in self.phases:
            if self.last_epoch <= phase[0] or phase is self.phases[-1]:
                break
            begin = phase[0]
        end, rates, momenta = phase
        return rates, momenta, (self.last_epoch - begin) / (end - begin) if end != begin else 1.0

    def get_lr(self):
        """The learning rates of all groups for this step; moves the momentum too."""
        if self.last_epoch > self.total_steps:
            raise ValueError(f"OneCycleLR was made for {self.total_steps} steps, and this is step {self.last_epoch}")
        rates, momenta, share = self._phase()
        groups = self.optimizer.param_groups
        if self.cycle_momentum:
            for group in groups:
                self._set_momentum(group, self._between(group[momenta[0]], group[momenta[1]], share))
        return [self._between(group[rates[0]], group[rates[1]], share) for group in groups]


class CyclicLR(_WithMomentum):
    """Up and down between two learning rates in straight lines, again and again (Smith 2017).

    Parameters
    ----------
    base_lr, max_lr : float, or list with one for each group
    step_size_up, step_size_down : int
        How many steps it goes up, and down (as many as up, unless given).
    mode : {"triangular", "triangular2", "exp_range"}
        Cycles of one height; each half as high as the last; or a height that shrinks by `gamma` at every step.
    scale_fn, scale_mode : callable, {"cycle", "iterations"}
        Your own height, instead of `mode`: a function of the number of the cycle, or of the step.
    """

    def __init__(
        self,
        optimizer,
        base_lr,
        max_lr,
        step_size_up=2000,
        step_size_down=None,
        mode="triangular",
        gamma=1.0,
        scale_fn=None,
        scale_mode="cycle",
        cycle_momentum=True,
        base_momentum=0.8,
        max_momentum=0.9,
        last_epoch=-1,
    ):
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError(f'mode must be "triangular", "triangular2" or "exp_range", not {mode!r}; or give a scale_fn')
        if not step_size_up > 0:
            raise ValueError(f"step_size_up counts the steps on the way up: at least 1, not {step_size_up}")
        low, high = PerGroup("base_lr", base_lr, optimizer), PerGroup("max_lr", max_lr, optimizer)
        groups = range(len(optimizer.param_groups))
        if last_epoch == -1:
            for i, group in enumerate(optimizer.param_groups):
                group["lr"] = low[i]
        self.max_lrs = [high[i] for i in groups]
        self.total_size = float(step_size_up + (step_size_up if step_size_down is None else step_size_down))
        self.step_ratio = step_size_up / self.total_size
        self.mode, self.gamma, self._scale_fn_custom = mode, gamma, scale_fn
        self.scale_mode = scale_mode if scale_fn is not None else "iterations" if mode == "exp_range" else "cycle"
        self._set_up_momentum(optimizer, cycle_momentum, base_momentum, max_momentum, last_epoch)
        if cycle_momentum:  # those of the groups may become another schedule's
            self.base_momentums, self.max_momentums = (
                [group[name] for group in optimizer.param_groups] for name in ("base_momentum", "max_momentum")
            )
        super().__init__(optimizer, last_epoch)
        self.base_lrs = [low[i] for i in groups]

    def scale_fn(self, x):
        """The height of a cycle: of cycle number x, or at step x (`scale_mode`)."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "triangular":
            return 1.0
        return 2.0 ** (1 - x) if self.mode == "triangular2" else self.gamma**x

    def get_lr(self):
        """The learning rates of all groups for this step; moves the momentum too."""
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1 + self.last_epoch / self.total_size - cycle
        share = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            for group, low, high in zip(self.optimizer.param_groups, self.base_momentums, self.max_momentums, strict=True):
                self._set_momentum(group, high - (high - low) * share * scale)
        return [low + (high - low) * share * scale for low, high in zip(self.base_lrs, self.max_lrs, strict=True)]
