"""Watching the loss fall while the model trains."""

import time

from minidl.train.callbacks import Callback
from minidl.viz.notebook import Stage
from minidl.viz.runs.curves_picture import loss_curve
from minidl.viz.runs.live import RunningLosses

PAUSE = 0.2  # seconds between two pictures: smooth to the eye, and a fraction of a per cent of the time


class Live(Callback):
    """Show the loss while the model trains; in the end the picture stays, with what the curve says.

    As a callback of `minidl.train.fit`, or by hand: call `add` with numbers, and `close` in the end.
    Outside of a notebook it only keeps the numbers.

    Parameters
    ----------
    log : bool
        A logarithmic loss axis.

    Attributes
    ----------
    steps : list of float
        The loss of every step.
    history : dict of str -> list of float
        The numbers of every epoch.
    picture : FigurePicture or None
        The final picture.

    Examples
    --------
    >>> import minidl as md
    >>> live = md.viz.Live()
    >>> for loss in (2.3, 0.9, 0.4):
    ...     live.add(loss)
    >>> live.close()
    Loss curve: loss falls from 2.3 to 0.4
    """

    def __init__(self, log=False):
        self.log, self.picture, self._losses = log, None, RunningLosses()
        self._stage, self._shown_at = None, 0.0

    @property
    def steps(self):
        """The loss of every step."""
        return self._losses.steps

    @property
    def history(self):
        """The numbers of every epoch."""
        return self._losses.history

    def add(self, loss, **numbers):
        """Add the loss of one step.

        Parameters
        ----------
        loss : Tensor or float
        numbers : float
            More to keep at this step, such as ``val_loss``, which ends an epoch.
        """
        self._losses.add(loss, numbers)
        self._show_in_time()

    def after_step(self, run, loss):
        """Show the loss, if it is time."""
        self.add(loss)

    def after_epoch(self, run):
        """Show the numbers of the epoch."""
        self._losses.set_epochs(run.history)
        self._show_in_time()

    def at_end(self, run):
        """Leave the final picture."""
        self.close()

    def _show_in_time(self):
        """Show what is new, if the last picture is old enough."""
        now = time.perf_counter()
        if now - self._shown_at >= PAUSE:
            self._shown_at = now
            self._show()

    def _show(self):
        if self._stage is None:
            self._stage = Stage("live", {"log": self.log})
        self._stage.send(self._losses.news())

    def close(self):
        """Replace the moving picture by the final one; outside of a notebook, where nothing was shown, return it.

        Raises
        ------
        ValueError
            When no loss was added.
        """
        history = self._losses.by_epoch()
        losses, unit = (history, "epoch") if len(history.get("train_loss", ())) > 1 else (self.steps, "step")
        self.picture = loss_curve(losses, xlabel=unit, log=self.log)
        stage, self._stage = self._stage, None
        return self.picture if stage is None else stage.finish(self.picture)
