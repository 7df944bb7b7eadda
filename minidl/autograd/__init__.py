"""Gradients, by PyTorch's names (`torch.autograd`). How they come to be stands in `minidl.engine`."""

from minidl.autograd.function import Function
from minidl.autograd.functional import hessian, hvp, jacobian, jvp, per_sample_grads, vjp
from minidl.autograd.gradcheck import GradientError, gradcheck, gradgradcheck
from minidl.engine.backward import backward, grad
from minidl.engine.grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from minidl.engine.operation import Node, operation
from minidl.engine.registry import REGISTRY
from minidl.engine.watching import detect_anomaly, watch

__all__ = [
    "REGISTRY",
    "Function",
    "GradientError",
    "Node",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "hessian",
    "hvp",
    "inference_mode",
    "jacobian",
    "jvp",
    "no_grad",
    "operation",
    "per_sample_grads",
    "set_grad_enabled",
    "vjp",
    "watch",
]
