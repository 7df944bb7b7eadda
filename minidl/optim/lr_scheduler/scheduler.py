"""LRScheduler: what all schedules have in common."""

from minidl.errors import MinidlError
from minidl.optim.optimizer import Optimizer


class LRScheduler:
    """The base class of all schedules: counts steps and sets each group's ``lr`` to what `get_lr` says.

    A schedule of your own defines ``get_lr()``, which returns one learning rate for each group.

    Parameters
    ----------
    optimizer : Optimizer
    last_epoch : int
        How many steps an earlier run made; -1 to start afresh.

    Attributes
    ----------
    last_epoch : int
        How many steps were made.
    base_lrs : list of float
        The learning rates of the groups at the start; each group also keeps its own as ``initial_lr``.

    Raises
    ------
    KeyError
        When `last_epoch` says that a run is resumed, and the groups do not know their ``initial_lr``.

    Examples
    --------
    >>> import minidl as md
    >>> class Halve(LRScheduler):
    ...     def get_lr(self):
    ...         return [base / 2**self.last_epoch for base in self.base_lrs]
    >>> optimizer = md.optim.SGD([md.ones(2, requires_grad=True)], lr=0.8)
    >>> schedule = Halve(optimizer)
    >>> schedule.step()
    >>> optimizer.param_groups[0]["lr"]
    0.4
    """

    def __init__(self, optimizer, last_epoch=-1):
        self.optimizer = checked_optimizer(optimizer)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    f"last_epoch={last_epoch} resumes a run, and group {i} does not know its initial_lr: load the state of "
                    "the optimizer first"
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    def _initial_step(self):
        """Set the learning rates of the first step."""
        self._step_count, self._is_initial = 0, True
        try:
            self.step()
        finally:
            self._is_initial = False

    def get_lr(self):
        """The learning rates of all groups for this step (after `last_epoch` steps)."""
        raise NotImplementedError(f"{type(self).__name__} needs a method get_lr() that returns one rate for each group")

    def step(self, epoch=None):
        """Advance by one step, or (an older form) to a given number of steps."""
        self._step_count += 1
        self._update_lr(epoch)

    def _update_lr(self, epoch=None):
        self._welcome_new_groups()
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        closed_form = getattr(self, "_get_closed_form_lr", self.get_lr)
        rates = self.get_lr() if epoch is None else closed_form()
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = list(rates)

    def _welcome_new_groups(self):
        """Start from the present rates of groups that `add_param_group` has added meanwhile."""
        for group in self.optimizer.param_groups[len(self.base_lrs) :]:
            self.base_lrs.append(group.setdefault("initial_lr", group["lr"]))

    def get_last_lr(self):
        """The learning rates that this schedule has set last, one for each group."""
        return self._last_lr

    def state_dict(self):
        """Everything but the optimiser and functions, as plain data."""
        return {k: v for k, v in self.__dict__.items() if k != "optimizer" and not _holds_functions(v)}

    def load_state_dict(self, state_dict):
        """Load what `state_dict` returned."""
        self.__dict__.update(state_dict)


def _holds_functions(value):
    return callable(value) or (isinstance(value, list) and any(map(callable, value)))


def checked_optimizer(optimizer):
    """The optimiser itself; a TypeError for anything else."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"a schedule changes the learning rates of an optimizer, and got a {type(optimizer).__name__}")
    return optimizer


class PerGroup:
    """A setting that is one value for all groups of an optimiser, or a list with one value for each.

    Raises
    ------
    ValueError
        For a list of another length than the optimiser has groups.
    """

    def __init__(self, name, value, optimizer):
        self.name, self.value = name, value
        if isinstance(value, list | tuple) and len(value) != len(optimizer.param_groups):
            raise ValueError(
                f"{name} has {len(value)} values, and the optimizer has {len(optimizer.param_groups)} parameter groups"
            )

    def __getitem__(self, i):
        if not isinstance(self.value, list | tuple):
            return self.value
        if i >= len(self.value):
            raise MinidlError(
                f"a parameter group was added after the schedule was made, and {self.name} is a list with a value for each "
                "of the groups before: make a new schedule"
            )
        return self.value[i]
