"""Training and evaluation: blocks that leave a model in the modes that it should be in, Ctrl-C at any moment included."""

from functools import partial

from minidl.engine.restoring import Restoring, afterwards, remembered
from minidl.nn.module import Module


class evaluating(Restoring):
    """A block in which a model is in evaluation; afterwards each of its parts is in its own mode again.

    A plain function has no mode.

    >>> import minidl as md
    >>> model = md.nn.Linear(2, 1)
    >>> with evaluating(model):
    ...     print(model.training)
    False
    >>> model.training
    True
    """

    def __init__(self, model):
        self.parts = list(model.modules()) if isinstance(model, Module) else []

    def __enter__(self):
        self.end_by(*[remembered(part, "training") for part in self.parts])
        try:
            for part in self.parts:
                object.__setattr__(part, "training", False)
        except BaseException:  # a block that was not entered does not end either
            self.close()
            raise


def modes_kept(model):
    """A block after which every part of a model is in the mode in which it was before."""
    return afterwards(*[remembered(part, "training") for part in model.modules()])


def training_afterwards(model):
    """A block after which every part of a model is in training mode."""
    return afterwards(*[partial(object.__setattr__, part, "training", True) for part in model.modules()])
