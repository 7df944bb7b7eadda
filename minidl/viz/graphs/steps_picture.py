"""Stepping through forward and backward: the views of the frames in `steps.py`."""

import sys

from minidl.viz.graphs.drawn_picture import DrawnPicture
from minidl.viz.graphs.folding import Folding
from minidl.viz.graphs.graph import build_graph
from minidl.viz.graphs.graph_picture import graph_drawing, variables
from minidl.viz.graphs.steps import build_frames, checked_tensor, quantity


def steps(tensor, names=None, guess=False):
    """Step through the computation of a number, forward and back again.

    Every box shows its value when the forward pass reaches it, and its gradient, in orange, when the backward
    pass does. In a notebook it is a film: play it, drag the slider, or use the keys ← → Home End and Space.

    Parameters
    ----------
    tensor : Tensor
        With one element and its graph, such as a loss before ``backward()``. Nothing is stored in any ``grad``.
    names : dict of str -> Tensor or Module, optional
        What to call tensors. Without it they are called as the variables of the calling code are.
    guess : bool
        Start in the mode "guess first", which hides each gradient until the learner has typed it.

    Returns
    -------
    StepPicture

    Raises
    ------
    GraphError
        When the tensor has no graph, or backward has freed it.
    ShapeError
        When it has more than one element.

    Examples
    --------
    >>> import minidl as md
    >>> a, b = md.tensor(2.0, requires_grad=True), md.tensor(-3.0, requires_grad=True)
    >>> picture = md.viz.steps(a * b + a)
    >>> picture
    Forward and backward of add in 8 steps; gradients: a -2, b 2
    >>> picture.frames[-1].caption
    'mul passes 2 back to b.'
    """
    graph = build_graph(checked_tensor(tensor), variables(sys._getframe(1)) if names is None else names)
    return StepPicture(graph, build_frames(graph, tensor), guess)


class StepPicture(DrawnPicture):
    """The film of a computation; its still view is the last frame, with all values and gradients.

    Attributes
    ----------
    model : Graph
    frames : list of Frame
    """

    script = "steps"

    def __init__(self, model, frames, guess):
        self.model, self.frames, self.guess = model, frames, guess
        folding = Folding(model)
        opened = folding.everything()
        boxes, edges = folding.boxes(opened)
        drawing = graph_drawing(boxes, edges, folding, opened, model.root, self._box_lines, "flow")
        root = model.vertex(model.root)
        gradients = ", ".join(
            f"{v.name} {quantity(v.gradient_array)}"
            for v in model.vertices
            if v.kind == "parameter" and v.gradient_array is not None
        )
        text = f"Forward and backward of {root.variable or root.name} in {len(frames)} steps; gradients: {gradients}"
        model.forget_arrays()
        super().__init__(drawing, text)

    def _box_lines(self, box):
        """What is written in a box: its name, its value, its gradient."""
        v = box.vertex
        name = f"{v.variable} = {v.name}" if v.variable else v.name
        gradient = "" if v.gradient_array is None else f"gradient {quantity(v.gradient_array)}"
        return [f"{box.prefix}: {name}" if box.prefix else name, quantity(v.array), gradient or "no gradient"]

    def state(self):
        """What the widget in the browser is given."""
        return {**super().state(), "frames": [frame.plain() for frame in self.frames], "guess": self.guess}
