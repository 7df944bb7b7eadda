"""The numbers of a run that is watched while it goes on."""

from itertools import pairwise

import numpy as np

MOST_POINTS = 2000  # of one message to the browser


class RunningLosses:
    """Losses as they come.

    Attributes
    ----------
    steps : list of float
        The loss of every step.
    history : dict of str -> list of float
        The numbers of every epoch.
    held_out : list of [int, float]
        Validation losses, each with the step after which it was measured.
    """

    def __init__(self):
        self.steps, self.history, self.held_out = [], {}, []
        self._sent = 0

    def add(self, loss, numbers):
        """Add the loss of a step, and more numbers of this step by name; a "val_loss" ends an epoch."""
        self.steps.append(float(loss))
        for name, number in numbers.items():
            self.history.setdefault(name, []).append(float(number))
        if "val_loss" in numbers:
            self._note_validation()

    def set_epochs(self, history):
        """Take over the numbers of the epochs from a run."""
        self.history = {name: list(values) for name, values in history.items()}
        if "val_loss" in self.history:
            self._note_validation()

    def _note_validation(self):
        self.held_out.append([len(self.steps), self.history["val_loss"][-1]])

    def news(self):
        """What the browser has not been told yet."""
        new = self.steps[self._sent :]
        every = max(1, len(new) // MOST_POINTS)
        points = [[self._sent + i + 1, v] for i, v in enumerate(new)][::every]
        self._sent = len(self.steps)
        return {"points": points, "val": self.held_out, "lr": (self.history.get("lr") or [None])[-1]}

    def by_epoch(self):
        """The history; where validation losses were told, with the mean loss of the steps before each."""
        if "train_loss" in self.history or not self.held_out:
            return self.history
        ends = [step for step, _ in self.held_out]
        parts = [self.steps[start:end] for start, end in pairwise([0, *ends])]
        with np.errstate(all="ignore"):
            return {"train_loss": [float(np.mean(part)) for part in parts], **self.history}
