"""The graph by PyTorch's path (`torch.autograd.graph`): its nodes, and what minidl lacks of it."""

from minidl.engine.names import missing
from minidl.engine.operation import Node

__all__ = ["Node"]

_SAVED = "a node keeps arrays in the closures of its pullbacks, so there is nothing to pack or unpack"
_REFUSED = {
    "GradientEdge": "a place in the graph is identified by its tensor",
    "allow_mutation_on_saved_tensors": "a change in place of what a gradient needs is refused. Change a copy: x.clone()",
    "disable_saved_tensors_hooks": _SAVED,
    "get_gradient_edge": "a place in the graph is identified by its tensor",
    "increment_version": "changes in place are noticed by themselves",
    "register_multi_grad_hook": "a hook waits for one gradient: tensor.register_hook",
    "save_on_cpu": "every tensor is on the CPU",
    "saved_tensors_hooks": _SAVED,
}


def __getattr__(name):
    raise missing("module 'minidl.autograd.graph'", name, __all__, _REFUSED)
