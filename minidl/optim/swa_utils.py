"""Means of weights: a model that is the average of the models along the way (Izmailov et al. 2018)."""

import copy
import math
from itertools import chain

from minidl.engine.grad_mode import no_grad
from minidl.engine.restoring import afterwards, remembered
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError
from minidl.nn.modes import modes_kept
from minidl.nn.module import Module
from minidl.optim.lr_scheduler.scheduler import LRScheduler, PerGroup


def get_swa_avg_fn():
    """The function that keeps the mean of all models so far."""
    return lambda average, current, num_averaged: average + (current - average) / (num_averaged + 1)


def get_ema_avg_fn(decay=0.999):
    """The function that keeps an exponential moving average: the share `decay` of it at each step."""
    if not 0 <= decay <= 1:
        raise ValueError(f"decay is a share between 0 and 1, and is {decay}")
    return lambda average, current, num_averaged: decay * average + (1 - decay) * current


def _for_lists(avg_fn):
    @no_grad()
    def update(averages, currents, num_averaged):
        for average, current in zip(averages, currents, strict=True):
            average.copy_(avg_fn(average, current, num_averaged))

    return update


def get_swa_multi_avg_fn():
    """`get_swa_avg_fn` for lists of tensors, which it changes in place."""
    return _for_lists(get_swa_avg_fn())


def get_ema_multi_avg_fn(decay=0.999):
    """`get_ema_avg_fn` for lists of tensors, which it changes in place."""
    return _for_lists(get_ema_avg_fn(decay))


class AveragedModel(Module):
    """A copy of a model whose weights are the mean of those that `update_parameters` was shown.

    Parameters
    ----------
    model : Module
    device : "cpu", optional
    avg_fn : function, optional
        ``avg_fn(average, current, num_averaged)`` gives the new average of a weight; the mean unless given.
    multi_avg_fn : function, optional
        The same for lists of weights, in place.
    use_buffers : bool
        Whether buffers (the statistics of batch norm) are averaged too; see also `update_bn`.

    Examples
    --------
    >>> import minidl as md
    >>> model = md.nn.Linear(1, 1, bias=False)
    >>> average = AveragedModel(model)
    >>> for value in (1.0, 2.0, 6.0):
    ...     _ = md.nn.init.constant_(model.weight, value)
    ...     average.update_parameters(model)
    >>> average.module.weight.item()
    3.0
    """

    def __init__(self, model, device=None, avg_fn=None, multi_avg_fn=None, use_buffers=False):
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise ValueError("give either avg_fn or multi_avg_fn: each says how weights are averaged")
        self.module = copy.deepcopy(model)
        self.register_buffer("n_averaged", Tensor(0, dtype="int64"))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args, **kwargs):
        """What the averaged model computes."""
        return self.module(*args, **kwargs)

    def _averaged(self, model):
        tensors = chain(model.parameters(), model.buffers()) if self.use_buffers else model.parameters()
        return [t.detach() for t in tensors]

    @no_grad()
    def update_parameters(self, model):
        """Add the present weights of `model` to the average."""
        averages, currents, n = self._averaged(self.module), self._averaged(model), int(self.n_averaged.item())
        if n == 0:
            for average, current in zip(averages, currents, strict=True):
                average.copy_(current)
        else:
            (self.multi_avg_fn or _for_lists(self.avg_fn or get_swa_avg_fn()))(averages, currents, n)
        if not self.use_buffers:  # those of the model as they are
            for own, theirs in zip(self.module.buffers(), model.buffers(), strict=True):
                own.detach().copy_(theirs.detach())
        self.n_averaged += 1


@no_grad()
def update_bn(loader, model, device=None):
    """Compute the statistics of all batch norm layers anew, as the mean over the batches of `loader`."""
    norms = [m for m in model.modules() if hasattr(m, "running_mean") and m.running_mean is not None]
    if not norms:
        return
    with modes_kept(model), afterwards(*[remembered(m, "momentum") for m in norms]):
        model.train()
        for m in norms:
            m.running_mean.zero_()
            m.running_var.fill_(1)
            m.num_batches_tracked.zero_()
            m.momentum = None  # the plain mean of all batches
        for batch in loader:
            model(batch[0] if isinstance(batch, list | tuple) else batch)


class SWALR(LRScheduler):
    """From whatever the learning rate is to `swa_lr`, in `anneal_epochs` steps; then it stays there.

    Parameters
    ----------
    swa_lr : float, or list with one for each group
    anneal_epochs : int
    anneal_strategy : {"cos", "linear"}
    """

    def __init__(self, optimizer, swa_lr, anneal_epochs=10, anneal_strategy="cos", last_epoch=-1):
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f'anneal_strategy must be "cos" or "linear", not {anneal_strategy!r}')
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be a whole number of at least 0, and is {anneal_epochs!r}")
        self.anneal_epochs, self._anneal_strategy = anneal_epochs, anneal_strategy
        goal = PerGroup("swa_lr", swa_lr, optimizer)
        for i, group in enumerate(optimizer.param_groups):
            group["swa_lr"] = goal[i]
        super().__init__(optimizer, last_epoch)

    def _share(self, step):
        """What share of the way is done after this many steps."""
        t = max(0, min(1, step / max(1, self.anneal_epochs)))
        return (1 - math.cos(math.pi * t)) / 2 if self._anneal_strategy == "cos" else t

    def get_lr(self):
        """The learning rates of all groups for this step, from where the last step has left them."""
        step = max(1, self._step_count - 1) if self.anneal_epochs == 0 else self._step_count - 1
        before, now = self._share(step - 1), self._share(step)
        rates = []
        for group in self.optimizer.param_groups:
            if "swa_lr" not in group:
                raise MinidlError("a parameter group was added after SWALR was made, without swa_lr: give it one")
            goal = group["swa_lr"]
            start = goal if before == 1 else (group["lr"] - before * goal) / (1 - before)
            rates.append(goal * now + start * (1 - now))
        return rates
