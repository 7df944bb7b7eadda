"""Forward and backward as a list of frames: what is computed first, what flows back after, one step at a time."""

from dataclasses import asdict, dataclass, field

import numpy as np

from minidl.engine.printing import values_text
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.viz.graphs.maths import derivative_mathml, mathml, numbers_latex, put_in
from minidl.viz.graphs.walking import Walk, passed_back
from minidl.viz.summary import number_text, root_mean_square, shape_text

MOST_VERTICES = 150
MOST_SHOWN = 4  # elements of a tensor whose numbers are shown


@dataclass
class Frame:
    """One step.

    Attributes
    ----------
    phase : {"start", "forward", "backward"}
    active : str
        The id of the vertex at work.
    caption : str
        What happens, in a sentence.
    edges : list of (str, str)
        The edges along which something flows.
    lines : list of (str, str)
        What flows in, the local derivative, what flows out, a sum: name and text.
    formulas : list of (str, str)
        Name and MathML.
    labels : list of (str, str, str)
        What is written into the picture: the id of a vertex, "value" or "gradient", a text.
    guess : dict or None
        What a learner may be asked first: "asks", and "numbers" or the "shape" of the answer.
    """

    phase: str
    active: str
    caption: str
    edges: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    formulas: list = field(default_factory=list)
    labels: list = field(default_factory=list)
    guess: dict | None = None

    def plain(self):
        """The frame as data for the browser."""
        return asdict(self)


def quantity(array):
    """A small array by its numbers, a larger one by its shape and its norm.

    >>> import numpy as np
    >>> quantity(np.array(2.5)), quantity(np.array([1.0, 2.0])), quantity(np.full((4, 4), 0.25))
    ('2.5', '[1., 2.]', '4 × 4, norm 1')
    """
    if array.ndim == 0 or array.size == 1:
        return number_text(array.item())
    if array.size <= MOST_SHOWN:
        return " ".join(values_text(array).split())
    if array.dtype.kind != "f":  # labels have no length
        return shape_text(array.shape)
    if bad := array.size - np.count_nonzero(np.isfinite(array)):
        return f"{shape_text(array.shape)}, {bad} NaN or infinite"
    return f"{shape_text(array.shape)}, norm {number_text(root_mean_square(array) * array.size**0.5)}"


def build_frames(graph, tensor):
    """The frames of a tensor with one element.

    Parameters
    ----------
    graph : Graph
        Of this tensor.
    tensor : Tensor

    Returns
    -------
    list of Frame

    Raises
    ------
    ShapeError
        When the tensor has several elements: the backward pass starts from one number.
    ValueError
        When the graph has too many vertices for a film.
    """
    if tensor.array.size != 1:
        raise ShapeError(f"the backward pass starts from one number, such as a loss; this tensor has shape {tensor.shape}")
    if len(graph.vertices) > MOST_VERTICES:
        raise ValueError(
            f"a film of {len(graph.vertices)} boxes is too long to follow (at most {MOST_VERTICES}): step through a smaller "
            "network, or look at viz.graph(...), where modules can be closed"
        )
    with np.errstate(all="ignore"):  # what is not finite is shown as such
        return _forward(graph) + _backward(graph, tensor)


def title(vertex):
    """What a vertex is called in a sentence."""
    return vertex.variable or vertex.name


def _forward(graph):
    leaves = [v for v in graph.vertices if v.kind != "operation"]
    start = Frame(
        "start",
        "",
        "These numbers are given: the inputs, and the parameters as they are now.",
        lines=[[title(v), quantity(v.array)] for v in leaves],
        labels=[[v.id, "value", quantity(v.array)] for v in leaves],
    )
    frames = [start]
    for v in graph.vertices:
        if v.kind != "operation":
            continue
        formulas = [["computes", mathml(v.formula)]] if v.formula else []
        numbers = put_in(v.formula, {"y": v.array, **dict(v.inputs)})
        frames.append(
            Frame(
                "forward",
                v.id,
                f"{v.name} computes {title(v) if v.variable else 'its result'}: {quantity(v.array)}.",
                edges=[[e.source, e.target] for e in graph.edges if e.target == v.id],
                lines=[[f"in: {name}", quantity(np.asarray(a))] for name, a in v.inputs] + [["out", quantity(v.array)]],
                formulas=formulas + ([["with numbers", mathml(numbers)]] if numbers else []),
                labels=[[v.id, "value", quantity(v.array)]],
            )
        )
    return frames


def _backward(graph, tensor):
    walk = Walk(tensor)
    root = graph.vertex(graph.root)
    frames = [
        Frame(
            "backward",
            root.id,
            f"The way back begins: the derivative of {title(root)} with respect to itself is 1.",
            lines=[["gradient", "1"]],
            labels=[[root.id, "gradient", "1"]],
            formulas=[["", derivative_mathml(title(root), title(root), "1")]],
        )
    ]
    arrived = {}  # holder -> the parts that came so far
    for node in reversed(walk.nodes):
        if node not in walk.gradients:
            continue
        whole = {id(a): part for a, part, _ in passed_back(node, np.ones_like(walk.gradients[node]))}
        for a, part, copies in walk.parts[node]:
            holder = a if a.node is None else a.node
            arrived.setdefault(holder, []).append(part)
            frames.append(
                _passing(
                    graph, node, walk.gradients[node], holder, part, copies, whole.get(id(a)), arrived[holder], title(root)
                )
            )
    return frames


def _passing(graph, node, g, holder, part, copies, local, arrived, root):
    """The frame in which one node passes a gradient to one of its inputs."""
    active, receiver = graph.places[node], graph.places[holder]
    total = sum(arrived[1:], arrived[0])
    lines = [["flows in", quantity(g)]]
    formulas = [["passes back", mathml(active.pullback)]] if active.pullback else []
    if local is not None and part.shape == g.shape and np.allclose(part, g * local, rtol=1e-4, atol=1e-12):
        lines.append(["local derivative", quantity(local)])
        if part.size == 1:
            lines.append(["flows out", f"{_bracketed(g)} × {_bracketed(local)} = {quantity(part)}"])
    if lines[-1][0] != "flows out":
        lines.append(["flows out", quantity(part)])
    caption = f"{active.name} passes {quantity(part)} back to {title(receiver)}"
    if copies > 1:
        lines.append(["summed over", f"the {copies} copies that broadcasting made of {title(receiver)}"])
        caption += f", summed over {lines[-1][1]}"
    if len(arrived) > 1:
        terms = " + ".join(_bracketed(p) if p.size <= MOST_SHOWN else f"({quantity(p)})" for p in arrived)
        lines.append(["the branches meet", f"{terms} = {quantity(total)}"])
        caption += ", where it is added to what came before"
    if (value := numbers_latex(total, bare=True)) is not None:
        formulas.append(["", derivative_mathml(root, title(receiver), value)])
    guess = _question(active, receiver, part) if np.isfinite(part).all() else None
    return Frame(
        "backward",
        active.id,
        f"{caption}.",
        [[receiver.id, active.id]],
        lines,
        formulas,
        [[receiver.id, "gradient", quantity(total)]],
        guess,
    )


def _question(active, receiver, part):
    """What a learner may be asked: the numbers of a small gradient, the shape of a larger one."""
    guess = {"asks": f"What does {active.name} pass back to {title(receiver)}?", "shape": list(part.shape)}
    if part.size <= MOST_SHOWN:
        guess["numbers"] = [float(v) for v in part.ravel()]
    return guess


def _bracketed(array):
    text = quantity(array)
    return f"({text})" if text.startswith("-") else text


def checked_tensor(tensor):
    """The tensor, if it is one."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"steps are those of a tensor, such as a loss; got a {type(tensor).__name__}")
    return tensor
