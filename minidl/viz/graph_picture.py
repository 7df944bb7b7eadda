"""The computation graph of a tensor: its faces as DOT, SVG, PNG, page and widget."""

import sys

from minidl.nn.module import Module
from minidl.tensor import Tensor
from minidl.viz import dot
from minidl.viz.graph_model import build_graph
from minidl.viz.picture import Picture
from minidl.viz.summary import shape_text
from minidl.viz.theme import LIGHT


def graph(tensor, names=None):
    """Draw how a tensor was computed.

    Operations are rounded and blue, parameters square and green, inputs white. A dashed line
    carries values that no gradient follows. In a notebook the picture can be zoomed, moved and
    asked: rest the mouse on a box, or move to it with the Tab key.

    Parameters
    ----------
    tensor : Tensor
        A tensor that was computed and whose graph is still there, such as a loss before ``backward()``.
    names : dict of str -> Tensor or Module, optional
        What to call tensors. Without it they are called as the variables of the calling code are.

    Returns
    -------
    GraphPicture

    Raises
    ------
    GraphError
        When the tensor has no graph, or backward has freed it.

    Examples
    --------
    >>> import minidl as md
    >>> w = md.tensor(2.0, requires_grad=True)
    >>> md.viz.graph(w * w + 1)
    Computation graph of add 1: 2 operations, 1 parameter
    """
    return GraphPicture(build_graph(tensor, _variables(sys._getframe(1)) if names is None else names))


def _variables(frame):
    """The tensors and modules among the variables of a frame, by name."""
    variables = {**frame.f_globals, **frame.f_locals}
    return {
        name: value for name, value in variables.items()
        if isinstance(value, Tensor | Module) and not name.startswith("_")
    }  # fmt: skip


class GraphPicture(Picture):
    """A drawn computation graph.

    Attributes
    ----------
    model : Graph
        Vertices, edges and groups as plain data.
    dot : str
        The graph in Graphviz's language.
    """

    kinds = (".svg", ".png", ".dot", ".html")

    def __init__(self, model):
        self.model = model
        self.dot = graph_dot(model)
        super().__init__(dot.laid_out(self.dot, model.text()), model.text())
        self._widget = None

    def content(self, kind):
        """The bytes of a file of this kind."""
        if kind == ".png":
            return dot.draw(self.dot.replace("graph [", "graph [dpi=144, ", 1), "png")
        if kind == ".dot":
            return self.dot.encode()
        return super().content(kind)

    def to_graphviz(self):
        """The graph as an object of the package `graphviz`, for those who work with it."""
        import graphviz

        return graphviz.Source(self.dot)

    def details(self):
        """What the tooltip of each vertex says, as plain data."""
        return {v.id: vertex_details(v) for v in self.model.vertices}

    def widget(self):
        """The interactive face: zoom, move, and ask each box."""
        if self._widget is None:
            from minidl.viz.widget import GraphWidget

            self._widget = GraphWidget(svg=self.svg, details=self.details(), text=self.text)
        return self._widget

    def html(self):
        """The interactive face as a piece of a page that needs no server."""
        from minidl.viz.page import widget_html

        return widget_html("graph", {"svg": self.svg, "details": self.details(), "text": self.text})

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = super()._repr_mimebundle_()
        try:
            view = self.widget()._repr_mimebundle_()
        except ImportError:
            return bundle
        view = view[0] if isinstance(view, tuple) else view
        return {**(view or {}), **bundle}


def vertex_details(vertex):
    """The tooltip of a vertex: a title, lines of name and text, formulas as MathML."""
    lines = {"shape": shape_text(vertex.shape), "dtype": vertex.dtype, **vertex.values}
    if vertex.kind == "operation":
        kind = "operation"
    else:
        kind = "parameter: learned" if vertex.differentiable else "input: no gradient"
    formulas = []
    if vertex.formula:
        formulas = [["computes", mathml(vertex.formula)], ["passes back", mathml(vertex.pullback or r"\text{nothing}")]]
    title = f"{vertex.variable} = {vertex.name}" if vertex.variable else vertex.name
    return {
        "title": title, "kind": kind, "lines": list(lines.items()), "formulas": formulas,
        "gradient": list(vertex.gradient.items()),
    }  # fmt: skip


def mathml(latex):
    """A formula as MathML, which browsers draw by themselves."""
    from latex2mathml.converter import convert

    return convert(latex)


def graph_dot(model):
    """The graph in DOT, vertices inside the boxes of their modules."""
    lines = ["digraph computation {", dot.DEFAULTS]
    lines += _group_lines(model, "", "  ")
    for e in model.edges:
        look = {} if e.differentiable else {"class_": "still", "style": "dashed", "color": LIGHT["faint"]}
        look = look or {"color": LIGHT["value"]}
        lines.append(f"  {e.source} -> {e.target} {dot.attributes(**look)}")
    return "\n".join([*lines, "}", ""])


def _group_lines(model, parent, indent, prefix=""):
    """The vertices of one group, then the groups inside it. A module of one operation needs no box of its own."""
    lines = [indent + _vertex_line(v, v.id == model.root, prefix) for v in model.vertices if v.group == parent]
    for g in model.groups:
        if g.parent != parent:
            continue
        inside = sum(v.group == g.id for v in model.vertices) + sum(other.parent == g.id for other in model.groups)
        if inside == 1 and parent:
            lines += _group_lines(model, g.id, indent, f"{g.name}: ")
            continue
        head = dot.attributes(
            label=f"{g.name}: {g.kind}" if g.name else g.kind, id=g.id, style="rounded,filled", labeljust="l",
            fillcolor=LIGHT["panel"], color=LIGHT["line"], fontcolor=LIGHT["faint"],
        )  # fmt: skip
        lines += [f"{indent}subgraph cluster_{g.id} {{", f"{indent}  graph {head}"]
        lines += _group_lines(model, g.id, indent + "  ")
        lines.append(indent + "}")
    return lines


def _vertex_line(v, is_root, prefix):
    look = dot.LOOKS[v.kind]
    below = f"{v.variable}: {shape_text(v.shape)}" if v.variable else shape_text(v.shape)
    label = dot.quoted(prefix + v.name)[:-1] + "\\n" + dot.quoted(below)[1:]
    extra = {"penwidth": 2.5} if is_root else {}
    return f"{v.id} {dot.attributes(label=label, id=v.id, class_=f'{v.kind} faint' + ' root' * is_root, **look, **extra)}"
