"""Ways to descend: optimisers, and schedules for their learning rates."""

from minidl.engine.names import expect_calls as _expect_calls
from minidl.optim import lr_scheduler, swa_utils
from minidl.optim.adafactor import Adafactor
from minidl.optim.adagrad import Adadelta, Adagrad, RMSprop
from minidl.optim.adam import Adam, AdamW, SparseAdam
from minidl.optim.adam_family import Adamax, NAdam, RAdam
from minidl.optim.asgd import ASGD
from minidl.optim.lbfgs import LBFGS
from minidl.optim.muon import Muon
from minidl.optim.optimizer import Optimizer
from minidl.optim.rprop import Rprop
from minidl.optim.sgd import SGD

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Muon",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SparseAdam",
    "lr_scheduler",
    "swa_utils",
]

_expect_calls(globals())
