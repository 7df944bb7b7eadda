"""The computation graph of a tensor: its views as SVG, PNG, DOT, page and widget."""

import sys
from inspect import signature

from minidl.engine.tensor import Tensor
from minidl.engine.watching import watch
from minidl.nn.module import Module
from minidl.viz.graphs.details import box_details, write_down
from minidl.viz.graphs.drawing import Drawing, DrawnBox, DrawnEdge, DrawnFrame
from minidl.viz.graphs.drawn_picture import DrawnPicture
from minidl.viz.graphs.folding import Folding
from minidl.viz.graphs.graph import build_graph
from minidl.viz.graphs.walking import trial_run
from minidl.viz.summary import shape_text
from minidl.viz.text import one_line

SMALL = 60  # boxes: a graph of so few carries its open view along, for saved notebooks without a kernel
SMALLER = 30  # boxes: and one of so few each module open by itself
MOST_VIEWS = 12  # that are carried along


def graph(thing, *inputs, names=None, open=None):
    """Draw how a tensor was computed.

    Operations are rounded and blue, parameters square and green, inputs white, closed modules double.
    A dashed line carries values that no gradient follows. In a notebook the picture can be zoomed and
    moved, modules are opened and closed, and every box has a tooltip: rest the mouse on it, or move to it
    with the Tab key; a click opens the inspector.

    Parameters
    ----------
    thing : Tensor, Module or function
        A tensor that was computed and whose graph is still there, such as a loss before ``backward()``; a
        module, which is run on `inputs` and left as it was; or a function of `inputs` that returns a tensor.
    names : dict of str -> Tensor or Module, optional
        What to call tensors. Without it they are called as the variables of the calling code are.
    open : "all" or "none", optional
        Which modules are open at first; without it the network, so that its layers are seen.

    Returns
    -------
    GraphPicture

    Raises
    ------
    GraphError
        When the tensor has no graph, or backward has freed it.
    TypeError
        When `thing` is none of these.

    Notes
    -----
    The lines of code that made the operations are known for modules and functions, and for tensors that
    were computed inside `minidl.watch`.

    Examples
    --------
    >>> import minidl as md
    >>> w = md.tensor(2.0, requires_grad=True)
    >>> md.viz.graph(w * w + 1)
    Computation graph of add 1: 2 operations, 1 parameter
    >>> md.viz.graph(md.nn.Linear(3, 2), md.ones(1, 3))
    Computation graph of linear: 1 operation, 2 parameters, 1 input
    """
    names = variables(sys._getframe(1)) if names is None else names
    return GraphPicture(build_graph(result_of(thing, inputs), names), open)


def result_of(thing, inputs):
    """The tensor whose graph is meant."""
    if isinstance(thing, Module):
        asked = signature(thing.forward).parameters.values()
        if not inputs and any(p.default is p.empty and p.kind < p.VAR_POSITIONAL for p in asked):
            raise TypeError("the graph of a module is drawn by running it, so it needs an input: viz.graph(model, x)")
        return trial_run(thing, inputs)
    if callable(thing) and not isinstance(thing, Tensor):
        with watch():
            return thing(*inputs)
    if inputs:
        raise TypeError("inputs are for a module or a function: a tensor knows already how it was computed")
    return thing


def variables(frame):
    """The tensors and modules among the variables of a frame, by name."""
    found = {**frame.f_globals, **frame.f_locals}
    return {name: value for name, value in found.items() if isinstance(value, Tensor | Module) and not name.startswith("_")}


class GraphPicture(DrawnPicture):
    """A drawn computation graph.

    Attributes
    ----------
    model : Graph
        Vertices, edges and groups as plain data.
    dot : str
        The graph in Graphviz's language, as it is first seen.
    """

    script = "graph"

    def __init__(self, model, open=None):
        if open not in (None, "all", "none"):
            raise ValueError(f'open must be "all" or "none", or left out; not {open!r}')
        write_down(model)
        self.folding = Folding(model)
        self.model = self.folding.graph
        self.opened = {None: self.folding.first_view, "all": self.folding.everything, "none": set}[open]()
        self._views = {}
        super().__init__(self._drawing(self.opened), model.text())

    def _drawing(self, opened):
        boxes, edges = self.folding.boxes(opened)
        return graph_drawing(boxes, edges, self.folding, opened, self.model.root)

    def view(self, opened):
        """What is seen while these groups are open: its key, DOT, SVG, and what each box tells."""
        opened = frozenset(opened) & set(self.folding.groups)
        key = ",".join(sorted(opened))
        if key not in self._views:
            first = opened == self.opened
            drawn = self if first else DrawnPicture(self._drawing(opened), self.text)
            details = {box.id: box_details(box) for box in self.folding.boxes(opened)[0]}
            self._views[key] = {"key": key, "dot": drawn.dot, "svg": drawn.svg, "details": details}
        return self._views[key]

    def html(self):
        """The widget as a piece of a page; it carries along what a kernel would be asked for."""
        self._look_inside(4 * SMALL)
        return super().html()

    def _look_inside(self, most):
        """Make the views with one module open, of a graph of at most so many boxes."""
        for group in self.folding.groups:
            if len(self._views) < MOST_VIEWS and len(self.model.vertices) <= most:
                self.view(self.opened | set(self.folding.around(group)))

    def state(self):
        """What the widget in the browser is given: the first view, and of a small graph those that open modules."""
        self.view(self.opened)
        if len(self.model.vertices) <= SMALL:
            self.view(self.folding.everything())
        self._look_inside(SMALLER)
        return {
            "text": self.text,
            "opened": sorted(self.opened),
            "views": {key: {"svg": view["svg"], "dot": view["dot"]} for key, view in self._views.items()},
            "details": {id: d for view in self._views.values() for id, d in view["details"].items()},
            "groups": {g.id: {"parent": g.parent, "label": g.label()} for g in self.model.groups},
            "index": [[v.id, f"{v.variable} {v.name}".strip(), v.group] for v in self.model.vertices],
            "slim": sorted(self.folding.slim),
            "root": self.model.root,
        }

    def answer(self, request):
        """A view that the browser does not have yet."""
        return self.view(request["open"])

    def details(self):
        """What each box of the first view tells, as plain data."""
        return self.view(self.opened)["details"]


def graph_drawing(boxes, edges, folding, opened, root, box_lines=None, look="faint"):
    """Boxes of a graph inside the frames of the open modules, as they are to be drawn.

    `box_lines` gives the lines of text of each box, `look` is the class that colours them.
    """
    write = box_lines or name_and_shape
    drawn = [
        DrawnBox(
            box.id,
            [one_line(line) for line in write(box)],
            box.vertex.kind if box.group is None else "group",
            look,
            box.parent,
            box.vertex.id == root,
        )
        for box in boxes
    ]
    frames = [
        DrawnFrame(g.id, one_line(g.label()), g.parent)
        for g in folding.groups.values()
        if g.id in opened and g.id not in folding.slim
    ]
    return Drawing(drawn, [DrawnEdge(e.source, e.target, not e.differentiable) for e in edges], frames)


def name_and_shape(box):
    """What is written in a box: its name, its shape."""
    v = box.vertex
    shape = shape_text(v.shape)
    if box.group is not None:
        return f"▸ {box.group.label()}", f"{shape} · {box.inside} operation{'' if box.inside == 1 else 's'}"
    return f"{box.prefix}: {v.name}" if box.prefix else v.name, f"{v.variable}: {shape}" if v.variable else shape
