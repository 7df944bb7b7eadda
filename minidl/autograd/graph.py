"""The graph by PyTorch's path (`torch.autograd.graph`): its nodes, and what minidl does not have of it."""

from minidl.engine.names import missing
from minidl.engine.operation import Node

__all__ = ["Node"]

_SAVED = "what a node keeps are arrays in the closures of its pullbacks, and nobody stands between"
_REFUSED = {
    "GradientEdge": "a place in the graph is told by its tensor",
    "allow_mutation_on_saved_tensors": "a change in place of what a gradient needs is refused. Change a copy: x.clone()",
    "disable_saved_tensors_hooks": _SAVED,
    "get_gradient_edge": "a place in the graph is told by its tensor",
    "increment_version": "changes in place are noticed by themselves",
    "register_multi_grad_hook": "a hook waits for one gradient: tensor.register_hook",
    "save_on_cpu": "every tensor is on the CPU",
    "saved_tensors_hooks": _SAVED,
}


def __getattr__(name):
    raise missing("module 'minidl.autograd.graph'", name, __all__, _REFUSED)
