"""The training loop: one page, so that nothing about training is hidden."""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from minidl.engine.generator import manual_seed
from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError
from minidl.nn.functional import cross_entropy
from minidl.nn.modes import evaluating, training_afterwards
from minidl.nn.utils import clip_grad_norm_
from minidl.ops.shape import cat
from minidl.optim.lr_scheduler import ReduceLROnPlateau


class NotFiniteError(MinidlError, ArithmeticError):
    """The loss is no longer a number."""


@dataclass
class Run:
    """A training run under way, as callbacks see it.

    Attributes
    ----------
    model, optimizer : Module, Optimizer
    schedule : LRScheduler or None
    epoch, step : int
        Both count from 1.
    history : dict of str -> list of float
        What is returned at the end.
    stopped : str
        A reason to stop after this epoch; a callback sets it.
    """

    model: Any
    optimizer: Any
    schedule: Any = None
    epoch: int = 0
    step: int = 0
    history: dict = field(default_factory=dict)
    stopped: str = ""

    def record(self, **numbers):
        """Add one number to each of the named lists of the history."""
        for name, number in numbers.items():
            self.history.setdefault(name, []).append(float(number))


def fit(
    model,
    train,
    val=None,
    loss=cross_entropy,
    *,
    optimizer,
    epochs,
    metrics=None,
    callbacks=(),
    schedule=None,
    clip_norm=None,
    seed=None,
    verbose=True,
):
    """Train a model, and report how it goes.

    Afterwards the model is in training mode, as after a loop written by hand: call ``model.eval()`` before you ask it for
    predictions.

    Parameters
    ----------
    model : Module
    train, val : iterable of (input, target) batches, such as DataLoader
        `val` is used for evaluation only, after each epoch.
    loss : callable
        ``loss(model(input), target)`` gives one number.
    optimizer : Optimizer
    epochs : int
    metrics : dict of str -> callable, optional
        ``metric(predictions, targets)``, computed on all of `val`.
    callbacks : sequence of Callback
    schedule : LRScheduler or ReduceLROnPlateau, optional
        Steps once after each epoch; the latter looks at the validation loss.
    clip_norm : float, optional
        Gradients with a larger norm are scaled down to it.
    seed : int, optional
        Start the random numbers (shuffles, dropout) from here, so that the run repeats.
    verbose : bool
        Whether to print a line after each epoch, and to show a progress bar on a screen.

    Returns
    -------
    dict of str -> list of float
        One number an epoch: `train_loss`, `val_loss`, `lr`, and `val_` with the name of each metric. After
        Ctrl-C the epochs so far; the model stays as trained.

    Raises
    ------
    NotFiniteError
        When the loss is NaN or infinite; it names the step and the likely reasons.
    MinidlError
        When there is no batch to train on.

    Examples
    --------
    >>> import minidl as md
    >>> md.manual_seed(0)
    >>> data = md.data.TensorDataset(md.randn(64, 2), md.randint(0, 2, (64,)))
    >>> model = md.nn.Linear(2, 2)
    >>> optimizer = md.optim.SGD(model.parameters(), lr=0.1)
    >>> history = fit(model, md.data.DataLoader(data, 16), optimizer=optimizer, epochs=2)
    epoch 1: train_loss 0.7614
    epoch 2: train_loss 0.7359
    """
    _check_batches(epochs, train=train, val=val)
    run = Run(model, optimizer, schedule)
    if seed is not None:
        manual_seed(seed)
    complete = 0
    with training_afterwards(model):
        try:
            for callback in callbacks:
                callback.at_start(run)
            for run.epoch in range(1, epochs + 1):
                train_loss = _train_epoch(run, train, loss, clip_norm, callbacks, verbose)
                run.record(train_loss=train_loss, lr=optimizer.param_groups[0]["lr"])
                if val is not None:
                    run.record(**{f"val_{name}": number for name, number in evaluate(model, val, loss, metrics).items()})
                if schedule is not None:
                    _advance(schedule, run)
                for callback in callbacks:
                    callback.after_epoch(run)
                complete = run.epoch
                if verbose:
                    print(_line(run), flush=True)
                if run.stopped:
                    break
        except KeyboardInterrupt:
            run.stopped = f"stopped by you in epoch {run.epoch}; the model and the history so far are kept"
            for values in run.history.values():
                del values[complete:]  # of an epoch that is not over
    if run.stopped and verbose:
        print(run.stopped[0].upper() + run.stopped[1:] + ".")
    for callback in callbacks:
        callback.at_end(run)
    return run.history


def _train_epoch(run, batches, loss, clip_norm, callbacks, verbose):
    """Go through the batches once, changing the weights after each; the mean loss of all examples."""
    model, optimizer = run.model, run.optimizer
    model.train()
    total = count = 0
    for x, y in _progress(batches, run.epoch, verbose):
        run.step += 1
        value = loss(model(x), y)
        _check(value.item(), run)
        optimizer.zero_grad()
        value.backward()
        if clip_norm is not None:
            clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        total, count = total + value.item() * len(y), count + len(y)
        for callback in callbacks:
            callback.after_step(run, value.item())
    if not count:
        raise MinidlError(
            f"there is no batch to train on in epoch {run.epoch}: is the data set empty, or smaller than a batch with "
            "drop_last=True, or an iterator that is used up?"
        )
    return total / count


def evaluate(model, data, loss=cross_entropy, metrics=None):
    """The mean loss of a model on batches, and metrics on all of them, without training.

    Returns
    -------
    dict of str -> float
        "loss", and each metric by its name.

    Raises
    ------
    MinidlError
        When there is no batch.
    """
    _check_batches(1, data=data)
    total, predictions, targets = 0.0, [], []
    with evaluating(model), no_grad():
        for x, y in data:
            out = model(x)
            total += loss(out, y).item() * len(y)
            predictions.append(out)
            targets.append(y)
    if not targets:
        raise MinidlError("there is no batch to evaluate on: is the data set empty, or an iterator that is used up?")
    everything, truth = cat(predictions), cat(targets)
    found = {"loss": total / len(truth)}
    return {**found, **{name: float(metric(everything, truth)) for name, metric in (metrics or {}).items()}}


def _check_batches(epochs, **sources):
    """Refuse a tensor, which is no batches, and an iterator, which is used up after the first epoch."""
    for name, batches in sources.items():
        if isinstance(batches, Tensor):
            raise TypeError(
                f"{name} is to be batches of inputs and targets, and is a tensor. "
                "Did you mean DataLoader(TensorDataset(x, y), batch_size=64) ?"
            )
        if epochs > 1 and isinstance(batches, Iterator):
            raise MinidlError(
                f"{name} is an iterator, which can be gone through only once, and {epochs} epochs were asked for: give a "
                "DataLoader, or a list of batches"
            )


def _check(value, run):
    if not math.isfinite(value):
        raise NotFiniteError(
            f"the loss is {value} at step {run.step} (epoch {run.epoch}). Likely reasons: the learning rate "
            f"({run.optimizer.param_groups[0]['lr']:g}) is too high, the input is not normalised or holds NaN, or a "
            "logarithm, root or division met 0. minidl.detect_anomaly() names the operation that made the first NaN."
        )


def _advance(schedule, run):
    if isinstance(schedule, ReduceLROnPlateau):
        schedule.step(run.history.get("val_loss", run.history["train_loss"])[-1])
    else:
        schedule.step()


def _line(run):
    numbers = [f"{name} {values[-1]:.4f}" for name, values in run.history.items() if name != "lr"]
    return f"epoch {run.epoch}: {', '.join(numbers)}"


def _progress(batches, epoch, verbose):
    """The batches, with a bar that goes away again, where there is a screen to show it."""
    if not verbose or not (sys.stderr.isatty() or "ipykernel" in sys.modules):
        return batches
    from tqdm.auto import tqdm  # late: it looks for widgets, which takes time

    return tqdm(batches, desc=f"epoch {epoch}", leave=False)
