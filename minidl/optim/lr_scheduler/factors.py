"""Schedules that multiply the learning rate by a factor."""

import math
from bisect import bisect_right
from collections import Counter

from minidl.optim.lr_scheduler.scheduler import LRScheduler, PerGroup


class FactorLR(LRScheduler):
    """The base class of schedules that multiply whatever learning rate they find, and so can be combined."""

    def step_factor(self, t):
        """What the learning rate is multiplied by in step t (step 0 is the start)."""
        raise NotImplementedError(f"{type(self).__name__} needs a method step_factor(t), the factor of step t")

    def total_factor(self, t):
        """What the first learning rate has been multiplied by after t steps, if nothing else changed it."""
        return math.prod(self.step_factor(k) for k in range(t + 1))

    def get_lr(self):
        """The learning rates of all groups for this step."""
        factor = self.step_factor(self.last_epoch)
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def _get_closed_form_lr(self):
        factor = self.total_factor(self.last_epoch)
        return [base * factor for base in self.base_lrs]


class StepLR(FactorLR):
    """Times gamma every `step_size` steps."""

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        if not step_size > 0:
            raise ValueError(f"step_size counts the steps between two changes: at least 1, not {step_size}")
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def step_factor(self, t):
        """gamma, at every `step_size`-th step."""
        return self.gamma if t > 0 and t % self.step_size == 0 else 1.0

    def total_factor(self, t):
        """gamma for every `step_size` steps made."""
        return self.gamma ** (t // self.step_size)


class MultiStepLR(FactorLR):
    """Times gamma at each of the given numbers of steps."""

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def step_factor(self, t):
        """gamma, as often as t is among the milestones."""
        return self.gamma ** self.milestones[t]

    def total_factor(self, t):
        """gamma for every milestone passed."""
        return self.gamma ** bisect_right(sorted(self.milestones.elements()), t)

    def state_dict(self):
        """Everything but the optimiser, as plain data."""
        return {**super().state_dict(), "milestones": dict(self.milestones)}

    def load_state_dict(self, state_dict):
        """Load what `state_dict` returned."""
        super().load_state_dict(state_dict)
        self.milestones = Counter(self.milestones)


class ExponentialLR(FactorLR):
    """Times gamma at every step."""

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def step_factor(self, t):
        """gamma, from the first step on."""
        return 1.0 if self._is_initial else self.gamma

    def total_factor(self, t):
        """gamma for every step made."""
        return self.gamma**t


class ConstantLR(FactorLR):
    """Times `factor` for the first `total_iters` steps."""

    def __init__(self, optimizer, factor=1 / 3, total_iters=5, last_epoch=-1):
        if not 0 <= factor <= 1:
            raise ValueError(f"the factor of ConstantLR lies between 0 and 1, and is {factor}")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def step_factor(self, t):
        """`factor` at the start, its inverse at the end."""
        if t == 0:
            return self.factor
        return 1 / self.factor if t == self.total_iters else 1.0

    def total_factor(self, t):
        """`factor` until the end."""
        return self.factor if t < self.total_iters else 1.0


class LinearLR(FactorLR):
    """From `start_factor` to `end_factor` in equal steps: a warm-up."""

    def __init__(self, optimizer, start_factor=1 / 3, end_factor=1.0, total_iters=5, last_epoch=-1):
        if not 0 < start_factor <= 1 or not 0 <= end_factor <= 1:
            raise ValueError(f"the factors of LinearLR lie between 0 and 1, and are {start_factor} and {end_factor}")
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def step_factor(self, t):
        """By how much the line rises from step t - 1 to t, as a share of where it was."""
        if t == 0:
            return self.start_factor
        if self._is_initial or t > self.total_iters:
            return 1.0
        rise = self.end_factor - self.start_factor
        return 1 + rise / (self.total_iters * self.start_factor + (t - 1) * rise)

    def total_factor(self, t):
        """The height of the line after t steps."""
        return self.start_factor + (self.end_factor - self.start_factor) * min(t, self.total_iters) / self.total_iters


class PolynomialLR(FactorLR):
    """Down to 0 in `total_iters` steps, along a power of the share that is left."""

    def __init__(self, optimizer, total_iters=5, power=1.0, last_epoch=-1):
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def step_factor(self, t):
        """By how much the share that is left shrinks from step t - 1 to t."""
        if self._is_initial or t > self.total_iters:
            return 1.0
        return ((1 - t / self.total_iters) / (1 - (t - 1) / self.total_iters)) ** self.power

    def total_factor(self, t):
        """The share that is left after t steps, to its power."""
        return (1 - min(t, self.total_iters) / self.total_iters) ** self.power


class _WithFunctions(LRScheduler):
    """The base class of schedules that a function makes: one for all groups, or a list with one for each."""

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        self._function = PerGroup("lr_lambda", lr_lambda, optimizer)
        self.lr_lambdas = [self._function[i] for i in range(len(optimizer.param_groups))]
        super().__init__(optimizer, last_epoch)

    def _factors(self):
        return [self._function[i](self.last_epoch) for i in range(len(self.optimizer.param_groups))]

    def state_dict(self):
        """Everything but the optimiser and the functions, as plain data."""
        return {k: v for k, v in super().state_dict().items() if k != "_function"}


class LambdaLR(_WithFunctions):
    """The first learning rate times a function of the number of steps."""

    def get_lr(self):
        """The learning rates of all groups for this step."""
        return [base * factor for base, factor in zip(self.base_lrs, self._factors(), strict=True)]


class MultiplicativeLR(_WithFunctions):
    """At every step times a function of the number of steps."""

    def get_lr(self):
        """The learning rates of all groups for this step."""
        groups = self.optimizer.param_groups
        if self._is_initial:
            return [group["lr"] for group in groups]
        return [group["lr"] * factor for group, factor in zip(groups, self._factors(), strict=True)]
