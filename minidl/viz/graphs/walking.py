"""Looking at a graph without using it up: gradients at every node, the lines that made them, a trial run of a module."""

import numpy as np

from minidl.engine.backward import matched, nodes_behind, pullbacks_of
from minidl.engine.watching import watch
from minidl.errors import GraphError
from minidl.viz.undisturbed import undisturbed


class Walk:
    """One backward pass through the graph, step by step. Nothing is stored in ``grad`` or freed, and no hook is called.

    Parameters
    ----------
    tensor : Tensor
        With a graph.
    seed : ndarray, optional
        The gradient to start from; ones unless given.

    Attributes
    ----------
    nodes : list of Node
        Earliest first.
    gradients : dict
        Node or leaf tensor -> its whole gradient.
    parts : dict of Node -> list of (Tensor, ndarray, int)
        To which of its inputs each node passes back what, and how many copies that broadcasting had made are summed in it.
    """

    def __init__(self, tensor, seed=None):
        self.nodes = nodes_behind([tensor])[::-1]
        self.gradients = {tensor.node: np.ones_like(tensor.array) if seed is None else seed}
        self.parts = {}
        for node in reversed(self.nodes):
            if node in self.gradients:
                self.parts[node] = passed_back(node, self.gradients[node])
                for a, part, _ in self.parts[node]:
                    holder = a if a.node is None else a.node
                    self.gradients[holder] = self.gradients[holder] + part if holder in self.gradients else part


def passed_back(node, g):
    """What a node makes of the gradient `g` of its output, for each input that wants one."""
    parts = []
    for a, pull in pullbacks_of(node, g):
        if pull is None or not getattr(a, "requires_grad", False):
            continue  # the engine leaves these to who walks
        part = pull(g)
        if part is not None:
            part = part.dense() if hasattr(part, "dense") else np.asarray(part)
            parts.append((a, matched(node, part, a), part.size // max(1, a.array.size)))
    return parts


def gradients_of(tensor):
    """Node or leaf -> gradient of a tensor with one element; empty where there can be none."""
    if tensor.array.size != 1:
        return {}
    try:
        return Walk(tensor).gradients
    except GraphError:  # a value that the gradient needs was changed in place since
        return {}


def trial_run(module, inputs):
    """The output of a module, recorded with the lines that made it; the module is left as it was."""
    with undisturbed([module]), watch():
        return module(*inputs)
