"""Ways to descend: optimisers, and schedules for their learning rates."""

from minidl.optim import lr_scheduler
from minidl.optim.adagrad import Adadelta, Adagrad, RMSprop
from minidl.optim.adam import Adam, AdamW
from minidl.optim.adam_family import Adamax, NAdam, RAdam
from minidl.optim.lbfgs import LBFGS
from minidl.optim.muon import Muon
from minidl.optim.optimizer import Optimizer
from minidl.optim.sgd import SGD

__all__ = [
    "LBFGS", "SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Muon", "NAdam", "Optimizer", "RAdam", "RMSprop",
    "lr_scheduler",
]  # fmt: skip
