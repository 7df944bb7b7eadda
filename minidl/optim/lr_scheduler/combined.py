"""Schedules made of schedules."""

from bisect import bisect_right

from minidl.optim.lr_scheduler.plateau import ReduceLROnPlateau
from minidl.optim.lr_scheduler.scheduler import LRScheduler


class _Combined(LRScheduler):
    """The base class of schedules made of others, all for one optimiser."""

    _schedulers: list[LRScheduler]

    def _check(self, optimizer, schedulers):
        if not schedulers:
            raise ValueError(f"{type(self).__name__} is made of schedules, and got none")
        for i, schedule in enumerate(schedulers):
            if isinstance(schedule, ReduceLROnPlateau):
                raise ValueError(
                    f"{type(self).__name__} cannot hold ReduceLROnPlateau (schedule {i}), which wants a number at each "
                    "step: step it by itself"
                )
            if getattr(schedule, "optimizer", None) is not (optimizer or schedulers[0].optimizer):
                raise ValueError(f"all schedules must belong to one optimizer, and schedule {i} belongs to another")

    def state_dict(self):
        """The states of all schedules, as plain data."""
        own = {k: v for k, v in self.__dict__.items() if k not in ("optimizer", "_schedulers")}
        return {**own, "_schedulers": [schedule.state_dict() for schedule in self._schedulers]}

    def load_state_dict(self, state_dict):
        """Load what `state_dict` returned."""
        self.__dict__.update({k: v for k, v in state_dict.items() if k != "_schedulers"})
        for schedule, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            schedule.load_state_dict(state)


class SequentialLR(_Combined):
    """One schedule after another, such as a warm-up and then a decay; each starts afresh at its milestone.

    Parameters
    ----------
    optimizer : Optimizer
    schedulers : list of LRScheduler
    milestones : list of int
        At which step each but the first begins.
    """

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1):
        self._check(optimizer, schedulers)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(f"{len(schedulers)} schedules need {len(schedulers) - 1} milestones, and got {len(milestones)}")
        self._schedulers, self._milestones, self.optimizer = list(schedulers), list(milestones), optimizer
        self.last_epoch = last_epoch + 1
        for group in optimizer.param_groups:  # undo what the schedules did when they were made
            group["lr"] = group["initial_lr"]
        _take_back_a_step(self)
        first = self._schedulers[bisect_right(self._milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self):  # type: ignore[override]
        """Advance by one step."""
        self.last_epoch += 1
        k = bisect_right(self._milestones, self.last_epoch)
        schedule = self._schedulers[k]
        if k > 0 and self._milestones[k - 1] == self.last_epoch:
            schedule._update_lr(0)
        else:
            schedule.step()
        self._last_lr = schedule.get_last_lr()


def _take_back_a_step(schedule):
    """Take back the step that every schedule makes when it is made; a combined one has its parts do so."""
    for part in getattr(schedule, "_schedulers", ()):
        _take_back_a_step(part)
    if not hasattr(schedule, "_schedulers"):
        schedule.last_epoch -= 1


class ChainedScheduler(_Combined):
    """Several schedules at once: each multiplies what the ones before it give."""

    def __init__(self, schedulers, optimizer=None):
        self._check(optimizer, schedulers)
        self._schedulers, self.optimizer = list(schedulers), optimizer or schedulers[0].optimizer
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def step(self):  # type: ignore[override]
        """Advance by one step, with all of them."""
        for schedule in self._schedulers:
            schedule.step()
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]
