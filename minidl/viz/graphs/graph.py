"""The computation graph as plain data: what the views in `graph_picture.py` draw.

The model knows operations, the tensors that enter, and the modules they were called in. It is made
from a tensor by following its nodes, so it shows what was really computed.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minidl.engine.backward import nodes_behind
from minidl.engine.tensor import Tensor
from minidl.errors import GraphError
from minidl.nn.module import Module
from minidl.nn.parameter import Parameter
from minidl.viz.graphs.walking import gradients_of
from minidl.viz.summary import value_summary


@dataclass
class Vertex:
    """An operation, or a tensor that no operation made.

    Attributes
    ----------
    id : str
        Unique in the graph, the same in every run.
    kind : {"operation", "parameter", "input"}
    name : str
        Of the operation, the parameter, or the variable.
    shape, dtype : tuple, str
        Of the value.
    values, gradient : dict of str -> str
        The value in a few words (see `value_summary`), and the gradient of the root with respect to it where there is one.
    variable : str
        What the calling code calls the result, if that is known.
    formula, pullback : str
        LaTeX of the operation and of its gradient.
    group : str
        The id of the module call it belongs to, "" for none.
    differentiable : bool
        Whether a gradient flows through it.
    source : tuple or None
        File, number and function of the line that made it, if `watch` looked on.
    array, gradient_array : ndarray
        The value and the gradient themselves; gone after `Graph.forget_arrays`.
    inputs : list of (str, ndarray)
        What an operation was called with, by the names of the arguments of its rule; gone with them.
    details : dict
        What the box tells in its tooltip (see `details.py`).
    """

    id: str
    kind: str
    name: str
    array: Any = field(repr=False, compare=False)
    gradient_array: Any = field(default=None, repr=False, compare=False)
    formula: str = ""
    pullback: str = ""
    group: str = ""
    differentiable: bool = False
    variable: str = ""
    source: tuple | None = None
    inputs: list = field(default_factory=list, repr=False, compare=False)
    details: dict = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self):
        self.shape, self.dtype = self.array.shape, str(self.array.dtype)
        self.values = value_summary(self.array)
        self.gradient = {} if self.gradient_array is None else value_summary(self.gradient_array)


@dataclass
class Edge:
    """A tensor that flows from one vertex to another."""

    source: str
    target: str
    shape: tuple
    differentiable: bool


@dataclass
class Group:
    """One call of a module: the vertices inside carry its id."""

    id: str
    name: str
    kind: str
    parent: str

    def label(self):
        """What the group is called in a picture."""
        return f"{self.name}: {self.kind}" if self.name else self.kind


@dataclass
class Graph:
    """A computation graph, earliest operation first.

    `places` maps each node of the engine, each leaf tensor (and the id of a constant array) to its vertex.
    """

    vertices: list
    edges: list
    groups: list
    root: str
    places: dict = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self):
        self._by_id = {v.id: v for v in self.vertices}

    def vertex(self, id):
        """The vertex with this id."""
        return self._by_id[id]

    def forget_arrays(self):
        """Let go of the arrays and of the engine's nodes: a picture stays as long as its notebook is open."""
        for v in self.vertices:
            v.array = v.gradient_array = None
            v.inputs = []
        self.places = {}

    def text(self):
        """What the graph holds, in a line."""
        counts = {kind: sum(v.kind == kind for v in self.vertices) for kind in ("operation", "parameter", "input")}
        parts = [f"{n} {kind}{'' if n == 1 else 's'}" for kind, n in counts.items() if n]
        root = self.vertex(self.root)
        return f"Computation graph of {root.variable or root.name}: " + ", ".join(parts)


def build_graph(tensor, names=None):
    """The graph that led to a tensor.

    Parameters
    ----------
    tensor : Tensor
    names : dict of str -> Tensor or Module, optional
        What to call tensors and modules; parameters get the names they have in their module.

    Raises
    ------
    GraphError
        When there is no graph, or backward has freed it.
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(f"the graph is that of a tensor, such as a loss; got a {type(tensor).__name__}")
    if tensor.node is None:
        raise GraphError(
            "this tensor has no graph: nothing recorded how it was computed. Draw a tensor that was computed from "
            "parameters or from tensors with requires_grad=True, and not under no_grad()."
        )
    if not tensor.node.args:
        raise GraphError(
            "the graph of this tensor is gone: backward() frees it. Draw it before backward(), or keep it with "
            "loss.backward(retain_graph=True)."
        )
    with np.errstate(all="ignore"):  # what is not finite is shown as such
        return _Builder(tensor, names or {}).graph


class _Builder:
    """Gathers vertices, edges and groups while it walks through the nodes."""

    def __init__(self, tensor, names):
        self.nodes = nodes_behind([tensor])[::-1]
        self.vertices, self.edges, self.groups = {}, [], {}
        self.gradients = gradients_of(tensor)
        self.parts: dict = {}  # id of a module -> id of each module inside -> its name there
        self.calls: dict = {}  # (the frame around, the module) -> how often it was called there
        self.names = self._tensor_names(names)
        self.memory = {memory_of(t.array): name for name, t in names.items() if isinstance(t, Tensor) and t.array.size}
        self.outputs = {}  # node -> the tensor it made, where somebody still holds it
        for node in self.nodes:
            for a in node.args:
                if isinstance(a, Tensor) and a.node is not None:
                    self.outputs[a.node] = a
        self.outputs[tensor.node] = tensor
        for node in self.nodes:
            self._add(node)
        groups = list(self.groups.values())
        root = self.vertices[tensor.node].id
        self.graph = Graph(list(self.vertices.values()), self.edges, groups, root, self.vertices)

    def _tensor_names(self, given):
        """id of a tensor -> its name: from the modules that ran, then from the names given."""
        names, seen = {}, set()
        for node in self.nodes:
            frame = node.module_call
            while frame:
                outer, module = frame
                if outer is None and id(module) not in seen:
                    seen.add(id(module))
                    for name, p in module.named_parameters():
                        names.setdefault(id(p), name)
                frame = outer
        for name, value in given.items():
            if isinstance(value, Module):
                for inner, p in value.named_parameters():
                    names.setdefault(id(p), f"{name}.{inner}")
            elif isinstance(value, Tensor):
                names.setdefault(id(value), name)
        return names

    def _add(self, node):
        out = self.outputs[node]
        operation = node.operation
        numbers = [f"{a:g}" for a in node.args if isinstance(a, int | float) and operation.promote]
        vertex = Vertex(
            id=f"v{len(self.vertices) + 1}",
            kind="operation",
            name=" ".join([operation.name, *numbers]),
            array=out.array,
            gradient_array=self.gradients.get(node),
            formula=operation.formula,
            pullback=operation.gradient,
            group=self._group(node.module_call),
            differentiable=True,
            variable=self.names.get(id(out), ""),
            source=getattr(node, "line", None),
        )
        self.vertices[node] = vertex
        code = operation.rule.__code__
        roles = dict(enumerate(code.co_varnames[: code.co_argcount]))
        for k, a in enumerate(node.args):
            role = roles.get(k, f"input {k + 1}")
            if isinstance(a, Tensor):
                source = self.vertices[a.node] if a.node is not None else self._leaf(a, vertex, role)
                self.edges.append(Edge(source.id, vertex.id, a.shape, a.requires_grad))
                vertex.inputs.append((role, a.array))
            elif isinstance(a, np.ndarray):
                source = self._constant(a, vertex, role)
                self.edges.append(Edge(source.id, vertex.id, a.shape, False))
                vertex.inputs.append((role, a))
            elif isinstance(a, int | float) and operation.promote:
                vertex.inputs.append((role, np.asarray(a)))

    def _leaf(self, tensor, user, role):
        if tensor not in self.vertices:
            kind = "parameter" if isinstance(tensor, Parameter) or tensor.requires_grad else "input"
            name = self.names.get(id(tensor)) or self.memory.get(memory_of(tensor.array))
            values = np.array(tensor.array) if tensor.requires_grad else tensor.array  # an optimiser may change them
            stored = None if tensor.grad is None else tensor.grad.array
            self.vertices[tensor] = Vertex(
                f"v{len(self.vertices) + 1}",
                kind,
                name or role,
                values,
                self.gradients.get(tensor, stored),
                group=self._home(tensor, user),
                differentiable=tensor.requires_grad,
            )
        return self.vertices[tensor]

    def _home(self, tensor, user):
        """A parameter is drawn inside the module it belongs to; anything else outside all of them."""
        return user.group if isinstance(tensor, Parameter) else ""

    def _constant(self, array, user, role):
        key = id(array)
        if key not in self.vertices:
            name = self.memory.get(memory_of(array), role)
            self.vertices[key] = Vertex(f"v{len(self.vertices) + 1}", "input", name, array)
        return self.vertices[key]

    def _name_inside(self, outer, module):
        """The name of a module inside another."""
        if id(outer) not in self.parts:
            self.parts[id(outer)] = {id(m): name for name, m in outer.named_modules()}
        return self.parts[id(outer)].get(id(module), "")

    def _group(self, frame):
        """The id of the group of a module call; its group, and those around it, are made when first needed."""
        if frame is None:
            return ""
        key = id(frame)  # by identity: two calls of one module are two groups
        if key not in self.groups:
            outer, module = frame
            parent = self._group(outer)
            name = "" if outer is None else self._name_inside(outer[1], module)
            call = self.calls[id(outer), id(module)] = self.calls.get((id(outer), id(module)), 0) + 1
            if call > 1:
                name = f"{name} (call {call})".strip()
            self.groups[key] = Group(f"g{len(self.groups) + 1}", name, type(module).__name__, parent)
        return self.groups[key].id


def memory_of(array):
    """Where the values of an array lie and how many bytes they take: a reshaped view has the same."""
    return array.__array_interface__["data"][0], array.nbytes
