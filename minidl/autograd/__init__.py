"""Gradients, by PyTorch's names (`torch.autograd`). How they are computed is shown in `minidl.engine`."""

from minidl.autograd import functional, graph
from minidl.autograd.checkpointing import checkpoint, checkpoint_sequential
from minidl.autograd.function import Function
from minidl.autograd.functional import hessian, hvp, jacobian, jvp, per_sample_grads, vhp, vjp
from minidl.autograd.gradcheck import GradientError, gradcheck, gradgradcheck
from minidl.autograd.several import backward
from minidl.autograd.variable import Variable
from minidl.engine.backward import grad
from minidl.engine.grad_mode import enable_grad, no_grad, set_grad_enabled
from minidl.engine.inference import inference_mode
from minidl.engine.names import missing as _missing
from minidl.engine.operation import Node, operation
from minidl.engine.registry import REGISTRY
from minidl.engine.watching import detect_anomaly, set_detect_anomaly, watch

__all__ = [
    "REGISTRY",
    "Function",
    "GradientError",
    "Node",
    "Variable",
    "backward",
    "checkpoint",
    "checkpoint_sequential",
    "detect_anomaly",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "hessian",
    "hvp",
    "inference_mode",
    "jacobian",
    "jvp",
    "no_grad",
    "operation",
    "per_sample_grads",
    "set_detect_anomaly",
    "set_grad_enabled",
    "vhp",
    "vjp",
    "watch",
]

_REFUSED = {
    "forward_ad": "there is no forward mode; the slope in a direction is minidl.func.jvp",
    "profiler": "minidl.watch() lists the operations that ran, and Python's own cProfile tells their time",
    "set_multithreading_enabled": "a backward pass runs in the thread that calls it",
}


def __getattr__(name):
    raise _missing("module 'minidl.autograd'", name, __all__, _REFUSED)
